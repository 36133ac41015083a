"""Discount codes of Shopify's Admin GraphQL interface: basic ones, on the whole order.

A code made here carries its id in its title, which shoppers do not see. Ending one is Shopify's
own deactivation: the code stays, with its figures.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, NoReturn

from django.utils.translation import gettext_lazy as _

from brands.models import StoreConnection
from core.money import BPS, Money, to_decimal
from tracking.domain.storecodes import Listed, Terms, Wanted
from tracking.integrations.bookapi import judge, read_bps, read_money, read_object
from tracking.integrations.reading import Node, clean_text
from tracking.integrations.shopify.api import AdminApi
from tracking.services.adapters import PayloadRefused
from tracking.services.codebooks import BookFailed, BookTraits

BASIC = "DiscountCodeBasic"
SKEW = timedelta(minutes=5)  # a code that begins by a clock that is behind would wait
THROTTLED = timedelta(seconds=30)

_TITLE = re.compile(r"\((cod_[A-Za-z0-9]+)\)\Z")
_FIELDS = """id codeDiscount { __typename
  ... on DiscountCodeBasic { title status usageLimit appliesOncePerCustomer
    customerGets {
      value { __typename
        ... on DiscountPercentage { percentage }
        ... on DiscountAmount { appliesOnEachItem amount { amount currencyCode } } }
      items { ... on AllDiscountItems { allItems } } }
    minimumRequirement { __typename
      ... on DiscountMinimumSubtotal {
        greaterThanOrEqualToSubtotal { amount currencyCode } } } }
  ... on DiscountCodeBxgy { title status }
  ... on DiscountCodeFreeShipping { title status }
  ... on DiscountCodeApp { title status } }"""
_ANSWER = f"{{ codeDiscountNode {{ {_FIELDS} }} userErrors {{ field code message }} }}"
FIND = f"query find($code: String!) {{ codeDiscountNodeByCode(code: $code) {{ {_FIELDS} }} }}"
SHOP = "query shop { shop { currencyCode } }"
CREATE = (
    "mutation make($input: DiscountCodeBasicInput!) "
    f"{{ done: discountCodeBasicCreate(basicCodeDiscount: $input) {_ANSWER} }}"
)
CHANGE = (
    "mutation change($id: ID!, $input: DiscountCodeBasicInput!) "
    f"{{ done: discountCodeBasicUpdate(id: $id, basicCodeDiscount: $input) {_ANSWER} }}"
)
ENABLE = f"mutation on($id: ID!) {{ done: discountCodeActivate(id: $id) {_ANSWER} }}"
DISABLE = f"mutation off($id: ID!) {{ done: discountCodeDeactivate(id: $id) {_ANSWER} }}"

code_traits = BookTraits(
    kinds=("percent", "amount"),
    once_label=_("Once a customer"),
    keys_need=_("The keys need the scopes read_discounts and write_discounts."),
)


class ShopifyCodes:
    """The discount codes of a shop."""

    def __init__(self, api: AdminApi, real_now: datetime) -> None:
        self._api = api
        self._real_now = real_now
        self._currency = ""

    def get_currency(self, wanted: str) -> str:  # noqa: ARG002  # a shop has one
        if not self._currency:
            shop = _find_node(self._ask(SHOP, {}), "shop")
            code = shop.values.get("currencyCode") if shop else None
            if not isinstance(code, str) or not code:
                raise BookFailed("bad_answer")
            self._currency = code.upper()
        return self._currency

    def find(self, *, text: str, ref: str) -> Listed | None:  # noqa: ARG002  # ended ones have it
        node = _find_node(self._ask(FIND, {"code": text}), "codeDiscountNodeByCode")
        return _read(node) if node else None

    def create(self, wanted: Wanted) -> Listed:
        starts_at = (self._real_now - SKEW).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        given = {
            "title": f"{wanted.text} ({wanted.marker})",
            "code": wanted.text,
            "startsAt": starts_at,
            "context": {"all": "ALL"},
            **_give(wanted.terms),
        }
        return _read(self._change(CREATE, {"input": given}))

    def change(self, listed: Listed, wanted: Wanted) -> Listed:
        return _read(self._change(CHANGE, {"id": listed.ref, "input": _give(wanted.terms)}))

    def enable(self, listed: Listed) -> None:
        self._change(ENABLE, {"id": listed.ref})

    def disable(self, listed: Listed) -> None:
        self._change(DISABLE, {"id": listed.ref})

    def _change(self, query: str, variables: dict[str, Any]) -> Node:
        done = _find_node(self._ask(query, variables), "done")
        try:
            errors = done.nodes("userErrors") if done else []
        except PayloadRefused as refusal:
            raise BookFailed("bad_answer") from refusal
        if errors:
            _refuse(errors[0])
        node = _find_node(done, "codeDiscountNode") if done else None
        if node is None:
            raise BookFailed("bad_answer")
        return node

    def _ask(self, query: str, variables: dict[str, Any]) -> Node:
        answer = judge(partial(self._api.query, query, variables))
        if answer.status != 200:
            raise BookFailed("no_interface")
        whole = read_object(answer.body)
        data = _find_node(whole, "data")
        if whole.has("errors"):
            _refuse_all(whole)
        if data is None:
            raise BookFailed("bad_answer")
        return data


def open_codes(
    connection: StoreConnection, *, real_now: datetime, allows_loopback: bool
) -> ShopifyCodes:
    """Return the discount codes of a shop; its address is the only host its keys are sent to."""
    return ShopifyCodes(AdminApi(connection, allows_loopback=allows_loopback), real_now)


def _give(terms: Terms) -> dict[str, Any]:
    # Told as a part of one, in a JSON number.
    value = {"percentage": json.loads(f"{Decimal(terms.rate_bps).scaleb(-4):f}")}
    if terms.amount:
        value = {"discountAmount": {"amount": _text(terms.amount), "appliesOnEachItem": False}}
    least = _text(terms.minimum) if terms.minimum else None
    return {
        "customerGets": {"value": value, "items": {"all": True}},
        "minimumRequirement": {"subtotal": {"greaterThanOrEqualToSubtotal": least}},
        "appliesOncePerCustomer": terms.is_once,
        "usageLimit": terms.limit,
    }


def _text(money: Money) -> str:
    return f"{to_decimal(money.amount_minor, money.currency):f}"


def _read(node: Node) -> Listed:
    try:
        discount = node.node("codeDiscount")
        marked = _TITLE.search(discount.text("title"))
        return Listed(
            ref=node.identifier("id"),
            is_on=discount.text("status") == "ACTIVE",
            marker=marked[1] if marked else "",
            terms=_read_terms(discount),
        )
    except PayloadRefused as refusal:
        raise BookFailed("bad_answer") from refusal


def _read_terms(discount: Node) -> Terms | None:
    """Return what a code gives; None where it is of a kind that is not set from here."""
    if discount.text("__typename") != BASIC:
        return None
    gets = discount.node("customerGets")
    value, items = gets.node("value"), gets.node("items")
    if not items.flag("allItems") or value.flag("appliesOnEachItem"):
        return None
    try:
        limit = discount.values.get("usageLimit")
        percent = value.values.get("percentage")
        return Terms(
            rate_bps=read_bps(percent, BPS) if percent is not None else 0,
            amount=_read_money(value.find_node("amount")),
            minimum=_read_minimum(discount.find_node("minimumRequirement")),
            is_once=discount.flag("appliesOncePerCustomer"),
            limit=limit if type(limit) is int else None,
        )
    except ValueError:
        return None


def _read_minimum(requirement: Node | None) -> Money | None:
    if requirement is None:
        return None
    least = requirement.find_node("greaterThanOrEqualToSubtotal")
    if least is None:
        raise ValueError("a minimum of something else than money")
    return _read_money(least)


def _read_money(node: Node | None) -> Money | None:
    if node is None:
        return None
    return read_money(node.values.get("amount"), node.text("currencyCode"))


def _find_node(node: Node, name: str) -> Node | None:
    try:
        return node.find_node(name)
    except PayloadRefused as refusal:
        raise BookFailed("bad_answer") from refusal


def _refuse(error: Node) -> NoReturn:
    if error.values.get("code") == "TAKEN":
        raise BookFailed("taken")
    raise BookFailed("refused", clean_text(str(error.values.get("message") or "")))


def _refuse_all(whole: Node) -> NoReturn:
    """Say why a question as a whole was not answered; Shopify puts the code into `extensions`."""
    found = whole.values.get("errors")
    first = found[0] if isinstance(found, list) and found else {}
    said = first if isinstance(first, dict) else {}
    extensions = said.get("extensions")
    code = extensions.get("code") if isinstance(extensions, dict) else ""
    if code == "THROTTLED":
        raise BookFailed("too_often", retry_after=THROTTLED)
    if code == "ACCESS_DENIED":
        raise BookFailed("keys_refused")
    raise BookFailed("refused", clean_text(str(said.get("message") or "")))
