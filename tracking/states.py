"""The state of a commission, derived from its facts: the one place that knows how."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Literal, Protocol

from django.db.models import Q

StateName = Literal["rejected", "reversed", "released", "pending"]

_IS_REVERSED = Q(rejected_at__isnull=True, amount_minor=0, highest_minor__gt=0)
_STANDS = Q(rejected_at__isnull=True) & (Q(amount_minor__gt=0) | Q(highest_minor=0))

STATE_FILTERS: Mapping[StateName, Q] = MappingProxyType(
    {
        "rejected": Q(rejected_at__isnull=False),
        "reversed": _IS_REVERSED,
        "released": _STANDS & Q(released_at__isnull=False),
        "pending": _STANDS & Q(released_at__isnull=True),
    }
)
"""The same rule for a queryset of commissions; each row is in exactly one."""


class CommissionFacts(Protocol):
    """What of a commission its state depends on; the model's row is one."""

    @property
    def amount_minor(self) -> int: ...
    @property
    def highest_minor(self) -> int: ...
    @property
    def released_at(self) -> datetime | None: ...
    @property
    def rejected_at(self) -> datetime | None: ...
    @property
    def paid_at(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class CommissionState:
    """A state and what stands beside it.

    `is_in_review`: a hold is open, whatever the state. `is_paid`: a paid payout covers it.
    `is_zero`: it never was more than 0.
    """

    name: StateName
    is_in_review: bool
    is_paid: bool
    is_zero: bool

    @property
    def badge(self) -> str:
        """Return the one state a row shows, by its name in core.states."""
        if self.name in {"rejected", "reversed"}:
            return self.name
        if self.is_in_review:
            return "in_review"
        if self.is_paid:
            return "paid"
        return "zero" if self.is_zero else self.name


def derive_state(facts: CommissionFacts, *, has_open_hold: bool) -> CommissionState:
    """Tell where a commission stands; `reversed` is 0 after having been more."""
    return CommissionState(
        name=_name(facts),
        is_in_review=has_open_hold,
        is_paid=facts.paid_at is not None,
        is_zero=facts.highest_minor == 0,
    )


def _name(facts: CommissionFacts) -> StateName:
    if facts.rejected_at is not None:
        return "rejected"
    if facts.amount_minor == 0 and facts.highest_minor > 0:
        return "reversed"
    return "pending" if facts.released_at is None else "released"
