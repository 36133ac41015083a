"""How a run differs from the last one of its currency, and what in it deserves a second look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median_low

USUAL_OF = 6  # payouts before this one, the newest
NOTABLE_TIMES = 3

NOTES = ("tripled", "first", "moved", "recovered", "new", "gone")
"""The most notable first. tripled: three times the usual or more; first: the first payout ever;
moved: paid to another place than last time; recovered: earlier refunds are taken from it;
new: not in the last run, but in one before it; gone: was in the last run and is not in this one."""


@dataclass(frozen=True, slots=True)
class RunLine:
    """What one creator gets in a run; `destination`: where it goes, or its fingerprint."""

    affiliation: str
    name: str
    amount_minor: int
    destination: str
    recovered_minor: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One creator, then and now; None where he is not in a run. `usual_minor`: None at first."""

    affiliation: str
    name: str
    before_minor: int | None
    now_minor: int | None
    usual_minor: int | None
    notes: tuple[str, ...]

    @property
    def change_minor(self) -> int:
        return (self.now_minor or 0) - (self.before_minor or 0)


def compare_runs(
    *, now: Sequence[RunLine], last: Sequence[RunLine], history: Mapping[str, Sequence[int]]
) -> list[Difference]:
    """Return everybody of either run, the most notable first, then the largest change.

    `history`: the amounts each creator was paid in the currency before, the newest first.
    """
    before = {line.affiliation: line for line in last}
    present = {line.affiliation for line in now}
    found = [
        _compare(line, before.get(line.affiliation), history.get(line.affiliation, ()))
        for line in now
    ]
    gone = [
        Difference(line.affiliation, line.name, line.amount_minor, None, None, ("gone",))
        for line in last
        if line.affiliation not in present
    ]
    return sorted([*found, *gone], key=_order)


def _compare(line: RunLine, before: RunLine | None, paid: Sequence[int]) -> Difference:
    usual = median_low(paid[:USUAL_OF]) if paid else None
    is_there = {
        "tripled": usual is not None and line.amount_minor >= NOTABLE_TIMES * usual,
        "first": usual is None,
        "moved": before is not None and before.destination != line.destination,
        "recovered": line.recovered_minor > 0,
        "new": usual is not None and before is None,
    }
    return Difference(
        affiliation=line.affiliation,
        name=line.name,
        before_minor=before.amount_minor if before else None,
        now_minor=line.amount_minor,
        usual_minor=usual,
        notes=tuple(note for note in NOTES if is_there.get(note)),
    )


def _order(one: Difference) -> tuple[int, int, str]:
    rank = NOTES.index(one.notes[0]) if one.notes else len(NOTES)
    return (rank, -abs(one.change_minor), one.affiliation)
