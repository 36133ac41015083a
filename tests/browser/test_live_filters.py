"""A list follows its filters in a real browser: what is typed stays, and the address tells it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import Person
from tests.makers import get_owner, make_enrollment, make_program, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_list_follows_what_is_typed_and_says_what_it_holds(live_server, new_context):
    program = make_program()
    for name in ("Ann", "Ben", "Berta"):
        make_enrollment(program, user=make_user(name=name))
    person = Person(new_context(locale="en-GB"), live_server.url, get_owner(program.brand))
    page = person.page
    field = page.get_by_label("Name, e-mail, code or link")
    refused: list[str] = []
    page.on("console", lambda one: refused.append(one.text) if one.type == "error" else None)

    person.go(f"/b/{program.brand.slug}/creators/")
    field.focus()
    page.keyboard.type("be")

    expect(page.locator("#rows tr")).to_have_count(2)
    expect(page.locator("#announcer")).to_contain_text(re.compile("2.? creators"))
    expect(field).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?q=be&"))

    page.get_by_label("State").select_option("suspended")
    expect(page.get_by_role("heading", name="Nothing fits these filters")).to_be_visible()
    page.locator("#clear").get_by_role("link", name="Clear filters").click()
    expect(page.locator("#rows tr")).to_have_count(3)

    page.go_back()
    expect(field).to_have_value("be")
    assert refused == []
