"""When two sides of an order are the same, and what it comes to where they are not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.tracking.events import make_line, make_refund, make_snapshot
from tracking.domain import storecheck
from tracking.domain.events import DisputeEvent
from tracking.domain.merge import EMPTY, merge_event
from tracking.domain.storecheck import Figures, Span, Told, Verdict

AT = datetime(2026, 3, 10, 12, tzinfo=UTC)
SPAN = Span(
    since=datetime(2026, 3, 9, tzinfo=UTC),
    until=datetime(2026, 3, 16, tzinfo=UTC),
    connected_at=datetime(2026, 3, 1, tzinfo=UTC),
    fresh_from=datetime(2026, 3, 16, 8, tzinfo=UTC),
)
FIGURES = Figures("EUR", "paid", 12000, 1000, 1900, 490, 9610, 0)
SECOND = timedelta(seconds=1)


def told(**changes) -> Told:
    base = Told(FIGURES, is_test=False, placed_at=AT, changed_at=AT)
    return replace(base, **changes)


def judge(one: Told, here: Figures | None = FIGURES, *, is_test: bool = False) -> Verdict:
    return storecheck.judge(told=one, here=here, is_test_here=is_test, span=SPAN)


@pytest.mark.parametrize("name", ["total", "discount", "tax", "shipping", "lines"])
def test_one_minor_unit_of_any_amount_is_a_difference(name):
    here = replace(FIGURES, **{name: getattr(FIGURES, name) + 1})

    assert judge(told(), here) == Verdict("different", (name,))


def test_equal_figures_are_equal_and_a_refund_alone_is_a_refund():
    assert judge(told()) == Verdict("equal")
    assert judge(told(), replace(FIGURES, refunded=1)) == Verdict("refund", ("refunded",))
    both = replace(FIGURES, refunded=1, status="cancelled")
    assert judge(told(), both) == Verdict("different", ("status", "refunded"))


def test_the_same_numbers_of_another_currency_are_not_equal():
    here = replace(FIGURES, currency="USD")

    assert set(judge(told(), here).fields) == set(storecheck.FIELDS) - {"status", "refunded"}


def test_what_a_file_does_not_tell_is_not_compared():
    here = replace(FIGURES, tax=5, refunded=100)

    assert judge(told(names=("currency", "total")), here) == Verdict("equal")


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({}, "missing"),
        ({"is_test": True}, "test"),
        ({"figures": replace(FIGURES, total=0)}, "no_revenue"),
        ({"figures": replace(FIGURES, status="unpaid")}, "unpaid"),
        ({"figures": replace(FIGURES, status="cancelled")}, "unpaid"),
        ({"placed_at": SPAN.connected_at - SECOND}, "before_store"),
        ({"placed_at": SPAN.connected_at}, "missing"),
        ({"placed_at": None, "changed_at": None}, "missing"),
        ({"placed_at": SPAN.since, "changed_at": None}, "missing"),
        ({"placed_at": SPAN.since - SECOND, "changed_at": None}, "outside"),
        ({"placed_at": SPAN.until - SECOND, "changed_at": SPAN.until}, "missing"),
        ({"placed_at": SPAN.until, "changed_at": SPAN.until}, "outside"),
        ({"changed_at": SPAN.fresh_from}, "fresh"),
        ({"changed_at": SPAN.fresh_from - SECOND}, "missing"),
    ],
)
def test_an_order_that_is_not_here(changes, outcome):
    assert judge(told(**changes), None).outcome == outcome


def test_a_test_here_is_no_difference_and_fresh_says_nothing_of_what_is_equal():
    assert judge(told(), replace(FIGURES, total=1), is_test=True).outcome == "test"
    assert judge(told(changed_at=SPAN.fresh_from)).outcome == "equal"


@pytest.mark.parametrize(
    ("here", "is_test", "has_told", "outcome"),
    [
        (FIGURES, False, True, "absent"),
        (FIGURES, False, False, "by_file"),
        (FIGURES, True, True, "test"),
        (replace(FIGURES, status="cancelled"), False, True, "cancelled"),
    ],
)
def test_an_order_only_here(here, is_test, has_told, outcome):
    verdict = storecheck.judge_absent(here=here, is_test=is_test, has_told=has_told)

    assert verdict.outcome == outcome


def test_both_sides_are_measured_the_same_and_a_lost_dispute_is_no_refund():
    sold = make_snapshot(lines=(make_line(),), total=10_000)
    state = merge_event(EMPTY, sold, received_at=AT)
    given_back = merge_event(state, make_refund(total=100), received_at=AT)
    lost = merge_event(
        given_back,
        DisputeEvent(sold.external_order_id, "d1", "lost", AT, amount=1),
        received_at=AT,
    )

    before, after = storecheck.measure(state), storecheck.measure(given_back)
    assert before is not None and after is not None
    assert (before.refunded, before.total, before.currency) == (0, sold.total, sold.currency)
    assert after.refunded > 0
    assert storecheck.measure(lost) == after
    assert storecheck.measure(EMPTY) is None


def test_figures_survive_being_kept_and_keep_to_what_was_told():
    assert Figures.from_json(FIGURES.to_json()) == FIGURES
    assert FIGURES.to_json(("currency", "total")) == {"currency": "EUR", "total": 12000}
