"""How Stripe writes money, references and what a shop hung on an object.

Its minor units are not ISO 4217's: docs.stripe.com/currencies, "Special cases".
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from core.signing import normalise_email
from tracking.domain.events import Customer, Discount
from tracking.integrations import minor as minors
from tracking.integrations.base import CLICK_PARAMETER, normalise_code, normalise_country
from tracking.integrations.reading import Node
from tracking.services.adapters import HashEmail

WIRE: Mapping[str, int] = MappingProxyType({"ISK": 2, "UGX": 2, "MGA": 0})
CLICK_NAMES = (CLICK_PARAMETER, f"_{CLICK_PARAMETER}", "click_id")


@dataclass(frozen=True, slots=True)
class Told:
    """What stands around an object. `at`: when it was told, or made where it was fetched.

    `is_fetched`: nothing of it is left to be looked up; `lines`, where they were told apart.
    """

    hash_email: HashEmail
    is_test: bool
    at: datetime
    is_fetched: bool = False
    lines: Node | None = None


def money(node: Node, name: str, currency: str) -> int:
    return minors.minor(node, name, currency, WIRE)


def find_money(node: Node, name: str, currency: str) -> int:
    return money(node, name, currency) if node.has(name) else 0


def signed_money(node: Node, name: str, currency: str) -> int:
    return minors.signed_minor(node, name, currency, WIRE)


def list_data(node: Node, name: str) -> list[Node]:
    """Return the objects of one of Stripe's lists (`{"object": "list", "data": [...]}`)."""
    found = node.find_node(name)
    return found.nodes("data") if found else []


def metadata_clicks(*nodes: Node | None) -> Iterator[tuple[object, str]]:
    """Yield what metadata of these objects holds under a name of the click."""
    for node in nodes:
        found = node.find_node("metadata") if node else None
        for name in CLICK_NAMES if found else ():
            yield found.values.get(name) if found else None, "metadata"


def read_customer(node: Node, details: Node, email_field: str, told: Told) -> Customer:
    email = normalise_email(details.text(email_field) or node.text("customer_email"))
    address = details.find_node("address") or node.find_node("customer_address") or Node({})
    return Customer(
        external_id=minors.find_id(node, "customer"),
        email_hash=told.hash_email(email) if email else "",
        country=normalise_country(address.text("country")),
    )


def read_discounts(node: Node, total: int) -> tuple[Discount, ...]:
    """Return a discount by each promotion code whose name is known; the rest is one without.

    An event names a code by its id alone; fetched, it is the object with its `code`.
    """
    codes = [code for code in map(_read_code, _list_discounts(node)) if code]
    if not codes:
        return (Discount("automatic", total),) if total else ()
    shares = [total // len(codes)] * len(codes)
    shares[0] += total - sum(shares)
    return tuple(
        Discount("code", share, normalise_code(code), code)
        for share, code in zip(shares, codes, strict=True)
    )


def _list_discounts(node: Node) -> list[Node]:
    found = node.values.get("discounts")
    items = found if isinstance(found, list) else []
    return [Node(item, node.at("discounts")) for item in items[:20] if isinstance(item, dict)]


def _read_code(discount: Node) -> str:
    code = discount.values.get("promotion_code")
    return Node(code, discount.at("promotion_code")).text("code") if isinstance(code, dict) else ""
