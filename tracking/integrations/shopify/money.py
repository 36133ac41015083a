"""Shopify's two currencies: every `…_set` holds the shop's money and the shopper's.

Commission is reckoned in the shop's. The two are never mixed in one sum.
"""

from tracking.integrations.reading import Node

SHOP = "shop_money"
PRESENTMENT = "presentment_money"


def shop_amount(node: Node, name: str, currency: str) -> int:
    """Return `<name>_set.shop_money`, else the plain field, which is in the shop's currency.

    :raises PayloadRefused: absent, unreadable, negative, or the set names another currency.
    """
    money = find_side(node, f"{name}_set", SHOP)
    if money is None:
        return node.amount(name, currency)
    _require_currency(money, currency)
    return money.amount("amount", currency)


def find_shop_amount(node: Node, name: str, currency: str) -> int | None:
    """Return the amount, or None where the body has neither the set nor the plain field."""
    if node.has(f"{name}_set") or node.has(name):
        return shop_amount(node, name, currency)
    return None


def side_amount(node: Node, name: str, side: str, currency: str) -> int:
    """Return one side of a set as a size without its sign; 0 where there is no set."""
    money = find_side(node, name, side)
    if money is None:
        return 0
    _require_currency(money, currency)
    return abs(money.signed_amount("amount", currency))


def find_side(node: Node, name: str, side: str) -> Node | None:
    bag = node.find_node(name)
    return bag.find_node(side) if bag else None


def side_currency(node: Node, name: str, side: str) -> str:
    """Return the currency code of one side of a set, or nothing."""
    money = find_side(node, name, side)
    return money.currency("currency_code") if money and money.has("currency_code") else ""


def _require_currency(money: Node, currency: str) -> None:
    if money.has("currency_code") and money.text("currency_code") != currency:
        money.refuse("currency_mismatch", "currency_code")
