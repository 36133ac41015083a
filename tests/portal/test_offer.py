"""What a program offers, said from the rules that run."""

from datetime import timedelta

import pytest

from affiliates.services.applications import approve_application
from brands.domain.rules import Conditions
from brands.services.programs import update_program
from brands.services.rules import RuleDraft
from portal.offer import make_offer
from tests.makers import (
    NOW,
    flat_rule,
    get_owner,
    make_application,
    make_draft_program,
    make_group,
    make_program,
    make_rules,
    percent_rule,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


def test_a_rule_with_conditions_does_not_make_the_headline():
    beans = RuleDraft(
        name="Beans", kind="percent", rate_bps=1500, conditions=Conditions(collections=("beans",))
    )
    offer = make_offer(make_program(drafts=[beans, percent_rule(1000)]), now=NOW)

    assert plain(offer.headline) == "Earn 10 % on every order"
    assert [plain(rate) for rate in offer.rates] == [
        "Collections beans pay 15 %",
        "All products pay 10 %",
    ]


def test_without_a_rule_for_everything_the_list_speaks():
    new = RuleDraft(
        name="New", kind="percent", rate_bps=1500, conditions=Conditions(customer="new")
    )

    offer = make_offer(make_program(drafts=[new]), now=NOW)

    assert plain(offer.headline) == "Earn a commission on orders you send"


def test_an_amount_for_each_item_is_said_as_such():
    offer = make_offer(make_program(drafts=[flat_rule({"EUR": 150}, kind="flat_item")]), now=NOW)

    assert plain(offer.headline) == "Earn 1.50 EUR for every item"
    assert plain(offer.example) == "An order of 120.00 EUR pays 1.50 EUR."


def test_rules_to_come_are_not_offered_yet_and_those_of_named_creators_never():
    program = make_program()
    make_rules(program, [percent_rule(2000)], effective_from=NOW + timedelta(days=14))
    assert plain(make_offer(program, now=NOW).headline) == "Earn 10 % on every order"
    later = make_offer(program, now=NOW + timedelta(days=15))
    assert plain(later.headline) == "Earn 20 % on every order"


def test_a_group_is_named_where_its_rate_is():
    program = make_draft_program()
    group = make_group(program, "Preferred")
    best = RuleDraft(
        name="Best", kind="percent", rate_bps=2000, conditions=Conditions(groups=(group.pk,))
    )
    make_rules(program, [best, percent_rule(1000)])

    offer = make_offer(program, now=NOW)

    assert plain(offer.rates[0]) == "All products pay 20 % (Group Preferred)"


def test_a_draft_without_rules_offers_nothing_it_does_not_have():
    offer = make_offer(make_draft_program(), now=NOW)

    assert (offer.example, offer.rates) == ("", ())


def answer(program, hours: int) -> None:
    approve_application(
        application_id=make_application(program).pk,
        group_id=None,
        actor_id=get_owner(program.brand).pk,
        now=NOW + timedelta(hours=hours),
    )


def test_how_soon_applications_are_answered_is_said_once_it_is_known():
    program = make_program()
    assert make_offer(program, now=NOW).answer == ""
    for hours in (1, 2, 30, 400):
        answer(program, hours)
    assert make_offer(program, now=NOW + timedelta(days=20)).answer == ""
    answer(program, 500)

    said = plain(make_offer(program, now=NOW + timedelta(days=30)).answer)

    assert said == "Half of the applications are answered within 2 days (last 90 days)"


def test_a_program_that_approves_by_itself_says_so():
    program = make_program()
    update_program(
        program_id=program.pk,
        actor_id=get_owner(program.brand).pk,
        now=NOW,
        is_auto_approving=True,
    )
    program.refresh_from_db()

    assert "approved by themselves" in make_offer(program, now=NOW).answer
