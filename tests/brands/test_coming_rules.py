"""Versions of rules that begin later: seen, edited and withdrawn, and never once they begin."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError

from brands.domain.rules import Conditions, Rule
from brands.domain.touched import find_touched
from brands.models import Role, RuleSet
from brands.selectors import find_latest_rules, find_latest_terms, list_rules_at
from brands.selectors_terms import find_terms_in_force, list_coming_rules
from brands.services.notice import NoticeNeeded
from brands.services.rules import RulesBegun, StaleRules, replace_rules, withdraw_rules
from core.clock import database_now
from core.models import AuditEvent
from tests.brands.pages import make_world, sign_in, sign_in_as, text_of
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_code,
    make_connection,
    make_enrollment,
    make_group,
    make_program,
    make_rules,
    percent_rule,
)
from tests.racing import race
from tests.shop import Shop, code, stamp

pytestmark = pytest.mark.django_db

BEGIN = NOW + timedelta(days=20)
SECOND = timedelta(seconds=1)


def by(program, now=NOW):
    return {"program_id": program.pk, "actor_id": get_owner(program.brand).pk, "now": now}


def make_coming(rate_bps=1200, *, begin=BEGIN):
    program = make_program()
    make_rules(program, [percent_rule(rate_bps)], effective_from=begin)
    return program


def rates(program, at):
    return [rule.rate_bps for rule in list_rules_at(program, at)[1]]


@pytest.mark.parametrize(("off", "rate_bps"), [(-1, 1000), (0, 2000), (1, 2000)])
def test_an_order_is_priced_by_the_second_it_was_placed_in(off, rate_bps):
    program = make_program()
    text = make_code(make_enrollment(program)).text
    shop = Shop(make_connection(program.brand))
    begin = shop.now.replace(microsecond=0) - timedelta(hours=1)
    make_rules(program, [percent_rule(2000)], effective_from=begin, now=NOW)

    shop.pay("1", placed_at=stamp(begin + off * SECOND), discounts=code(text))

    assert shop.commission("1").amount_minor == rate_bps


def test_a_withdrawn_version_never_applies_and_the_terms_say_the_old_rules_again():
    program = make_coming()

    withdraw_rules(version=2, **by(program))

    assert rates(program, BEGIN + timedelta(days=1)) == [1000]
    assert find_latest_rules(program).version == 1
    latest = find_latest_terms(program)
    assert find_terms_in_force(program, BEGIN) == latest
    assert "1200" not in str(latest.generated)
    event = AuditEvent.objects.get(action="rules.withdrawn")
    assert event.before["version"] == 2


@pytest.mark.parametrize("before", [timedelta(0), SECOND, timedelta(minutes=1), -SECOND])
def test_a_version_that_begins_within_a_minute_stays(before):
    program = make_coming()

    with pytest.raises(RulesBegun):
        withdraw_rules(version=2, **by(program, BEGIN - before))
    with pytest.raises(RulesBegun):
        replace_rules(
            drafts=[percent_rule(3000)],
            effective_from=BEGIN + SECOND,
            base_version=2,
            **by(program, BEGIN - before),
        )

    assert rates(program, BEGIN) == [1200]


def test_the_only_version_and_a_version_that_is_not_there_cannot_be_withdrawn():
    program = make_program()
    RuleSet.objects.filter(program=program).update(effective_from=BEGIN)

    for version in (1, 7):
        with pytest.raises(RulesBegun):
            withdraw_rules(version=version, **by(program))


def test_the_database_keeps_a_version_that_has_begun():
    program = make_coming()
    with pytest.raises(IntegrityError):
        RuleSet.objects.filter(program=program, version=2).update(withdrawn_at=BEGIN)


def test_a_number_is_not_given_twice_and_a_draft_of_a_withdrawn_version_is_stale():
    program = make_coming()
    withdraw_rules(version=2, **by(program))

    assert make_rules(program, [percent_rule(1500)]).version == 3
    with pytest.raises(StaleRules):
        replace_rules(drafts=[percent_rule()], effective_from=BEGIN, base_version=2, **by(program))


def test_of_two_that_wait_the_first_is_withdrawn_alone():
    program = make_coming()
    later = BEGIN + timedelta(days=5)
    make_rules(program, [percent_rule(1500)], effective_from=later)

    withdraw_rules(version=2, **by(program))

    assert (rates(program, BEGIN), rates(program, later)) == ([1000], [1500])
    (coming,) = list_coming_rules(program, NOW)[1]
    assert (coming.before[0].rate_bps, coming.rules[0].rate_bps) == (1000, 1500)


def test_a_replacement_may_begin_earlier_and_what_was_replaced_leaves_no_terms_in_force():
    program = make_coming()
    sooner, later = BEGIN - timedelta(days=10), BEGIN + timedelta(days=10)

    replace_rules(drafts=[percent_rule(1100)], effective_from=later, base_version=2, **by(program))
    assert "1200" not in str(find_terms_in_force(program, BEGIN).generated)
    replace_rules(drafts=[percent_rule(1100)], effective_from=sooner, base_version=3, **by(program))

    assert (rates(program, sooner - SECOND), rates(program, sooner)) == ([1000], [1100])
    assert rates(program, later) == [1100]


def test_the_same_rules_published_again_in_the_place_of_withdrawn_ones_have_terms():
    program = make_coming()
    replace_rules(drafts=[percent_rule(1200)], effective_from=BEGIN, base_version=2, **by(program))
    assert "1200" in str(find_terms_in_force(program, BEGIN).generated)


def test_a_better_promise_is_no_way_around_the_notice_of_something_worse():
    program = make_coming()
    make_enrollment(program)
    with pytest.raises(NoticeNeeded):
        replace_rules(
            drafts=[percent_rule(500)],
            effective_from=NOW + timedelta(days=1),
            base_version=2,
            **by(program),
        )
    assert rates(program, BEGIN) == [1200]


@pytest.mark.django_db(transaction=True)
def test_withdrawn_and_replaced_at_once_only_one_of_them_happens():
    program = make_coming()
    refused = race(
        partial(withdraw_rules, version=2, **by(program)),
        partial(
            replace_rules,
            drafts=[percent_rule(1500)],
            effective_from=BEGIN,
            base_version=2,
            **by(program),
        ),
        partial(withdraw_rules, version=2, **by(program)),
        refusals=(RulesBegun, StaleRules),
    )
    assert sorted(map(str, refused)).count("None") == 1
    assert AuditEvent.objects.filter(action__startswith="rules.").count() == 3


def _rule(position, **conditions):
    return Rule(
        rule_id=position,
        position=position,
        name="A",
        kind="percent",
        rate_bps=1000 + position,
        conditions=Conditions(**conditions),
    )


def test_who_is_touched_are_those_whose_rules_differ():
    everyone, fans, single = _rule(1), _rule(2, groups=(7,)), _rule(3, enrollments=(9,))

    assert not find_touched([everyone], [everyone]).is_everyone
    assert find_touched([everyone], [fans, everyone]).groups == {7}
    assert find_touched([single, everyone], [everyone]).enrollments == {9}
    assert find_touched([fans, everyone], [fans]).is_everyone


def test_the_team_sees_edits_and_withdraws_what_comes():
    world = make_world()
    begin = database_now().replace(second=0, microsecond=0) + timedelta(days=9)
    fans = make_group(world.program, "Fans")
    own = percent_rule(1500)
    own = replace(own, conditions=Conditions(groups=(fans.pk,)))
    make_rules(world.program, [own, percent_rule()], effective_from=begin, now=database_now())
    owner, analyst = sign_in_as(world.brand), sign_in_as(world.brand, Role.ANALYST)

    page = text_of(owner.get(world.url("program/rules/")))
    read = text_of(analyst.get(world.url("program/rules/")))
    owner.post(world.url("program/rules/change/"), {"action": "up:2"})
    form = text_of(owner.get(world.url("program/rules/publish/") + "&instead=2"))
    published = owner.post(
        world.url("program/rules/publish/") + "&instead=2",
        {"base_version": 2, "effective_from": f"{begin:%Y-%m-%dT%H:%M}"},
    )
    asked = text_of(owner.get(world.url("program/rules/versions/3/withdraw/")))
    withdrawn = owner.post(world.url("program/rules/versions/3/withdraw/"), follow=True)
    again = owner.post(world.url("program/rules/versions/3/withdraw/"), follow=True)

    assert "version 2" in page and "Touches: Fans" in page
    assert "The rules that apply today" in page
    assert "Needs the manager role" in read
    assert "It takes the place of version 2" in form
    assert published.status_code == 303
    assert "What would change on" in asked
    assert "Version 3 is withdrawn" in text_of(withdrawn)
    assert "cannot be withdrawn" in text_of(again)
    assert [r.rate_bps for r in list_rules_at(world.program, begin)[1]] == [1000]
    assert analyst.post(world.url("program/rules/versions/2/withdraw/")).status_code == 403
    assert owner.get(world.url("program/rules/versions/9/withdraw/")).status_code == 404


def test_a_version_that_begins_while_it_is_edited_is_not_replaced():
    world = make_world()
    begun = database_now() - timedelta(hours=1)
    make_rules(world.program, [percent_rule(1200)], effective_from=begun, now=begun)
    owner = sign_in_as(world.brand)

    answer = owner.post(world.url("program/rules/publish/") + "&instead=2", {"base_version": 2})

    assert answer.status_code == 422
    assert "Version 2 applies already and is not replaced" in text_of(answer)


def test_creators_see_from_when_what_differs_and_nobody_elses_rate():
    program = make_program()
    place, other = make_enrollment(program), make_enrollment(program)
    begin = database_now() + timedelta(days=9)
    own = percent_rule(4000, name="Own")
    own = replace(own, conditions=Conditions(enrollments=(place.pk,)))
    make_rules(program, [own, percent_rule(1200)], effective_from=begin, now=database_now())
    address = f"/p/{program.brand.slug}/{program.slug}/"

    mine = text_of(sign_in(get_creator(place)).get(address))
    theirs = text_of(sign_in(get_creator(other)).get(address))
    withdraw_rules(version=2, **by(program, database_now()))
    later = text_of(sign_in(get_creator(place)).get(address))

    assert "40 %" in mine and "12 %" in mine
    assert "12 %" in theirs and "40 %" not in theirs
    assert "12 %" not in later
