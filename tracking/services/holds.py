"""Review holds: a commission is looked at, and its money waits."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from core import audit
from tracking.domain.merge import OrderState
from tracking.domain.standing import has_open_dispute
from tracking.models import (
    CHECK_HOLDS,
    PERSONAL_HOLDS,
    Attribution,
    Commission,
    HoldKind,
    ReviewHold,
)
from tracking.selectors_brand import flag_params, list_flags
from tracking.services.commissions import lock_commission
from tracking.services.posting import post_hold, post_unhold
from tracking.services.telling import tell_commission, tell_resolved


class AlreadyHeld(Exception):
    """A hold of this kind is open on the commission."""


class NotHeld(Exception):
    """No hold of this kind is open on the commission."""


def hold_commission(*, commission_id: int, reason: str, actor_id: int, now: datetime) -> ReviewHold:
    """Open a review by a person; released money that was not paid out yet moves to on_hold.

    :raises AlreadyHeld: one is open.
    """
    with transaction.atomic():
        commission = lock_commission(commission_id)
        if _open(commission, HoldKind.MANUAL).exists():
            raise AlreadyHeld(commission.public_id)
        hold = open_hold(
            commission=commission,
            kind=HoldKind.MANUAL,
            code="hold.review",
            params={},
            reason=reason,
            actor_id=actor_id,
            now=now,
        )
        audit.record(
            brand_id=commission.brand_id,
            actor_id=actor_id,
            action="commission.held",
            target=commission,
            reason=reason,
            now=now,
        )
    return hold


def clear_hold(*, hold_id: int, reason: str, actor_id: int, now: datetime) -> ReviewHold:
    """Close a review in the creator's favour; what it held is payable again.

    :raises NotHeld: it is closed.
    """
    with transaction.atomic():
        commission_id = ReviewHold.objects.values_list("commission_id", flat=True).get(pk=hold_id)
        commission = lock_commission(commission_id)
        hold = ReviewHold.objects.select_for_update(of=("self",)).get(pk=hold_id)
        if hold.closed_at is not None:
            raise NotHeld(commission.public_id)
        close_hold(commission=commission, hold=hold, reason=reason, actor_id=actor_id, now=now)
        audit.record(
            brand_id=commission.brand_id,
            actor_id=actor_id,
            action="commission.cleared",
            target=commission,
            reason=reason,
            now=now,
        )
    return hold


def clear_commission(
    *, commission_id: int, reason: str, actor_id: int, now: datetime
) -> Commission:
    """Close every review a person decides, in the creator's favour, with one reason.

    A disputed payment stays held: the bank decides it.

    :raises NotHeld: none of them is open.
    """
    with transaction.atomic():
        commission = lock_commission(commission_id)
        holds = ReviewHold.objects.filter(
            commission=commission, closed_at__isnull=True, kind__in=PERSONAL_HOLDS
        ).order_by("pk")
        if not holds:
            raise NotHeld(commission.public_id)
        for hold in holds:
            close_hold(commission=commission, hold=hold, reason=reason, actor_id=actor_id, now=now)
        audit.record(
            brand_id=commission.brand_id,
            actor_id=actor_id,
            action="commission.cleared",
            target=commission,
            reason=reason,
            now=now,
        )
    return commission


def clear_alike(  # which reviews, why, and who says so
    *,
    commission_ids: Collection[int],
    kind: str,
    text: str,
    reason: str,
    actor_id: int,
    now: datetime,
) -> int:
    """Clear those of the commissions that wait for one reason, its kind and its text, alone.

    All of it or nothing; returns how many. What changed meanwhile is left as it is.
    """
    done = 0
    with transaction.atomic():
        for commission_id in sorted(commission_ids):
            lock_commission(commission_id)
            if _list_reasons(commission_id) == {(kind, text)}:
                clear_commission(
                    commission_id=commission_id, reason=reason, actor_id=actor_id, now=now
                )
                done += 1
    return done


def _list_reasons(commission_id: int) -> set[tuple[str, str]]:
    rows = ReviewHold.objects.filter(commission_id=commission_id, closed_at__isnull=True)
    return set(rows.values_list("kind", "reason"))


def close_all(*, commission: Commission, reason: str, actor_id: int | None, now: datetime) -> None:
    """Close every open hold of a locked commission without giving money back: it is rejected."""
    holds = ReviewHold.objects.filter(commission=commission, closed_at__isnull=True)
    for hold in holds.filter(kind__in=CHECK_HOLDS):
        tell_resolved(commission, hold, "rejected", now)
    holds.update(closed_at=now, closed_by_id=actor_id, close_reason=reason[:500])


def follow_dispute(*, commission: Commission, state: OrderState, now: datetime) -> None:
    """Hold while a chargeback is open, clear when it is decided; pricing does the rest."""
    is_open = has_open_dispute(state)
    hold = _open(commission, HoldKind.DISPUTE).first()
    if is_open and hold is None:
        disputes = [d.external_dispute_id for d in state.disputes if d.status == "opened"]
        open_hold(
            commission=commission,
            kind=HoldKind.DISPUTE,
            code="hold.dispute",
            params={"dispute": disputes[0]},
            reason="",
            actor_id=None,
            now=now,
        )
    if not is_open and hold is not None:
        close_hold(commission=commission, hold=hold, reason="", actor_id=None, now=now)


def follow_checks(*, commission: Commission, attribution: Attribution, now: datetime) -> None:
    """Hold once for each check that found something and that the program wants looked at.

    What a person decided is not asked again. An order that is no double any more is free again,
    for the other one may have changed.
    """
    if attribution.enrollment_id != commission.enrollment_id:
        return
    found = {flag["name"]: flag for flag in list_flags(attribution)}
    for kind in CHECK_HOLDS:
        flag = found.get(kind)
        if flag is not None and flag["mode"] == "hold":
            _hold_for(commission, kind, flag, now)
    hold = _open(commission, HoldKind.DUPLICATE_ORDER).first()
    if hold is not None and HoldKind.DUPLICATE_ORDER not in found:
        close_hold(commission=commission, hold=hold, reason="", actor_id=None, now=now)


def _hold_for(commission: Commission, kind: HoldKind, flag: dict[str, Any], now: datetime) -> None:
    known = ReviewHold.objects.filter(commission=commission, kind=kind)
    if known.filter(Q(closed_at__isnull=True) | Q(closed_by__isnull=False)).exists():
        return
    open_hold(
        commission=commission,
        kind=kind,
        code="hold.review",
        params={"about": f"{kind}.{flag['signal']}", **flag_params(flag)},
        reason="",
        actor_id=None,
        now=now,
    )


def open_hold(  # the row's own facts
    *,
    commission: Commission,
    kind: HoldKind,
    code: str,
    params: dict[str, Any],
    reason: str,
    actor_id: int | None,
    now: datetime,
) -> ReviewHold:
    """Open a hold on a locked commission and move its released money aside."""
    hold = ReviewHold.objects.create(
        brand_id=commission.brand_id,
        commission=commission,
        kind=kind,
        code=code,
        params=params,
        reason=reason[:500],
        opened_at=now,
        opened_by_id=actor_id,
    )
    post_hold(commission=commission, hold_id=hold.public_id, now=now)
    tell_commission(commission, "commission.held", now, hold=hold.public_id, reason=str(hold.kind))
    return hold


def close_hold(
    *,
    commission: Commission,
    hold: ReviewHold,
    reason: str,
    actor_id: int | None,
    now: datetime,
) -> None:
    """Close a hold on a locked commission; the last one to close gives its money back."""
    hold.closed_at, hold.closed_by_id, hold.close_reason = now, actor_id, reason[:500]
    hold.save(update_fields=["closed_at", "closed_by", "close_reason"])
    if not has_open_hold(commission):
        post_unhold(commission=commission, hold_id=hold.public_id, now=now)
    if hold.kind in CHECK_HOLDS:
        tell_resolved(commission, hold, "cleared", now)


def has_open_hold(commission: Commission) -> bool:
    """Tell whether any review of the commission is open."""
    return ReviewHold.objects.filter(commission=commission, closed_at__isnull=True).exists()


def _open(commission: Commission, kind: HoldKind) -> Any:
    return ReviewHold.objects.filter(commission=commission, kind=kind, closed_at__isnull=True)
