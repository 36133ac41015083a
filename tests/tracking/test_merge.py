"""The join of order events, case by case."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from itertools import pairwise

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
from tracking.domain.events import CanonicalEvent, ClickSignal
from tracking.domain.merge import (
    EMPTY,
    OrderState,
    from_json,
    join_states,
    list_versions,
    merge_event,
    to_json,
)
from tracking.domain.standing import is_cancelled

STATIONS = (
    *("pending", "failed", "authorized", "partially_paid"),
    *("paid", "partially_refunded", "refunded", "cancelled"),
)


def merge_all(*events: CanonicalEvent) -> OrderState:
    state = EMPTY
    for event in events:
        state = merge_event(state, event, received_at=at(10))
    return state


def test_the_newest_version_is_kept_whatever_came_last():
    old, new = make_snapshot(1, total=1), make_snapshot(2, total=2)

    assert merge_all(old, new).snapshot == new
    assert merge_all(new, old).snapshot == new


def test_a_tie_of_versions_goes_to_the_later_station_of_an_order():
    pending = make_snapshot(7, status="pending", paid_at=None, external_number="#z")
    paid = make_snapshot(7, status="paid", external_number="#a")

    assert merge_all(pending, paid).snapshot == paid
    assert merge_all(paid, pending).snapshot == paid


@pytest.mark.parametrize(("earlier", "later"), list(pairwise(STATIONS)))
def test_each_station_of_an_order_comes_after_the_one_before(earlier, later):
    before = make_snapshot(7, status=earlier, external_number="#z")
    after = make_snapshot(7, status=later, external_number="#a")

    assert merge_all(before, after).snapshot == merge_all(after, before).snapshot == after


@pytest.mark.parametrize(
    ("earlier", "later"), list(pairwise(["pending", "succeeded", "cancelled", "failed"]))
)
def test_each_station_of_a_refund_comes_after_the_one_before(earlier, later):
    told = [make_refund(status=earlier, amount=5), make_refund(status=later, amount=5)]

    for events in (told, told[::-1]):
        assert [refund.status for refund in merge_all(*events).refunds] == [later]


def test_the_richer_telling_of_a_refund_is_kept():
    for less, more in (
        ({"lines": (refund_line("a", 9, 0),)}, {"lines": (refund_line("a", 8, 2),)}),
        ({"amount": 9}, {"amount": 1, "shipping": 9}),
        ({"lines": (refund_line("a", 5),)}, {"lines": (refund_line("a", 1),), "amount": 9}),
    ):
        poor, rich = make_refund(**less), make_refund(**more)
        assert merge_all(poor, rich).refunds == merge_all(rich, poor).refunds == (rich,)


def test_of_each_content_the_earliest_version_is_kept_and_no_more_than_twenty():
    edits = [make_snapshot(v, lines=(make_line("a", 100 * (v // 2)),)) for v in range(2, 61)]

    for told in (edits, edits[::-1]):
        state = merge_all(*told)
        assert [one.version for one in state.versions] == list(range(2, 42, 2))
        assert list_versions(state)[-1] == state.snapshot == edits[-1]


def test_a_mark_as_a_test_stays_whatever_comes():
    marked = join_states(OrderState(is_marked_test=True), merge_all(make_snapshot()))

    assert marked.is_test and join_states(merge_all(make_snapshot()), marked).is_test
    assert not merge_all(make_snapshot()).is_test
    assert not EMPTY.is_test


@pytest.mark.parametrize(
    ("facts", "heard"),
    [
        ({"paid_at": at(5)}, 10),
        ({"paid_at": at(5), "is_vouched": True}, 5),
        ({"paid_at": at(11), "is_vouched": True}, 10),
    ],
)
def test_a_payment_that_finance_answers_for_was_heard_of_when_it_was_made(facts, heard):
    assert merge_all(make_snapshot(**facts)).paid_received_at == at(heard)


def test_a_tie_of_versions_and_status_has_one_winner_in_both_orders():
    one, other = make_snapshot(7, total=1), make_snapshot(7, total=2)

    assert merge_all(one, other) == merge_all(other, one)


def test_the_earliest_of_each_time_is_kept():
    first = make_snapshot(2, placed_at=at(0), paid_at=at(9), fulfilled_at=at(20))
    later = make_snapshot(1, placed_at=at(3), paid_at=at(4), delivered_at=at(30))

    state = merge_all(first, later)

    assert (state.placed_at, state.paid_at) == (at(0), at(4))
    assert (state.fulfilled_at, state.delivered_at) == (at(20), at(30))


def test_the_receipt_of_the_payment_is_not_the_receipt_of_the_order():
    state = merge_event(EMPTY, make_snapshot(1, paid_at=None), received_at=at(0))
    state = merge_event(state, make_snapshot(2, paid_at=at(239)), received_at=at(240))
    state = merge_event(state, make_snapshot(3, paid_at=at(239)), received_at=at(250))

    assert state.received_at == at(0)
    assert state.paid_received_at == at(240)


def test_a_click_told_by_an_older_version_is_not_forgotten():
    old = make_snapshot(1, clicks=(ClickSignal("tok", "metadata"),))

    assert merge_all(make_snapshot(2), old).clicks == (ClickSignal("tok", "metadata"),)


@pytest.mark.parametrize("undoing", ["failed", "cancelled"])
def test_a_failed_refund_undoes_a_succeeded_one_in_any_order(undoing):
    done, undone = make_refund(amount=500), make_refund(status=undoing)

    for events in ((done, undone), (undone, done)):
        [refund] = merge_all(*events).refunds
        assert (refund.status, refund.amount) == (undoing, 500)


def test_a_bare_success_keeps_the_lines_of_the_pending_refund():
    rich = make_refund(status="pending", lines=(refund_line("l1", 1_000),))

    [refund] = merge_all(rich, make_refund(total=1_000)).refunds

    assert refund.status == "succeeded"
    assert refund.lines == rich.lines


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (make_refund(kind="full"), make_refund(kind="amount_only")),
        (make_refund(occurred_at=None), make_refund(occurred_at=at(1))),
        (make_refund(currency="EUR"), make_refund(currency="USD")),
        (make_dispute("lost", amount=1), make_dispute("lost", amount=2)),
        (make_dispute("opened", amount=1), make_dispute("opened")),
    ],
)
def test_two_tellings_that_differ_in_one_field_have_one_winner_in_both_orders(one, other):
    assert merge_all(one, other) == merge_all(other, one)


def test_a_running_total_is_kept_as_its_maximum_by_currency():
    state = merge_all(
        make_refund("ch", cumulative_total=3_000, total=3_000),
        make_refund("ch", cumulative_total=1_000, total=1_000),
        make_refund("ch", cumulative_total=9_000, status="pending"),
        make_refund("ch", cumulative_total=9_000, is_test=True),
        make_refund("ch", cumulative_total=70, currency="USD"),
    )

    assert state.cumulative == (("EUR", 3_000), ("USD", 70))
    assert state.refunds == ()


def test_a_verdict_beats_an_opening_told_later():
    state = merge_all(make_dispute("won", hours=1), make_dispute("opened", hours=9))

    assert [dispute.status for dispute in state.disputes] == ["won"]


@pytest.mark.parametrize(
    ("won_at", "lost_at", "kept"),
    [(2, 1, "won"), (1, 2, "lost"), (1, 1, "lost"), (None, None, "lost")],
)
def test_of_two_verdicts_the_later_holds_and_lost_holds_a_tie(won_at, lost_at, kept):
    won, lost = make_dispute("won", hours=won_at), make_dispute("lost", hours=lost_at)

    for events in ((won, lost), (lost, won)):
        assert [dispute.status for dispute in merge_all(*events).disputes] == [kept]


def test_a_cancellation_stays_with_its_earliest_time():
    state = merge_all(make_cancelled(), make_cancelled(8), make_cancelled(6), make_snapshot(9))

    assert (state.is_cancelled, state.cancelled_at) == (True, at(6))


@pytest.mark.parametrize("changes", [{"status": "cancelled"}, {"cancelled_at": at(3)}])
def test_a_snapshot_can_say_that_the_order_is_cancelled(changes):
    assert is_cancelled(merge_all(make_snapshot(**changes)))


def test_a_state_survives_its_json_column():
    state = merge_all(
        make_snapshot(clicks=(ClickSignal("tok", "metadata"),)),
        make_refund(lines=(refund_line("l1", 5),)),
        make_refund("c", cumulative_total=7),
        make_dispute("opened", hours=2),
        make_cancelled(4),
    )

    assert from_json(json.loads(json.dumps(to_json(state)))) == state
    assert from_json({}) == EMPTY
    assert from_json(to_json(state) | {"of_a_later_release": 1}) == state


def test_a_status_of_no_known_release_is_refused():
    stored = to_json(merge_all(make_snapshot()))
    stored["snapshot"]["status"] = "melted"

    with pytest.raises(ValueError, match="melted"):
        from_json(stored)


def test_an_instant_is_the_same_in_every_zone():
    tehran = timezone(timedelta(hours=3, minutes=30))
    here = make_snapshot(placed_at=at(0))
    there = replace(here, placed_at=at(0).astimezone(tehran))

    assert merge_all(here) == merge_all(there)
    assert to_json(merge_all(here)) == to_json(merge_all(there))


def test_a_receipt_without_its_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        merge_event(EMPTY, make_snapshot(), received_at=datetime(2026, 1, 1))  # noqa: DTZ001
