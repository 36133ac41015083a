"""What the filters of an address say, made harmless: whatever is typed there is no error."""

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

Asked: TypeAlias = Mapping[str, str]

LENGTH = 80
FIRST_YEAR = 2000
LAST_YEAR = 2100


def read_text(asked: Asked, name: str) -> str:
    """Return a text without NUL, which PostgreSQL refuses, cut to a sane length."""
    return asked.get(name, "").replace("\0", "").strip()[:LENGTH]


def read_day(asked: Asked, name: str) -> date | None:
    """Read YYYY-MM-DD, as a date field sends it; None for anything else."""
    try:
        day = date.fromisoformat(asked.get(name, ""))
    except ValueError:
        return None
    return day if FIRST_YEAR <= day.year < LAST_YEAR else None
