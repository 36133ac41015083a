"""Orders that are not the same in the shop and here: noted, let be, or gone once they agree.

Of one order of a store at most one finding is open; a later check that meets it again brings it up
to date. Bringing the shop's orders in is in `reingesting`.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from core import audit
from core.locks import lock_row
from tracking.domain import storecheck
from tracking.models import (
    LIVE,
    Commission,
    FindingKind,
    FindingState,
    StoreCheck,
    StoreFinding,
)
from tracking.services.shopside import Compared

AGREED = "finding.agreed"


class NotOpen(Exception):
    """The finding was settled or dismissed before, or is being fetched."""


def note(*, check: StoreCheck, compared: Sequence[Compared], now: datetime) -> dict[str, str]:
    """Bring the findings of a store to what its orders came to; returns each one's outcome.

    What agrees again is settled. What was dismissed with these very figures stays so. The check's
    row is locked, so nobody else notes at this store.
    """
    last = {one.order_id: one for one in compared if one.order_id}
    rows = StoreFinding.objects.filter(
        connection=check.connection, external_order_id__in=list(last)
    ).order_by("pk")
    live = {
        row.external_order_id: row
        for row in rows.filter(state__in=LIVE).select_for_update(of=("self",), no_key=True)
    }
    dismissed = {row.external_order_id: row for row in rows.filter(state=FindingState.DISMISSED)}
    outcomes = {}
    for order_id, one in sorted(last.items()):
        outcomes[order_id] = one.verdict.outcome
        row = live.get(order_id)
        if one.verdict.is_finding and row is None and _is_known(dismissed.get(order_id), one):
            outcomes[order_id] = storecheck.DISMISSED
        elif one.verdict.is_finding:
            _write(row or _begin(check, one, now), check, one)
        elif row is not None and one.verdict.outcome == storecheck.EQUAL:
            _settle_by_itself(row, now)
    return outcomes


def dismiss(*, finding_id: int, actor_id: int, reason: str, now: datetime) -> StoreFinding:
    """Let a finding be, with the reason; a check that finds the same figures does not open it.

    :raises NotOpen: see there.
    """
    with transaction.atomic():
        row = lock_row(StoreFinding, finding_id)
        if row.state != FindingState.OPEN:
            raise NotOpen(row.public_id)
        row.state, row.closed_at, row.closed_by_id = FindingState.DISMISSED, now, actor_id
        row.reason = reason[:500]
        row.save(update_fields=["state", "closed_at", "closed_by", "reason"])
        audit.record(
            brand_id=row.brand_id,
            actor_id=actor_id,
            action="store_finding.dismissed",
            target=row,
            now=now,
            after={"order": row.external_order_id, "kind": row.kind, "reason": row.reason},
        )
    return row


def sum_commissions(connection_id: int, order_id: str) -> dict[str, int]:
    """Return what an order earns its creators now, by currency; nothing where it is not known."""
    rows = Commission.objects.filter(
        order__connection_id=connection_id, order__external_order_id=order_id
    )
    sums = rows.values_list("currency").annotate(total=Sum("amount_minor"))
    return dict(sums.order_by("currency"))


def settle(row: StoreFinding, now: datetime) -> None:
    """Close a locked finding that agrees now; saves what changed in it."""
    row.state, row.closed_at, row.next_at = FindingState.SETTLED, now, None
    row.save()


def _settle_by_itself(row: StoreFinding, now: datetime) -> None:
    row.code, row.detail = AGREED, ""
    settle(row, now)


def _is_known(row: StoreFinding | None, one: Compared) -> bool:
    return (
        row is not None
        and row.kind == one.verdict.outcome
        and row.told == one.told_json
        and row.here == one.here_json
    )


def _begin(check: StoreCheck, one: Compared, now: datetime) -> StoreFinding:
    return StoreFinding(
        brand_id=check.brand_id,
        connection_id=check.connection_id,
        external_order_id=one.order_id,
        found_at=now,
    )


def _write(row: StoreFinding, check: StoreCheck, one: Compared) -> None:
    row.seen_in, row.order, row.event = check, one.order, one.event
    row.kind = FindingKind(one.verdict.outcome)
    row.fields = list(one.verdict.fields)
    row.told, row.here = one.told_json, one.here_json
    row.number, row.placed_at = one.number, one.placed_at
    row.code, row.detail, row.asked_as = one.code, one.detail, one.asked_as
    row.save()
