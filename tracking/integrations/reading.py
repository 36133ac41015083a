"""Reading JSON that strangers wrote: every wrong turn ends as `PayloadRefused`."""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeVar

from core.ids import EPOCH
from core.money import EXPONENTS, AmountError, parse_amount
from tracking.services.adapters import PayloadRefused

T = TypeVar("T")

MAX_DEPTH = 48
MAX_OBJECTS = 200_000
MAX_DIGITS = 28  # the precision of a Decimal: more would be rounded on the way
MAX_TEXT = 200
MAX_ID = 80
MAX_QUANTITY = 10**6

# Possessive, and closed by the end of the text too, so that no input makes it go back.
_STRING = re.compile(rb'"(?:[^"\\]++|\\.?)*+(?:"|\Z)', re.DOTALL)
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_UNSTORABLE = frozenset({"Cc", "Cs"})
_NOT_SPACE = re.compile(r"[^ \t\r\n]")
_ID = re.compile(r"[!-~]+\Z")


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON object and the path it stands at, which is all a refusal tells."""

    values: Mapping[str, object]
    path: str = ""

    def refuse(self, code: str, name: str = "") -> NoReturn:
        raise PayloadRefused(code, self.at(name))

    def at(self, name: str) -> str:
        return f"{self.path}.{name}".strip(".")

    def has(self, name: str) -> bool:
        """Tell whether the field is there and not null."""
        return self.values.get(name) is not None

    def required(self, name: str) -> object:
        value = self.values.get(name)
        if value is None:
            self.refuse("missing_field", name)
        return value

    def node(self, name: str) -> "Node":
        return self._as_node(self.required(name), name)

    def find_node(self, name: str) -> "Node | None":
        return self.node(name) if self.has(name) else None

    def nodes(self, name: str, *, at_most: int = 1000) -> "list[Node]":
        """Return the objects of a list; none when it is absent."""
        items = self.values.get(name)
        if items is None:
            return []
        if not isinstance(items, list):
            self.refuse("wrong_type", name)
        if len(items) > at_most:
            self.refuse("too_many", name)
        return [self._as_node(item, f"{name}[{index}]") for index, item in enumerate(items)]

    def text(self, name: str, *, at_most: int = MAX_TEXT) -> str:
        """Return a text for people: cut to length, cleaned, empty when absent."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.refuse("wrong_type", name)
        return clean_text(str(value))[:at_most]

    def identifier(self, name: str) -> str:
        """Return an id as text: printable ASCII, at most 80 characters; a number is exact."""
        value = self.required(name)
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.refuse("wrong_type", name)
        text = str(value)
        if len(text) > MAX_ID or not _ID.match(text):
            self.refuse("bad_identifier", name)
        return text

    def find_identifier(self, name: str) -> str:
        return self.identifier(name) if self.values.get(name) not in (None, "") else ""

    def quantity(self, name: str) -> int:
        value = self.required(name)
        if type(value) is not int:
            self.refuse("wrong_type", name)
        if not 0 <= value <= MAX_QUANTITY:
            self.refuse("bad_quantity", name)
        return value

    def flag(self, name: str) -> bool:
        """Return a boolean, false when absent."""
        value = self.values.get(name, False)
        if value is not None and not isinstance(value, bool):
            self.refuse("wrong_type", name)
        return bool(value)

    def time(self, name: str) -> datetime:
        """Return an ISO 8601 time with its zone, in UTC."""
        value = self.required(name)
        if not isinstance(value, str):
            self.refuse("wrong_type", name)
        parsed = parse_time(value)
        if parsed is None:
            self.refuse("bad_time", name)
        return parsed

    def find_time(self, name: str) -> datetime | None:
        return self.time(name) if self.has(name) else None

    def word(self, name: str, known: Mapping[str, T], *, default: str = "") -> T:
        """Return what one of the known words stands for."""
        text = self.text(name) if self.has(name) or not default else default
        if text not in known:
            self.refuse("unknown_word" if self.has(name) else "missing_field", name)
        return known[text]

    def currency(self, name: str) -> str:
        value = self.required(name)
        if not isinstance(value, str):
            self.refuse("wrong_type", name)
        if value not in EXPONENTS:
            self.refuse("unknown_currency", name)
        return value

    def amount(self, name: str, currency: str) -> int:
        """Return a major-unit amount as minor units of zero or more."""
        minor = self.signed_amount(name, currency)
        if minor < 0:
            self.refuse("negative_amount", name)
        return minor

    def signed_amount(self, name: str, currency: str) -> int:
        value = self.required(name)
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            self.refuse("wrong_type", name)
        if len(str(value)) > MAX_DIGITS:
            self.refuse("bad_amount", name)
        try:
            return parse_amount(value, currency)
        except AmountError:
            self.refuse("bad_amount", name)

    def _as_node(self, value: object, name: str) -> "Node":
        if not isinstance(value, dict):
            self.refuse("wrong_type", name)
        return Node(value, self.at(name))


def load_object(body: bytes) -> Node:
    """Read a store's JSON object: UTF-8, exact numbers; of a repeated key the last one counts.

    :raises PayloadRefused: not JSON, not an object, too deep, NaN, a number beyond reason.
    """
    return _load(body, dict)


def load_strict_object(body: bytes) -> Node:
    """Read our own format's JSON object: the same, and a repeated key is refused."""
    return _load(body, _unique_keys)


def split_list(body: bytes) -> list[bytes]:
    """Cut a JSON list of objects into the bytes of each, exactly as they came.

    :raises PayloadRefused: not a list of objects, or too deep.
    """
    _refuse_deep(body)
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PayloadRefused("not_utf8") from None
    decoder, parts, at = json.JSONDecoder(), [], _skip(text, 0)
    if text[at : at + 1] != "[":
        raise PayloadRefused("not_a_list")
    at = _skip(text, at + 1)
    while text[at : at + 1] != "]":
        try:
            value, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            raise PayloadRefused("not_json") from None
        if not isinstance(value, dict):
            raise PayloadRefused("not_an_object")
        parts.append(text[at:end].encode())
        at = _skip(text, end)
        at = _skip(text, at + 1) if text[at : at + 1] == "," else at
    return parts


def parse_time(text: str) -> datetime | None:
    """Read an ISO 8601 time that names its zone, as UTC; None for anything else."""
    if len(text) > 40:
        return None
    try:
        parsed = datetime.fromisoformat(text)
        return parsed.astimezone(UTC) if parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def microseconds(at: datetime) -> int:
    """Return a time as whole microseconds since 1970, without a float on the way."""
    return (at - EPOCH) // timedelta(microseconds=1)


def clean_text(text: str) -> str:
    """Drop control characters and lone surrogates, which no database takes; trim the ends."""
    kept = (" " if unicodedata.category(c) in _UNSTORABLE else c for c in text[: 4 * MAX_TEXT])
    return "".join(kept).strip()


def _load(body: bytes, pairs_hook: Callable[[list[tuple[str, object]]], object]) -> Node:
    _refuse_deep(body)
    try:
        value = json.loads(
            body.decode("utf-8"),
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=_constant,
            object_pairs_hook=pairs_hook,
        )
    except UnicodeDecodeError:
        raise PayloadRefused("not_utf8") from None
    except (ValueError, RecursionError):
        raise PayloadRefused("not_json") from None
    if not isinstance(value, dict):
        raise PayloadRefused("not_an_object")
    return Node(value)


def _skip(text: str, at: int) -> int:
    """Return the place of the next character that is no space."""
    found = _NOT_SPACE.search(text, at)
    return found.start() if found else len(text)


def _refuse_deep(body: bytes) -> None:
    """Refuse a tower of brackets before it meets the parser, and more objects than shops have."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return
    brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)
    if len(brackets) > 2 * MAX_OBJECTS:
        raise PayloadRefused("too_many")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise PayloadRefused("too_deep")


def _integer(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise PayloadRefused("number_too_long")
    return int(text)


def _decimal(text: str) -> Decimal:
    """Keep a fraction exact; an exponent of thousands would be written out digit by digit."""
    if len(text) > MAX_DIGITS * 2:
        raise PayloadRefused("number_too_long")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise PayloadRefused("number_too_long") from None
    if number and abs(number.adjusted()) > MAX_DIGITS:
        raise PayloadRefused("number_too_long")
    return number or Decimal(0)  # 0E-999 would be as long to write out


def _constant(name: str) -> NoReturn:
    raise PayloadRefused("not_a_number", name)


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise PayloadRefused("duplicate_key")
    return found
