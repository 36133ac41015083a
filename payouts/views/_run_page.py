"""What the page of a payout run shows: preview, steps, result, and who is left out."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from affiliates.models import Affiliation
from brands.access import BrandAccess, Right
from brands.context import brand_page, why_not
from core.clock import brand_now
from core.money import Money
from payouts.access import is_play, lacks_second_factor
from payouts.domain.kinds import CALLED_RAILS, MANUAL
from payouts.models import (
    OPEN_STATUSES,
    ExportFile,
    Payout,
    PayoutPlan,
    PayoutStatus,
    PlanStatus,
)
from payouts.selectors import list_payouts_of_run, waits_for_person
from payouts.selectors_runs import SinceLast, compare_with_last, follow_run, list_approvals
from payouts.views._run_lines import list_lines
from payouts.views._said import reader_of, say_payout
from payouts.views._second import find_second
from payouts.wording import explain


def run_page(access: BrandAccess, plan: PayoutPlan, *, sort: str = "") -> dict[str, Any]:
    """Return the context of a run's page; `sort`: how the preview is ordered."""
    payouts = list(list_payouts_of_run(plan))
    rows = [_row(payout, access) for payout in payouts]
    off = why_not(access, Right.MONEY)
    is_draft = plan.status == PlanStatus.DRAFT
    since = compare_with_last(plan) if is_draft else None
    creators = _find_creators(plan, since)
    rows_of_draft, columns = list_lines(plan=plan, since=since, creators=creators, sort=sort)
    files = [_file(one, payouts) for one in _list_files(plan)]
    return brand_page(
        access,
        plan=plan,
        is_draft=is_draft,
        is_discarded=plan.status == PlanStatus.DISCARDED,
        lines=plan.content["lines"],
        draft_rows=rows_of_draft,
        columns=columns,
        column_names=[column.name for column in columns],
        since=since,
        left_out=[_left_out(one, plan, creators, access) for one in plan.content["left_out"]],
        payouts=rows,
        has_actions=not off and any(row["can_confirm"] or row["can_cancel"] for row in rows),
        progress=follow_run(plan, payouts),
        total=Money(plan.total_minor, plan.currency),
        files=files,
        has_waiting_file=any(one["waits"] for one in files),
        lacks_factor=lacks_second_factor(access.brand, access.member.user),
        second=find_second(access, plan, brand_now(access.brand)) if is_draft else None,
        approvers=list_approvals(plan),
        is_play=is_play(access.brand),
        by_hand=[p for p in payouts if p.rail == MANUAL and waits_for_person(p)],
        is_moving=any(p.rail in CALLED_RAILS and p.status in OPEN_STATUSES for p in payouts),
        has_money_back=any(p.status in {"failed", "returned"} for p in payouts),
        off=off,
        nav_current="payouts:run-list",
    )


def _find_creators(plan: PayoutPlan, since: SinceLast | None) -> dict[str, str]:
    """Return the public ids of whom the plan or the comparison names, by affiliation."""
    named = [one["affiliation"] for one in [*plan.content["left_out"], *plan.content["lines"]]]
    named += [one.affiliation for one in since.differences] if since else []
    rows = Affiliation.objects.filter(brand=plan.brand_id, pk__in=[UUID(one) for one in named])
    return {str(pk): public_id for pk, public_id in rows.values_list("pk", "public_id")}


def _left_out(
    one: dict[str, Any], plan: PayoutPlan, creators: dict[str, str], access: BrandAccess
) -> dict[str, Any]:
    return {
        "name": one["name"],
        "creator": creators.get(one["affiliation"]),
        "amount": Money(one["payable_minor"], plan.currency),
        "why": [
            explain(
                code=gate["code"],
                params={"currency": plan.currency, **gate["params"]},
                reader=reader_of(access, creator=one["name"]),
            )
            for gate in one["gates"]
        ],
    }


def _row(payout: Payout, access: BrandAccess) -> dict[str, Any]:
    return {
        "payout": payout,
        "sentence": say_payout(payout, access),
        "can_confirm": waits_for_person(payout),
        "can_cancel": payout.status == PayoutStatus.APPROVED,
    }


def _list_files(plan: PayoutPlan) -> QuerySet[ExportFile]:
    rows = ExportFile.objects.filter(plan=plan).select_related("cancel_asked_by")
    return rows.defer("content").order_by("rail", "part")


def _file(file: ExportFile, payouts: Sequence[Payout]) -> dict[str, Any]:
    """Return a file with what a person can do with it; `waits`: nobody has it yet."""
    own = [payout for payout in payouts if payout.file_id == file.pk]
    return {
        "row": file,
        "waits": any(payout.status == PayoutStatus.APPROVED for payout in own),
        "open": sum(payout.status == PayoutStatus.SUBMITTED for payout in own),
    }
