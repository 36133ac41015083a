"""Fields shared by every app: currency codes, money, public ids, encrypted text."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import models

from core import crypto
from core.ids import public_id

if TYPE_CHECKING:
    _CharField = models.CharField[str, str]
    _BinaryField = models.BinaryField[Any, Any]
else:
    _CharField, _BinaryField = models.CharField, models.BinaryField


class PublicIdField(_CharField):
    """The id people and other programs see: a prefix and 20 random characters."""

    def __init__(self, prefix: str = "", **kwargs: Any) -> None:
        self.prefix = prefix
        kwargs |= {
            "max_length": 32,
            "unique": True,
            "editable": False,
            "default": partial(public_id, prefix),
        }
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _, kwargs = super().deconstruct()
        for key in ("max_length", "unique", "editable", "default"):
            kwargs.pop(key, None)
        return name, path, [], kwargs | {"prefix": self.prefix}


class CurrencyField(_CharField):
    """An ISO 4217 code in capitals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"max_length": 3}))

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, _, kwargs = super().deconstruct()
        kwargs.pop("max_length", None)
        return name, path, [], kwargs


class EncryptedTextField(_BinaryField):
    """Text that is encrypted before it reaches the database; not searchable."""

    def get_prep_value(self, value: Any) -> Any:
        return None if value is None else crypto.encrypt(value)

    def from_db_value(self, value: Any, *_args: Any) -> str | None:
        return None if value is None else crypto.decrypt(bytes(value))

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, _obj: models.Model) -> str:
        return ""
