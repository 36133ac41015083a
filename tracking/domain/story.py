"""What each change of a commission says: the reason that was stored, or what the order tells.

A change that a store's event made carries only the reason of the price. What happened to the order
is told by comparing the price before it with the price after it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from tracking.domain.codec import iso_utc

EARNED = "commission.earned"
CHANGED = "commission.changed"
EDITED = "price.edited"
PARTIAL = "refund.partial"
UNDONE = "refund.undone"
DISPUTE_LOST = "dispute.lost"
DISPUTE_WON = "dispute.won"
WON_MANUAL = "attr.won_manual"
REASSIGNED = "attr.reassigned"
CLAWBACK_MADE = "clawback.made"
CLAWBACK_CORRECTED = "clawback.corrected"

_WAITING = frozenset({"hold.unpaid", "lead.pending", "order.awaited", "attr.test"})
_BY_REFUND = frozenset({PARTIAL, "refund.full", "refund.cancelled", DISPUTE_LOST})


class Told(NamedTuple):
    """A reason code and raw parameters, for the app's catalogue to put into words."""

    code: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One row of a commission's history. `pricing`: the JSON of brands.domain's Pricing.

    `member`: the id of the person who made it, empty where a store's event did.
    """

    code: str
    at: datetime
    before_minor: int
    after_minor: int
    currency: str
    params: Mapping[str, Any] = field(default_factory=dict)
    pricing: Mapping[str, Any] = field(default_factory=dict)
    member: str = ""


@dataclass(frozen=True, slots=True)
class _Sums:
    base: int
    refunded: int
    counted: int


def tell_story(
    *, changes: Iterable[Change], released_at: datetime | None
) -> tuple[tuple[Told, ...], ...]:
    """Return what each change says, in the order of the changes: the fact, then its consequence.

    Money that was released before a change lowered it is a consequence of its own.
    """
    told: list[tuple[Told, ...]] = []
    previous: Change | None = None
    for change in changes:
        fact = tell_change(change=change, previous=previous)
        is_late = released_at is not None and released_at <= change.at
        told.append((fact, *_tell_clawback(change, fact)) if is_late else (fact,))
        previous = change
    return tuple(told)


def tell_change(*, change: Change, previous: Change | None) -> Told:
    """Return the one reason of a change, with the parameters every wording of it may need."""
    facts: dict[str, Any] = {
        "date": iso_utc(change.at),
        "currency": change.currency,
        "amount": change.after_minor,
        "change": change.after_minor - change.before_minor,
        "member": change.member or None,
    }
    code, more = _read(change, previous)
    return Told(code, {**facts, **more, **change.params})


def _read(change: Change, previous: Change | None) -> tuple[str, Mapping[str, Any]]:
    if change.code == WON_MANUAL and change.after_minor < change.before_minor:
        return REASSIGNED, {}  # one decision by hand, seen from the creator who lost the order
    if not change.code.startswith("price."):
        return change.code, {}
    if previous is None or previous.code in _WAITING:
        return (EARNED if change.after_minor else change.code), {}
    if previous.code == DISPUTE_LOST:
        return DISPUTE_WON, {}
    return _compare(change, previous)


def _compare(change: Change, previous: Change) -> tuple[str, Mapping[str, Any]]:
    """Tell what became of the order between two prices."""
    before, after = _add_up(previous.pricing), _add_up(change.pricing)
    delta = change.after_minor - change.before_minor
    by_amount = CHANGED if delta else change.code
    if before is None or after is None:
        return by_amount, {}
    if after.refunded > before.refunded:
        refunded = after.refunded - before.refunded
        return PARTIAL, {"refunded": refunded, "left": after.counted}
    if before.refunded > after.refunded or previous.code == "refund.full":
        return UNDONE, {"amount": delta}
    return (EDITED if after.base != before.base else by_amount), {}


def _add_up(pricing: Mapping[str, Any]) -> _Sums | None:
    lines = pricing.get("lines")
    if not lines:
        return None
    return _Sums(
        base=sum(line["base"] for line in lines),
        refunded=sum(line["refunded"] for line in lines),
        counted=sum(line["counted"] for line in lines),
    )


def _tell_clawback(change: Change, fact: Told) -> tuple[Told, ...]:
    lowered = change.before_minor - change.after_minor
    if lowered <= 0:
        return ()
    code = CLAWBACK_MADE if fact.code in _BY_REFUND else CLAWBACK_CORRECTED
    params = {"amount": lowered, "currency": change.currency, "date": iso_utc(change.at)}
    return (Told(code, params),)
