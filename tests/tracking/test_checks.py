"""The checks of an order's credit: what each finds, and what follows in each mode."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tracking.candidates import DAY, ORDER, PLACED, click, code, make_party, manual
from tracking.domain.attribution import attribute, from_json, to_json
from tracking.domain.candidates import KnownAddress, OtherAccount, Policy
from tracking.domain.checks import (
    CHECKS,
    OF_THE_CREATOR,
    OF_THE_SALE,
    REFUSALS,
    Finding,
    Flag,
    find_double,
    find_second_account,
    find_self,
)
from tracking.domain.doubles import (
    FARTHEST,
    SAME_CUSTOMER_WITHIN,
    SAME_NUMBER_WITHIN,
    Double,
    Sale,
    find_doubles,
)

STRANGER = replace(ORDER, email_hash="stranger")
TWICE = replace(STRANGER, doubles=(Double("anna", "ord_1", "#1", "Shop", "customer", 40),))
SALE = Sale("ord_2", "#2", "Stripe", 2, "x2", "c", "EUR", 5000, PLACED, affiliation="anna")
FIRST = replace(
    SALE, order="ord_1", number="#1", store="Shop", connection=1, external_id="x1",
    placed_at=PLACED - timedelta(seconds=40),
)  # fmt: skip


def decide(*entrants, order=TWICE, **modes):
    return attribute(order=order, candidates=entrants, policies={"p1": replace(Policy(), **modes)})


def account(affiliation="anna", **changes):
    facts = {"is_earlier": True, "signals": ("payout", "tax"), "enrollment": "77"}
    return OtherAccount(affiliation, **({"email_hash": "other"} | facts | changes))


class TestDoubles:
    def test_the_later_of_two_bears_the_mark_and_the_earlier_none(self):
        assert find_doubles(SALE, [FIRST]) == (
            Double("anna", "ord_1", "#1", "Shop", "customer", 40),
        )
        assert find_doubles(FIRST, [SALE]) == ()

    @pytest.mark.parametrize(
        ("change", "signal"),
        [
            ({}, "customer"),
            ({"placed_at": PLACED - timedelta(hours=1)}, "customer"),
            ({"placed_at": PLACED - timedelta(hours=1, seconds=1)}, None),
            ({"placed_at": PLACED - timedelta(hours=1, seconds=1), "external_id": "x2"}, "number"),
            ({"placed_at": PLACED - timedelta(days=2), "external_id": "x2"}, "number"),
            ({"placed_at": PLACED - timedelta(days=2, seconds=1), "external_id": "x2"}, None),
            ({"customer": "", "external_id": "x2"}, "number"),
            ({"customer": ""}, None),
            ({"customer": "d", "external_id": "x2"}, None),
            ({"total": 5001}, None),
            ({"currency": "USD"}, None),
            ({"connection": 2}, None),
            ({"affiliation": ""}, None),
        ],
    )
    def test_what_is_the_same_sale(self, change, signal):
        found = find_doubles(SALE, [replace(FIRST, **change)])

        assert [one.signal for one in found] == ([signal] if signal else [])

    def test_two_free_orders_are_two(self):
        assert find_doubles(replace(SALE, total=0), [replace(FIRST, total=0)]) == ()

    def test_two_customers_nobody_knows_are_not_one(self):
        nameless = replace(SALE, customer="")

        assert find_doubles(nameless, [replace(FIRST, customer="")]) == ()

    @pytest.mark.parametrize(
        ("mine", "other", "is_double"),
        [
            ({}, {"is_paid": False}, False),
            ({"is_paid": False}, {"placed_at": PLACED + timedelta(seconds=5)}, True),
            ({"is_settled": True}, {}, False),
            ({}, {"is_settled": True, "placed_at": PLACED + timedelta(seconds=5)}, True),
            ({"is_settled": True, "is_paid": False}, {}, False),
            ({}, {"placed_at": PLACED}, True),
            ({}, {"placed_at": PLACED, "connection": 3}, False),
        ],
    )
    def test_which_of_two_counts(self, mine, other, is_double):
        mine, other = replace(SALE, **mine), replace(FIRST, **other)

        assert bool(find_doubles(mine, [other])) is is_double
        assert bool(find_doubles(other, [mine])) is not is_double

    def test_of_several_the_first_is_named_and_one_for_each_creator(self):
        second = replace(FIRST, order="ord_9", placed_at=PLACED - timedelta(seconds=30))
        of_ben = replace(second, order="ord_8", affiliation="ben")

        for others in ([FIRST, second, of_ben], [of_ben, second, FIRST]):
            found = find_doubles(SALE, others)
            assert [(one.affiliation, one.order) for one in found] == [
                ("anna", "ord_1"),
                ("ben", "ord_8"),
            ]


class TestFindings:
    def test_every_check_has_a_mode_a_refusal_and_a_turn(self):
        assert set(CHECKS) == set(REFUSALS) == {*OF_THE_CREATOR, *OF_THE_SALE}
        assert {Policy().mode_of(name) for name in CHECKS} <= {"flag", "reject"}

    @pytest.mark.parametrize(
        ("earlier_s", "said"),
        [
            (40, {"seconds": 40}),
            (119, {"seconds": 119}),
            (120, {"minutes": 2}),
            (179, {"minutes": 2}),
            (1, {"seconds": 1}),
            (0, {}),
            (-5, {}),
        ],
    )
    def test_a_double_tells_where_the_other_order_is(self, earlier_s, said):
        order = replace(TWICE, doubles=(replace(TWICE.doubles[0], earlier_s=earlier_s),))

        assert find_double(make_party("anna"), order) == Finding(
            "customer", {"order": "#1", "store": "Shop", **said}
        )
        assert find_double(make_party("ben"), order) is None

    def test_only_the_later_of_two_accounts_bears_the_mark(self):
        order = replace(STRANGER, accounts=(account(), account("ben", is_earlier=False)))

        assert find_second_account(make_party("anna"), order) == Finding(
            "payout", {"other": "77", "shared": ["payout", "tax"]}
        )
        assert find_second_account(make_party("ben"), order) is None
        assert find_second_account(make_party("cleo"), order) is None

    def test_an_order_by_a_further_address_is_an_own_order(self):
        order = replace(ORDER, addresses=(KnownAddress("anna", "buyer"),))

        assert find_self(make_party("anna"), order) == Finding("address")
        assert find_self(make_party("ben"), order) is None
        assert find_self(make_party("anna", email_hash="buyer"), order) == Finding("email")
        assert find_self(make_party("anna"), replace(order, email_hash="x")) is None

    @pytest.mark.parametrize("is_earlier", [True, False])
    def test_an_order_of_the_other_account_is_an_own_order(self, is_earlier):
        accounts = (account(is_earlier=is_earlier, email_hash="buyer"),)
        order = replace(ORDER, accounts=accounts)

        assert find_self(make_party("anna"), order) == Finding("account")
        assert find_self(make_party("ben"), order) is None
        assert find_self(make_party("anna"), replace(order, email_hash="")) is None
        assert find_self(make_party("anna"), replace(order, email_hash="x")) is None


class TestModes:
    @pytest.mark.parametrize("mode", ["observe", "flag", "hold"])
    def test_a_double_keeps_its_credit_and_bears_the_mark(self, mode):
        result = decide(click(), duplicate_order=mode)

        evidence = {"order": "#1", "store": "Shop", "seconds": 40}
        assert result.winner is not None
        assert result.flags == (Flag("duplicate_order", mode, "customer", evidence),)
        assert from_json(to_json(result)) == result

    def test_a_refused_double_is_nobodys_and_every_candidate_keeps_a_reason(self):
        result = decide(click(), code("anna"), code("ben", 1), duplicate_order="reject")

        assert (result.winner, result.code, result.flags) == (None, "attr.lost_double", ())
        assert result.params == {
            "creator": "anna", "order": "#1", "store": "Shop", "seconds": 40, "signal": "customer"
        }  # fmt: skip
        assert {row.candidate.party.enrollment: row.code for row in result.rows} == {
            "anna": "attr.lost_double",
            "ben": "attr.lost_to_code",
        }
        assert not any(row.is_winner for row in result.rows)

    def test_a_sale_another_creator_has_takes_nothing(self):
        result = decide(click("ben"), duplicate_order="reject")

        assert (result.code, result.flags) == ("attr.won_last_click", ())

    def test_a_members_word_stands_against_every_check(self):
        order = replace(TWICE, accounts=(account(),), email_hash="of anna")
        modes = dict.fromkeys(CHECKS, "reject")

        result = decide(manual(), click(), order=order, **modes)

        assert (result.code, result.flags) == ("attr.won_manual", ())

    def test_a_refused_second_account_leaves_the_order_to_another(self):
        order = replace(STRANGER, accounts=(account(),))

        result = decide(click(), click("ben", -2 * DAY), order=order, second_account="reject")

        assert result.winner is not None
        assert result.winner.party.enrollment == "ben"
        refused = next(row for row in result.rows if row.candidate.party.enrollment == "anna")
        assert (refused.code, dict(refused.params)) == (
            "attr.lost_account",
            {"creator": "anna", "other": "77", "shared": ["payout", "tax"], "signal": "payout"},
        )  # fmt: skip

    def test_findings_come_in_the_order_of_the_checks(self):
        order = replace(TWICE, accounts=(account(),), email_hash="of anna")

        result = decide(click(), order=order, self_referral="observe", second_account="hold")

        assert [(flag.name, flag.mode) for flag in result.flags] == [
            ("self_referral", "observe"),
            ("second_account", "hold"),
            ("duplicate_order", "flag"),
        ]


def test_orders_are_looked_for_as_far_apart_as_any_sign_reaches():
    assert FARTHEST >= SAME_CUSTOMER_WITHIN
    assert FARTHEST >= SAME_NUMBER_WITHIN
