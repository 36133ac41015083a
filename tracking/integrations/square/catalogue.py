"""Items with their categories. Order lines name a variation, so each of them is a product here."""

from collections.abc import Mapping
from urllib.parse import urlencode

from brands.models import StoreConnection
from tracking.integrations.listing import GroupedCatalogue, ask_object, find_texts, told_as_products
from tracking.integrations.reading import Node
from tracking.integrations.square.pull import open_ask
from tracking.services.catalogues import CataloguePage, ListedProduct


class SquareCatalogue(GroupedCatalogue):
    """A seller's items, read with an access token."""

    def list_products(self, cursor: str, names: Mapping[str, str]) -> CataloguePage:
        found, following = self._ask_page("ITEM", cursor)
        with told_as_products():
            products = [one for node in found for one in _read(node.node("item_data"), names)]
        return CataloguePage(products, following)

    def list_names(self, cursor: str) -> tuple[dict[str, str], str]:
        found, following = self._ask_page("CATEGORY", cursor)
        with told_as_products():
            names = {one.identifier("id"): one.node("category_data").text("name") for one in found}
        return names, following

    def _ask_page(self, kind: str, cursor: str) -> tuple[list[Node], str]:
        query = {"types": kind, **({"cursor": cursor} if cursor else {})}
        told = ask_object(self.ask, f"catalog/list?{urlencode(query)}")
        with told_as_products():
            return told.nodes("objects"), told.text("cursor", at_most=2000)


def open_catalogue(connection: StoreConnection, *, allows_loopback: bool) -> SquareCatalogue:
    """Return the items of the account of the connection's token."""
    return SquareCatalogue(open_ask(connection, allows_loopback=allows_loopback))


def _read(item: Node, names: Mapping[str, str]) -> list[ListedProduct]:
    ids = [*find_texts(item, "categories", "id"), item.text("category_id")]
    collections = [names[one] for one in dict.fromkeys(ids) if one in names]
    return [
        ListedProduct(
            product_ref=variation.identifier("id"),
            title=item.text("name"),
            skus=[(variation.find_node("item_variation_data") or Node({})).text("sku")],
            collections=collections,
        )
        for variation in item.nodes("variations")
    ]
