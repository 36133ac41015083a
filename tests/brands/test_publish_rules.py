from datetime import timedelta

import pytest

from brands.domain.rules import Conditions, NoRuleVersion
from brands.models import Rule, RuleSet
from brands.selectors import find_latest_terms, list_rules_at
from brands.services.rules import (
    EffectiveInPast,
    RuleDraft,
    RuleInvalid,
    StaleRules,
    publish_rules,
)
from core.models import AuditEvent, OutboxEvent
from tests.makers import (
    NOW,
    flat_rule,
    get_owner,
    gift_card_rule,
    make_draft_program,
    make_group,
    make_program,
    make_rules,
    percent_rule,
)

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=14)


def publish(program, drafts, *, base_version, effective_from=NOW, now=NOW):
    return publish_rules(
        program_id=program.pk,
        drafts=drafts,
        effective_from=effective_from,
        actor_id=get_owner(program.brand).pk,
        now=now,
        base_version=base_version,
    )


def test_the_first_version_makes_the_first_terms():
    program = make_draft_program()
    rule_set = publish(program, [gift_card_rule(), percent_rule()], base_version=0)
    assert rule_set.version == 1
    rules = Rule.objects.filter(rule_set=rule_set).order_by("pk")
    assert [rule.position for rule in rules] == [1, 2]
    assert find_latest_terms(program).version == 1
    assert OutboxEvent.objects.filter(topic="terms.updated").count() == 1
    assert AuditEvent.objects.filter(action="rules.published").count() == 1


def test_an_order_keeps_the_rules_of_its_time():
    program = make_program()
    second = publish(program, [percent_rule(2000)], base_version=1, effective_from=LATER)
    before, rules = list_rules_at(program, LATER - timedelta(seconds=1))
    assert (before.version, rules[0].rate_bps) == (1, 1000)
    at, rules = list_rules_at(program=program, at=LATER)
    assert (at, rules[0].rate_bps) == (second, 2000)


def test_rules_come_back_as_they_were_drafted():
    program = make_draft_program()
    group = make_group(program)
    conditions = Conditions(
        groups=(group.pk,), countries=("DE",), codes=("anna10",), min_order_value={"EUR": 100}
    )
    draft = RuleDraft(
        name="Five",
        kind="flat_order",
        amounts={"EUR": 500},
        conditions=conditions,
        is_pro_rata=True,
        cap_order={"EUR": 900},
    )
    rule_set = publish(program, [draft], base_version=0)
    _, (rule,) = list_rules_at(program, NOW)
    assert rule.rule_id == Rule.objects.get(rule_set=rule_set).pk
    assert (rule.name, rule.kind, rule.amounts) == ("Five", "flat_order", {"EUR": 500})
    assert (rule.conditions, rule.is_pro_rata, rule.cap_order) == (conditions, True, {"EUR": 900})


def test_countries_and_codes_are_kept_as_they_are_matched():
    program = make_draft_program()
    conditions = Conditions(countries=(" de",), codes=(" Anna\uff11\uff10",))
    draft = RuleDraft(name="A", kind="percent", rate_bps=1, conditions=conditions)
    publish(program, [draft], base_version=0)
    _, (rule,) = list_rules_at(program, NOW)
    assert (rule.conditions.countries, rule.conditions.codes) == (("DE",), ("anna10",))


def test_a_program_without_rules_says_so():
    with pytest.raises(NoRuleVersion):
        list_rules_at(make_draft_program(), NOW)


def test_two_people_editing_the_second_is_told_of_the_first():
    program = make_program()
    publish(program, [percent_rule(1500)], base_version=1)
    with pytest.raises(StaleRules) as caught:
        publish(program, [percent_rule(2000)], base_version=1)
    assert caught.value.latest.version == 2
    assert RuleSet.objects.filter(program=program).count() == 2


def test_rules_never_apply_backwards():
    program = make_program()
    with pytest.raises(EffectiveInPast):
        publish(
            program, [percent_rule()], base_version=1, effective_from=NOW - timedelta(seconds=1)
        )
    publish(program, [percent_rule(1500)], base_version=1, effective_from=LATER)
    with pytest.raises(EffectiveInPast):
        publish(program, [percent_rule(2000)], base_version=2, effective_from=NOW)
    publish(program, [percent_rule(2000)], base_version=2, effective_from=LATER)
    _, rules = list_rules_at(program, LATER)
    assert rules[0].rate_bps == 2000


@pytest.mark.parametrize(
    ("draft", "code"),
    [
        (percent_rule(0), "rule.rate"),
        (percent_rule(10_001), "rule.rate"),
        (percent_rule(name=" "), "rule.name"),
        (RuleDraft(name="A", kind="magic"), "rule.kind"),
        (flat_rule({}), "rule.amounts"),
        (flat_rule({"EUR": 0}), "rule.amount"),
        (flat_rule({"ABC": 5}), "rule.amount"),
        (RuleDraft(name="A", kind="percent", rate_bps=1, is_pro_rata=True), "rule.pro_rata"),
        (
            RuleDraft(
                name="A",
                kind="percent",
                rate_bps=1,
                conditions=Conditions(min_order_value={"EUR": 9}, max_order_value={"EUR": 8}),
            ),
            "rule.order_value",
        ),
    ],
)
def test_a_draft_that_cannot_be_a_rule_is_named(draft, code):
    with pytest.raises(RuleInvalid) as caught:
        publish(make_draft_program(), [percent_rule(), draft], base_version=0)
    assert (caught.value.position, caught.value.code) == (2, code)
    assert not RuleSet.objects.exists()


def test_a_group_of_another_program_is_refused():
    group = make_group(make_draft_program())
    draft = RuleDraft(
        name="A", kind="percent", rate_bps=1, conditions=Conditions(groups=(group.pk,))
    )
    with pytest.raises(RuleInvalid) as caught:
        publish(make_draft_program(), [draft], base_version=0)
    assert caught.value.code == "rule.group"


def test_no_rules_at_all_are_refused():
    with pytest.raises(RuleInvalid):
        publish(make_draft_program(), [], base_version=0)


def test_publishing_the_same_again_makes_a_version_but_no_new_terms():
    program = make_program()
    make_rules(program)
    assert RuleSet.objects.filter(program=program).count() == 2
    assert find_latest_terms(program).version == 1
