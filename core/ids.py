"""Identifiers: UUIDv7 (RFC 9562), prefixed public ids, slugs."""

import os
import secrets
import uuid
from datetime import UTC, datetime, timedelta

ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # no 0 o 1 i l: read aloud and typed by people
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def uuid7(at: datetime) -> uuid.UUID:
    """Make a UUIDv7 (RFC 9562 section 5.7) of the millisecond `at`, 74 random bits."""
    return _uuid7(_ms(at), int.from_bytes(os.urandom(10)))


def uuid7_floor(at: datetime) -> uuid.UUID:
    """Return the smallest UUIDv7 of the millisecond `at`: a partition or range bound."""
    return uuid.UUID(int=_ms(at) << 80)


def uuid7_time(value: uuid.UUID) -> datetime:
    """Return the millisecond a UUIDv7 carries, in UTC."""
    return EPOCH + timedelta(milliseconds=value.int >> 80)


def public_id(prefix: str) -> str:
    """Make a public id such as `cmn_4k7…`: 20 random characters, 99 bits."""
    return f"{prefix}_{random_text(20)}"


def random_text(length: int) -> str:
    """Return that many characters of an alphabet without look-alikes, from the OS's randomness."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _ms(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return (at - EPOCH) // timedelta(milliseconds=1)


def _uuid7(ms: int, rand: int) -> uuid.UUID:
    rand_a, rand_b = rand >> 68 & 0xFFF, rand & (1 << 62) - 1
    return uuid.UUID(int=ms << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)
