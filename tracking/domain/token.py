"""The click token: which link was opened and when, and proof that this program said so.

base64url of key id (1 byte), click id (UUIDv7, 16), link id (8) and MAC (12): 50 characters of
`[A-Za-z0-9_-]`. The MAC is HMAC-SHA256 cut to 96 bits (RFC 2104 section 5 allows half and more;
a forger has one online guess an order, not a hash to grind on).
"""

import hmac
import re
import struct
import uuid
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

LENGTH = 50
KEY_BYTES = 32
MOST_KEPT = 3
MAC_BYTES = 12
MAX_KEY_ID = 255
PURPOSE = b"fs_click\0"

_FORM = re.compile(r"[A-Za-z0-9_-]{50}", re.ASCII)
_KEY_NUMBER = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_URLSAFE = str.maketrans("-_", "+/")
_HEAD = struct.Struct(">B16sQ")


class BadTokenKeys(ValueError):
    """CLICK_TOKEN_KEYS cannot be read: entries are `<number 1 to 255>:<32 bytes>`."""


class TokenRefusal(StrEnum):
    """Why a text is not a click token of ours."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """Keys by number; new tokens use the current one, old tokens are read with theirs."""

    current: int
    by_id: Mapping[int, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClickToken:
    """What a token whose MAC fits says."""

    key_id: int
    click_id: uuid.UUID
    link_id: int


def parse_keys(entries: Sequence[str]) -> TokenKeys:
    """Read `number:base64` entries; the first is the current key.

    :raises BadTokenKeys: none is given, or one is not of that form or its number is used twice.
    """
    return _parse_keys(tuple(entries))


def make_token(keys: Sequence[str], click_id: uuid.UUID, link_id: int) -> str:
    """Return the token of a click, sealed with the current key of `keys` (see `parse_keys`)."""
    known = parse_keys(keys)
    head = _HEAD.pack(known.current, click_id.bytes, link_id)
    sealed = head + _mac(known.by_id[known.current], head)
    return urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")


def read_token(keys: Sequence[str], text: str) -> ClickToken | TokenRefusal:
    """Return what a token says, or why it is refused. Never raises, whatever the text is."""
    if not _FORM.fullmatch(text):
        return TokenRefusal.MALFORMED
    sealed = urlsafe_b64decode(text + "==")
    if urlsafe_b64encode(sealed)[:LENGTH] != text.encode("ascii"):
        return TokenRefusal.MALFORMED  # spare bits set: a second spelling of the same token
    head, mac = sealed[:-MAC_BYTES], sealed[-MAC_BYTES:]
    key_id, click, link_id = _HEAD.unpack(head)
    key = parse_keys(keys).by_id.get(key_id)
    if key is None:
        return TokenRefusal.UNKNOWN_KEY
    if not hmac.compare_digest(mac, _mac(key, head)):
        return TokenRefusal.FORGED
    return ClickToken(key_id=key_id, click_id=uuid.UUID(bytes=click), link_id=link_id)


def split_tokens(text: str) -> list[str]:
    """Return the tokens that stand in a text one after the other; the text where they do not."""
    if len(text) % LENGTH:
        return [text]
    return [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]


def join_tokens(keys: Sequence[str], kept: str, token: str, oldest_ms: int) -> str:
    """Add a token to those a cookie keeps: the first that is not too old stays, and the last two.

    Which of them earns is the program's rule when the order comes. What is not ours is dropped.
    """
    found: list[str] = []
    for text in (*split_tokens(kept), token):
        read = read_token(keys, text)
        is_kept = isinstance(read, ClickToken) and read.click_id.int >> 80 >= oldest_ms
        if is_kept and text not in found:
            found.append(text)
    return "".join([*found[:1], *found[1:][-(MOST_KEPT - 1) :]])


@lru_cache(maxsize=8)
def _parse_keys(entries: tuple[str, ...]) -> TokenKeys:
    pairs = [_parse_key(entry) for entry in entries]
    if not pairs or len(dict(pairs)) != len(pairs):
        raise BadTokenKeys("CLICK_TOKEN_KEYS needs at least one key and each number once")
    return TokenKeys(current=pairs[0][0], by_id=dict(pairs))


def _parse_key(entry: str) -> tuple[int, bytes]:
    number, _, text = entry.partition(":")
    key = _read_bytes(text)
    if not _KEY_NUMBER.fullmatch(number) or int(number) > MAX_KEY_ID or len(key) != KEY_BYTES:
        raise BadTokenKeys(
            "CLICK_TOKEN_KEYS: an entry is <number 1 to 255>:<32 bytes in hexadecimal or base64>"
        )
    return int(number), key


def _read_bytes(text: str) -> bytes:
    """Read hexadecimal or base64; 32 bytes in one are never 32 bytes in the other."""
    try:
        if len(text) == 2 * KEY_BYTES:
            return bytes.fromhex(text)
        return b64decode(text.translate(_URLSAFE), validate=True)
    except ValueError:
        return b""


def _mac(key: bytes, head: bytes) -> bytes:
    return hmac.digest(key, PURPOSE + head, "sha256")[:MAC_BYTES]
