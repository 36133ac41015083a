"""What the state of an order means for money: may it earn, what came back, what does not fit.

Everything is read from the joined state, so the answers do not depend on the order of events.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from core.money import divide_half_up
from tracking.domain.events import OrderSnapshot, RefundEvent, RefundLine
from tracking.domain.merge import OrderState, list_versions

AWAITED = "order.awaited"  # a refund, a dispute or a cancellation came first
TEST = "attr.test"
TWO_CURRENCIES = "order.two_currencies"
CANCELLED = "refund.cancelled"
DISPUTE_LOST = "dispute.lost"
REFUNDED = "refund.full"
UNPAID = "hold.unpaid"
LEAD_REJECTED = "lead.rejected"
LEAD_PENDING = "lead.pending"
OF_LEADS = {CANCELLED: LEAD_REJECTED, UNPAID: LEAD_PENDING}
"""What the reasons for orders are called where a lead is meant."""

PROBLEM_CURRENCY = "problem.refund_currency"
PROBLEM_TEST = "problem.refund_test"
PROBLEM_LINE = "problem.refund_unknown_line"
PROBLEM_EXCEEDS = "problem.refund_exceeds_line"


class Standing(NamedTuple):
    """Whether an order may earn, and the reason code where it may not (else empty)."""

    is_commissionable: bool
    code: str


@dataclass(frozen=True, slots=True)
class RefundTotals:
    """What came back of an order, in minor units of its currency, clamped to what it has.

    `lines`: one for each order line, in its order, zeros too. `unassigned`: goods that no line is
    named for, with the tax in them; `unassigned_net`: the same without it, by the proportion of
    what the lines have left, so a refund of all that is left takes exactly all of it.
    `shipping`: with its tax.
    """

    lines: tuple[RefundLine, ...]
    unassigned: int
    unassigned_net: int
    shipping: int
    is_full: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a store sent that has no effect; shown in tracking health."""

    code: str
    params: Mapping[str, str]


def commissionable(state: OrderState) -> Standing:
    """Tell whether the order may earn now; the first obstacle is the reason."""
    if state.snapshot is None:
        return Standing(is_commissionable=False, code=AWAITED)
    obstacles = (
        (state.is_test, TEST),
        (_has_two_currencies(state), TWO_CURRENCIES),
        (is_cancelled(state), CANCELLED),
        (_is_lost_whole(state, state.snapshot), DISPUTE_LOST),
        (refund_totals(state).is_full, REFUNDED),
        (not _is_paid(state, state.snapshot), UNPAID),
    )
    code = next((code for is_met, code in obstacles if is_met), "")
    if state.snapshot.kind == "lead":
        code = OF_LEADS.get(code, code)
    return Standing(is_commissionable=not code, code=code)


def is_cancelled(state: OrderState) -> bool:
    """Tell whether the order is off: for good, by its newest version, or deleted since."""
    is_gone = state.gone_at is not None and (state.seen_at is None or state.gone_at > state.seen_at)
    by_status = state.snapshot is not None and state.snapshot.status == "cancelled"
    return state.is_cancelled or by_status or is_gone


def has_open_dispute(state: OrderState) -> bool:
    """Tell whether a chargeback waits for its outcome."""
    return any(dispute.status == "opened" for dispute in state.disputes)


def effective_placed_at(state: OrderState) -> datetime | None:
    """Return when the order was placed: the store's word, else its first receipt."""
    return state.placed_at or state.received_at


def refund_totals(state: OrderState) -> RefundTotals:
    """Add up what came back: succeeded refunds, a running total's rest and partly lost disputes."""
    order = state.snapshot
    if order is None:
        return RefundTotals(lines=(), unassigned=0, unassigned_net=0, shipping=0, is_full=False)
    lines = _refund_lines(state, order)
    net_left = sum(line.net_ex_tax for line in order.lines) - sum(r.net_ex_tax for r in lines)
    goods_left = net_left + sum(line.tax for line in order.lines) - sum(r.tax for r in lines)
    pool = _unassigned_pool(state, order)
    unassigned = min(pool, goods_left)
    shipping_cap = order.shipping + order.shipping_tax
    shipping = min(_shipping_refunded(state) + pool - unassigned, shipping_cap)
    is_spent = (goods_left - unassigned, shipping_cap - shipping) == (0, 0)
    has_refund = shipping + unassigned + sum(r.net_ex_tax + r.tax for r in lines) > 0
    return RefundTotals(
        lines=lines,
        unassigned=unassigned,
        unassigned_net=divide_half_up(unassigned * net_left, goods_left) if unassigned else 0,
        shipping=shipping,
        is_full=(is_spent and has_refund) or _is_refunded_whole(state, order, pool),
    )


def named_refunds(state: OrderState) -> dict[str, int]:
    """Return the refunds that count, or wait to, by their id: all that went back with each."""
    order = state.snapshot
    return {
        refund.external_refund_id: _money(refund, order)
        for refund in state.refunds
        if order is not None and refund.status in {"pending", "succeeded"} and _fits(refund, order)
    }


def list_problems(state: OrderState) -> tuple[Problem, ...]:
    """List what came for this order and was left out of its refunds, in a stable order."""
    if state.snapshot is None:
        return ()
    return (
        *_strange_refunds(state, state.snapshot),
        *_strange_totals(state, state.snapshot),
        *_strange_lines(state, state.snapshot),
    )


def _has_two_currencies(state: OrderState) -> bool:
    """Tell whether versions of the order disagree on its currency: no amount of it can be trusted.

    A commission is in one currency for ever, so a changed one must never be reckoned into it.
    """
    return len({version.currency for version in list_versions(state)}) > 1


def _is_paid(state: OrderState, order: OrderSnapshot) -> bool:
    """Tell whether a payment was reported and the newest version does not say that it failed."""
    return state.paid_at is not None and order.status != "failed"


def _is_lost_whole(state: OrderState, order: OrderSnapshot) -> bool:
    lost = [dispute.amount for dispute in state.disputes if dispute.status == "lost"]
    return any(amount is None or 0 < order.total <= amount for amount in lost)


def _counting(state: OrderState, order: OrderSnapshot) -> Iterator[RefundEvent]:
    for refund in state.refunds:
        if refund.status == "succeeded" and _fits(refund, order):
            yield refund


def _fits(refund: RefundEvent, order: OrderSnapshot) -> bool:
    return refund.currency == order.currency and not refund.is_test


def _refund_lines(state: OrderState, order: OrderSnapshot) -> tuple[RefundLine, ...]:
    quantity, net, tax = _line_sums(state, order)
    return tuple(
        RefundLine(
            external_line_id=line.external_line_id,
            quantity=min(quantity[line.external_line_id], line.quantity),
            net_ex_tax=min(net[line.external_line_id], line.net_ex_tax),
            tax=min(tax[line.external_line_id], line.tax),
        )
        for line in order.lines
    )


def _line_sums(
    state: OrderState, order: OrderSnapshot
) -> tuple[Counter[str], Counter[str], Counter[str]]:
    quantity, net, tax = Counter[str](), Counter[str](), Counter[str]()
    for refund in _counting(state, order):
        for line in refund.lines:
            quantity[line.external_line_id] += line.quantity
            net[line.external_line_id] += line.net_ex_tax
            tax[line.external_line_id] += line.tax
    return quantity, net, tax


def _unassigned_pool(state: OrderState, order: OrderSnapshot) -> int:
    named = sum(_goods_amount(refund, order) for refund in _counting(state, order))
    lost = sum(d.amount or 0 for d in state.disputes if d.status == "lost")
    return named + lost + _cumulative_rest(state, order)


def _cumulative_rest(state: OrderState, order: OrderSnapshot) -> int:
    """Return what the running total holds beyond the refunds known by id.

    A refund by id explains its part whatever became of it: a failed one stood in the total while
    it was under way, and would come back as an unexplained rest if it no longer counted here.
    """
    total = dict(state.cumulative).get(order.currency, 0)
    explained = sum(_money(refund, order) for refund in state.refunds if _fits(refund, order))
    return max(0, total - explained)


def _money(refund: RefundEvent, order: OrderSnapshot) -> int:
    return max(refund.total, _line_money(refund) + _goods_amount(refund, order) + refund.shipping)


def _line_money(refund: RefundEvent) -> int:
    return sum(line.net_ex_tax + line.tax for line in refund.lines)


def _goods_amount(refund: RefundEvent, order: OrderSnapshot) -> int:
    """Return the goods not assigned to lines; of a refund with nothing itemised, its total."""
    if _is_itemised(refund) or refund.kind == "shipping_only":
        return refund.amount
    if refund.kind == "full":
        return refund.total or order.total
    return refund.total


def _shipping_refunded(state: OrderState) -> int:
    order = state.snapshot
    refunds = _counting(state, order) if order else ()
    return sum(
        refund.total
        if refund.kind == "shipping_only" and not _is_itemised(refund)
        else refund.shipping
        for refund in refunds
    )


def _is_itemised(refund: RefundEvent) -> bool:
    return bool(refund.lines or refund.amount or refund.shipping)


def _is_refunded_whole(state: OrderState, order: OrderSnapshot, pool: int) -> bool:
    """Tell whether all that was paid came back, even where lines are worth more than was paid.

    Gift cards and cash rounding lower `total` below the lines. The store's own word "refunded"
    holds unless one of its refunds did not go through.
    """
    if 0 < order.total <= pool:
        return True
    has_undone = any(refund.status in ("failed", "cancelled") for refund in state.refunds)
    return order.status == "refunded" and not has_undone


def _strange_refunds(state: OrderState, order: OrderSnapshot) -> Iterator[Problem]:
    for refund in state.refunds:
        params = {"refund": refund.external_refund_id, "currency": refund.currency}
        if refund.currency != order.currency:
            yield Problem(PROBLEM_CURRENCY, params)
        elif refund.is_test and not order.is_test:
            yield Problem(PROBLEM_TEST, params)


def _strange_totals(state: OrderState, order: OrderSnapshot) -> Iterator[Problem]:
    for currency, _ in state.cumulative:
        if currency != order.currency:
            yield Problem(PROBLEM_CURRENCY, {"refund": "", "currency": currency})


def _strange_lines(state: OrderState, order: OrderSnapshot) -> Iterator[Problem]:
    _, net, tax = _line_sums(state, order)
    known = {line.external_line_id: line for line in order.lines}
    for line_id in sorted(net):
        line = known.get(line_id)
        if line is None:
            yield Problem(PROBLEM_LINE, {"line": line_id})
        elif net[line_id] > line.net_ex_tax or tax[line_id] > line.tax:
            yield Problem(PROBLEM_EXCEEDS, {"line": line_id})
