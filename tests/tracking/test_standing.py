"""What a merged order may earn and what of it came back."""

from dataclasses import replace
from typing import Any

import pytest

from tests.tracking.events import (
    at,
    make_cancelled,
    make_dispute,
    make_line,
    make_refund,
    make_snapshot,
    refund_line,
)
from tests.tracking.test_merge import merge_all
from tracking.domain.events import OrderSnapshot
from tracking.domain.merge import EMPTY, merge_event
from tracking.domain.standing import (
    RefundTotals,
    commissionable,
    effective_placed_at,
    has_open_dispute,
    is_cancelled,
    list_problems,
    named_refunds,
    refund_totals,
)

TWO_LINES = (make_line("a", 6_000, 1_140, 3), make_line("b", 4_000, 760, 2))


def make_two_lines(**changes: Any) -> OrderSnapshot:
    facts: dict[str, Any] = {
        "lines": TWO_LINES,
        "shipping": 500,
        "shipping_tax": 95,
        "total": 12_495,
    }
    return make_snapshot(**(facts | changes))


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ((make_refund(amount=5),), "order.awaited"),
        ((make_snapshot(),), ""),
        ((make_snapshot(is_test=True),), "attr.test"),
        ((make_snapshot(), make_cancelled()), "refund.cancelled"),
        ((make_snapshot(1), make_snapshot(2, currency="JPY")), "order.two_currencies"),
        ((make_snapshot(paid_at=None, status="pending"),), "hold.unpaid"),
        ((make_snapshot(paid_at=None, status="authorized"),), "hold.unpaid"),
        ((make_snapshot(1), make_snapshot(2, paid_at=None, status="failed")), "hold.unpaid"),
        ((make_snapshot(1, paid_at=None, status="failed"), make_snapshot(2)), ""),
        ((make_snapshot(1), make_snapshot(2, paid_at=None, status="partially_paid")), ""),
        ((make_snapshot(), make_refund(amount=9_999)), ""),
        ((make_snapshot(), make_refund(amount=10_000)), "refund.full"),
        ((make_snapshot(), make_refund(amount=10_000, status="pending")), ""),
        ((make_snapshot(), make_refund(amount=10_000), make_refund(status="failed")), ""),
        ((make_snapshot(), make_refund(kind="full")), "refund.full"),
        ((make_snapshot(status="refunded"),), "refund.full"),
        ((make_snapshot(status="refunded"), make_refund(amount=10_000, status="failed")), ""),
        ((make_snapshot(), make_dispute("opened")), ""),
        ((make_snapshot(), make_dispute("opened"), make_dispute("lost")), "dispute.lost"),
        ((make_snapshot(), make_dispute("lost", amount=10_000)), "dispute.lost"),
        ((make_snapshot(), make_dispute("lost", amount=2_000)), ""),
        ((make_snapshot(total=1), make_dispute("lost", amount=1)), "dispute.lost"),
        ((make_snapshot(total=0), make_dispute("lost", amount=5)), ""),
        ((make_snapshot(), make_dispute("won"), make_dispute("opened")), ""),
    ],
)
def test_the_first_obstacle_to_earning_is_named_in_any_order_of_events(events, code):
    for order_of_events in (events, events[::-1]):
        assert commissionable(merge_all(*order_of_events)) == (not code, code)


def test_a_dispute_is_open_until_its_verdict():
    opened = merge_all(make_snapshot(), make_dispute("opened"))

    assert has_open_dispute(opened)
    assert not has_open_dispute(merge_all(make_dispute("won"), make_dispute("opened")))
    assert has_open_dispute(merge_all(make_dispute("won", "d1"), make_dispute("opened", "d2")))


@pytest.mark.parametrize(
    ("seen", "gone", "is_off"), [(None, 5, True), (3, 5, True), (7, 5, False), (5, 5, False)]
)
def test_a_deletion_holds_until_the_order_is_seen_again(seen, gone, is_off):
    state = merge_event(EMPTY, replace(make_cancelled(), is_final=False), received_at=at(gone))
    if seen is not None:
        state = merge_event(state, make_snapshot(), received_at=at(seen))

    assert is_cancelled(state) is is_off


def test_the_first_receipt_stands_in_for_an_unknown_time_of_order():
    assert effective_placed_at(merge_all(make_snapshot())) == at(0)
    assert effective_placed_at(merge_all(make_snapshot(placed_at=None))) == at(10)
    assert effective_placed_at(EMPTY) is None


def test_a_line_refund_is_read_by_line():
    refund = make_refund(lines=(refund_line("b", 2_000, 380, 1),))

    totals = refund_totals(merge_all(make_two_lines(), refund))

    assert totals.lines == (refund_line("a", 0), refund_line("b", 2_000, 380, 1))
    assert (totals.unassigned, totals.shipping, totals.is_full) == (0, 0, False)


def test_a_line_never_gives_back_more_than_it_has():
    refunds = [make_refund(f"r{i}", lines=(refund_line("b", 3_000, 570, 2),)) for i in range(3)]

    state = merge_all(make_two_lines(), *refunds)

    assert refund_totals(state).lines[1] == refund_line("b", 4_000, 760, 2)
    assert [p.code for p in list_problems(state)] == ["problem.refund_exceeds_line"]


def test_an_amount_refund_is_goods_and_its_net_share_leaves_the_tax_out():
    totals = refund_totals(merge_all(make_two_lines(), make_refund(amount=1_190)))

    assert (totals.unassigned, totals.unassigned_net) == (1_190, 1_000)


def test_an_amount_beyond_the_goods_is_shipping_and_then_nothing():
    totals = refund_totals(merge_all(make_two_lines(), make_refund(amount=12_400)))
    beyond = refund_totals(merge_all(make_two_lines(), make_refund(amount=99_999)))

    assert (totals.unassigned, totals.unassigned_net, totals.shipping) == (11_900, 10_000, 500)
    assert not totals.is_full
    assert (beyond.unassigned, beyond.shipping, beyond.is_full) == (11_900, 595, True)


@pytest.mark.parametrize("told", [{"shipping": 595}, {"total": 595}])
def test_a_shipping_refund_touches_no_goods(told):
    refund = make_refund(kind="shipping_only", **told)

    totals = refund_totals(merge_all(make_two_lines(), refund))

    assert (totals.shipping, totals.unassigned, totals.is_full) == (595, 0, False)


def test_goods_in_full_without_shipping_are_not_the_whole_order():
    refund = make_refund(lines=(refund_line("a", 6_000, 1_140), refund_line("b", 4_000, 760)))

    assert not refund_totals(merge_all(make_two_lines(), refund)).is_full


def test_a_refund_of_all_that_was_paid_is_full_though_a_gift_card_paid_the_rest():
    order = make_two_lines(total=400)

    assert refund_totals(merge_all(order, make_refund(amount=400))).is_full
    cent = merge_all(make_two_lines(total=1), make_refund(amount=1))
    assert refund_totals(cent).is_full


def test_what_is_named_and_what_is_not_are_together_the_whole():
    by_line = make_refund("r1", lines=(refund_line("b", 4_000, 760),), shipping=595)
    rest = make_refund("r2", amount=7_140)

    assert refund_totals(merge_all(make_two_lines(), by_line, rest)).is_full
    assert not refund_totals(merge_all(make_two_lines(), by_line)).is_full


def test_one_minor_unit_that_came_back_whole_is_a_full_refund():
    order = make_snapshot(lines=(make_line("a", 1),), total=1)

    state = merge_all(order, make_refund(lines=(refund_line("a", 1),)))

    assert refund_totals(state).is_full


def test_refunds_are_named_with_all_that_went_back():
    parts: dict[str, Any] = {"lines": (refund_line("a", 2_000, 380),), "amount": 100}
    state = merge_all(
        make_two_lines(),
        make_refund("parts", **parts, shipping=50),
        make_refund("total", status="pending", **parts, total=9_000),
        make_refund("failed", status="failed", amount=1),
        make_refund("usd", amount=1, currency="USD"),
        make_refund("test", amount=1, is_test=True),
    )

    assert named_refunds(state) == {"parts": 2_530, "total": 9_000}
    assert named_refunds(merge_all(make_refund(amount=5))) == {}


def test_a_running_total_counts_only_beyond_the_refunds_known_by_id():
    running = make_refund("ch", cumulative_total=3_000)
    by_line = make_refund("r1", lines=(refund_line("a", 1_000),))

    assert refund_totals(merge_all(make_two_lines(), running)).unassigned == 3_000
    assert refund_totals(merge_all(make_two_lines(), running, by_line)).unassigned == 2_000


def test_a_failed_refund_does_not_come_back_through_the_running_total():
    running = make_refund("ch", cumulative_total=3_000)
    failed = make_refund("r1", status="failed", amount=3_000)

    assert refund_totals(merge_all(make_two_lines(), running, failed)).unassigned == 0


def test_a_partly_lost_dispute_takes_its_amount():
    totals = refund_totals(merge_all(make_two_lines(), make_dispute("lost", amount=1_190)))

    assert totals.unassigned_net == 1_000
    whole = refund_totals(merge_all(make_two_lines(), make_dispute("lost")))
    assert whole.unassigned == 0


def test_a_refund_in_another_currency_or_of_a_test_is_left_out_and_listed():
    state = merge_all(
        make_two_lines(),
        make_refund("usd", amount=100, currency="USD"),
        make_refund("test", amount=100, is_test=True),
        make_refund("run", cumulative_total=100, currency="JPY"),
    )

    assert refund_totals(state).unassigned == 0
    assert [(p.code, p.params["refund"]) for p in list_problems(state)] == [
        ("problem.refund_test", "test"),
        ("problem.refund_currency", "usd"),
        ("problem.refund_currency", ""),
    ]
    of_test = merge_all(make_two_lines(is_test=True), make_refund(amount=100, is_test=True))
    assert list_problems(of_test) == ()


@pytest.mark.parametrize(
    ("net", "tax", "codes"),
    [
        (4_000, 760, []),
        (4_001, 760, ["problem.refund_exceeds_line"]),
        (4_000, 761, ["problem.refund_exceeds_line"]),
    ],
)
def test_a_line_exceeds_by_its_net_or_its_tax(net, tax, codes):
    state = merge_all(make_two_lines(), make_refund(lines=(refund_line("b", net, tax),)))

    assert [problem.code for problem in list_problems(state)] == codes


def test_a_refund_of_a_line_that_an_edit_removed_takes_nothing_from_the_others():
    state = merge_all(make_two_lines(), make_refund(lines=(refund_line("gone", 9_000),)))

    assert refund_totals(state).unassigned == 0
    assert sum(line.net_ex_tax for line in refund_totals(state).lines) == 0
    assert [p.code for p in list_problems(state)] == ["problem.refund_unknown_line"]


def test_nothing_is_known_of_an_order_that_has_not_come():
    state = merge_all(make_refund(amount=5))

    assert refund_totals(state) == RefundTotals((), 0, 0, 0, is_full=False)
    assert list_problems(state) == ()
