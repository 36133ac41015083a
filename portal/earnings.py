"""Rows of a creator's earnings: what each commission is, and what happens to it when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from affiliates.context import Scope
from affiliates.models import Enrollment
from core.money import Money
from core.wording import Reader
from payouts import wording as payout_words
from portal.story import explain_credit, find_hold_reason
from tracking import wording
from tracking.domain.codec import iso_utc
from tracking.models import Commission, Order
from tracking.selectors import list_lost
from tracking.states import STATE_FILTERS, CommissionState, derive_state

LOST_DAYS = 60
LOST_ROWS = 5

FILTERS: dict[str, Q] = {
    **{str(name): rule for name, rule in STATE_FILTERS.items()},
    "released": STATE_FILTERS["released"] & Q(covered_at__isnull=True),
    "in_payout": STATE_FILTERS["released"] & Q(covered_at__isnull=False, paid_at__isnull=True),
    "paid": STATE_FILTERS["released"] & Q(paid_at__isnull=False),
    "in_review": Q(has_open_hold=True, rejected_at__isnull=True),
}
"""By the words of the filter. What a payout holds is in the released rows no more."""


@dataclass(frozen=True, slots=True)
class EarningRow:
    commission: Commission
    state: CommissionState
    amount: Money
    text: str


@dataclass(frozen=True, slots=True)
class LostOrder:
    """An order this creator stood for without getting it: no total, no shopper, no other name."""

    order: Order
    text: str


def find_commissions(
    rows: QuerySet[Commission], scope: Scope, *, program: str = "", state: str = "", kind: str = ""
) -> QuerySet[Commission]:
    """Narrow a creator's commissions to a scope, a place (its public id), a state and a kind."""
    found = rows.filter(affiliation__in=scope.affiliations)
    if program:
        found = found.filter(enrollment__public_id=program)
    if kind:
        found = found.filter(kind=kind)
    return found.filter(FILTERS[state]) if state else found


def list_rows(commissions: Iterable[Commission]) -> list[EarningRow]:
    """Return rows for commissions that carry brand, order and `has_open_hold`."""
    return [_make_row(commission) for commission in commissions]


def list_lost_orders(places: Sequence[Enrollment], *, now: datetime) -> list[LostOrder]:
    """Return the newest orders these places stood for and did not get, each with its reason."""
    found = list_lost(
        brand_ids=[place.brand_id for place in places],
        enrollment_ids=[place.pk for place in places],
        since=now - timedelta(days=LOST_DAYS),
        limit=LOST_ROWS,
    )
    return [
        LostOrder(
            one.attribution.order,
            explain_credit(
                attribution=one.attribution,
                enrollment_id=one.enrollment_id,
                reader=_reader(one.attribution.order),
            ),
        )
        for one in found
    ]


def _make_row(commission: Commission) -> EarningRow:
    state = derive_state(commission, has_open_hold=getattr(commission, "has_open_hold", False))
    amount = Money(commission.amount_minor, commission.currency)
    return EarningRow(commission, state, amount, _say(commission, state))


def find_zero_params(commission: Commission) -> dict[str, Any]:
    """Return the parameters of why a commission earns nothing, as its pricing kept them."""
    lines = commission.pricing.get("lines", [])
    fitting = (line["params"] for line in lines if line["code"] == commission.reason_code)
    return dict(next(fitting, {}))


def _say(commission: Commission, state: CommissionState) -> str:
    """Say in one sentence what happened to it, or what will."""
    reader = _reader(commission)
    if state.name == "released" and state.is_paid and commission.paid_at:
        params: dict[str, Any] = {"date": iso_utc(commission.paid_at)}
        return payout_words.explain(code="payout.paid", params=params, reader=reader)
    code, params = _find_reason(commission, state)
    return wording.explain(code=code, params=params, reader=reader)


def _find_reason(commission: Commission, state: CommissionState) -> tuple[str, dict[str, Any]]:
    if state.name == "rejected" and commission.rejected_at:
        date = iso_utc(commission.rejected_at)
        return "hold.rejected", {"date": date, "reason": commission.reject_reason}
    if state.name == "reversed" or state.is_zero:
        return commission.reason_code, find_zero_params(commission)
    if state.name == "released" and commission.released_at:
        return "hold.released", {"date": iso_utc(commission.released_at)}
    code, params = find_hold_reason(commission)
    brief = ("release_date", "event", "latest_date")
    return code, {name: params[name] for name in brief if name in params}


def _reader(row: Commission | Order) -> Reader:
    brand = row.brand
    zone = ZoneInfo(brand.time_zone)
    return Reader(audience="creator", zone=zone, known={"brand": brand.name})
