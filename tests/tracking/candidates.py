"""Makers of candidates: each is of a creator by name, in program p1, hours from the order."""

from typing import Any

from tests.tracking.events import at
from tracking.domain.candidates import (
    BoundCandidate,
    ClickCandidate,
    CodeCandidate,
    ManualCandidate,
    OrderFacts,
    Party,
)

DAY = 24.0
PLACED = at(0)
ORDER = OrderFacts(placed_at=PLACED, email_hash="buyer")


def make_party(name: str = "anna", **changes: Any) -> Party:
    facts: dict[str, Any] = {
        "enrollment": name,
        "affiliation": name,
        "program": "p1",
        "partner_type": "influencer",
        "joined_at": at(-90 * DAY),
        "email_hash": "of " + name,
    }
    return Party(**(facts | changes))


def click(name: str = "anna", hours: float = -DAY, verdict: Any = "counted", **changes: Any):
    party = make_party(name, **changes)
    return ClickCandidate(party, f"{name}{hours}", "link", at(hours), verdict)


def code(name: str = "anna", discount: int = 500, position: int = 0, **changes: Any):
    disabled_at = changes.pop("disabled_at", None)
    used_by = changes.pop("used_by", "")
    party = make_party(name, **changes)
    return CodeCandidate(party, f"{name}10", discount, position, disabled_at, used_by)


def bound(name: str = "anna", hours: float = -DAY, until: float | None = None, **changes: Any):
    end = None if until is None else at(until)
    return BoundCandidate(make_party(name, **changes), at(hours), end)


def manual(name: str = "anna", hours: float = 5, **changes: Any):
    return ManualCandidate(make_party(name, **changes), at(hours), "mara", "spoke on the phone")
