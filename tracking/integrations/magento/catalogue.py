"""Products with their categories, by id; the names of categories come apart.

The simple products of a configurable one are products themselves, each with its SKU.
"""

from collections.abc import Mapping
from urllib.parse import urlencode

from brands.models import StoreConnection
from tracking.integrations.listing import GroupedCatalogue, ask_object, find_texts, told_as_products
from tracking.integrations.magento.pull import open_ask
from tracking.integrations.reading import Node
from tracking.services.catalogues import CataloguePage, ListedProduct

PER_PAGE = 100
PRODUCTS = "items[id,sku,name,extension_attributes[category_links]],total_count"
CATEGORIES = "items[id,name],total_count"


class MagentoCatalogue(GroupedCatalogue):
    """A shop's products, read with the token of an integration."""

    def list_products(self, cursor: str, names: Mapping[str, str]) -> CataloguePage:
        found, following = self._ask_page("products", PRODUCTS, cursor)
        with told_as_products():
            return CataloguePage([_read(node, names) for node in found], following)

    def list_names(self, cursor: str) -> tuple[dict[str, str], str]:
        found, following = self._ask_page("categories/list", CATEGORIES, cursor)
        with told_as_products():
            return {node.identifier("id"): node.text("name") for node in found}, following

    def _ask_page(self, path: str, fields: str, cursor: str) -> tuple[list[Node], str]:
        number = int(cursor or 1)
        query = {
            "searchCriteria[pageSize]": str(PER_PAGE),
            "searchCriteria[currentPage]": str(number),
            "searchCriteria[sortOrders][0][field]": "entity_id",
            "searchCriteria[sortOrders][0][direction]": "ASC",
            "fields": fields,
        }
        told = ask_object(self.ask, f"{path}?{urlencode(query)}")
        with told_as_products():
            # past the end the last page comes again, so the count tells which is the last
            is_last = number * PER_PAGE >= told.quantity("total_count")
            return told.nodes("items"), "" if is_last else str(number + 1)


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> MagentoCatalogue:
    """Return the products of a shop; its address is the only host the token is sent to."""
    return MagentoCatalogue(open_ask(connection, allows_loopback=allows_loopback))


def _read(node: Node, names: Mapping[str, str]) -> ListedProduct:
    links = node.find_node("extension_attributes") or Node({})
    ids = find_texts(links, "category_links", "category_id")
    return ListedProduct(
        product_ref=node.identifier("id"),
        title=node.text("name"),
        skus=[node.text("sku")],
        collections=[names[one] for one in ids if one in names],
    )
