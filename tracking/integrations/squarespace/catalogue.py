"""Products with the store page they stand on and their tags, which are all the groups it tells."""

from collections.abc import Mapping
from urllib.parse import urlencode

from brands.models import StoreConnection
from tracking.integrations.listing import GroupedCatalogue, ask_object, find_texts, told_as_products
from tracking.integrations.reading import Node, clean_text
from tracking.integrations.squarespace.pull import COMMERCE, open_ask
from tracking.services.catalogues import CataloguePage, ListedProduct


class SquarespaceCatalogue(GroupedCatalogue):
    """A site's products, read with its own key."""

    def list_products(self, cursor: str, names: Mapping[str, str]) -> CataloguePage:
        found, following = self._ask_page("products", cursor)
        with told_as_products():
            return CataloguePage([_read(node, names) for node in found], following)

    def list_names(self, cursor: str) -> tuple[dict[str, str], str]:
        found, following = self._ask_page("store_pages", cursor, "storePages")
        with told_as_products():
            return {node.identifier("id"): node.text("title") for node in found}, following

    def _ask_page(self, path: str, cursor: str, name: str = "") -> tuple[list[Node], str]:
        query = f"?{urlencode({'cursor': cursor})}" if cursor else ""
        told = ask_object(self.ask, f"{path}{query}")
        with told_as_products():
            pages = told.find_node("pagination") or Node({})
            following = pages.text("nextPageCursor") if pages.flag("hasNextPage") else ""
            return told.nodes(name or path), following


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> SquarespaceCatalogue:
    """Return the products of a site; its key is sent to Squarespace alone."""
    return SquarespaceCatalogue(open_ask(connection, COMMERCE, allows_loopback=allows_loopback))


def _read(node: Node, names: Mapping[str, str]) -> ListedProduct:
    found = node.values.get("tags")
    listed = found if isinstance(found, list) else []
    tags = [clean_text(one) for one in listed if isinstance(one, str)]
    page = names.get(node.find_identifier("storePageId"), "")
    return ListedProduct(
        product_ref=node.identifier("id"),
        title=node.text("name"),
        skus=find_texts(node, "variants", "sku"),
        collections=[page, *tags],
    )
