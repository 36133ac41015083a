"""Fields that take one form of a value each, where DRF's own guess at what was meant."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

from core.money import EXPONENTS, MAX_MINOR

FIRST_YEAR, LAST_YEAR = 2000, 2100
MAX_LIMIT = 200
DEFAULT_LIMIT = 50

_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_CURSOR = re.compile(r"[0-9a-z_-]{1,64}")
_ID = re.compile(r"[a-z]{2,6}_[0-9a-z]{1,32}")


class Moment(serializers.DateTimeField):
    """A time in ISO 8601 that names its zone; it is answered in UTC."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_internal_value(self, value: Any) -> datetime:
        try:
            found = datetime.fromisoformat(value) if isinstance(value, str) else None
            at = found.astimezone(UTC) if found and found.tzinfo and len(value) <= 40 else None
        except (ValueError, OverflowError):
            at = None
        if at is None or not FIRST_YEAR <= at.year < LAST_YEAR:
            raise serializers.ValidationError(
                "A time is ISO 8601 with its zone: 2026-11-29T10:00:00Z."
            )
        return at


class Text(serializers.CharField):
    """A text, and nothing that only looks like one. `is_long`: lines may follow."""

    def __init__(self, *, is_long: bool = False, **kwargs: Any) -> None:
        self.is_long = is_long
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise serializers.ValidationError("This is no text.")
        plain = data.replace("\r\n", "\n").replace("\n", "").replace("\t", "")
        if _CONTROL.search(plain if self.is_long else data):
            raise serializers.ValidationError("This holds control characters.")
        return str(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A whole number, written as one."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            raise serializers.ValidationError("This is no whole number.")
        return int(super().to_internal_value(data))


class Minor(Whole):
    """An amount in minor units of its currency: 1999 is 19.99 EUR."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_MINOR, **kwargs})


class Flag(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise serializers.ValidationError("This is neither true nor false.")
        return data


class Currency(serializers.CharField):
    """An ISO 4217 code."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or data not in EXPONENTS:
            raise serializers.ValidationError("This is no currency: ISO 4217, in capitals.")
        return data


class Id(serializers.CharField):
    """An id as this API gives it."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not _ID.fullmatch(data):
            raise serializers.ValidationError("This is no id.")
        return data


class Strict(serializers.Serializer[Any]):
    """What is taken: fields that nobody knows are refused, not left out."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, Mapping):
            raise serializers.ValidationError({"non_field_errors": ["This is no object."]})
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(unknown, "There is no such field."))
        return super().to_internal_value(data)


class Limit(serializers.IntegerField):
    """How many rows a page has, as it stands in an address."""

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str) or not _NUMBER.fullmatch(data) or int(data) > MAX_LIMIT:
            raise serializers.ValidationError(f"This is no number from 1 to {MAX_LIMIT}.")
        return int(data)


class Cursor(serializers.CharField):
    """Where a page begins: what the page before it gave."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not _CURSOR.fullmatch(data):
            raise serializers.ValidationError("This is no cursor of this list.")
        return data


class Query(Strict):
    """The parameters of every list."""

    limit = Limit(
        required=False,
        min_value=1,
        max_value=MAX_LIMIT,
        help_text=f"Rows of a page, {DEFAULT_LIMIT} unless you say.",
    )
    cursor = Cursor(required=False, help_text="`next_cursor` of the page before.")
