"""Texts that would do something, planted wherever people write something.

Past every form: what is stored may have come by another way, or be older than its check.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from core.models import Brand
from tests.crawler.town import NOT_WRITTEN, WRITTEN, columns, label, list_tenant_models, people_of

# On top of what people write: what stores, browsers and rails send, and where links lead.
SENT = {
    "destination_hint",
    "destination_url",
    "external_number",
    "file_name",
    "from_name",
    "help_text",
    "hint",
    "landing_url",
    "order_ref",
    "reference",
    "shop_url",
    "site_url",
    "url",
    "user_agent",
    "words",
}
ADDRESSES = {"destination_url", "landing_url", "publishes_at", "shop_url", "site_url", "url"}
# Lists and objects that hold nothing but what people wrote.
LISTS = {"tags", "sub_ids", "utm"}
# How the things are called that the shop of tests sells.
PRODUCT = "Ceramic cups"
LONG = 300

Write = Callable[["Place"], str]


@dataclass(frozen=True)
class Place:
    """One column, and how much it holds."""

    name: str
    column: str
    length: int
    number: int

    @property
    def is_address(self) -> bool:
        return self.column in ADDRESSES


def plant(brand: Brand, write: Write) -> list[Place]:
    """Write a text into each place of a brand and its people; returns the places."""
    places = []
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # history is append-only
        for model, one in _list_texts():
            place = Place(label(model, one.name), one.column, one.max_length or LONG, len(places))
            _fill(cursor, model, one, brand, write(place)[: place.length])
            places.append(place)
        for model, one in _list_json():
            _replace(cursor, model, one, brand, write(Place("", "title", LONG, len(places))))
        cursor.execute("SET session_replication_role = DEFAULT")
    return places


def _list_texts() -> Iterator[tuple[type[models.Model], "models.Field[Any, Any]"]]:
    for model in (Brand, *list_tenant_models()):
        for one in model._meta.concrete_fields:
            is_text = isinstance(one, models.CharField | models.TextField) and not one.choices
            is_written = is_text and one.name in WRITTEN | SENT
            if (is_written or one.name in LISTS) and label(model, one.name) not in NOT_WRITTEN:
                yield model, one


def _list_json() -> Iterator[tuple[type[models.Model], "models.Field[Any, Any]"]]:
    for model in (Brand, *list_tenant_models()):
        for one in model._meta.concrete_fields:
            if isinstance(one, models.JSONField) and one.name not in LISTS:
                yield model, one


def _fill(cursor: Any, model: Any, one: Any, brand: Brand, text: str) -> None:
    """Write a text, and the row's key behind it: some are unique."""
    where, values = _whose(model, brand)
    if isinstance(one, ArrayField):
        new, given = "CASE WHEN cardinality({0}) > 0 THEN ARRAY[%s] ELSE {0} END", text[:60]
    elif isinstance(one, models.JSONField):
        new, given = "%s::jsonb", json.dumps({"source": text[:90]})
    else:
        size = one.max_length or LONG
        key = f"{model._meta.pk.column}::text"
        new = f"left(%s, {size} - length({key})) || {key}"
        given = text
    sql = f'UPDATE {model._meta.db_table} SET "{one.column}" = {new.format(one.column)}'
    cursor.execute(f"{sql} WHERE {where}", [given, *values])


def _replace(cursor: Any, model: Any, one: Any, brand: Brand, text: str) -> None:
    where, values = _whose(model, brand)
    cursor.execute(
        f'UPDATE {model._meta.db_table} SET "{one.column}" ='
        f' replace("{one.column}"::text, %s, %s)::jsonb'
        f' WHERE {where} AND strpos("{one.column}"::text, %s) > 0',
        [PRODUCT, json.dumps(text)[1:-1], *values, PRODUCT],
    )


def _whose(model: Any, brand: Brand) -> tuple[str, list[Any]]:
    if model is Brand:
        return "id = %s", [brand.pk]
    if "brand_id" in columns(model):
        return "brand_id = %s", [brand.pk]
    key = "user_id" if "user_id" in columns(model) else "id"
    return f"{key} = ANY(%s)", [people_of(brand)]
