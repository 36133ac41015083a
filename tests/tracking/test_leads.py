"""Leads go the way of an order, and are never counted as one."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.test import Client
from django.urls import reverse

from affiliates.context import Scope
from brands.models import Program
from brands.services.programs import update_program
from brands.services.rules import RuleDraft
from ledger.selectors import list_party_balances
from portal.books import prove_books
from portal.home import load_period
from tests.makers import (
    get_creator,
    get_owner,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
    percent_rule,
)
from tests.shop import Shop, code, stamp
from tracking.models import Commission, Order
from tracking.selectors_brand import list_counted_credits
from tracking.tasks import release_brand

pytestmark = pytest.mark.django_db
LEADS = RuleDraft(name="Leads", kind="lead", amounts={"EUR": 700})


@pytest.fixture
def shop():
    return open_shop(percent_rule(), LEADS)


def open_shop(*drafts, **settings):
    program = make_program(drafts=drafts)
    if settings:
        owner = get_owner(program.brand).pk
        update_program(program_id=program.pk, actor_id=owner, now=program.created_at, **settings)
        program = Program.objects.get(pk=program.pk)
    make_code(make_enrollment(program), "ANNA")
    return Shop(make_connection(program.brand), Client())


def scope_of(place):
    return Scope(affiliations=(place.affiliation,), brand=place.brand, choices=())


def lead(shop, number="1", **changes):
    facts = {"id": number, "at": stamp(shop.now - timedelta(minutes=1)), "code": "anna"}
    return {**facts, "customer": {"email": f"lead-{number}@mail.example"}, **changes}


def send(shop, kind, number="1", **changes):
    data = lead(shop, number, **changes)
    if kind == "lead.rejected":
        data = {"id": number, "at": data["at"]}
    assert shop.send(kind, data) == 200


def amounts(shop):
    return list(
        Commission.objects.filter(brand=shop.connection.brand)
        .order_by("pk")
        .values_list("kind", "amount_minor", "currency", "reason_code")
    )


def test_a_lead_earns_its_fixed_amount_in_the_currency_of_the_program(shop):
    send(shop, "lead.created")

    assert amounts(shop) == [("lead", 700, "EUR", "price.rule")]
    assert Commission.objects.get().release_at is not None


def test_the_story_of_a_lead_calls_it_a_lead(shop):
    send(shop, "lead.created")
    commission = Commission.objects.get()
    client = Client()
    client.force_login(get_creator(commission.enrollment))

    page = client.get(reverse("portal:commission-story", args=[commission.public_id]))

    assert "This lead is yours" in page.content.decode()


def test_the_same_lead_again_and_the_same_person_again_are_paid_once(shop):
    send(shop, "lead.created")
    send(shop, "lead.updated")
    send(shop, "lead.created", "2", customer={"email": "LEAD-1@mail.example"})

    assert amounts(shop) == [
        ("lead", 700, "EUR", "price.rule"),
        ("lead", 0, "EUR", "lead.repeated"),
    ]


@pytest.mark.parametrize(
    "order", list(permutations(["lead.created", "lead.updated", "lead.rejected"])), ids=" ".join
)
def test_a_rejected_lead_earns_nothing_in_whatever_order_its_events_come(shop, order):
    for kind in (*order, order[0]):
        send(shop, kind)

    (found,) = amounts(shop)
    assert found == ("lead", 0, "EUR", "lead.rejected")
    assert prove_books(brand_id=shop.connection.brand_id).is_balanced


def test_a_pending_lead_waits_and_earns_once_it_is_accepted(shop):
    send(shop, "lead.created", status="pending")
    assert amounts(shop) == [("lead", 0, "EUR", "lead.pending")]

    send(shop, "lead.updated", updated_at=stamp(shop.now))

    assert amounts(shop) == [("lead", 700, "EUR", "price.rule")]


def test_rules_for_leads_take_no_order_and_other_rules_take_no_lead():
    for drafts, wanted in (
        ([LEADS], [("sale", 0, "EUR", "price.no_rule"), ("lead", 700, "EUR", "price.rule")]),
        (
            [percent_rule()],
            [("sale", 1000, "EUR", "price.rule"), ("lead", 0, "EUR", "price.no_rule")],
        ),
    ):
        shop = open_shop(*drafts)
        shop.pay("1", discounts=code("anna"))
        send(shop, "lead.created", "9")
        assert amounts(shop) == wanted


def test_a_lead_is_no_order_in_any_count(shop):
    send(shop, "lead.created", customer={"email": "shopper-7@mail.example"})
    lead_order = Order.objects.get()
    place = Commission.objects.get().enrollment

    assert (lead_order.kind, lead_order.currency, lead_order.total_minor) == ("lead", "", 0)
    assert not list_counted_credits(shop.connection.brand).exists()
    assert load_period(scope_of(place), [place], now=shop.now).orders == 0
    shop.pay("7", discounts=code("anna"))
    assert shop.get("7").decisions.get().context["is_new_customer"] is True


def test_the_budget_of_the_program_holds_for_leads():
    shop = open_shop(LEADS, budget_minor=1000)

    send(shop, "lead.created", "1")
    send(shop, "lead.created", "2")

    assert [row[1] for row in amounts(shop)] == [700, 300]


def test_a_lead_rejected_after_its_release_is_taken_from_later_earnings(settings):
    settings.HOLD_DAYS_MIN = 0
    shop = open_shop(LEADS, hold_days=0)
    brand = shop.connection.brand
    send(shop, "lead.created")
    released = release_brand(brand)
    lead_commission = Commission.objects.get()

    for _twice in range(2):
        send(shop, "lead.rejected")
    send(shop, "lead.updated", updated_at=stamp(shop.now))

    assert released == 1
    assert amounts(shop) == [("lead", 0, "EUR", "lead.rejected")]
    last = lead_commission.changes.latest("seq")
    assert (last.entry.kind, last.before_minor, last.after_minor) == ("clawback", 700, 0)
    assert lead_commission.changes.count() == 2
    party = lead_commission.affiliation_id
    assert list_party_balances(brand_id=brand.pk, party_ids=[party])[party, "EUR"]["payable"] == 0
    assert prove_books(brand_id=brand.pk).is_balanced


def test_of_two_released_leads_the_rejected_one_alone_is_taken_back(settings):
    settings.HOLD_DAYS_MIN = 0
    shop = open_shop(LEADS, hold_days=0)
    brand = shop.connection.brand
    send(shop, "lead.created", "1")
    send(shop, "lead.created", "2")
    release_brand(brand)

    send(shop, "lead.rejected", "1")

    party = Commission.objects.first().affiliation_id
    assert list_party_balances(brand_id=brand.pk, party_ids=[party])[party, "EUR"]["payable"] == 700
