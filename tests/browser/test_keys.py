"""The keys of a list, in a real browser: only in the list, and only while they are wanted."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person
from tests.makers import NOW, get_owner, make_code, make_enrollment, make_program, make_user
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
