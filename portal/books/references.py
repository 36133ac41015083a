"""Does every row stand in one brand: a query made from the models, a part for each reference."""

from collections.abc import Iterator
from functools import cache

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from core.models import Brand
from portal.books.checks import Check

_LEAVES = """
SELECT '{name} ' || t.{key} AS key, 0 AS diff
  FROM {table} t LEFT JOIN {other} r ON r.{to} = t.{column}
 WHERE t.brand_id = %(brand)s AND t.{column} IS NOT NULL
   AND r.brand_id IS DISTINCT FROM t.brand_id"""


@cache
def same_brand_check() -> Check:
    """Return the check of every reference between two tables that both have a brand."""
    parts = [
        _compare(model, column, target)
        for model in apps.get_models()
        if _has_brand(model)
        for column, target in _references(model)
    ]
    return Check(
        "references_stay_in_brand",
        "RC11",
        _("Every reference leads to a row that is there, and of the same brand"),
        "(SELECT unnest(%(references)s::text[])) AS listed",
        " UNION ALL ".join(parts),
    )


def list_references() -> list[str]:
    """Return every reference that is looked at, as table.column."""
    return [
        f"{model._meta.db_table}.{column}"
        for model in apps.get_models()
        if _has_brand(model)
        for column, _ in _references(model)
    ]


def _has_brand(model: type[Model]) -> bool:
    if not model._meta.managed or model._meta.proxy:
        return False
    return any(f.name == "brand" and f.related_model is Brand for f in model._meta.concrete_fields)


def _references(model: type[Model]) -> Iterator[tuple[str, type[Model]]]:
    for field in model._meta.concrete_fields:
        target = field.related_model
        if isinstance(target, type) and field.column and _has_brand(target):
            yield field.column, target


def _compare(model: type[Model], column: str, target: type[Model]) -> str:
    table, key = model._meta.db_table, model._meta.pk.column
    other, other_key = target._meta.db_table, target._meta.pk.column
    return _LEAVES.format(
        name=f"{table}.{column}", table=table, key=key, column=column, other=other, to=other_key
    )
