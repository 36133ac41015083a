"""The payout files of a run: made once with the approval, stored, and the same ever after."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from brands.models import RailKind, RailSettings
from payouts.domain.calendar import next_target_day
from payouts.domain.export import PayoutFile, PayoutRow, build_payout_file
from payouts.domain.export_paypal import MAX_ROWS as PAYPAL_ROWS
from payouts.domain.export_paypal import build_paypal_file
from payouts.domain.export_sepa import Debtor, build_sepa_file
from payouts.domain.export_wise import MAX_ROWS as WISE_ROWS
from payouts.domain.export_wise import build_wise_file, target_of
from payouts.domain.kinds import FILE_RAILS
from payouts.models import ExportFile, Payout, PayoutPlan

MAX_ROWS = {RailKind.WISE.value: WISE_ROWS, RailKind.PAYPAL_CSV.value: PAYPAL_ROWS}

Build = Callable[[ExportFile, Sequence[PayoutRow]], PayoutFile]


def make_export_files(
    *, plan: PayoutPlan, payouts: Sequence[Payout], now: datetime
) -> list[ExportFile]:
    """Store the files of each rail whose payouts a person sends, and whose file each is in."""
    return [
        _make_file(plan, rail, part, chosen, now)
        for rail in FILE_RAILS
        for part, chosen in enumerate(_split(plan, rail, payouts), start=1)
    ]


def _split(plan: PayoutPlan, rail: str, payouts: Sequence[Payout]) -> list[list[Payout]]:
    """Part what goes by a rail as its service wants it: by the target's currency, and by rows."""
    groups: dict[str, list[Payout]] = {}
    for payout in sorted(payouts, key=lambda one: one.public_id):
        if payout.rail == rail:
            by = target_of(_row(payout, plan)) if rail == RailKind.WISE else ""
            groups.setdefault(by, []).append(payout)
    most = MAX_ROWS.get(rail, len(payouts) or 1)
    return [part for _, group in sorted(groups.items()) for part in _chunks(group, most)]


def _chunks(rows: list[Payout], size: int) -> list[list[Payout]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _make_file(
    plan: PayoutPlan, rail: str, part: int, payouts: Sequence[Payout], now: datetime
) -> ExportFile:
    ending = "xml" if rail == RailKind.SEPA else "csv"
    file = ExportFile(
        brand_id=plan.brand_id,
        plan=plan,
        rail=rail,
        part=part,
        name=f"{_prefix(plan)}-{plan.period}-{plan.public_id}-{rail}-{part}.{ending}",
        total_minor=sum(payout.sent_minor for payout in payouts),
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
        amount_minor=payout.sent_minor,
        currency=payout.currency,
        reference=f"{plan.brand.name} {plan.period}",
    )


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


BUILDERS: Mapping[str, Build] = {
    RailKind.CSV.value: lambda file, rows: build_payout_file(rows=rows),  # noqa: ARG005
    RailKind.SEPA.value: _build_sepa,
    RailKind.WISE.value: lambda file, rows: build_wise_file(rows=rows),  # noqa: ARG005
    RailKind.PAYPAL_CSV.value: lambda file, rows: build_paypal_file(rows=rows),  # noqa: ARG005
}
