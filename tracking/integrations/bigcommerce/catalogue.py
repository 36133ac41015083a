"""Products with their variants and categories, by id; the names of categories come apart."""

from collections.abc import Mapping
from urllib.parse import urlencode

from brands.models import StoreConnection
from tracking.integrations.bigcommerce.pull import open_ask
from tracking.integrations.listing import GroupedCatalogue, ask_object, find_texts, told_as_products
from tracking.integrations.reading import Node
from tracking.services.catalogues import CataloguePage, ListedProduct

PER_PAGE = "100"


class BigCatalogue(GroupedCatalogue):
    """A store's products, read with the token of an API account."""

    def list_products(self, cursor: str, names: Mapping[str, str]) -> CataloguePage:
        asked = {"include": "variants", "include_fields": "name,sku,categories", "sort": "id"}
        found, following = self._ask_page("v3/catalog/products", asked, cursor)
        with told_as_products():
            return CataloguePage([_read(node, names) for node in found], following)

    def list_names(self, cursor: str) -> tuple[dict[str, str], str]:
        found, following = self._ask_page("v3/catalog/trees/categories", {}, cursor)
        with told_as_products():
            names = {node.identifier("category_id"): node.text("name") for node in found}
        return names, following

    def _ask_page(self, path: str, asked: dict[str, str], cursor: str) -> tuple[list[Node], str]:
        number = int(cursor or 1)
        query = {**asked, "limit": PER_PAGE, "page": str(number)}
        told = ask_object(self.ask, f"{path}?{urlencode(query, safe=',')}")
        with told_as_products():
            pages = told.node("meta").node("pagination").quantity("total_pages")
            return told.nodes("data"), str(number + 1) if number < pages else ""


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> BigCatalogue:
    """Return the products of the store of the connection."""
    return BigCatalogue(open_ask(connection, allows_loopback=allows_loopback))


def _read(node: Node, names: Mapping[str, str]) -> ListedProduct:
    listed = node.values.get("categories")
    ids = [str(one) for one in listed] if isinstance(listed, list) else []
    return ListedProduct(
        product_ref=node.identifier("id"),
        title=node.text("name"),
        skus=[node.text("sku"), *find_texts(node, "variants", "sku")],
        collections=[names[one] for one in ids if one in names],
    )
