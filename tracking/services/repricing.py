"""Work out again, from what is stored, what every order should have earned; writes nothing."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field

from brands.domain.rules import Rule
from brands.models import RuleSet
from brands.selectors import list_rules_of_all
from tracking.domain.merge import OrderState
from tracking.models import Adjustment, Attribution, Commission, Decision, Order
from tracking.services.commissions import LEAD_REPEATED, judge_target
from tracking.services.deciding import price_decided
from tracking.services.orders import copy_snapshot, load_state

BATCH = 1000
COLUMNS = ("status", "currency", "total_minor", "net_minor", "refunded_minor", "is_test")
_READ = ("public_id", "facts", *COLUMNS)


@dataclass(frozen=True, slots=True)
class Odd:
    """An order that is not what its facts say, by how much at most in minor units."""

    order: str
    diff_minor: int


@dataclass(slots=True)
class Repriced:
    """What a run over the orders found: columns that differ, commissions that differ."""

    orders: int = 0
    columns: list[Odd] = field(default_factory=list)
    commissions: list[Odd] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored beside each order of a batch, by the order's id."""

    attributions: dict[int, Attribution]
    decisions: dict[int, Decision]
    commissions: dict[int, list[Commission]]
    adjusted: dict[int, int]


def reprice_orders(*, brand_id: int) -> Repriced:
    """Compute every order of a brand anew, in batches, and compare with what is stored."""
    found, rules = Repriced(), dict[int, tuple[Rule, ...]]()
    for orders in _batches(brand_id):
        known = _read(orders)
        _read_rules(known, rules)
        for order in orders:
            found.orders += 1
            state = load_state(order)
            if diff := _compare_columns(order, state):
                found.columns.append(Odd(order.public_id, diff))
            if diff := _compare_commissions(order, state, known, rules):
                found.commissions.append(Odd(order.public_id, diff))
    return found


def _batches(brand_id: int) -> Iterator[list[Order]]:
    rows = Order.objects.filter(brand_id=brand_id).only(*_READ).order_by("pk")
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1].pk)[:BATCH])


def _read(orders: Sequence[Order]) -> _Known:
    ids = [order.pk for order in orders]
    current = Attribution.objects.filter(order__in=ids, is_current=True)
    decisions = Decision.objects.filter(order__in=ids, is_current=True)
    commissions = defaultdict[int, list[Commission]](list)
    for commission in Commission.objects.filter(order__in=ids).defer("pricing"):
        if commission.order_id is not None:
            commissions[commission.order_id].append(commission)
    adjusted = defaultdict[int, int](int)
    for commission_id, delta in Adjustment.objects.filter(commission__order__in=ids).values_list(
        "commission_id", "delta_minor"
    ):
        adjusted[commission_id] += delta
    return _Known(
        {row.order_id: row for row in current.only("order", "enrollment", "signal", "params")},
        {row.order_id: row for row in decisions},
        commissions,
        adjusted,
    )


def _read_rules(known: _Known, rules: dict[int, tuple[Rule, ...]]) -> None:
    missing = {row.rule_set_id for row in known.decisions.values()} - set(rules)
    if missing:
        rules |= list_rules_of_all([RuleSet(pk=pk) for pk in missing])


def _compare_columns(order: Order, state: OrderState) -> int:
    """Return by how much a column is not what is read from the facts; 1 where it is no amount."""
    if state.snapshot is None:
        return 0
    meant = copy(order)
    copy_snapshot(meant, state)
    pairs = [(getattr(order, name), getattr(meant, name)) for name in COLUMNS]
    wrong = [(have, want) for have, want in pairs if have != want]
    return max((_gap(have, want) for have, want in wrong), default=0)


def _compare_commissions(
    order: Order, state: OrderState, known: _Known, rules: dict[int, tuple[Rule, ...]]
) -> int:
    """Return by how much a commission is not what it should be; 1 where one is missing."""
    commissions = known.commissions.get(order.pk, [])
    attribution = known.attributions.get(order.pk)
    if state.snapshot is None or attribution is None:
        return max((c.amount_minor for c in commissions), default=0)
    credited = {commission.enrollment_id for commission in commissions}
    if attribution.enrollment_id is not None and attribution.enrollment_id not in credited:
        return 1
    return max(
        (
            abs(commission.amount_minor - _target(commission, state, attribution, known, rules))
            for commission in commissions
            if not commission.has_unposted_change
        ),
        default=0,
    )


def _target(
    commission: Commission,
    state: OrderState,
    attribution: Attribution,
    known: _Known,
    rules: dict[int, tuple[Rule, ...]],
) -> int:
    decision = known.decisions.get(commission.order_id or 0)
    if attribution.enrollment_id == commission.enrollment_id and (
        decision is None or decision.enrollment_id != commission.enrollment_id
    ):
        return 0  # priced without a decision: nothing says what it should be
    return judge_target(
        commission=commission,
        state=state,
        attribution=attribution,
        price_it=lambda: (
            price_decided(
                decision=decision,  # type: ignore[arg-type]  # asked for only where it fits
                rules=rules[decision.rule_set_id],  # type: ignore[union-attr]
                state=state,
                attribution=attribution,
            ).pricing
        ),
        adjusted=lambda: known.adjusted.get(commission.pk, 0),
        is_repeated=lambda: commission.reason_code == LEAD_REPEATED,
    ).amount_minor


def _gap(have: object, want: object) -> int:
    amounts = isinstance(have, int) and isinstance(want, int)
    return abs(have - want) if amounts else 1  # type: ignore[operator]  # both are numbers
