from dataclasses import replace

from brands.domain.bases import BasePolicy
from brands.domain.rules import Conditions, Rule
from brands.domain.schedule import Schedule
from brands.domain.terms import Clause, GroupFacts, TermsFacts, generate_terms

FACTS = TermsFacts(
    currency="EUR",
    rules_from="2026-08-12T12:00:00+00:00",
    window_days=30,
    click_policy="last",
    precedence="code",
    code_policy="always",
    is_binding_customers=False,
    is_yielding_to_ads=False,
    self_referral="reject",
    hold_days=30,
    hold_anchor="paid",
    base=BasePolicy(currency="EUR"),
    payouts=Schedule(),
    minimums={"EUR": 5000, "USD": 6000},
    recovery_days=90,
    notice_days=14,
)
ALL = Rule(rule_id=7, position=2, name="All", kind="percent", rate_bps=1000)


def codes(facts=FACTS, rules=(ALL,)):
    return [clause.code for clause in generate_terms(facts, rules)]


def test_the_clauses_say_what_runs():
    assert codes() == [
        "terms.rules_from",
        "terms.rule",
        "terms.first_rule",
        "terms.base_after_discount",
        "terms.base_without_tax",
        "terms.base_without_shipping",
        "terms.gift_cards_out",
        "terms.window",
        "terms.click_last",
        "terms.precedence_code",
        "terms.code_always",
        "terms.self_reject",
        "terms.hold_paid",
        "terms.refunds",
        "terms.payout_day",
        "terms.minimum",
        "terms.minimum",
        "terms.recovery",
        "terms.kept",
        "terms.notice",
        "terms.acceptance",
    ]


def test_every_switch_changes_the_terms():
    base = BasePolicy(
        before_discount=True,
        include_tax=True,
        include_shipping=True,
        exclude_gift_cards=False,
        cap_order={"EUR": 1},
    )
    changes = (
        {"base": base},
        {"caps_creator": {"week": {"EUR": 5}, "lifetime": {"EUR": 5}}},
        {"budget_minor": 5},
        {"click_policy": "first"},
        {"precedence": "click"},
        {"code_policy": "with_click"},
        {"is_binding_customers": True},
        {"is_crediting_renewals": True},
        {"is_yielding_to_ads": True},
        {"self_referral": "hold"},
        {"second_account": "hold"},
        {"second_account": "reject"},
        {"duplicate_order": "hold"},
        {"duplicate_order": "reject"},
        {"hold_anchor": "delivered"},
        {"groups": (GroupFacts(1, "Gold", 45),)},
    )
    for change in changes:
        assert codes(replace(FACTS, **change)) != codes(), change


def test_fraud_settings_that_change_no_credit_stay_unsaid():
    assert not any("self" in code for code in codes(replace(FACTS, self_referral="flag")))
    assert codes(replace(FACTS, duplicate_order="observe")) == codes()


def test_a_group_with_the_programs_hold_is_not_named():
    groups = (GroupFacts(1, "Gold", 30), GroupFacts(2, "Silver", None))
    assert codes(replace(FACTS, groups=groups)) == codes()


def test_rules_are_told_in_their_order_and_a_creators_own_rule_is_not_told():
    first = replace(ALL, rule_id=8, position=1, name="Gold", conditions=Conditions(groups=(1,)))
    own = replace(ALL, rule_id=9, position=3, conditions=Conditions(enrollments=(5,)))
    facts = replace(FACTS, groups=(GroupFacts(1, "Gold"),))
    clauses = generate_terms(facts, [own, ALL, first])
    told = [clause for clause in clauses if clause.code == "terms.rule"]
    assert [clause.params["rule"]["name"] for clause in told] == ["Gold", "All"]
    assert told[0].params["groups"] == {"1": "Gold"}
    assert [clause.code for clause in clauses].count("terms.rule_individual") == 1


def test_a_rule_reads_the_same_whatever_its_row():
    assert generate_terms(FACTS, [ALL]) == generate_terms(FACTS, [replace(ALL, rule_id=99)])


def test_clauses_survive_the_database():
    for clause in generate_terms(FACTS, [ALL]):
        assert Clause.from_json(clause.to_json()) == clause
