"""What past orders would have paid under other rules: the replay of one order, and the sums."""

import hashlib
import heapq
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from brands.domain.bases import BasePolicy
from brands.domain.pricing import Pricing, cut_beyond, price_order
from brands.domain.rules import LineMatch, PriceContext, PriceOrder, Rule, match_lines

WITH_LINES = 20
LISTED = 500


@dataclass(frozen=True, slots=True)
class Terms:
    """Rules and what they count: those an order was priced by, or a draft of others."""

    rules: Sequence[Rule]
    base: BasePolicy


@dataclass(frozen=True, slots=True)
class Replayed:
    """An order as it was decided and as a draft would have decided it."""

    order: str
    commission: str
    enrollment: int
    before: Pricing
    after: Pricing
    is_lead: bool = False

    @property
    def delta(self) -> int:
        return self.after.total - self.before.total

    @property
    def loses_rule(self) -> bool:
        """Whether a rule paid for a line of it, and none does any more."""
        return _has_payer(self.before) and not _has_payer(self.after)


@dataclass(slots=True)
class _Sum:
    """What some orders and leads come to: their amounts together, their numbers apart.

    `limited`: how many a limit of a creator or the budget cuts, as decided and under the draft.
    """

    orders: int = 0
    before: int = 0
    after: int = 0
    changed: int = 0
    lost: int = 0
    leads: int = 0
    leads_changed: int = 0
    leads_lost: int = 0
    limited: int = 0
    limited_after: int = 0

    def add(self, one: Replayed) -> None:
        self.before += one.before.total
        self.after += one.after.total
        self.limited += cut_beyond(one.before) > 0
        self.limited_after += cut_beyond(one.after) > 0
        if one.is_lead:
            self.leads += 1
            self.leads_changed += one.delta != 0
            self.leads_lost += one.loses_rule
        else:
            self.orders += 1
            self.changed += one.delta != 0
            self.lost += one.loses_rule


@dataclass(slots=True)
class Tally:
    """The sums of many replayed orders, by currency: amounts of two are never added."""

    totals: dict[str, _Sum] = field(default_factory=dict)
    creators: dict[tuple[str, int], _Sum] = field(default_factory=dict)
    _most: dict[str, list[tuple[int, int, Replayed]]] = field(default_factory=dict)
    _turn: count = field(default_factory=count)  # type: ignore[type-arg]

    def add(self, one: Replayed) -> None:
        """Count one order, and keep it while it is among the most changed of its currency."""
        currency = one.before.currency
        self.totals.setdefault(currency, _Sum()).add(one)
        self.creators.setdefault((currency, one.enrollment), _Sum()).add(one)
        if not one.delta:
            return
        most = self._most.setdefault(currency, [])
        heapq.heappush(most, (abs(one.delta), -next(self._turn), one))
        if len(most) > LISTED:
            heapq.heappop(most)

    def to_json(self) -> dict[str, Any]:
        """Return the sums, each creator's, and the most changed orders, those first."""
        return {
            "totals": [
                {"currency": currency, **_facts(total)}
                for currency, total in sorted(self.totals.items())
            ],
            "creators": [
                {"currency": currency, "enrollment": enrollment, **_facts(total)}
                for (currency, enrollment), total in sorted(self.creators.items())
            ],
            "orders": [
                _order(one, place)
                for _currency, most in sorted(self._most.items())
                for place, (_size, _turn, one) in enumerate(sorted(most, reverse=True))
            ],
        }


def replay(
    *,
    order: PriceOrder,
    context: PriceContext,
    was: Terms,
    matches: Sequence[LineMatch],
    draft: Terms,
    draft_order: PriceOrder,
) -> tuple[Pricing, Pricing]:
    """Price an order as it was decided, and anew under a draft, by what was recorded of it.

    Who had the credit, what was known of the customer, the group and what was left of limits stay
    as recorded. `order` and `draft_order` differ where one of the two counts shipping.
    """
    before = price_order(
        order=order, rules=was.rules, base=was.base, context=context, matches=matches
    )
    after = price_order(
        order=draft_order,
        rules=draft.rules,
        base=draft.base,
        context=context,
        matches=match_lines(order=draft_order, rules=draft.rules, context=context),
    )
    return before, after


def hash_draft(draft: Terms) -> str:
    """Return what tells whether two drafts are the same."""
    facts = {"rules": [rule.to_json() for rule in draft.rules], "base": draft.base.to_json()}
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _has_payer(pricing: Pricing) -> bool:
    return any(line.kind not in {None, "exclude"} for line in pricing.lines)


def _facts(total: _Sum) -> Mapping[str, int]:
    return asdict(total)


def _order(one: Replayed, place: int) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "order": one.order,
        "commission": one.commission,
        "enrollment": one.enrollment,
        "currency": one.before.currency,
        "before": one.before.total,
        "after": one.after.total,
        "lost": one.loses_rule,
        "is_lead": one.is_lead,
    }
    if place < WITH_LINES:
        facts["lines"] = [one.before.to_json(), one.after.to_json()]
    return facts
