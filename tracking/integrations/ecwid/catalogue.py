"""Products with their combinations and categories, the oldest first; names of categories apart."""

from collections.abc import Mapping
from urllib.parse import urlencode

from brands.models import StoreConnection
from tracking.integrations.ecwid.pull import open_ask
from tracking.integrations.listing import GroupedCatalogue, ask_object, find_texts, told_as_products
from tracking.integrations.reading import Node
from tracking.services.catalogues import CataloguePage, ListedProduct

PER_PAGE = 100


class EcwidCatalogue(GroupedCatalogue):
    """A shop's products, read with the token of its app."""

    def list_products(self, cursor: str, names: Mapping[str, str]) -> CataloguePage:
        found, following = self._ask_page("products", {"sortBy": "ADDED_TIME_ASC"}, cursor)
        with told_as_products():
            return CataloguePage([_read(node, names) for node in found], following)

    def list_names(self, cursor: str) -> tuple[dict[str, str], str]:
        found, following = self._ask_page("categories", {"hidden_categories": "true"}, cursor)
        with told_as_products():
            return {node.identifier("id"): node.text("name") for node in found}, following

    def _ask_page(self, path: str, asked: dict[str, str], cursor: str) -> tuple[list[Node], str]:
        start = int(cursor or 0)
        query = {**asked, "limit": str(PER_PAGE), "offset": str(start)}
        told = ask_object(self.ask, f"{path}?{urlencode(query)}")
        with told_as_products():
            found = told.nodes("items")
        return found, str(start + PER_PAGE) if len(found) == PER_PAGE else ""


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> EcwidCatalogue:
    """Return the products of a shop; its token is sent to Ecwid alone."""
    return EcwidCatalogue(open_ask(connection, allows_loopback=allows_loopback))


def _read(node: Node, names: Mapping[str, str]) -> ListedProduct:
    listed = node.values.get("categoryIds")
    ids = [str(one) for one in listed] if isinstance(listed, list) else []
    return ListedProduct(
        product_ref=node.identifier("id"),
        title=node.text("name"),
        skus=[node.text("sku"), *find_texts(node, "combinations", "sku")],
        collections=[names[one] for one in ids if one in names],
    )
