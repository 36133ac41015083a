"""Products with their categories, by id; the names of categories come apart.

A name is told in every language of the shop: the last of them counts, as one must.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from brands.models import StoreConnection
from tracking.integrations.listing import GroupedCatalogue, told_as_products
from tracking.integrations.prestashop.pull import open_ask
from tracking.integrations.prestashop.xml import Value, read_document
from tracking.integrations.shopapi import get_list
from tracking.services.catalogues import CataloguePage, ListedProduct
from tracking.services.sources import PullFailed

PER_PAGE = 100

Row = dict[str, Value]


class PrestaCatalogue(GroupedCatalogue):
    """A shop's products, read with a key of its web service."""

    def list_products(self, cursor: str, names: Mapping[str, str]) -> CataloguePage:
        rows, following = self._ask_page("products", "full", cursor)
        return CataloguePage([_read(row, names) for row in rows], following)

    def list_names(self, cursor: str) -> tuple[dict[str, str], str]:
        rows, following = self._ask_page("categories", "[id,name]", cursor)
        return {_text(row, "id"): _text(row, "name") for row in rows}, following

    def _ask_page(self, name: str, display: str, cursor: str) -> tuple[list[Row], str]:
        start = int(cursor or 0)
        query = {"display": display, "sort": "[id_ASC]", "limit": f"{start},{PER_PAGE}"}
        with told_as_products():
            found = read_document(get_list(self.ask, f"{name}?{urlencode(query)}")).get(name)
        if found is None:
            raise PullFailed("no_list")
        rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
        return rows, str(start + PER_PAGE) if len(rows) == PER_PAGE else ""


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> PrestaCatalogue:
    """Return the products of a shop; its address is the only host the key is sent to."""
    return PrestaCatalogue(open_ask(connection, allows_loopback=allows_loopback))


def _read(row: Row, names: Mapping[str, str]) -> ListedProduct:
    ids = [_text(one, "id") for one in _list(row, "categories")]
    return ListedProduct(
        product_ref=_text(row, "id"),
        title=_text(row, "name"),
        skus=[_text(row, "reference")],
        collections=[names[one] for one in ids if one in names],
    )


def _list(row: Row, name: str) -> list[Row]:
    inside = row.get("associations")
    found = inside.get(name) if isinstance(inside, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if isinstance(value, dict):
        value = value.get("language")
    return value if isinstance(value, str) else ""
