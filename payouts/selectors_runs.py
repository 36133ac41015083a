"""A run as whoever approves and follows it sees it: its steps, and the runs approved before it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Sum

from core.models import AuditEvent, User
from core.money import BPS, Money, divide_half_up
from ledger.models import AccountKind, EntryKind, Posting
from payouts.domain.compare import Difference, RunLine, compare_runs
from payouts.domain.plan import read_line
from payouts.models import (
    COVERING_STATUSES,
    Payout,
    PayoutItem,
    PayoutPlan,
    PayoutStatus,
    PlanStatus,
    RunApproval,
)

UNSENT = (PayoutStatus.APPROVED, PayoutStatus.SUBMITTING, PayoutStatus.UNKNOWN)


@dataclass(frozen=True, slots=True)
class SinceLast:
    """`change`: of the total, against the last approved run; `differences`: by creator.

    `cooling`: names of those left out because they changed how they are paid.
    """

    last: PayoutPlan
    change: Money
    change_bps: int
    differences: list[Difference]
    cooling: list[str]
    largest: Money
    largest_name: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: what was sent, since when and by whose hand, and what came of it.

    `waiting`: payouts that nobody has sent for sure yet.
    """

    total: int
    waiting: int
    sent: int
    sent_at: datetime | None
    file_by: User | None
    closed: int
    closed_at: datetime | None
    by_status: Mapping[str, int]

    @property
    def is_closed(self) -> bool:
        return self.closed == self.total


def compare_with_last(plan: PayoutPlan) -> SinceLast | None:
    """Compare a run with the last approved one before it; None where there is none to compare."""
    approved = PayoutPlan.objects.filter(
        brand_id=plan.brand_id, currency=plan.currency, status=PlanStatus.APPROVED, pk__lt=plan.pk
    )
    last = approved.order_by("-approved_at").first()
    lines = _read_lines(plan)
    if last is None or not last.total_minor or not lines:
        return None
    largest = max(lines, key=lambda line: line.amount_minor)
    change = plan.total_minor - last.total_minor
    return SinceLast(
        last=last,
        change=Money(change, plan.currency),
        change_bps=divide_half_up(change * 100, last.total_minor) * (BPS // 100),
        differences=compare_runs(
            now=lines,
            last=_read_lines(last),
            history=_list_paid(plan),
        ),
        cooling=[
            one["name"]
            for one in plan.content["left_out"]
            if any(gate["code"] == "gate.cooling" for gate in one["gates"])
        ],
        largest=Money(largest.amount_minor, plan.currency),
        largest_name=largest.name,
    )


def _read_lines(plan: PayoutPlan) -> list[RunLine]:
    return [
        RunLine(
            affiliation=stored["affiliation"],
            name=stored["name"],
            amount_minor=read_line(stored, currency=plan.currency).sent_minor,
            destination=stored["destination"],
            recovered_minor=stored.get("recovered_minor", 0),
        )
        for stored in plan.content["lines"]
    ]


def _list_paid(plan: PayoutPlan) -> dict[str, list[int]]:
    """Return what each creator of a run got in its currency before, the newest first."""
    rows = Payout.objects.filter(
        brand_id=plan.brand_id,
        currency=plan.currency,
        plan_id__lt=plan.pk,
        affiliation_id__in=[UUID(line["affiliation"]) for line in plan.content["lines"]],
        status__in=COVERING_STATUSES,
    ).order_by("-pk")
    paid: dict[str, list[int]] = {}
    for payout in rows:
        paid.setdefault(str(payout.affiliation_id), []).append(payout.sent_minor)
    return paid


def follow_run(plan: PayoutPlan, payouts: Collection[Payout]) -> Progress:
    """Return how far the payouts of a run are."""
    ids = [payout.public_id for payout in payouts]
    handed = AuditEvent.objects.filter(
        brand_id=plan.brand_id,
        action="payout.exported",
        target_type="payouts.payout",
        target_id__in=ids,
    )
    first = handed.select_related("actor").order_by("pk").first() if ids else None
    by_status: dict[str, int] = {}
    for payout in payouts:
        by_status[payout.status] = by_status.get(payout.status, 0) + 1
    sent = [one.sent_at for one in payouts if one.sent_at]
    closed = [one.closed_at for one in payouts if one.closed_at]
    return Progress(
        total=len(ids),
        waiting=sum(payout.status in UNSENT for payout in payouts),
        sent=len(sent),
        sent_at=min(sent, default=None),
        file_by=first.actor if first else None,
        closed=len(closed),
        closed_at=max(closed, default=None),
        by_status=by_status,
    )


def list_approvals(plan: PayoutPlan) -> list[RunApproval]:
    """Return the approvals that stand, the first one first; none where one person was enough."""
    rows = plan.approvals.filter(fell_at__isnull=True)
    return list(rows.select_related("person").order_by("at", "pk"))


def sum_recovered(*, brand_id: int, currency: str) -> dict[str, int]:
    """Return how much of earlier refunds the next payout takes back, by affiliation.

    What was written off is not taken back.
    """
    covered = PayoutItem.objects.filter(is_covering=True, brand_id=brand_id)
    rows = (
        Posting.objects.filter(
            account__brand_id=brand_id,
            account__kind=AccountKind.PAYABLE,
            account__currency=currency,
            entry__kind__in=[EntryKind.CLAWBACK, EntryKind.FOUND_PAID, EntryKind.WRITE_OFF],
        )
        .exclude(pk__in=covered.values("posting_id"))
        .values_list("account__party_id")
        .annotate(total=Sum("amount_minor"))
    )
    return {str(party): -total for party, total in rows if total}
