"""Tiers with rows: who moves by which orders, once, and which orders a move reaches."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from affiliates.models import Enrollment, GroupMove
from affiliates.services.membership import move_to_group, set_pinned, suspend_affiliation
from brands.domain.rules import Conditions
from brands.selectors import find_latest_terms, get_default_group
from brands.services.ladders import LadderDraft, LadderInvalid, StaleLadder, publish_ladder
from brands.services.notice import NoticeNeeded
from brands.services.rules import RuleDraft
from brands.wording import render_terms
from core.models import Mail
from portal.books import prove_books
from tests import racing
from tests.awards import make_award
from tests.makers import (
    NOW,
    get_owner,
    make_code,
    make_enrollment,
    make_group,
    make_ladder,
    make_program,
    make_rules,
    make_user,
)
from tests.orders import get_commission, place_order, refund_order, release_due
from tracking.models import AwardKind, Decision
from tracking.services.tiers import SETTLED_AFTER, list_unread, move_creators, reread_orders

pytestmark = pytest.mark.django_db

LONG_AGO = NOW - timedelta(days=200)


@pytest.fixture
def anna():
    """Partner pays 10 %, Preferred 20 %; Preferred from two orders on."""
    program = make_program(now=LONG_AGO)
    preferred = make_group(program, "Preferred")
    partner = get_default_group(program)
    drafts = [
        RuleDraft("Preferred", "percent", 2000, conditions=Conditions(groups=(preferred.pk,))),
        RuleDraft("All", "percent", 1000),
    ]
    make_rules(program, drafts, now=LONG_AGO)
    place = make_enrollment(program, user=make_user(name="Anna"), now=LONG_AGO)
    place.steps = [(partner, 0, "later"), (preferred, 2, "later")]
    return place


def order(place, **facts):
    return place_order(place.codes.first() or make_code(place), **facts)


def move(place, now=NOW) -> int:
    moved = move_creators(program_id=place.program_id, now=now)
    place.refresh_from_db()
    return moved


def reaching(place, reach: str):
    (partner, _zero, _later), (preferred, figure, _reach) = place.steps
    return [(partner, 0, "later"), (preferred, figure, reach)]


def test_who_reaches_the_figure_moves_once_and_new_orders_have_the_new_rate(anna):
    make_ladder(anna.program, anna.steps)
    first, _second = order(anna), order(anna)

    assert (move(anna), move(anna)) == (1, 0)

    (row,) = GroupMove.objects.filter(enrollment=anna)
    later = order(anna, now=NOW + timedelta(hours=1))
    late_news = order(anna, now=NOW + timedelta(hours=1), placed_at=NOW - timedelta(hours=2))
    assert anna.group.name == "Preferred"
    assert row.figures["value"] == row.figures["threshold"] == 2
    assert [get_commission(one).amount_minor for one in (first, later, late_news)] == [
        1_000,
        2_000,
        1_000,
    ]
    mail = Mail.objects.get(kind="group_moved")
    assert "Preferred" in mail.subject
    assert "Orders placed since" not in mail.text


def test_only_paid_orders_that_stand_count_and_money_of_one_currency(anna):
    (partner, *_rest), (preferred, *_more) = anna.steps
    make_ladder(
        anna.program, [(partner, 0, "later"), (preferred, 15_000, "later")], measure="revenue"
    )
    refund_order(order(anna), net=2_500, now=NOW)
    order(anna, currency="USD")
    order(anna, is_test=True)
    order(anna, paid_at=None, status="pending")

    assert move(anna) == 0
    order(anna)
    assert move(anna) == 1


def test_commission_is_all_that_was_earned_in_the_days_also_without_an_order(anna):
    (partner, *_rest), (preferred, *_more) = anna.steps
    steps = [(partner, 0, "later"), (preferred, 3_000, "later")]
    make_ladder(anna.program, steps, measure="commission", period="last_90_days")
    order(anna)
    make_award(anna, 1_500)
    make_award(anna, 9_000, key="bonus:old", at=NOW - timedelta(days=120))
    make_award(anna, 9_000, key="bonus:usd", currency="USD")

    assert move(anna) == 0
    make_award(anna, 500, key="fee:1", kind=AwardKind.FEE)

    assert move(anna) == 1
    assert GroupMove.objects.get().figures["value_minor"] == 3_000


@pytest.mark.parametrize(("hour", "moved"), [(21, 1), (23, 0)])
def test_a_month_ends_where_the_brand_is(anna, hour, moved):
    """31 July 23:00 and 1 August 01:00 in Berlin."""
    make_ladder(anna.program, anna.steps, period="last_month", now=LONG_AGO)
    order(anna, now=datetime(2026, 7, 10, tzinfo=UTC))
    order(anna, now=datetime(2026, 7, 31, hour, tzinfo=UTC))

    assert move(anna) == moved


def test_a_move_reaches_earlier_orders_only_where_the_tier_says_so(anna):
    make_ladder(anna.program, reaching(anna, "pending"), period="last_90_days")
    before = order(anna, now=NOW - timedelta(days=95))
    released = order(anna, now=NOW - timedelta(days=60))
    recent = order(anna, now=NOW - timedelta(days=3))
    release_due(anna.brand, now=NOW)
    move(anna)
    (row,) = list_unread(limit=9)

    assert (reread_orders(move_id=row.pk, now=NOW), reread_orders(move_id=row.pk, now=NOW)) == (
        1,
        0,
    )

    amounts = [get_commission(one).amount_minor for one in (before, released, recent)]
    last = get_commission(recent).changes.latest("seq")
    assert amounts == [1_000, 1_000, 2_000]
    assert (last.code, last.params["group"]) == ("tier.reread", "Preferred")
    assert Decision.objects.filter(order=recent).count() == 2
    assert prove_books(brand_id=anna.brand_id).is_balanced
    reread_orders(move_id=row.pk, now=NOW + SETTLED_AFTER)
    assert list_unread(limit=9) == []


def test_released_orders_rise_only_where_the_tier_says_that_too(anna):
    make_ladder(anna.program, reaching(anna, "all"), period="last_90_days")
    released = order(anna, now=NOW - timedelta(days=60))
    order(anna)
    release_due(anna.brand, now=NOW)
    move(anna)

    reread_orders(move_id=list_unread(limit=1)[0].pk, now=NOW)

    commission = get_commission(released)
    assert commission.released_at is not None
    assert commission.amount_minor == 2_000
    assert prove_books(brand_id=anna.brand_id).is_balanced


def test_caps_of_the_month_hold_for_orders_that_are_read_again(anna):
    anna.program.cap_creator_month = {"EUR": 2_500}
    anna.program.save()
    make_ladder(anna.program, reaching(anna, "pending"), period="last_90_days")
    orders = [order(anna), order(anna)]
    move(anna)

    reread_orders(move_id=list_unread(limit=1)[0].pk, now=NOW)

    assert sum(get_commission(one).amount_minor for one in orders) == 2_500


def test_who_misses_his_figure_is_told_and_falls_after_the_grace(anna):
    anna.program.refresh_from_db()
    make_ladder(
        anna.program,
        anna.steps,
        period="last_month",
        is_falling=True,
        grace_days=7,
        now=LONG_AGO,
        effective_from=LONG_AGO + timedelta(days=20),
    )
    order(anna, now=datetime(2026, 5, 10, tzinfo=UTC))
    order(anna, now=datetime(2026, 5, 11, tzinfo=UTC))
    june, july = datetime(2026, 6, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, 1, tzinfo=UTC)

    assert move(anna, june) == 1
    assert (move(anna, july), move(anna, july + timedelta(days=6))) == (0, 0)
    assert anna.falls_on == july.date() + timedelta(days=7)
    assert Mail.objects.filter(kind="group_falls").count() == 1
    assert move(anna, july + timedelta(days=7)) == 1
    assert (anna.group.name, anna.falls_on) == (anna.steps[0][0].name, None)


def test_who_rises_reads_this_quarter_and_who_falls_the_better_of_two(anna, settings):
    settings.TERMS_NOTICE_DAYS = 0
    quarter = {"period": "this_quarter", "is_falling": True, "now": LONG_AGO}
    make_ladder(anna.program, anna.steps, **quarter)
    for month, day in ((5, 1), (5, 2), (5, 3), (7, 1), (7, 2), (10, 1)):
        order(anna, now=datetime(2026, month, day, tzinfo=UTC))

    moved = move(anna, NOW), move(anna, datetime(2027, 1, 1, 1, tzinfo=UTC))

    read = [(row.figures["value"], row.figures["threshold"]) for row in GroupMove.objects.all()]
    assert (moved, read) == ((1, 1), [(2, 2), (1, 2)])


def test_tiers_that_are_switched_off_take_back_a_fall_that_was_announced(anna, settings):
    settings.TERMS_NOTICE_DAYS = 0
    make_ladder(
        anna.program,
        anna.steps,
        period="last_month",
        is_falling=True,
        grace_days=7,
        now=LONG_AGO,
        effective_from=LONG_AGO + timedelta(days=20),
    )
    for day in (10, 11):
        order(anna, now=datetime(2026, 5, day, tzinfo=UTC))
    june, july = datetime(2026, 6, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, 1, tzinfo=UTC)
    moved = move(anna, june), move(anna, july)
    assert (*moved, anna.falls_on) == (1, 0, july.date() + timedelta(days=7))

    publish_ladder(
        program_id=anna.program_id,
        draft=LadderDraft(measure="orders", period="last_month"),
        effective_from=july,
        actor_id=get_owner(anna.brand).pk,
        now=july,
        base_version=1,
    )

    assert (move(anna, july + timedelta(days=7)), anna.falls_on) == (0, None)
    assert anna.group.name == "Preferred"


def test_a_persons_decision_holds_until_it_is_given_back(anna):
    make_ladder(anna.program, anna.steps)
    order(anna)
    order(anna)
    owner = get_owner(anna.brand).pk
    by = {"enrollment_id": anna.pk, "actor_id": owner, "now": NOW}
    move_to_group(group_id=anna.group_id, **by)

    assert move(anna) == 0
    assert anna.pinned_by_id == owner
    set_pinned(is_pinned=False, **by)
    assert move(anna) == 1


def test_a_suspended_creator_is_not_moved(anna):
    make_ladder(anna.program, anna.steps)
    order(anna)
    order(anna)
    suspend_affiliation(
        affiliation_id=anna.affiliation_id,
        reason="Spam",
        actor_id=get_owner(anna.brand).pk,
        now=NOW,
    )

    assert move(anna) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_move_a_creator_once(anna):
    make_ladder(anna.program, reaching(anna, "pending"), period="last_90_days")
    orders = [order(anna), order(anna)]
    work = partial(move_creators, program_id=anna.program_id, now=NOW)

    racing.race(work, work, work, refusals=())
    (row,) = GroupMove.objects.filter(enrollment=anna)
    again = partial(reread_orders, move_id=row.pk, now=NOW)
    racing.race(again, again, again, refusals=())

    assert [get_commission(one).amount_minor for one in orders] == [2_000, 2_000]
    assert Decision.objects.filter(order__in=orders).count() == 4
    assert prove_books(brand_id=anna.brand_id).is_balanced


# Publishing


def test_the_terms_say_the_tiers(anna):
    make_ladder(anna.program, reaching(anna, "pending"), period="last_90_days")

    said = render_terms(find_latest_terms(anna.program).generated)

    assert any("orders on it is the group" in one and "Preferred" in one for one in said)
    assert any("unless their commission is released" in one for one in said)


def test_tiers_that_ask_for_more_need_notice_and_easier_ones_do_not(anna):
    (partner, *_rest), (preferred, *_more) = anna.steps
    make_ladder(anna.program, anna.steps)

    make_ladder(anna.program, [(partner, 0, "later"), (preferred, 1, "all")])
    for worse in (
        {"steps": [(partner, 0, "later"), (preferred, 3, "all")]},
        {"steps": [(partner, 0, "later"), (preferred, 1, "later")]},
        {"steps": [(partner, 0, "later"), (preferred, 1, "all")], "period": "last_month"},
    ):
        with pytest.raises(NoticeNeeded):
            make_ladder(anna.program, **worse)
    assert Enrollment.objects.get(pk=anna.pk).group == partner


def test_what_cannot_be_a_ladder_is_refused(anna):
    (partner, *_rest), (preferred, *_more) = anna.steps
    foreign = get_default_group(make_program())
    for steps in (
        [(partner, 0, "later")],
        [(partner, 1, "later"), (preferred, 2, "later")],
        [(partner, 0, "later"), (preferred, 0, "later")],
        [(partner, 0, "later"), (foreign, 2, "later")],
    ):
        with pytest.raises(LadderInvalid):
            make_ladder(anna.program, steps)
    with pytest.raises(LadderInvalid):
        make_ladder(anna.program, anna.steps, is_falling=True)


def test_who_edits_an_old_version_is_refused(anna):
    make_ladder(anna.program, anna.steps)
    with pytest.raises(StaleLadder):
        publish_ladder(
            program_id=anna.program_id,
            draft=LadderDraft(measure="orders", period="all_time"),
            effective_from=NOW,
            actor_id=get_owner(anna.brand).pk,
            now=NOW,
            base_version=0,
        )
