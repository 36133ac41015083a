"""A shop's products in a file: an id or SKU, a title, and the collections it is in."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from tracking.domain.sheetcells import (
    Draft,
    Sheet,
    SheetRefused,
    guess_options,
    read_headers,
    read_rows,
)

FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "product_id": ("productid", "id"),
        "sku": ("sku", "variantsku"),
        "title": ("title", "name", "product", "productname"),
        "collections": ("collections", "collection", "categories", "category"),
    }
)
"""Field: the headers it is known by, in lower case and without what is no letter or digit."""

MAX_KEY, MAX_TITLE, MAX_NAME, MAX_COLLECTIONS = 128, 200, 100, 50

_PARTED = re.compile(r"[;|,\n]")


def read_products(raw: bytes) -> Sheet:
    """Read every product, or what is wrong with its row.

    Collections are parted by `;`, `|` or `,`. Rows with one id and SKU add up: a product may stand
    in a row for each of its collections.

    :raises SheetRefused: not text, not CSV, empty, too long; `no_columns`: no id and no SKU, or
        no collections.
    """
    options = guess_options(raw)
    columns = _find_columns(read_headers(raw, options))
    if "collections" not in columns or not columns.keys() & {"product_id", "sku"}:
        raise SheetRefused("no_columns")
    found = dict[tuple[str, str], Draft]()

    def take(sheet: Sheet, number: int, row: dict[str, str]) -> None:
        _take(sheet, number, row, found)

    sheet = read_rows(raw, replace(options, columns=columns), take)
    sheet.drafts = list(found.values())
    return sheet


def _find_columns(headers: list[str]) -> dict[str, int]:
    names = [re.sub(r"[^a-z0-9]", "", header.lower()) for header in headers]
    places = {
        field: next((names.index(name) for name in known if name in names), None)
        for field, known in FIELDS.items()
    }
    return {field: place for field, place in places.items() if place is not None}


def _take(
    sheet: Sheet, number: int, row: dict[str, str], found: dict[tuple[str, str], Draft]
) -> None:
    key = (row.get("product_id", ""), row.get("sku", ""))
    if key == ("", ""):
        sheet.note(number, "product_id", "upload.missing")
        return
    names = [part.strip() for part in _PARTED.split(row.get("collections", "")) if part.strip()]
    for field, is_long in (
        ("product_id", len(key[0]) > MAX_KEY),
        ("sku", len(key[1]) > MAX_KEY),
        ("collections", any(len(name) > MAX_NAME for name in names)),
    ):
        if is_long:
            sheet.note(number, field, "upload.too_long")
            return
    draft = found.setdefault(
        key,
        Draft(
            number,
            key[0],
            {"sku": key[1], "title": row.get("title", "")[:MAX_TITLE], "collections": []},
        ),
    )
    known: list[str] = draft.data["collections"]
    known += [name for name in dict.fromkeys(names) if name not in known]
    if len(known) > MAX_COLLECTIONS:
        sheet.note(number, "collections", "upload.too_many_collections")
