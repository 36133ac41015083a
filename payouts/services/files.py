"""The payout files of a run: made once with the approval, stored, and the same ever after."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from brands.models import RailKind, RailSettings
from payouts.domain.calendar import next_target_day
from payouts.domain.export import PayoutFile, PayoutRow, build_payout_file
from payouts.domain.export_sepa import Debtor, build_sepa_file
from payouts.domain.kinds import FILE_RAILS
from payouts.models import ExportFile, Payout, PayoutPlan

Build = Callable[[ExportFile, Sequence[PayoutRow]], PayoutFile]


def make_export_files(
    *, plan: PayoutPlan, payouts: Sequence[Payout], now: datetime
) -> list[ExportFile]:
    """Store a file for each rail whose payouts a person sends, and note whose file each is in."""
    return [
        _make_file(plan, rail, chosen, now)
        for rail in FILE_RAILS
        if (chosen := [payout for payout in payouts if payout.rail == rail])
    ]


def _make_file(plan: PayoutPlan, rail: str, payouts: Sequence[Payout], now: datetime) -> ExportFile:
    file = ExportFile(
        brand_id=plan.brand_id,
        plan=plan,
        rail=rail,
        name=f"{_prefix(plan)}-{plan.period}-{plan.public_id}.{ENDINGS[rail]}",
        total_minor=sum(payout.amount_minor for payout in payouts),
        created_at=now,
    )
    built = BUILDERS[rail](file, [_row(payout, plan) for payout in payouts])
    file.content, file.sha256, file.rows = built.content, built.sha256, built.row_count
    file.save()
    for payout in payouts:
        payout.file = file
    Payout.objects.bulk_update(payouts, ["file"])
    return file


def _prefix(plan: PayoutPlan) -> str:
    """Say in the name of a sandbox's file that it is nothing to pay."""
    return "sandbox-payouts" if plan.brand.is_sandbox else "payouts"


def _row(payout: Payout, plan: PayoutPlan) -> PayoutRow:
    return PayoutRow(
        payout_id=payout.public_id,
        creator_name=payout.affiliation.affiliate.display_name,
        destination=json.loads(payout.destination),
        amount_minor=payout.amount_minor,
        currency=payout.currency,
        reference=f"{plan.brand.name} {plan.period}",
    )


def _build_csv(file: ExportFile, rows: Sequence[PayoutRow]) -> PayoutFile:
    del file
    return build_payout_file(rows=rows)


def _build_sepa(file: ExportFile, rows: Sequence[PayoutRow]) -> PayoutFile:
    brand = file.plan.brand
    row = RailSettings.objects.get(brand=brand, rail=RailKind.SEPA)
    local = file.created_at.astimezone(ZoneInfo(brand.time_zone))
    return build_sepa_file(
        rows=rows,
        debtor=Debtor(**json.loads(row.details or "{}")),
        file_id=file.public_id,
        execution_date=next_target_day(local.date()),
        created_at=local,
    )


BUILDERS: dict[str, Build] = {RailKind.CSV.value: _build_csv, RailKind.SEPA.value: _build_sepa}
ENDINGS = {RailKind.CSV.value: "csv", RailKind.SEPA.value: "xml"}
