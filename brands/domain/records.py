"""Frozen dataclasses that go into a JSON column and come back equal."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from types import UnionType
from typing import Any, Self, Union, cast, get_args, get_origin, get_type_hints


class Record:
    """Base of a frozen dataclass made of plain values, tuples, mappings and other records."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists and scalars."""
        return {f.name: _encode(getattr(self, f.name)) for f in fields(cast(Any, self))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Rebuild what `to_json` gave.

        A name this version does not know is dropped and a missing one takes its default, so rows
        written by an older or newer version stay readable.
        """
        hints = _hints(cast(Any, cls))
        known = {name: value for name, value in data.items() if name in hints}
        return cls(**{name: _decode(hints[name], value) for name, value in known.items()})


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _encode(value: Any) -> Any:
    if isinstance(value, Record):
        return value.to_json()
    if isinstance(value, tuple | list):
        return [_encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _encode(item) for key, item in value.items()}
    return value


def _decode(hint: Any, value: Any) -> Any:
    if isinstance(value, list):
        item = get_args(_tuple_hint(hint))[0]
        return tuple(_decode(item, part) for part in value)
    if isinstance(hint, type) and issubclass(hint, Record):
        return hint.from_json(value)
    return value


def _tuple_hint(hint: Any) -> Any:
    """Find the tuple in a hint such as `tuple[str, ...] | None`."""
    options = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    return next(option for option in options if get_origin(option) is tuple)
