"""What an order should earn: a pure function of the facts told, written apart from the product.

Nothing of the product is imported here, and everything is exact fractions, so that a mistake of
the one is not the mistake of the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from math import floor

from tests.machine.caps import Cap

BACKDATING = timedelta(hours=72)


@dataclass(frozen=True)
class Line:
    id: str
    product: str
    quantity: int
    net: int
    tax: int


@dataclass(frozen=True)
class Version:
    """The order as the shop knew it at a time; the newest one counts."""

    at: datetime
    lines: tuple[Line, ...]
    shipping: int
    paid_at: datetime | None

    @property
    def total(self) -> int:
        return sum(line.net + line.tax for line in self.lines) + self.shipping


@dataclass(frozen=True)
class Refund:
    """What went back: of one line (units, net, tax), of no line, and of the shipping."""

    id: str
    line: str = ""
    units: int = 0
    net: int = 0
    tax: int = 0
    amount: int = 0
    shipping: int = 0


@dataclass(frozen=True)
class Rule:
    """A rule of a program: of one product or all, of one group or all."""

    kind: str
    bps: int = 0
    amounts: Mapping[str, int] = field(default_factory=dict)
    product: str = ""
    group: str = ""
    cap: Mapping[str, int] = field(default_factory=dict)

    def takes(self, line: Line, group: str, currency: str) -> bool:
        return (
            self.product in {"", line.product}
            and self.group in {"", group}
            and (self.kind == "percent" or currency in self.amounts)
        )


@dataclass(frozen=True)
class Deal:
    """What was read once when the order was first priced."""

    rules: tuple[Rule, ...]
    group: str
    cap: Mapping[str, int]
    hold_days: int
    caps: tuple[Cap, ...] = ()


@dataclass
class Facts:
    """The set of what was told of one order; adding a fact twice, or late, changes nothing."""

    currency: str
    versions: dict[datetime, Version] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    undone: set[str] = field(default_factory=set)
    opened: set[str] = field(default_factory=set)
    verdicts: dict[str, set[tuple[datetime, bool]]] = field(default_factory=dict)
    lost_minor: dict[str, int | None] = field(default_factory=dict)
    is_cancelled: bool = False

    @property
    def newest(self) -> Version | None:
        return self.versions[max(self.versions)] if self.versions else None

    @property
    def is_paid(self) -> bool:
        return any(version.paid_at for version in self.versions.values())

    @property
    def open_disputes(self) -> set[str]:
        return self.opened - self.verdicts.keys()

    def list_lost(self) -> list[int | None]:
        """Return the amount of each lost dispute, None for the whole order."""
        lost = [name for name, told in self.verdicts.items() if max(told)[1]]
        return [self.lost_minor[name] for name in lost]


def earn(facts: Facts, deal: Deal) -> int:
    """Return the commission by the rules alone, in minor units."""
    order = facts.newest
    left = None if order is None else list_left(facts, order)
    if order is None or left is None:
        return 0
    total = 0
    for rule in deal.rules:
        taken = [line for line in order.lines if _taker(line, facts, deal) is rule]
        by_rule = _pay(rule, [left[line.id] for line in taken], facts.currency)
        total += min(by_rule, rule.cap.get(facts.currency, by_rule))
    return min(total, deal.cap.get(facts.currency, total))


def list_left(facts: Facts, order: Version) -> dict[str, tuple[int, int]] | None:
    """Return what is left of each line, net and units; None when nothing may earn."""
    lost = facts.list_lost()
    pool = sum(refund.amount for refund in _counting(facts)) + sum(part or 0 for part in lost)
    is_lost = any(part is None or 0 < order.total <= part for part in lost)
    is_off = facts.is_cancelled or not facts.is_paid or is_lost or 0 < order.total <= pool
    return None if is_off or _is_all_back(facts, order, pool) else _spread(facts, order, pool)


def release_at(paid_at: datetime, received_at: datetime, deal: Deal) -> datetime:
    """Return when the hold ends: a store cannot shorten it by an old time of payment."""
    anchor = min(max(paid_at, received_at - BACKDATING), received_at)
    return anchor + timedelta(days=deal.hold_days)


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Share by weight; who is cut most gets a unit first, the earlier of equals before."""
    if not total:
        return [0] * len(weights)
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    shares = [floor(share) for share in exact]
    for _ in range(total - sum(shares)):
        cut = [share - given for share, given in zip(exact, shares, strict=True)]
        shares[cut.index(max(cut))] += 1
    return shares


def half_up(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def _taker(line: Line, facts: Facts, deal: Deal) -> Rule | None:
    rules = (rule for rule in deal.rules if rule.takes(line, deal.group, facts.currency))
    return next(rules, None)


def _pay(rule: Rule, left: list[tuple[int, int]], currency: str) -> int:
    if rule.kind == "percent":
        return sum(half_up(Fraction(net * rule.bps, 10_000)) for net, _ in left)
    if rule.kind == "flat_item":
        return sum(rule.amounts[currency] * units for net, units in left if net)
    return rule.amounts[currency] if any(net for net, _ in left) else 0


def _counting(facts: Facts) -> list[Refund]:
    return [refund for refund in facts.refunds.values() if refund.id not in facts.undone]


def _after_lines(facts: Facts, order: Version) -> list[tuple[int, int, int]]:
    """Return net, tax and units left of each line after the refunds that name it."""
    rows = []
    for line in order.lines:
        back = [refund for refund in _counting(facts) if refund.line == line.id]
        rows.append(
            (
                max(0, line.net - sum(refund.net for refund in back)),
                max(0, line.tax - sum(refund.tax for refund in back)),
                max(0, line.quantity - sum(refund.units for refund in back)),
            )
        )
    return rows


def _is_all_back(facts: Facts, order: Version, pool: int) -> bool:
    goods = sum(net + tax for net, tax, _ in _after_lines(facts, order))
    loose = min(pool, goods)
    of_shipping = sum(refund.shipping for refund in _counting(facts)) + pool - loose
    shipping_left = max(0, order.shipping - of_shipping)
    left = goods - loose + shipping_left
    return left == 0 < order.total


def _spread(facts: Facts, order: Version, pool: int) -> dict[str, tuple[int, int]]:
    """Take what went back of no line from all lines, by what they have left."""
    rows = _after_lines(facts, order)
    nets = [net for net, _, _ in rows]
    goods = sum(net + tax for net, tax, _ in rows)
    loose = min(pool, goods)
    share_of_net = half_up(Fraction(loose * sum(nets), goods)) if loose else 0
    shares = split(share_of_net if sum(nets) else 0, nets)
    return {
        line.id: (net - share, units)
        for line, share, (net, _, units) in zip(order.lines, shares, rows, strict=True)
    }
