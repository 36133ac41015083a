"""The keys of a list, in a real browser: only in the list, and only while they are wanted."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person
from tests.makers import (
    NOW,
    get_owner,
    make_application,
    make_code,
    make_enrollment,
    make_program,
    make_user,
    make_vetting_point,
)
from tests.orders import get_commission, place_order
from tracking.services.holds import hold_commission

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_keys_walk_choose_and_decide_in_a_list_and_nowhere_else(live_server, new_context):
    program = make_program()
    owner = get_owner(program.brand)
    places = [make_enrollment(program, user=make_user(name=name)) for name in ("Ann", "Ben", "Cem")]
    order = place_order(make_code(places[0], "ANN"))
    hold_commission(
        commission_id=get_commission(order).pk, reason="Look", actor_id=owner.pk, now=NOW
    )
    person = Person(new_context(locale="en-GB"), live_server.url, owner)
    page = person.page

    person.go(f"/b/{program.brand.slug}/creators/?sort=name")
    page.keyboard.press("j")
    expect(page.locator("[data-queue] :focus")).to_have_count(0)
    page.get_by_role("link", name="Ann").focus()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Ben")).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_label("Choose Ben")).to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("link", name="Ann")).to_be_focused()

    page.keyboard.press("/")
    page.keyboard.type("jx?")
    expect(page.get_by_label("Name, e-mail, code or link")).to_have_value("jx?")
    person.go(f"/b/{program.brand.slug}/creators/?sort=name")  # the list follows what is typed

    page.get_by_role("link", name="Ann").focus()
    page.keyboard.press("?")
    page.get_by_label("Use these keys in this browser").uncheck()
    person.press("Close")
    page.reload()
    page.get_by_role("link", name="Ann").focus()
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Ann")).to_be_focused()
    person.press("Keys for this list")
    page.get_by_label("Use these keys in this browser").check()

    person.go(f"/b/{program.brand.slug}/commissions/?tab=review")
    page.get_by_role("heading", level=2).get_by_role("link").focus()
    page.keyboard.press("a")
    expect(page.get_by_role("dialog").get_by_text("End the review")).to_be_visible()


def test_keys_go_through_applications_and_orders_from_one_to_the_next(live_server, new_context):
    program = make_program()
    owner = get_owner(program.brand)
    order = place_order(make_code(make_enrollment(program, user=make_user(name="Dee")), "DEE"))
    point = make_vetting_point(program)
    for name in ("Ann", "Ben", "Cem"):
        make_application(program, make_user(name=name))
    person = Person(new_context(locale="en-GB"), live_server.url, owner)
    page = person.page
    refused: list[str] = []
    page.on("console", lambda one: refused.append(one.text) if one.type == "error" else None)
    cards = page.locator("[data-queue] > article")

    person.go(f"/b/{program.brand.slug}/creators/applications/")
    cards.first.focus()
    page.keyboard.press("j")
    expect(cards.nth(1)).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_label("Choose Ben")).to_be_checked()
    box = cards.nth(1).get_by_role("checkbox", name=point.words)
    box.press("Space")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    expect(cards.nth(1).get_by_text(re.compile("1.? of .?1.? checked"))).to_be_visible()
    expect(page.get_by_label("Choose Ben")).to_be_checked()  # the rest of the page stays

    page.get_by_label("Name, e-mail or site").press_sequentially("ce")
    expect(cards).to_have_count(1)
    expect(page).to_have_url(re.compile("q=ce"))
    cards.first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Cem")).to_be_visible()
    cards.first.focus()
    page.keyboard.press("r")
    expect(
        page.get_by_role("heading", name=re.compile("Reject the application of .?Cem"))
    ).to_be_visible()
    page.go_back()
    cards.first.focus()
    page.keyboard.press("a")
    expect(page.get_by_text(re.compile("Cem.? is in"))).to_be_visible()
    expect(page.get_by_role("heading", level=1, name="Ben")).to_be_visible()

    person.go(f"/b/{program.brand.slug}/orders/")
    page.get_by_role("link", name=order.number).focus()
    page.keyboard.press("j")  # there is no other: the focus stays
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(order.number)
    assert refused == []
