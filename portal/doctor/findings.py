"""What a check may find."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils import translation

from core import formats
from core.wording import say_duration


class Level(StrEnum):
    """How a check ended: well, worth a look, or somebody must act."""

    WELL = "ok"
    LOOK = "look"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fact in the reader's language; where all is not well, what mends it."""

    level: Level
    said: str
    mend: str = ""


def well(said: str) -> Finding:
    return Finding(Level.WELL, said)


def look(said: str, mend: str = "") -> Finding:
    return Finding(Level.LOOK, said, mend)


def act(said: str, mend: str) -> Finding:
    return Finding(Level.ACT, said, mend)


def since(then: datetime, now: datetime) -> str:
    """Return how long ago something was, as in "5 minutes"."""
    return say_duration(now - then)


def digits(value: int | str) -> str:
    """Write a number, alone or in words, as the reader does."""
    return formats.digits_text(str(value), language=translation.get_language() or "en")


def literal(text: str) -> str:
    """Keep a command or a setting in one piece among words that run from right to left."""
    return formats.isolate_ltr(text) if translation.get_language_bidi() else text
