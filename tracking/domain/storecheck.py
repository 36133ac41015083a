"""Whether an order is the same in the shop and here, and what an order that is not comes to.

Both sides are read by one function from what is known of the order, so a figure means the same on
both. Amounts are minor units of the order's own currency, and never compared across currencies.
"""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from tracking.domain.merge import OrderState
from tracking.domain.standing import is_cancelled, refund_totals

EQUAL = "equal"

# What a person has to look at.
MISSING = "missing"
WAITING = "waiting"
DIFFERENT = "different"
REFUND = "refund"
ABSENT = "absent"
KINDS = (MISSING, WAITING, DIFFERENT, REFUND, ABSENT)

# Why an order is none of these though the sides do not agree, or were not compared.
TEST = "test"
NO_REVENUE = "no_revenue"
UNPAID = "unpaid"
BEFORE_STORE = "before_store"
FRESH = "fresh"
OUTSIDE = "outside"
NO_ORDER = "no_order"
BY_FILE = "by_file"
CANCELLED = "cancelled"
UNREAD = "unread"
DISMISSED = "dismissed"
LEFT_OUT = (
    TEST,
    NO_REVENUE,
    UNPAID,
    BEFORE_STORE,
    FRESH,
    NO_ORDER,
    BY_FILE,
    CANCELLED,
    UNREAD,
    DISMISSED,
)

AMOUNTS = ("total", "discount", "tax", "shipping", "lines", "refunded")
FIELDS = ("currency", "status", *AMOUNTS)

_PAID = frozenset({"paid", "partially_refunded", "refunded"})


@dataclass(frozen=True, slots=True)
class Figures:
    """An order in figures. `status`: unpaid, failed, paid or cancelled; refunds are amounts.

    `discount` and `lines` are of its lines, the latter without tax; `tax` and `shipping` of all.
    """

    currency: str
    status: str
    total: int
    discount: int
    tax: int
    shipping: int
    lines: int
    refunded: int

    def to_json(self, names: Collection[str] = FIELDS) -> dict[str, Any]:
        """Return the figures that are told; a file may tell less than all."""
        return {name: value for name, value in asdict(self).items() if name in names}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Figures":
        """Read them again; what was not told is nothing."""
        blank = dict.fromkeys(AMOUNTS, 0) | {"currency": "", "status": ""}
        return cls(**blank | dict(data))


@dataclass(frozen=True, slots=True)
class Told:
    """What the shop says of an order; `names`: the figures it tells."""

    figures: Figures
    is_test: bool
    placed_at: datetime | None
    changed_at: datetime | None
    names: Collection[str] = FIELDS


@dataclass(frozen=True, slots=True)
class Span:
    """Which orders are compared: placed or changed in it, `until` itself not.

    `connected_at`: orders before it were never promised to the store's connection. `fresh_from`:
    what changed since then may still be on its way.
    """

    since: datetime
    until: datetime
    connected_at: datetime
    fresh_from: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """EQUAL, one of KINDS or one of LEFT_OUT; `fields`: the figures that differ."""

    outcome: str
    fields: tuple[str, ...] = ()

    @property
    def is_finding(self) -> bool:
        return self.outcome in KINDS


def measure(state: OrderState) -> Figures | None:
    """Return the figures of what is known of an order; None before the order itself is.

    A lost dispute is no refund of the shop's, so it is left out.
    """
    order, refunds = state.snapshot, refund_totals(replace(state, disputes=()))
    if order is None:
        return None
    goods = sum(line.net_ex_tax + line.tax for line in refunds.lines) + refunds.unassigned
    return Figures(
        currency=order.currency,
        status=_read_status(state, order.status),
        total=order.total,
        discount=sum(line.discount for line in order.lines),
        tax=order.tax_total,
        shipping=order.shipping,
        lines=sum(line.net_ex_tax for line in order.lines),
        refunded=goods + refunds.shipping,
    )


def compare(told: Figures, here: Figures, names: Collection[str] = FIELDS) -> tuple[str, ...]:
    """Return which figures differ; in another currency every amount does that is not zero."""
    is_other = told.currency != here.currency
    return tuple(
        name
        for name in FIELDS
        if name in names
        and (
            getattr(told, name) != getattr(here, name)
            or (is_other and name in AMOUNTS and getattr(told, name) != 0)
        )
    )


def judge(*, told: Told, here: Figures | None, is_test_here: bool, span: Span) -> Verdict:
    """Say what an order of the shop comes to, given what is known of it here."""
    if not _is_within(told, span):
        return Verdict(OUTSIDE)
    if told.is_test or is_test_here:
        return Verdict(TEST)
    verdict = _judge_missing(told, span) if here is None else _judge_known(told, here)
    is_fresh = told.changed_at is not None and told.changed_at >= span.fresh_from
    return Verdict(FRESH) if verdict.is_finding and is_fresh else verdict


def judge_unreadable(*, changed_at: datetime | None, span: Span) -> Verdict:
    """Say what an order comes to that the shop tells and that cannot be read exactly."""
    if changed_at is not None and not span.since <= changed_at < span.until:
        return Verdict(OUTSIDE)
    is_fresh = changed_at is not None and changed_at >= span.fresh_from
    return Verdict(FRESH if is_fresh else WAITING)


def judge_absent(*, here: Figures | None, is_test: bool, has_told: bool) -> Verdict:
    """Say what an order comes to that the shop does not know.

    `has_told`: the shop itself told of it once; else it came from a file.
    """
    if is_test:
        return Verdict(TEST)
    if here is not None and here.status == "cancelled":
        return Verdict(CANCELLED)
    return Verdict(ABSENT) if has_told else Verdict(BY_FILE)


def _is_within(told: Told, span: Span) -> bool:
    times = [at for at in (told.placed_at, told.changed_at) if at is not None]
    return not times or any(span.since <= at < span.until for at in times)


def _judge_missing(told: Told, span: Span) -> Verdict:
    if told.figures.total == 0:
        return Verdict(NO_REVENUE)
    if told.figures.status != "paid":
        return Verdict(UNPAID)
    if told.placed_at is not None and told.placed_at < span.connected_at:
        return Verdict(BEFORE_STORE)
    return Verdict(MISSING)


def _judge_known(told: Told, here: Figures) -> Verdict:
    fields = compare(told.figures, here, told.names)
    if not fields:
        return Verdict(EQUAL)
    return Verdict(REFUND if fields == ("refunded",) else DIFFERENT, fields)


def _read_status(state: OrderState, status: str) -> str:
    if is_cancelled(state):
        return "cancelled"
    if status in _PAID:
        return "paid"
    return "failed" if status == "failed" else "unpaid"
