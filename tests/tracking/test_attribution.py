"""One winner for each order, and a reason for every candidate."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.tracking.candidates import DAY, ORDER, PLACED, bound, click, code, make_party, manual
from tests.tracking.events import at
from tracking.domain.attribution import (
    AttributionResult,
    Flag,
    attribute,
)
from tracking.domain.candidates import (
    NOT_ATTRIBUTABLE,
    BadToken,
    Candidate,
    OrderFacts,
    Policy,
    SubscriptionCandidate,
)


def decide(*candidates: Candidate, order: OrderFacts = ORDER, **policy: Any) -> AttributionResult:
    policies = {"p1": Policy(**policy), "p2": Policy()}
    return attribute(order=order, candidates=candidates, policies=policies)


def code_of(result: AttributionResult, candidate: Candidate) -> str:
    [row] = [row for row in result.rows if row.candidate == candidate]
    return row.code


def test_no_signal_and_a_bad_token_are_told_apart():
    nothing = decide()
    forged = decide(order=replace(ORDER, bad_tokens=(BadToken("zz", "forged"), BadToken("aa"))))

    assert (nothing.winner, nothing.code, nothing.rows) == (None, "attr.none_no_signal", ())
    assert (forged.code, forged.params) == (
        "attr.none_bad_token",
        {"token": "aa", "why": "malformed"},
    )
    assert (
        decide(order=replace(ORDER, bad_tokens=(BadToken("z" * 99),))).params["token"] == "z" * 64
    )


def test_candidates_win_in_the_order_manual_bound_code_click():
    field = [manual("m"), bound("b"), code("c"), click("k")]

    codes = []
    while field:
        result = decide(*field, is_binding_on=True)
        assert result.winner == field[0]
        codes.append((result.code, [row.code for row in result.rows[1:]]))
        field.pop(0)

    assert codes == [
        ("attr.won_manual", ["attr.lost_manual"] * 3),
        ("attr.won_bound", ["attr.lost_bound_other"] * 2),
        ("attr.won_code_over_click", ["attr.lost_to_code"]),
        ("attr.won_last_click", []),
    ]


def test_a_program_may_put_clicks_before_its_codes():
    result = decide(code("ben"), click("anna"), precedence="click")

    assert result.winner == click("anna")
    assert result.code == "attr.won_click_over_code"
    assert (result.params["other"], result.params["code"]) == ("ben", "ben10")
    assert code_of(result, code("ben")) == "attr.lost_other_click"


def test_a_code_wins_where_no_click_came_though_clicks_go_first():
    assert decide(code(), precedence="click").code == "attr.won_code"


def test_each_codes_own_program_says_whether_it_gives_way():
    yielding, standing = code("ben", 900), code("cleo", 100, program="p2")

    result = decide(yielding, standing, click("anna"), precedence="click")

    assert result.winner == standing


@pytest.mark.parametrize(
    ("policy", "winner", "reason"),
    [("last", -1.0, "attr.won_last_click"), ("first", -50.0, "attr.won_first_click")],
)
def test_the_last_or_the_first_click_wins_by_setting(policy, winner, reason):
    clicks = [click("anna", -50.0), click("ben", -20.0), click("cleo", -1.0)]

    result = decide(*clicks, click_policy=policy)

    assert (result.winner, result.code) == (clicks[[-50.0, -20.0, -1.0].index(winner)], reason)
    lost = next(row for row in result.rows if row.candidate == clicks[1])
    assert (lost.code, lost.params["policy"]) == ("attr.lost_other_click", policy)


def test_between_programs_the_latest_of_their_clicks_wins():
    clicks = [click("anna", -50.0), click("ben", -20.0), click("cleo", -30.0, program="p2")]

    assert decide(*clicks, click_policy="first").winner == clicks[2]
    assert decide(*clicks, click_policy="last").winner == clicks[1]


@pytest.mark.parametrize(
    ("hours", "is_won"),
    [
        (-30 * DAY, True),
        (-30 * DAY - 1 / 3600, False),
        (0, True),
        (1 / 3600, False),
        (0.9 / 3600, True),  # stores cut the time of an order to seconds, clicks have more digits
    ],
)
def test_the_window_holds_to_the_second(hours, is_won):
    result = decide(click(hours=hours), window_days=30)

    assert (result.winner is not None) == is_won
    assert result.code == ("attr.won_last_click" if is_won else "attr.lost_window")


def test_a_click_too_old_says_until_when_it_could_earn():
    result = decide(click(hours=-8 * DAY), window_days=7)

    assert result.params == {
        "creator": "anna",
        "date": "2026-08-04T12:00:00.000000+00:00",
        "window_end": "2026-08-11T12:00:00.000000+00:00",
        "order_date": "2026-08-12T12:00:00.000000+00:00",
    }


@pytest.mark.parametrize("verdict", sorted(NOT_ATTRIBUTABLE))
def test_a_click_that_does_not_count_cannot_win(verdict):
    result = decide(click(verdict=verdict))

    assert (result.winner, result.code) == (None, "attr.lost_click_not_counted")
    assert result.params["verdict"] == verdict


@pytest.mark.parametrize("verdict", ["repeat", "limited", "no_consent", "recovered", "repaired"])
def test_a_flagged_click_counts(verdict):
    assert decide(click(verdict=verdict)).winner is not None


@pytest.mark.parametrize("joined_at", [None, at(-DAY / 2)])
def test_a_creator_who_joined_after_the_click_is_not_credited(joined_at):
    result = decide(click(joined_at=joined_at))

    assert (result.winner, result.code) == (None, "attr.lost_not_member")


def test_who_joins_at_the_moment_of_the_click_or_the_order_is_credited():
    assert decide(click(joined_at=at(-DAY))).code == "attr.won_last_click"
    assert decide(code(joined_at=at(0))).code == "attr.won_code"


@pytest.mark.parametrize(
    ("off", "on", "is_won"),
    [
        (-2, None, False),
        (0, None, False),
        (1, None, True),
        (-2, -1, True),
        (-2, 0, True),
        (-48, -12, False),
    ],
)
def test_suspension_at_the_click_or_the_order_takes_the_credit(off, on, is_won):
    reinstated_at = None if on is None else at(on)

    result = decide(click(suspended_at=at(off), reinstated_at=reinstated_at))

    assert result.code == ("attr.won_last_click" if is_won else "attr.lost_suspended")


@pytest.mark.parametrize("make", [code, bound])
def test_codes_and_bindings_of_a_suspended_creator_lose_too(make):
    result = decide(make(suspended_at=at(-1)), is_binding_on=True)

    assert (result.winner, result.code) == (None, "attr.lost_suspended")


@pytest.mark.parametrize("make", [code, bound])
def test_who_is_suspended_after_the_order_keeps_it(make):
    assert decide(make(suspended_at=at(1)), is_binding_on=True).winner is not None


@pytest.mark.parametrize("make", [code, click, bound])
def test_a_creators_own_order_is_refused_where_the_program_says_so(make):
    result = decide(make(email_hash="buyer"), is_binding_on=True, self_referral="reject")

    assert (result.winner, result.code) == (None, "attr.lost_self")
    assert result.params["signal"] == "email"


@pytest.mark.parametrize("mode", ["observe", "flag", "hold"])
def test_a_creators_own_order_is_flagged_in_the_other_modes(mode):
    result = decide(click(email_hash="buyer"), self_referral=mode)

    assert result.winner is not None
    assert result.flags == (Flag("self_referral", mode, "email"),)


def test_two_unknown_mail_addresses_are_not_the_same_person():
    result = decide(click(email_hash=""), order=OrderFacts(placed_at=PLACED))

    assert (result.code, result.flags) == ("attr.won_last_click", ())


def test_a_person_of_the_brand_overrules_every_check():
    chosen = manual(email_hash="buyer", suspended_at=at(-1), joined_at=None)

    result = decide(chosen, manual("ben", hours=1))

    assert (result.winner, result.flags) == (chosen, ())
    assert [row.code for row in result.rows] == ["attr.won_manual", "attr.lost_manual"]
    assert result.params["reason"] == "spoke on the phone"


def test_the_larger_discount_wins_then_the_earlier_code():
    small, large, later = code("a", 100, 0), code("b", 300, 1), code("c", 300, 2)

    result = decide(later, small, large)

    assert result.winner == large
    assert [row.candidate for row in result.rows] == [large, later, small]
    assert [row.code for row in result.rows[1:]] == ["attr.lost_to_code"] * 2


@pytest.mark.parametrize(
    "changes", [{"disabled_at": at(0)}, {"joined_at": at(1)}, {"joined_at": None}]
)
def test_a_code_that_was_off_when_the_order_came_is_not_credited(changes):
    assert decide(code(**changes)).code == "attr.lost_code_off"


def test_a_code_switched_off_after_the_order_is_credited():
    assert decide(code(disabled_at=at(1))).code == "attr.won_code"


def test_a_code_that_another_order_used_is_not_credited_and_a_click_may_be():
    used = code(used_by="#7")

    alone, clicked = decide(used), decide(used, click("anna"))

    assert (alone.winner, alone.code) == (None, "attr.lost_code_used")
    assert alone.params == {"creator": "anna", "code": "anna10", "order": "#7"}
    assert clicked.winner == click("anna")
    assert code_of(clicked, used) == "attr.lost_code_used"
    assert decide(code(used_by="#7", disabled_at=at(0))).code == "attr.lost_code_off"


@pytest.mark.parametrize("partner_type", ["coupon", "cashback", "loyalty"])
def test_a_code_of_these_types_needs_a_click_of_its_own(partner_type):
    theirs = code(partner_type=partner_type)

    alone = decide(theirs, click("ben"))
    stale = decide(theirs, click(hours=-40 * DAY, partner_type=partner_type))
    clicked = decide(theirs, click(partner_type=partner_type), click("ben", -1))

    assert code_of(alone, theirs) == "attr.lost_code_needs_click"
    assert alone.winner == click("ben")
    assert stale.code == "attr.lost_code_needs_click"
    assert clicked.winner == theirs


def test_a_program_may_let_coupon_codes_earn_always():
    assert decide(code(partner_type="coupon"), code_policies=()).code == "attr.won_code"


def test_a_code_that_counts_only_as_winner_never_decides():
    theirs, ahead = code(), click("anna", -2)

    won = decide(theirs, ahead, click("ben", -3), code_policy="only_as_winner")
    behind = decide(theirs, ahead, click("ben", -1), code_policy="only_as_winner")
    alone = decide(theirs, click("ben", -1), code_policy="only_as_winner")

    assert won.winner == ahead
    assert code_of(won, theirs) == won.code == "attr.won_last_click"
    assert code_of(behind, theirs) == "attr.lost_other_click"
    assert code_of(alone, theirs) == "attr.lost_code_needs_click"


def test_the_brands_own_advertising_outranks_clicks_but_not_codes():
    paid = replace(ORDER, has_paid_marker=True)

    assert decide(click(), order=paid).code == "attr.won_last_click"
    assert decide(click(), order=paid, is_paid_ad_first=True).code == "attr.lost_paid_ad"
    assert decide(click(), is_paid_ad_first=True).code == "attr.won_last_click"
    both = decide(click("anna"), code("ben"), order=paid, is_paid_ad_first=True)
    assert (both.winner, both.code) == (code("ben"), "attr.won_code")


def test_a_click_that_advertising_outranks_still_carries_its_code():
    paid = replace(ORDER, has_paid_marker=True)
    field = [code(partner_type="coupon"), click(partner_type="coupon")]

    result = decide(*field, order=paid, is_paid_ad_first=True)
    strict = decide(
        *field, order=paid, is_paid_ad_first=True, code_policies=(("coupon", "only_as_winner"),)
    )

    assert result.winner == field[0]
    assert [row.code for row in strict.rows] == ["attr.lost_paid_ad"] * 2


@pytest.mark.parametrize(
    ("start", "until", "reason"),
    [
        (-9, None, "attr.won_bound"),
        (0, None, "attr.won_bound"),
        (-9, 0, "attr.won_bound"),
        (-9, -1, "attr.lost_window"),
        (1, None, "attr.lost_window"),
    ],
)
def test_a_binding_holds_from_its_start_to_its_end(start, until, reason):
    assert decide(bound(hours=start, until=until), is_binding_on=True).code == reason


def test_a_binding_is_no_candidate_where_the_program_does_not_bind():
    assert decide(bound()).rows == ()


@pytest.mark.parametrize(
    ("orders", "until", "count"),
    [(None, None, None), (3, None, "3"), (3, 0, None), (None, 0, None)],
)
def test_how_many_orders_a_binding_is_for_is_said_until_its_end_is_known(orders, until, count):
    result = decide(replace(bound(until=until), orders=orders), is_binding_on=True)

    assert result.params.get("count") == count


def test_the_earlier_binding_wins():
    result = decide(bound("a", -1), bound("b", -2), is_binding_on=True)

    assert result.winner == bound("b", -2)
    assert code_of(result, bound("a", -1)) == "attr.lost_bound_other"


@pytest.mark.parametrize("hours", [-50, -1])
def test_a_subscription_goes_before_a_binding_whichever_is_older(hours):
    first = SubscriptionCandidate(make_party("anna"), "#1", at(-9))

    result = decide(bound("ben", hours), first, is_binding_on=True, is_crediting_renewals=True)

    assert (result.winner, result.code) == (first, "attr.won_subscription")
    assert code_of(result, bound("ben", hours)) == "attr.lost_subscription"


def test_of_two_clicks_a_microsecond_apart_the_later_wins():
    later = replace(click("ben", -1), at=at(-1) + timedelta(microseconds=1))

    assert decide(click("anna", -1), later).winner == later


def test_other_signals_of_the_winner_say_that_the_order_is_theirs():
    result = decide(code("anna"), click("anna", -5), click("ben", -1))

    assert code_of(result, click("anna", -5)) == "attr.won_code_over_click"
    assert [row.is_winner for row in result.rows] == [True, False, False]


def test_one_creator_in_two_programs_does_not_lose_to_himself():
    elsewhere = click("anna2", affiliation="anna", program="p2")

    result = decide(code("anna"), elsewhere)

    assert (result.code, code_of(result, elsewhere)) == ("attr.won_code", "attr.won_code")


def test_a_test_order_credits_nobody():
    result = decide(click(), manual(), order=replace(ORDER, is_test=True))

    assert (result.winner, result.code) == (None, "attr.test")
    assert {row.code for row in result.rows} == {"attr.test"}
    assert decide(order=replace(ORDER, is_test=True)).code == "attr.test"


def test_a_program_without_its_policy_is_an_error():
    with pytest.raises(KeyError):
        attribute(order=ORDER, candidates=[click()], policies={})
