"""Read JSON that strangers wrote, one way only: whatever has two readings is refused.

UTF-8 without a mark, at most 20 deep, each key once, whole numbers of at most 18 digits, no NUL and
no lone surrogate. Any bytes give a value or `NotStrict`, and nothing else.
"""

import json
import re
from typing import NoReturn

MAX_BYTES = 64 * 1024
MAX_DEPTH = 20
MAX_DIGITS = 18

_BOM = b"\xef\xbb\xbf"
# Possessive, and closed by the end of the text too, so that no input makes it go back.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class NotStrict(ValueError):
    """The bytes are no JSON of this kind; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_json(body: bytes) -> object:
    """Return the value that a body writes.

    :raises NotStrict: too_large, not_utf8, too_deep, repeated_key, not_whole, too_many_digits,
        unstorable_text or not_json.
    """
    if len(body) > MAX_BYTES:
        raise NotStrict("too_large")
    _refuse_deep(body)
    try:
        value: object = json.loads(
            _decode(body),
            object_pairs_hook=_unique_keys,
            parse_int=_integer,
            parse_float=_refuse_fraction,
            parse_constant=_refuse_fraction,
        )
    except NotStrict:
        raise
    except ValueError:
        raise NotStrict("not_json") from None
    _refuse_unstorable(value)
    return value


def _decode(body: bytes) -> str:
    if body.startswith(_BOM):
        raise NotStrict("not_utf8")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise NotStrict("not_utf8") from None


def _refuse_deep(body: bytes) -> None:
    """Count brackets outside of texts before anything is read: reading goes down by itself."""
    depth = 0
    for bracket in _STRING.sub(b"", body).translate(None, _NOT_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise NotStrict("too_deep")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise NotStrict("repeated_key")
    return found


def _integer(text: str) -> int:
    if len(text.lstrip("-")) > MAX_DIGITS:
        raise NotStrict("too_many_digits")
    return int(text)


def _refuse_fraction(_text: str) -> NoReturn:
    raise NotStrict("not_whole")


def _refuse_unstorable(value: object) -> None:
    """Refuse text that PostgreSQL does not take; the depth is bounded already."""
    if isinstance(value, str):
        if "\0" in value or any("\ud800" <= one <= "\udfff" for one in value):
            raise NotStrict("unstorable_text")
    elif isinstance(value, list):
        for item in value:
            _refuse_unstorable(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            _refuse_unstorable(key)
            _refuse_unstorable(item)
