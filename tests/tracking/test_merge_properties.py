"""Laws of the join and of refunds, over generated events with many collisions."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.money import allocate
from tests.tracking.events import START, at, make_line, make_refund, make_snapshot, refund_line
from tracking.domain.events import (
    CanonicalEvent,
    ClickSignal,
    DisputeEvent,
    OrderCancelled,
    OrderSnapshot,
    RefundEvent,
    RefundLine,
)
from tracking.domain.merge import (
    EMPTY,
    OrderState,
    from_json,
    join_states,
    merge_event,
    to_json,
)
from tracking.domain.standing import commissionable, list_problems, refund_totals

CI = settings(max_examples=120, deadline=None)


def merge_all(received: Sequence[tuple[CanonicalEvent, datetime]]) -> OrderState:
    state = EMPTY
    for event, received_at in received:
        state = merge_event(state, event, received_at=received_at)
    return state


times = st.integers(0, 4).map(at)
maybe_times = st.none() | times
amounts = st.sampled_from([0, 1, 999, 1_000, 6_000, 10_000])
line_ids = st.sampled_from(["a", "b", "gone"])
lines = st.builds(make_line, st.sampled_from(["a", "b"]), amounts, st.sampled_from([0, 190]))
snapshots = st.builds(
    OrderSnapshot,
    external_order_id=st.just("o1"),
    external_number=st.sampled_from(["1", "2"]),
    version=st.integers(1, 3),
    status=st.sampled_from(["pending", "paid", "refunded", "failed", "cancelled"]),
    currency=st.sampled_from(["EUR", "USD"]),
    total=amounts,
    lines=st.lists(lines, max_size=2, unique_by=lambda line: line.external_line_id).map(tuple),
    is_test=st.booleans(),
    placed_at=maybe_times,
    paid_at=maybe_times,
    cancelled_at=st.none() | st.none() | times,
    delivered_at=maybe_times,
    shipping=amounts,
    clicks=st.lists(st.builds(ClickSignal, st.sampled_from("xy"), st.just("m")), max_size=2).map(
        tuple
    ),
)
refunds = st.builds(
    RefundEvent,
    external_order_id=st.just("o1"),
    external_refund_id=st.sampled_from(["r1", "r2"]),
    status=st.sampled_from(["pending", "succeeded", "failed", "cancelled"]),
    kind=st.sampled_from(["partial_line", "shipping_only", "amount_only", "full"]),
    currency=st.sampled_from(["EUR", "USD"]),
    occurred_at=maybe_times,
    lines=st.lists(
        st.builds(RefundLine, line_ids, st.integers(0, 2), amounts, st.sampled_from([0, 190])),
        max_size=2,
    ).map(tuple),
    amount=amounts,
    shipping=amounts,
    total=amounts,
    cumulative_total=st.none() | amounts,
    is_test=st.booleans(),
)
disputes = st.builds(
    DisputeEvent,
    external_order_id=st.just("o1"),
    external_dispute_id=st.sampled_from(["d1", "d2"]),
    status=st.sampled_from(["opened", "won", "lost"]),
    occurred_at=maybe_times,
    amount=st.none() | amounts,
)
cancellations = st.builds(
    OrderCancelled,
    external_order_id=st.just("o1"),
    occurred_at=maybe_times,
    is_final=st.booleans(),
)
events = st.one_of(snapshots, refunds, disputes, cancellations)
deliveries = st.tuples(events, times)
states = st.lists(deliveries, max_size=5).map(merge_all)


@CI
@given(st.lists(deliveries, max_size=8), st.data())
def test_any_order_and_any_repeats_give_the_same_state(received, data):
    again = data.draw(st.lists(st.sampled_from(received), max_size=4)) if received else []
    shuffled = data.draw(st.permutations([*received, *again]))

    assert merge_all(shuffled) == merge_all(received)


HEARD_OF = {"paid_received_at": None, "seen_at": None, "gone_at": None}


@CI
@given(st.lists(events, max_size=6), st.data())
def test_the_order_of_arrival_changes_no_fact_but_when_things_were_heard_of(told, data):
    def deliver(arriving: list[CanonicalEvent]) -> dict[str, object]:
        slots = [(event, START + timedelta(hours=i)) for i, event in enumerate(arriving)]
        return to_json(merge_all(slots)) | HEARD_OF

    assert deliver(data.draw(st.permutations(told))) == deliver(told)


@CI
@given(states, states, states)
def test_the_join_is_commutative_associative_and_idempotent(a, b, c):
    assert join_states(a, b) == join_states(b, a)
    assert join_states(join_states(a, b), c) == join_states(a, join_states(b, c))
    assert join_states(a, a) == a == join_states(a, EMPTY)


@CI
@given(states)
def test_a_state_survives_its_json_column(state):
    stored = json.loads(json.dumps(to_json(state)))

    assert from_json(stored) == state
    assert to_json(from_json(stored)) == stored


@CI
@given(states)
def test_what_came_back_never_exceeds_the_order(state):
    totals = refund_totals(state)
    order = state.snapshot
    if order is None:
        return

    for line, back in zip(order.lines, totals.lines, strict=True):
        assert 0 <= back.quantity <= line.quantity
        assert 0 <= back.net_ex_tax <= line.net_ex_tax
        assert 0 <= back.tax <= line.tax
    net_left = sum(x.net_ex_tax for x in order.lines) - sum(x.net_ex_tax for x in totals.lines)
    tax_left = sum(x.tax for x in order.lines) - sum(x.tax for x in totals.lines)
    assert 0 <= totals.unassigned <= net_left + tax_left
    assert 0 <= totals.unassigned_net <= min(totals.unassigned, net_left)
    assert 0 <= totals.shipping <= order.shipping + order.shipping_tax


@CI
@given(states)
def test_every_state_has_a_standing_and_a_list_of_problems(state):
    standing = commissionable(state)

    assert standing.is_commissionable == (standing.code == "")
    assert list_problems(state) == list_problems(from_json(to_json(state)))


@CI
@given(
    net=st.integers(0, 10**12),
    tax=st.integers(0, 10**11),
    shipping=st.integers(0, 10**6),
    weights=st.lists(st.integers(0, 50), min_size=1, max_size=7),
    is_by_line=st.booleans(),
    data=st.data(),
)
def test_partial_refunds_that_add_up_to_the_order_are_exactly_all_of_it(
    net, tax, shipping, weights, is_by_line, data
):
    order = make_snapshot(
        lines=(make_line("a", net, tax),), shipping=shipping, total=net + tax + shipping
    )
    nets, taxes, ships = (allocate(whole, weights) for whole in (net, tax, shipping))
    parts: list[CanonicalEvent] = [
        make_refund(f"r{i}", lines=(refund_line("a", n, t),), shipping=s)
        if is_by_line
        else make_refund(f"r{i}", amount=n + t + s)
        for i, (n, t, s) in enumerate(zip(nets, taxes, ships, strict=True))
    ]
    told = data.draw(st.permutations([order, *parts]))

    totals = refund_totals(merge_all([(event, START) for event in told]))

    assert totals.is_full == (net + tax + shipping > 0)
    assert totals.lines[0].net_ex_tax + totals.unassigned_net == net
    assert totals.lines[0].tax + totals.unassigned - totals.unassigned_net == tax
    assert totals.shipping == shipping


@CI
@given(
    net=st.integers(0, 10**9),
    tax=st.integers(0, 10**8),
    parts=st.lists(st.integers(0, 10**9), max_size=6),
)
def test_more_refunds_never_give_back_less(net, tax, parts):
    received: list[CanonicalEvent] = [make_snapshot(lines=(make_line("a", net, tax),))]
    backs = []
    for i, part in enumerate(parts):
        received.append(make_refund(f"r{i}", amount=part))
        backs.append(refund_totals(merge_all([(event, START) for event in received])))

    for before, after in pairwise(backs):
        assert before.unassigned <= after.unassigned
        assert before.unassigned_net <= after.unassigned_net
