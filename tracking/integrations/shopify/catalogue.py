"""Products and their collections, manual and automated, by GraphQL: REST tells neither any more.

A page is small, because a question is paid for by all it might answer. Of a product with more
variants than that the others' SKUs are left out; order lines name the product.
"""

from collections.abc import Callable, Mapping

from brands.models import StoreConnection
from core.egress import Answer
from tracking.integrations.listing import find_texts, told_as_products
from tracking.integrations.reading import Node, load_object
from tracking.integrations.shopapi import get_list
from tracking.integrations.shopify.api import AdminApi
from tracking.services.catalogues import CataloguePage, ListedProduct
from tracking.services.sources import PullFailed

QUERY = """query Products($after: String) {
  products(first: 5, after: $after, sortKey: ID) {
    pageInfo { hasNextPage endCursor }
    nodes {
      legacyResourceId
      title
      collections(first: 50) { nodes { title } }
      variants(first: 20) { nodes { sku } }
    }
  }
}"""
CODES = {"ACCESS_DENIED": "keys_refused", "THROTTLED": "too_often"}

Query = Callable[[str, Mapping[str, object]], Answer]


class ShopifyCatalogue:
    """A shop's products, read with a token that may `read_products`."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def read_page(self, cursor: str) -> CataloguePage:
        asked = {"after": cursor or None}
        body = get_list(lambda _: self._query(QUERY, asked), "")
        with told_as_products():
            told = load_object(body)
            _check(told)
            found = told.node("data").node("products")
            pages = found.node("pageInfo")
            return CataloguePage(
                [_read(node) for node in found.nodes("nodes")],
                pages.text("endCursor") if pages.flag("hasNextPage") else "",
            )


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> ShopifyCatalogue:
    """Return the products of a shop; its address is the only host its keys are sent to."""
    return ShopifyCatalogue(AdminApi(connection, allows_loopback=allows_loopback).query)


def _check(told: Node) -> None:
    """Tell of what is wrong with a question although it was answered."""
    for error in told.nodes("errors"):
        kind = (error.find_node("extensions") or Node({})).text("code")
        raise PullFailed(CODES.get(kind, "shop_failed"))


def _read(node: Node) -> ListedProduct:
    return ListedProduct(
        product_ref=node.identifier("legacyResourceId"),
        title=node.text("title"),
        skus=find_texts(node.node("variants"), "nodes", "sku"),
        collections=find_texts(node.node("collections"), "nodes", "title"),
    )
