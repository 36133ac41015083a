"""Commission rules: an order as they see it, and the first rule that takes each line.

Matching never looks at a refund: a refund changes what a rule pays, not which rule fired.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from types import MappingProxyType
from typing import Literal, Protocol, TypeVar

from brands.domain.records import Record

Id = int | str
RuleKind = Literal["percent", "flat_order", "flat_item", "exclude", "lead", "click", "impression"]
Signal = Literal["code", "link", "manual", "bound"]

COUNTED_KINDS = frozenset({"click", "impression"})
FLAT_KINDS = frozenset({"flat_order", "flat_item", "lead", *COUNTED_KINDS})
"""Kinds that pay an amount by currency. Those counted by the day take no line of an order."""


class NoRuleVersion(LookupError):
    """The program has no version of its rules."""


@dataclass(frozen=True, slots=True)
class PriceLine(Record):
    """One order line before refunds, and apart from it what was refunded of this line.

    Minor units, never negative. `collections` None: the store did not say. `is_lead`: somebody
    who signed up or asked, worth nothing in itself; only rules for leads take it.
    """

    line_id: str
    product_ref: str
    variant_ref: str
    sku: str
    title: str
    collections: tuple[str, ...] | None
    quantity: int
    gross: int
    discount: int
    net_ex_tax: int
    tax: int
    is_gift_card: bool = False
    is_shipping: bool = False
    is_lead: bool = False
    refunded_quantity: int = 0
    refunded_net: int = 0
    refunded_tax: int = 0


@dataclass(frozen=True, slots=True)
class PriceOrder(Record):
    """The order as it is known now.

    `order_value`: net of goods before refunds, for the order-value conditions.
    `amount_refunded`: goods refunds that no line was named for, without tax like `net_ex_tax`.
    `is_void`: nothing of it counts (cancelled, chargeback lost, not paid); `void_reason` says why.
    Shipping that the program pays on is a line with `is_shipping` and the id "shipping".
    """

    currency: str
    lines: tuple[PriceLine, ...]
    order_value: int
    amount_refunded: int = 0
    is_void: bool = False
    void_reason: str = ""


@dataclass(frozen=True, slots=True)
class Conditions(Record):
    """What must hold for a rule to take a line; empty means no condition.

    Values are compared as they are: the caller keeps countries in upper case, codes casefolded.
    `min_order_value` and `max_order_value` include the bound and hold one amount per currency; an
    order in a currency they do not name does not meet them.
    """

    products: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    excluded_products: tuple[str, ...] = ()
    excluded_skus: tuple[str, ...] = ()
    excluded_collections: tuple[str, ...] = ()
    gift_cards: Literal["any", "only", "none"] = "any"
    groups: tuple[Id, ...] = ()
    enrollments: tuple[Id, ...] = ()
    countries: tuple[str, ...] = ()
    customer: Literal["any", "new", "returning"] = "any"
    signal: Literal["any", "code", "link"] = "any"
    codes: tuple[str, ...] = ()
    min_order_value: Mapping[str, int] = field(default_factory=dict)
    max_order_value: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule(Record):
    """One rule of the program's ordered list.

    `amounts` and `cap_order` hold minor units by currency: a flat rule without an amount for the
    order's currency does not match, a cap without one does not limit. `is_pro_rata` is for
    flat_order. `max_payments` limits a subscription to its first payments, `max_months` to those of
    its first months; None is no limit.
    """

    rule_id: Id
    position: int
    name: str
    kind: RuleKind
    rate_bps: int = 0
    amounts: Mapping[str, int] = field(default_factory=dict)
    conditions: Conditions = Conditions()
    is_pro_rata: bool = False
    cap_order: Mapping[str, int] = field(default_factory=dict)
    max_payments: int | None = None
    max_months: int | None = None


@dataclass(frozen=True, slots=True)
class KnownProduct(Record):
    """What the brand's product list said of a product when the order was priced.

    `collections` None: the list did not have it. An order line is this product by its id and SKU.
    """

    product_ref: str
    sku: str
    collections: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class PriceContext(Record):
    """The recorded decision: all that pricing knows beyond the order and the rules.

    `caps`: the limits in force when the decision was made; `caps_left`: what they left when the
    order last asked to earn more, `caps_asked`: what it asked for. Minor units of the order's
    currency; the first two by the keys of CAPS_BEYOND_ORDER. `payment_number`: 1 for a
    subscription's first order; None where the order belongs to no subscription or the number is
    not known. `payment_month`: whole months since that first order, known with the number.
    `products`: those of lines whose store did not say their collections, where a rule asks for
    them; each is looked up once.
    """

    group_id: Id | None
    enrollment_id: Id | None
    is_new_customer: bool | None
    country: str
    signal: Signal
    code: str = ""
    caps: Mapping[str, int] = field(default_factory=dict)
    caps_left: Mapping[str, int] = field(default_factory=dict)
    caps_asked: int = 0
    payment_number: int | None = None
    payment_month: int | None = None
    products: tuple[KnownProduct, ...] = ()


@dataclass(frozen=True, slots=True)
class LineMatch(Record):
    """Which rule took a line (None: none did), and the line's facts at that time as a hash."""

    line_id: str
    rule_id: Id | None
    fingerprint: str


FITTING: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "lead": frozenset({"groups", "enrollments", "countries", "customer", "signal", "codes"}),
        "click": frozenset({"groups", "enrollments"}),
        "impression": frozenset({"groups", "enrollments"}),
    }
)
"""Which conditions make sense for a kind that takes no order line; any for the others."""


def fit_conditions(kind: str, conditions: Conditions) -> Conditions:
    """Return the conditions that make sense for a kind of rule; the rest are as if not said."""
    if kind not in FITTING:
        return conditions
    return Conditions(**{name: getattr(conditions, name) for name in FITTING[kind]})


def ask_for_collections(rules: Iterable[Rule]) -> bool:
    """Tell whether any rule goes by the collections of a product."""
    asking = (rule.conditions for rule in rules)
    return any(one.collections or one.excluded_collections for one in asking)


def take_alike(one: str, other: str) -> bool:
    """Tell whether two kinds of rules are for the same thing: lines of orders, leads, visits."""
    return one == other or (one not in FITTING and other not in FITTING)


class Dated(Protocol):
    """Anything with a day from which it is in force: a dataclass or a model row."""

    @property
    def effective_from(self) -> datetime: ...


Version = TypeVar("Version", bound=Dated)


def effective_rules(*, versions: Iterable[Version], at: datetime) -> Version:
    """Return the version in force when an order was placed.

    The latest that had begun; an order older than all of them takes the earliest. Of two with the
    same beginning the later in `versions` wins.

    :raises NoRuleVersion: when there is none.
    """
    dated = sorted(versions, key=lambda version: version.effective_from)
    if not dated:
        raise NoRuleVersion
    begun = [version for version in dated if version.effective_from <= at]
    first = dated[0].effective_from
    return (begun or [version for version in dated if version.effective_from == first])[-1]


def match_lines(
    *,
    order: PriceOrder,
    rules: Collection[Rule],
    context: PriceContext,
    previous: Mapping[str, LineMatch] = MappingProxyType({}),
) -> tuple[LineMatch, ...]:
    """Name for each line the first rule, by position, whose conditions hold.

    A line unchanged since `previous` (by line id) keeps its answer, also "none", whatever else of
    the order changed; only a rule that is not in `rules` is looked for again.
    """
    in_order = sorted(rules, key=lambda rule: rule.position)
    fitting = [rule for rule in in_order if _fits_order(rule, order, context)]
    known = {None, *(rule.rule_id for rule in rules if _knows_currency(rule, order))}
    kept = {line_id: match for line_id, match in previous.items() if match.rule_id in known}
    return tuple(_match_line(line, fitting, kept.get(line.line_id)) for line in order.lines)


def fingerprint(line: PriceLine) -> str:
    """Hash what was bought and for how much.

    Refunds are left out, and so are the words about the product (title, collections): the shop
    moving a product to another collection does not change an order already made.
    """
    facts = (
        line.product_ref,
        line.variant_ref,
        line.sku,
        line.quantity,
        line.gross,
        line.discount,
        line.net_ex_tax,
        line.is_gift_card,
        line.is_shipping,
    )
    return blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()


def _match_line(line: PriceLine, fitting: Sequence[Rule], kept: LineMatch | None) -> LineMatch:
    mark = fingerprint(line)
    if kept is not None and kept.fingerprint == mark:
        return kept
    taker = next((rule.rule_id for rule in fitting if _fits_line(rule, line)), None)
    return LineMatch(line.line_id, taker, mark)


def _fits_order(rule: Rule, order: PriceOrder, context: PriceContext) -> bool:
    conditions = rule.conditions
    return (
        _knows_currency(rule, order)
        and _is_among(context.group_id, conditions.groups)
        and _is_among(context.enrollment_id, conditions.enrollments)
        and _is_among(context.country, conditions.countries)
        and _is_among(context.code, conditions.codes)
        and conditions.signal in {"any", context.signal}
        and _fits_customer(conditions.customer, is_new=context.is_new_customer)
        and _fits_order_value(conditions, order)
    )


def _knows_currency(rule: Rule, order: PriceOrder) -> bool:
    return rule.kind not in FLAT_KINDS or order.currency in rule.amounts


def _fits_line(rule: Rule, line: PriceLine) -> bool:
    # A flat amount is for goods: shipping has no unit, and alone must not keep a flat rule paying.
    if line.is_shipping and rule.kind in FLAT_KINDS:
        return False
    if rule.kind in COUNTED_KINDS or line.is_lead != (rule.kind == "lead"):
        return False
    conditions = rule.conditions
    return (
        _is_among(line.product_ref, conditions.products)
        and _is_among(line.sku, conditions.skus)
        and line.product_ref not in conditions.excluded_products
        and line.sku not in conditions.excluded_skus
        and conditions.gift_cards in {"any", "only" if line.is_gift_card else "none"}
        and _fits_collections(conditions, line.collections)
    )


def _is_among(value: Id | None, allowed: tuple[Id, ...]) -> bool:
    return not allowed or value in allowed


def _fits_customer(wanted: str, *, is_new: bool | None) -> bool:
    """Match new or returning; not known is neither."""
    if wanted == "any":
        return True
    return is_new is (wanted == "new")


def _fits_order_value(conditions: Conditions, order: PriceOrder) -> bool:
    low, high = conditions.min_order_value, conditions.max_order_value
    if (low and order.currency not in low) or (high and order.currency not in high):
        return False
    value = order.order_value
    return low.get(order.currency, value) <= value <= high.get(order.currency, value)


def _fits_collections(conditions: Conditions, collections: tuple[str, ...] | None) -> bool:
    """Refuse any condition on collections, also a negative one, where they are not known."""
    wanted, unwanted = conditions.collections, conditions.excluded_collections
    if not wanted and not unwanted:
        return True
    if collections is None:
        return False
    named = set(collections)
    return (not wanted or not named.isdisjoint(wanted)) and named.isdisjoint(unwanted)
