"""What people do here, from the first visit to money at the bank, in a real browser."""

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import override_settings
from playwright.sync_api import expect

from affiliates.models import Application
from brands.models import Program, ProgramStatus
from core.models import Brand
from payouts.models import Payout, PayoutStatus
from portal.books import prove_books
from tests.addresses import CHROME
from tests.browser.people import (
    PASSWORD,
    Person,
    open_shop,
    plain,
    read_amounts,
    read_code,
)
from tests.makers import (
    get_owner,
    make_application,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_group,
    make_program,
    make_user,
)
from tests.safety import make_app
from tests.shop import Shop, code, line
from tracking.tasks import release_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REFUNDED = [{"id": "1", "quantity": 1, "net": "25.71"}]
IBAN = "DE89 3704 0044 0532 0130 00"


@pytest.fixture
def site(live_server, settings) -> str:
    settings.SITE_URL = live_server.url
    cache.clear()  # who asks for a code again waits for minutes
    return str(live_server.url)


@pytest.fixture
def open_browser(new_context, site):
    """Return a function that gives a person a browser of his own."""

    def open_one(user=None, **options) -> Person:
        context = new_context(locale="en-GB", user_agent=CHROME, **options)
        return Person(context, site, user)

    return open_one


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


@pytest.mark.parametrize("has_script", [True, False], ids=["script", "no-script"])
def test_a_brand_goes_from_nothing_to_a_live_program(open_browser, has_script):
    person = open_browser(java_script_enabled=has_script)

    person.go("/accounts/signup/?next=/brands/new/")
    person.fill("Email", "owner@shop.example").fill("Password", PASSWORD).press("Create an account")
    person.fill("Code", read_code("owner@shop.example")).press("Confirm")
    person.sees_title("Set up a brand")
    person.fill("Name", "Copper & Pine")
    person.page.get_by_label("Time zone").select_option("Europe/Berlin")
    person.press("Create brand").sees("1 of 7 done").follow("Create program")
    person.fill("Landing", "https://copper.example/").press("Create program")
    person.page.locator("#id_rate_bps").fill("12.5")
    person.press("Recalculate").sees("pays 15.00 EUR")
    person.press("Publish rule").sees("4 of 7 done").follow("Connect store")
    person.page.get_by_label("Any shop (signed webhook)").check()
    person.press("Connect store").sees("whsec_")
    person.page.reload()
    assert "whsec_" not in person.read()

    brand = Brand.objects.get()
    person.go(f"/b/{brand.slug}/setup/").sees("4 of 7 done").follow("Go live")
    person.press("Go live")
    assert Program.objects.get().status == ProgramStatus.LIVE
    program = Program.objects.get()
    visitor = open_browser(java_script_enabled=has_script)
    visitor.go("/programs/").follow(program.name).sees("Earn 12.5 %", "Paid monthly on day 5")


def test_a_creator_joins_is_approved_and_takes_link_and_code_along(open_browser):
    program = make_program(make_brand("Copper & Pine"))
    page = f"/p/{program.brand.slug}/{program.slug}/"
    anna = open_browser()
    anna.context.grant_permissions(["clipboard-read", "clipboard-write"])

    anna.go(page).follow("Join this program").follow("Sign up and join")
    anna.fill("Email", "anna@mail.example").fill("Password", PASSWORD).press("Create an account")
    anna.fill("Code", read_code("anna@mail.example")).press("Confirm")
    anna.fill("Your name", "Anna").fill("Where you publish", "https://anna.example").press(
        "Send application"
    )
    anna.sees("To join, accept the terms of the program.")
    assert anna.page.get_by_label("Your name").input_value() == "Anna"
    anna.page.get_by_label("I accept version").check()
    anna.press("Send application").sees("Your application is with Copper & Pine")

    owner = open_browser(get_owner(program.brand), java_script_enabled=False)
    owner.go(f"/b/{program.brand.slug}/creators/applications/").sees("Anna", "https://anna.example")
    owner.press("Approve Anna").sees("Anna is in: link and code are ready")

    anna.go("/me/").sees("Your link and code are ready")
    shown = plain(anna.page.locator("#home-link").inner_text())
    anna.page.get_by_role("button", name="Copy your link").click()
    expect(anna.page.locator("#announcer")).to_have_text("Copied")
    assert anna.page.evaluate("() => navigator.clipboard.readText()") == shown
    assert shown.startswith(f"{anna.site}/r/")
    answer = anna.context.request.get(shown, max_redirects=0)
    assert answer.headers["location"].startswith("https://shop.example/?fs_click=")


def test_an_order_and_its_refund_are_seen_by_both_and_the_arithmetic_adds_up(open_browser, site):
    program = make_program(make_brand())
    place = make_enrollment(program, user=make_user(name="Anna"))
    make_code(place, "ANNA10")
    shop = open_shop(Shop(make_connection(program.brand)), site)
    cups = line("1", "60.00", title="Ceramic cups", discount="8.57")
    grinder = line("2", "80.00", title="Grinder", discount="11.43")
    facts = {"total": "120.00", "lines": [cups, grinder], "discounts": code("ANNA10", "20.00")}
    shop.pay("1042", **facts)

    anna = open_browser(place.affiliation.affiliate.user, java_script_enabled=False)
    anna.go("/me/earnings/").sees("12.00 EUR").follow("1042")
    anna.sees("Ceramic cups", "51.43 EUR", "5.14 EUR", "Grinder", "68.57 EUR", "6.86 EUR")
    anna.sees("Will be released on", "ANNA10")

    shop.refund("1042", "r1", "25.71", lines=REFUNDED)
    anna.page.reload()
    anna.sees_title("9.43 EUR")
    pays = anna.page.locator("table.arithmetic tr:not(.line-total) td.amount")
    assert sum(read_amounts(pays)) == 943

    owner = open_browser(get_owner(program.brand), java_script_enabled=False)
    owner.go(f"/b/{program.brand.slug}/orders/").sees("1042", "Anna").follow("1042")
    owner.go(f"/b/{program.brand.slug}/commissions/").sees("9.43 EUR")


def test_released_money_is_planned_approved_and_paid_by_file(open_browser, site, tmp_path):
    program = make_program(make_brand())
    with override_settings(HOLD_DAYS_MIN=0):
        fast = make_group(program, "Trusted", hold_days=0)
    place = make_enrollment(program, user=make_user(name="Anna"), group=fast)
    make_code(place, "ANNA10")
    shop = open_shop(Shop(make_connection(program.brand)), site)
    shop.pay("1", total="900.00", lines=[line("1", "900.00")], discounts=code("ANNA10"))
    release_due()
    make_app(get_owner(program.brand))
    owner = open_browser(get_owner(program.brand))
    anna = open_browser(place.affiliation.affiliate.user)

    runs = f"/b/{program.brand.slug}/payouts/"
    owner.go(runs).press("Preview payout run").sees("Left out", "no payout method")
    anna.go("/me/").sees("90.00 EUR").follow("Add a payout method")
    anna.fill("Account holder", "Anna Example").fill("IBAN", IBAN).press("Save bank account").sees(
        "Saved"
    )

    owner.go(runs).press("Preview payout run").press("Approve 1 payout, 90.00 EUR")
    owner.sees("1 payout approved")
    with owner.page.expect_download() as saved:
        owner.press("Download payment file")
    file = tmp_path / "payments.csv"
    saved.value.save_as(file)
    assert "DE89370400440532013000" in file.read_text("utf-8").replace(" ", "")
    assert "90.00" in file.read_text("utf-8")
    owner.page.reload()
    owner.follow("Anna").fill("Bank reference", "BANK-77").press("Confirm payment of 90.00 EUR")
    owner.sees("BANK-77")

    assert Payout.objects.get().status == PayoutStatus.PAID
    anna.go("/me/payouts/").sees("90.00 EUR", "BANK-77")
    assert prove_books(brand_id=program.brand.pk).is_balanced


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
    owner.tab_to("Go back")
    owner.page.keyboard.press("Enter")
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
