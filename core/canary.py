"""Prove that the keys of this process are those the database was written with."""

from datetime import datetime

from core.crypto import Undecryptable, keyed_hash
from core.models import KeyCanary

TEXT = "The keys of this installation."


class NoCanary(LookupError):
    """None was left yet: `python -m config.prepare` leaves it."""


class HashKeyMoved(ValueError):
    """The last key of FIELD_ENCRYPTION_KEYS is another one: known addresses are not found again."""


def leave_canary(*, using: str, now: datetime) -> None:
    """Write the known text with the keys of today, once in the life of a database."""
    rows = KeyCanary.objects.using(using)
    if not rows.exists():
        rows.create(text=TEXT, hash=_hash(), created_at=now)


def check_canary() -> None:
    """Read the known text with the keys of today.

    :raises NoCanary: there is none to read.
    :raises Undecryptable: a key is lost.
    :raises HashKeyMoved: the last key is another.
    """
    canary = KeyCanary.objects.first()
    if canary is None:
        raise NoCanary
    if canary.text != TEXT:
        raise Undecryptable
    if canary.hash != _hash():
        raise HashKeyMoved


def _hash() -> str:
    return keyed_hash("canary", "", TEXT)
