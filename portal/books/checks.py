"""What a check of the books is and what it finds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

SHOWN = 5


class Matter(StrEnum):
    """What a red check means: the books are wrong, or work lies about that should be done."""

    MONEY = "money"
    UPKEEP = "upkeep"


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its code, its place in the list of checks and, in words, what it compares.

    `sql` returns a key and a difference for each row that is wrong; none means it holds. Both it
    and `rows`, what it looked at, are of the brand %(brand)s; `now` is the time %(now)s.
    """

    code: str
    number: str
    about: Promise
    rows: str
    sql: str
    matter: Matter = Matter.MONEY


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found: how many rows are wrong, the first of them, by how much at most."""

    code: str
    number: str
    about: str | Promise
    matter: Matter
    examined: int
    differences: int
    keys: tuple[str, ...] = ()
    largest_minor: int = 0
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return what is kept of it; its words are looked up by its code."""
        return {
            "code": self.code,
            "examined": self.examined,
            "differences": self.differences,
            "keys": list(self.keys),
            "largest_minor": self.largest_minor,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """All checks of one brand."""

    entries: int
    results: tuple[Result, ...]

    @property
    def is_balanced(self) -> bool:
        return self.differences == 0

    @property
    def differences(self) -> int:
        return sum(one.differences for one in self.results if one.matter is Matter.MONEY)

    @property
    def overdue(self) -> int:
        return sum(one.differences for one in self.results if one.matter is Matter.UPKEEP)

    @property
    def red(self) -> list[Result]:
        return [one for one in self.results if one.differences]
