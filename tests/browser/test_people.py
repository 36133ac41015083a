"""What people do here, from the first visit to money at the bank, in a real browser."""

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from affiliates.models import Application
from tests.browser.people import (
    PASSWORD,
    read_code,
)
from tests.makers import (
    get_owner,
    make_application,
    make_brand,
    make_program,
    make_user,
)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFUNDED = [{"id": "1", "quantity": 1, "net": "25.71"}]
IBAN = "DE89 3704 0044 0532 0130 00"


def test_a_person_logs_in_by_password_and_by_mailed_code(open_browser):
    user = make_user("anna@mail.example")
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    person = open_browser(java_script_enabled=False)

    person.go("/accounts/login/").fill("Email", "anna@mail.example").fill(
        "Password", "wrong"
    ).press("Log in")
    person.sees("not correct")
    person.fill("Password", PASSWORD).press("Log in")
    person.go("/me/settings/").sees_title("Settings")

    person.context.clear_cookies()
    person.go("/me/settings/").follow("Mail me a code")
    person.fill("Email", "anna@mail.example").press("Mail me a code")
    person.fill("Code", read_code("anna@mail.example")).press("Confirm")
    person.go("/me/settings/").sees_title("Settings")


def test_an_application_is_answered_with_the_keyboard_alone(open_browser):
    program = make_program(make_brand("Copper & Pine"))
    application = make_application(program, make_user(name="Anna"))
    owner = open_browser(get_owner(program.brand))

    owner.go(f"/b/{program.brand.slug}/")
    owner.tab_to("Skip to the content")
    owner.page.keyboard.press("Enter")
    expect(owner.page.locator("#main")).to_be_focused()
    owner.page.reload()
    owner.tab_to("Creators")
    owner.page.keyboard.press("Enter")
    owner.sees_title("Creators")
    owner.tab_to("Applications")
    owner.page.keyboard.press("Enter")
    owner.sees("Anna")
    owner.tab_to("Reject")
    owner.page.keyboard.press("Enter")
    owner.sees_title("Reject the application of Anna")
    owner.tab_to("Go back")
    owner.page.keyboard.press("Enter")
    owner.sees_title("Creators")
    owner.tab_to("Approve Anna")
    owner.page.keyboard.press("Enter")
    owner.sees("Anna is in")

    application.refresh_from_db()
    assert Application.objects.get().status == "approved"


def test_language_and_theme_are_chosen_without_script(open_browser):
    visitor = open_browser(java_script_enabled=False)
    root = visitor.page.locator("html")

    visitor.go("/programs/")
    visitor.page.locator("summary").last.click()
    visitor.press("فارسی")
    expect(root).to_have_attribute("dir", "rtl")
    expect(root).to_have_attribute("lang", "fa")
    visitor.page.locator("summary").last.click()
    visitor.page.locator("button[value=dark]").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    assert visitor.page.url == f"{visitor.site}/programs/"
