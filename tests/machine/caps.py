"""What a commission may take of its program's caps: first come, first served.

Written apart from the product, of which nothing is imported: which sales share a cap is told by
the names of calendar runs, and what is left by what stands on the other sales just then.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

RUNS: Mapping[str, Callable[[date], tuple[int, ...]]] = {
    "week": lambda day: tuple(day.isocalendar()[:2]),
    "month": lambda day: (day.year, day.month),
    "quarter": lambda day: (day.year, (day.month + 2) // 3),
    "lifetime": lambda _day: (),
}


@dataclass(frozen=True)
class Cap:
    """At most so much in a calendar run: a creator in a program, or all of them together."""

    run: str
    amounts: Mapping[str, int]
    is_of_all: bool = False

    @property
    def field(self) -> str:
        return "budget_minor" if self.is_of_all else f"cap_creator_{self.run}"

    def scaled(self, percent: int) -> "Cap":
        return replace(self, amounts={c: a * percent // 100 for c, a in self.amounts.items()})


class Taker(Protocol):
    """A sale as far as caps know it; `posted_minor` is what its commission stands at."""

    number: str
    placed_at: datetime
    posted_minor: int
    added_minor: int

    @property
    def currency(self) -> str: ...
    @property
    def zone(self) -> ZoneInfo: ...
    @property
    def seat(self) -> tuple[int, int]: ...


def share_pot(cap: Cap, one: Taker, other: Taker) -> bool:
    """Tell whether two sales take of the same: one program and run, and one creator or all."""
    seats = (one.seat[:1], other.seat[:1]) if cap.is_of_all else (one.seat, other.seat)
    runs = {RUNS[cap.run](_day_of(sale)) for sale in (one, other)}
    return one.currency == other.currency and seats[0] == seats[1] and len(runs) == 1


def find_left(cap: Cap, sale: Taker, sales: Iterable[Taker]) -> int:
    """Return what the others leave of a cap, in minor units; below zero where it was lowered."""
    others = [one for one in sales if one is not sale and share_pot(cap, sale, one)]
    return cap.amounts[sale.currency] - sum(one.posted_minor for one in others)


def check_caps(caps: Mapping[int, Sequence[Cap]], sales: Sequence[Taker]) -> None:
    """No pot gives more than its cap at its highest, but for what people added by hand."""
    for sale in sales:
        for cap in caps[sale.seat[0]]:
            if sale.currency in cap.amounts:
                pot = [one for one in sales if share_pot(cap, sale, one)]
                given = sum(one.posted_minor for one in pot)
                most = cap.amounts[sale.currency] + sum(one.added_minor for one in pot)
                assert given <= most, f"I7 {given} of a {cap.run} of {most} at {sale.number}"


def end_of_run(run: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment of the next calendar run, by the clock on the wall."""
    day = now.astimezone(zone).date()
    name = RUNS[run](day)
    while RUNS[run](day) == name:
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def _day_of(sale: Taker) -> date:
    return sale.placed_at.astimezone(sale.zone).date()
