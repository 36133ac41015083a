"""Turn the frozen dataclasses of the domain into JSON values and back.

Times become UTC text with microseconds, tuples become lists. A field that the stored value lacks
takes its default and an unknown one is left out, so that a row of an older release stays readable.
In a union of dataclasses the field `kind`, which has a default in each, tells which one it is.
"""

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints, overload

T = TypeVar("T")


def encode(value: Any) -> Any:
    """Return the JSON value of a dataclass, a time, a sequence, a mapping or a plain value.

    :raises TypeError: for anything else, a float among it.
    :raises ValueError: for a time without its zone.
    """
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, tuple | list):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): encode(item) for key, item in value.items()}
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def canonical_json(value: Any) -> str:
    """Return the one JSON text of a value: sorted keys, no spaces, ASCII."""
    return json.dumps(encode(value), sort_keys=True, separators=(",", ":"))


def decode_as(kind: type[T], data: Any) -> T:
    """Rebuild a value of the dataclass `kind` from what `encode` made.

    :raises ValueError: a literal or a kind that this release does not know.
    """
    decoded: T = _decode(kind, data)
    return decoded


def to_utc(at: datetime) -> datetime:
    """Return the same instant in UTC; arithmetic in another zone would follow its wall clock.

    :raises ValueError: for a time without its zone.
    """
    if at.tzinfo is None:
        raise ValueError("a time needs its zone")
    return at.astimezone(UTC)


@overload
def iso_utc(at: datetime) -> str: ...
@overload
def iso_utc(at: None) -> None: ...
def iso_utc(at: datetime | None) -> str | None:
    """Return the instant as ISO 8601 text in UTC with microseconds.

    :raises ValueError: for a time without its zone.
    """
    return None if at is None else to_utc(at).isoformat(timespec="microseconds")


def _decode(hint: Any, data: Any) -> Any:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _decode_union(get_args(hint), data)
    if origin is tuple:
        return _decode_tuple(get_args(hint), data)
    if origin is Literal:
        return _decode_literal(get_args(hint), data)
    if hint is datetime:
        return datetime.fromisoformat(data)
    return _decode_dataclass(hint, data) if is_dataclass(hint) else data


def _decode_dataclass(shape: Any, data: Mapping[str, Any]) -> Any:
    known = _hints(shape)
    return shape(**{name: _decode(known[name], data[name]) for name in known if name in data})


def _decode_union(choices: tuple[Any, ...], data: Any) -> Any:
    if data is None:
        return None
    if not isinstance(data, Mapping):
        return _decode(next(choice for choice in choices if choice is not type(None)), data)
    shapes = [choice for choice in choices if is_dataclass(choice)]
    if len(shapes) == 1:
        return _decode(shapes[0], data)
    for shape in shapes:
        if _kind_of(shape) == data.get("kind"):
            return _decode(shape, data)
    raise ValueError(f"unknown kind {data.get('kind')!r}")


def _kind_of(shape: Any) -> Any:
    return next((field.default for field in fields(shape) if field.name == "kind"), None)


def _decode_tuple(items: tuple[Any, ...], data: Any) -> tuple[Any, ...]:
    if items[-1] is Ellipsis:
        return tuple(_decode(items[0], item) for item in data)
    return tuple(_decode(item, part) for item, part in zip(items, data, strict=True))


def _decode_literal(allowed: tuple[Any, ...], data: Any) -> Any:
    if data not in allowed:
        raise ValueError(f"{data!r} is not one of {allowed}")
    return data


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
