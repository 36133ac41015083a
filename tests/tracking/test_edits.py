"""Edits of an order: a line keeps its rule, whichever version of the order arrives first."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.conf import settings

from brands.domain.rules import Conditions
from brands.services.rules import RuleDraft
from portal.books import prove_books
from tests.makers import (
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
    percent_rule,
)
from tests.orders import make_click
from tests.shop import Shop, code, line, stamp
from tracking.domain.token import make_token
from tracking.models import Commission

pytestmark = pytest.mark.django_db


def rule(name: str, rate_bps: int, **conditions) -> RuleDraft:
    return RuleDraft(
        name=name, kind="percent", rate_bps=rate_bps, conditions=Conditions(**conditions)
    )


LARGE = rule("Large", 2000, min_order_value={"EUR": 8_000})
FRANCE = rule("France", 3000, countries=("FR",))
BY_LINK = rule("By link", 4000, signal="link")


def open_shop(*drafts: RuleDraft) -> Shop:
    program = make_program(make_brand(), [*drafts, percent_rule(1000)])
    enrollment = make_enrollment(program)
    make_code(enrollment, "ANNA")
    make_link(enrollment, slug="anna")
    return Shop(make_connection(program.brand))


def amounts_of_every_order(shop: Shop, *versions: dict) -> set[int]:
    """Tell the versions, oldest first as given, in every order; return what the orders earned."""
    started, earned = shop.now, set()
    for number, way in enumerate(permutations(range(len(versions)))):
        for index in way:
            at = stamp(started - timedelta(minutes=10 - index))
            told = {"placed_at": stamp(started - timedelta(minutes=30)), "updated_at": at}
            shop.pay(str(number), **(told | versions[index]))
        earned.add(shop.commission(str(number)).amount_minor)
    return earned


def two_lines(**changes) -> dict:
    lines = [line("1", "60.00"), line("2", "40.00")]
    return {"lines": lines, "discounts": code("anna")} | changes


def test_a_line_keeps_the_rate_that_the_larger_order_gave_it():
    shop = open_shop(LARGE)
    one_line = {"lines": [line("1", "60.00")], "discounts": code("anna")}

    assert amounts_of_every_order(shop, two_lines(), one_line) == {1200}


def test_of_three_versions_each_line_has_the_rule_of_the_version_that_brought_it():
    shop = open_shop(LARGE)
    small = {"lines": [line("1", "60.00")], "discounts": code("anna")}
    changed = {"lines": [line("1", "50.00"), line("2", "10.00")], "discounts": code("anna")}

    assert amounts_of_every_order(shop, two_lines(), small, changed) == {500 + 100}


def test_an_edit_keeps_the_country_the_order_came_from():
    shop = open_shop(FRANCE)
    french = two_lines(customer={"country": "FR"})
    silent = two_lines(customer={}, lines=[line("1", "50.00")])

    assert amounts_of_every_order(shop, french, silent) == {1500}
    assert amounts_of_every_order(shop, silent, french) == {3000}


def test_an_order_told_in_two_currencies_earns_in_neither():
    shop = open_shop()
    euro = {"lines": [line("1", "60.00")], "discounts": code("anna")}
    yen_line = line("1", "6000", discount="0", tax="0")
    yen = {"currency": "JPY", "total": "6000", "lines": [yen_line], "discounts": code("anna", "0")}

    assert amounts_of_every_order(shop, euro, yen) == {0}
    assert set(Commission.objects.values_list("reason_code", flat=True)) == {"order.two_currencies"}
    assert prove_books(brand_id=shop.connection.brand_id).is_balanced


def test_a_code_told_later_is_the_signal_of_every_line():
    shop = open_shop(BY_LINK)
    link = shop.connection.brand.link_set.get(slugs__slug="anna")
    click = make_click(link, at=shop.now - timedelta(hours=1))
    by_click = two_lines(discounts=[], click=_token(click, link))

    assert amounts_of_every_order(shop, by_click, two_lines()) == {1000}


def _token(click, link) -> str:
    return make_token(settings.CLICK_TOKEN_KEYS, click.id, link.pk)
