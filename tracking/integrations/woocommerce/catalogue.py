"""Products with their categories, which WooCommerce writes as HTML, by id.

Variations are told apart from their product and are not asked for: order lines name the product.
"""

import html
from urllib.parse import urlencode

from brands.models import StoreConnection
from tracking.integrations.listing import ask_objects, find_texts, told_as_products
from tracking.integrations.reading import Node
from tracking.integrations.shopapi import Ask
from tracking.integrations.woocommerce.pull import open_ask
from tracking.services.catalogues import CataloguePage, ListedProduct

PER_PAGE = 100


class WooCatalogue:
    """A shop's products, read with its own keys."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def read_page(self, cursor: str) -> CataloguePage:
        number = int(cursor or 1)
        query = {
            "orderby": "id",
            "order": "asc",
            "per_page": str(PER_PAGE),
            "page": str(number),
            "_fields": "id,name,sku,categories",
        }
        found = ask_objects(self._ask, f"products?{urlencode(query, safe=',')}")
        with told_as_products():
            products = [_read(node) for node in found]
        return CataloguePage(products, str(number + 1) if len(found) == PER_PAGE else "")


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> WooCatalogue:
    """Return the products of a shop; its address is the only host the keys are sent to."""
    return WooCatalogue(open_ask(connection, allows_loopback=allows_loopback))


def _read(node: Node) -> ListedProduct:
    return ListedProduct(
        product_ref=node.identifier("id"),
        title=html.unescape(node.text("name")),
        skus=[node.text("sku")],
        collections=[html.unescape(name) for name in find_texts(node, "categories", "name")],
    )
