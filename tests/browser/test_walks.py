"""Four walks as people take them; each looks at what pages say and ends with the books proven."""

from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.test import override_settings
from playwright.sync_api import Download, expect

from brands.models import Role
from brands.selectors import find_open_sandbox
from core import formats
from core.models import Brand
from core.money import Money
from payouts.tasks import drive_open
from portal.books import prove_books
from portal.tasks import run_trial
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
    make_asset,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_group,
    make_invitation,
    make_member,
    make_program,
    make_sandbox,
    make_user,
)
from tests.shop import Shop, code, line, stamp
from tracking.models import TrialRun
from tracking.tasks import release_due

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BERLIN = ZoneInfo("Europe/Berlin")
IBAN = "DE89 3704 0044 0532 0130 00"
PHONE = {"width": 390, "height": 844}
HOPS = (
    "Link opened",
    "Click stored",
    "Token carried by the store",
    "Order received, signature right",
    "Credited",
    "By rule 1, “All products”: 15.00 EUR.",
    "Release",
)


def test_a_brand_has_its_first_hour(open_browser):
    owner = open_browser()
    sign_up(owner.go("/accounts/signup/?next=/brands/new/"), "owner@shop.example")

    owner.sees_title("Set up a brand").fill("Name", "Copper & Pine")
    owner.page.get_by_label("Time zone").select_option("Europe/Berlin")
    owner.press("Create brand").sees("1 of 8 done").follow("Create program")
    owner.fill("Landing", "https://copper.example/").press("Create program")
    owner.page.locator("#id_rate_bps").fill("12.5")
    owner.press("Recalculate").sees("pays 15.00 EUR")
    owner.press("Publish rule").sees("4 of 8 done").follow("Connect store")
    owner.follow("Any shop (signed webhook)")
    owner.press("Connect store").sees("whsec_")
    owner.page.reload()
    assert "whsec_" not in owner.read()
    brand = Brand.objects.get()
    setup = f"/b/{brand.slug}/setup/"

    owner.go(setup).follow("Send a test order").press("Send a test order")
    run_trial(trial_id=TrialRun.objects.get().pk)
    owner.sees(*HOPS)
    expect(owner.page.locator("#hops .step-done")).to_have_count(len(HOPS))
    twin = find_open_sandbox(brand)
    assert twin is not None

    owner.go(setup).follow("Go live").press("Go live")
    owner.go(setup).sees("Your program is live.").follow("Invite a creator")
    owner.fill("Addresses", "Anna Beck <anna@mail.example>").press("Look at it first")
    owner.sees("Nothing was sent yet.", "Anna Beck").press("Send 1 invitation")
    owner.sees("anna@mail.example", "Sent")

    ben = open_browser(java_script_enabled=False)
    ben.go("/programs/").follow("Creators of Copper & Pine").sees("Earn 12.5 %")
    ben.sees("Paid monthly on day 5").follow("Join this program")
    sign_up(ben.follow("Sign up and join"), "ben@mail.example")
    ben.fill("Your name", "Ben").fill("Where you publish", "https://ben.example")
    ben.press("Send application").sees("To join, accept the terms of the program.")
    assert ben.page.get_by_label("Your name").input_value() == "Ben"
    ben.page.get_by_label("I accept version").check()
    ben.press("Send application").sees("Your application is with Copper & Pine")

    owner.go(f"/b/{brand.slug}/").follow("1 application")
    owner.sees("Ben", "https://ben.example").press("Approve Ben")
    owner.sees("Ben is in: link and code are ready")
    ben.go("/me/").sees("Your link and code are ready")
    prove(brand, twin)


def test_a_creator_has_a_first_day_on_a_phone_in_persian(open_browser, site):
    program = make_program(make_brand("Copper & Pine"))
    make_asset(program)
    shop = open_shop(Shop(make_connection(program.brand)), site)
    make_invitation(program, "anna@mail.example", now=shop.now)
    anna = open_browser(language="fa", viewport=PHONE)
    anna.context.grant_permissions(["clipboard-read", "clipboard-write"])

    anna.go("/ops/outbox/?to=anna").page.locator("main table a").first.click()
    anna.page.locator(".letter-text a[href*='/invited/']").first.click()
    anna.sees("Use the address to which the invitation was mailed.").sees_no_more_than_fits()
    sign_up(anna.follow("Sign up and join"), "anna@mail.example")
    anna.fill("Your name", "آنا").page.locator("[name=accept]").check()
    anna.press("Join now").sees("You are in. Your link and your code are ready to share.")
    expect(anna.page.locator("html")).to_have_attribute("dir", "rtl")
    shown = plain(anna.page.locator("#home-link").inner_text())
    anna.page.locator("[data-copy=home-link]").first.click()
    expect(anna.page.locator("#announcer")).to_have_text(anna.word("Copied"))
    assert anna.page.evaluate("() => navigator.clipboard.readText()") == shown

    anna.go("/me/links/").follow("New link").fill("Page of the store", "shop.example/cups")
    anna.page.locator("details.more-fields summary").click()
    anna.page.locator("[name=sub_1]").fill("story")
    anna.press("Create link").sees("Your link is ready. Copy it and share it.", "sub1=story")
    link = plain(anna.page.locator("#short-url").inner_text())
    anna.sees_picture("img.qr")
    anna.sees_no_more_than_fits().go("/me/resources/").sees("Cups", shown)
    anna.sees_picture("img.preview")
    anna.follow("Disclosure").page.get_by_label(
        anna.word("Country of your audience")
    ).select_option("DE")
    anna.press("Show").sees("Anzeige").sees_no_more_than_fits()

    answer = open_browser().context.request.get(link, max_redirects=0)
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["fs_sub1"] == ["story"]
    times = dict.fromkeys(("placed_at", "paid_at", "updated_at"), stamp(shop.now))
    facts = {"total": "120.00", "lines": [line("1", "120.00")], **times}
    shop.pay("1042", click=query["fs_click"][0], **facts)

    anna.go("/me/earnings/").sees("Pending", in_persian(1200)).follow("1042")
    anna.sees(in_persian(1200), "Timeline").sees_no_more_than_fits()
    day = (shop.now + timedelta(days=30)).astimezone(BERLIN).date()
    anna.sees(formats.day_text(day, language="fa"))
    anna.go("/me/").sees("Still missing", "Add a payout method; the money waits for you.")
    anna.sees_no_more_than_fits()
    prove(program.brand)


def test_the_month_ends_with_reviews_a_run_two_ways_of_paying_and_equal_books(open_browser, site):
    brand = make_brand("Copper & Pine")
    manager, finance = (
        make_member(brand, role, user=make_user(name=name)).user
        for role, name in ((Role.MANAGER, "Mia"), (Role.FINANCE, "Finn"))
    )
    twin = make_sandbox(brand)
    program, shop = make_program(twin), open_shop(Shop(make_connection(twin)), site)
    anna, ben = (
        make_enrollment(
            program, user=make_member(twin, Role.ANALYST, user=make_user(name=name)).user
        )
        for name in ("Anna", "Ben")
    )
    for place, text, number, total in (
        (anna, "ANNA9", "1", "900.00"),
        (ben, "BEN8", "2", "800.00"),
    ):
        make_code(place, text)
        shop.pay(number, total=total, lines=[line("1", total)], discounts=code(text))
    home = f"/b/{twin.slug}"
    mia, finn = (open_browser(user, java_script_enabled=False) for user in (manager, finance))

    mia.go(f"{home}/commissions/?tab=all").follow("1").follow("Hold")
    mia.fill("Reason", "The address looks odd.").press("Hold 90.00 EUR").sees("On review.")
    mia.go(f"{home}/sandbox/").press("31 days ahead").sees("The clock went 31 days ahead.")
    release_due()
    mia.go(f"{home}/commissions/?tab=released").sees("80.00 EUR")
    assert "90.00 EUR" not in mia.page.locator("#rows").inner_text()
    mia.go(f"{home}/commissions/?tab=review").follow("1").follow("Clear")
    mia.fill("Reason", "It is the office of a friend.").press("Clear 90.00 EUR")
    release_due()
    mia.go(f"{home}/payouts/").sees("170.00 EUR", "Needs the finance role")

    stripe = open_browser(anna.affiliation.affiliate.user).go("/me/payouts/method/")
    stripe.fill("Your country", "DE").press("Set up Stripe")
    stripe.press("Give everything Stripe asks for").sees_title("How Copper & Pine pays you")
    drive_open()
    bank = open_browser(ben.affiliation.affiliate.user).go("/me/payouts/method/")
    bank.fill("Account holder", "Ben Example").fill("IBAN", IBAN).press("Save bank account")
    mia.go(f"{home}/sandbox/").press("7 days ahead")  # a changed method waits for three
    finn.go(f"{home}/payouts/").press("Preview payout run").sees("2 creators, 170.00 EUR")
    run = finn.page.url
    mia.page.goto(run)
    mia.sees("Needs the finance role")
    finn.press("Approve 2 payouts, 170.00 EUR").sees("2 payouts approved.")
    finn.go(f"{home}/reports/liability/").sees("Owed: 170.00 EUR", "Equals the ledger: yes.")
    drive_open()
    drive_open()
    finn.page.goto(run)
    with finn.page.expect_download() as saved:
        finn.press("Download payment file")
    assert_pays(saved.value, "80.00")
    finn.page.goto(run)
    finn.follow("Ben").put("reference", "BANK-77").press("Confirm payment of 80.00 EUR")
    finn.sees("BANK-77").page.goto(run)
    expect(finn.page.locator("#progress tbody tr", has_text="Paid")).to_have_count(2)

    for person, number, amount in ((stripe, "1", "90.00"), (bank, "2", "80.00")):
        person.go("/me/payouts/statements/").page.locator("main table a").first.click()
        person.sees("Closing balance", "0.00 EUR", f"\u2212{amount} EUR")
        person.go("/me/payouts/statements/").page.locator("main table a").last.click()
        person.sees(f"Order #{number}", f"+{amount} EUR", "Left over for the next payout")
    finn.go(f"{home}/reports/liability/").sees("Owed: 0.00 EUR", "Equals the ledger: yes.")
    prove(twin)


def test_a_refund_is_disputed_and_a_late_one_is_netted_for_both_alike(open_browser, site):
    program = make_program(make_brand("Copper & Pine"))
    with override_settings(HOLD_DAYS_MIN=0):
        fast = make_group(program, "Trusted", hold_days=0)
    place = make_enrollment(program, user=make_user(name="Anna"), group=fast)
    make_code(place, "ANNA10")
    brand, shop = program.brand, open_shop(Shop(make_connection(program.brand)), site)
    home = f"/b/{brand.slug}"
    anna = open_browser(place.affiliation.affiliate.user, java_script_enabled=False)
    owner = open_browser(get_owner(brand), java_script_enabled=False)

    cups = line("1", "600.00", title="Ceramic cups", discount="85.70")
    grinder = line("2", "800.00", title="Grinder", discount="114.30")
    facts = {"total": "1200.00", "discounts": code("ANNA10", "200.00")}
    shop.pay("1042", lines=[cups, grinder], **facts)
    anna.go("/me/earnings/").sees("120.00 EUR").follow("1042")
    anna.sees("Ceramic cups", "514.30 EUR", "51.43 EUR", "Grinder", "685.70 EUR", "68.57 EUR")
    anna.sees("ANNA10")
    shop.refund("1042", "r1", "257.15", lines=[{"id": "1", "quantity": 1, "net": "257.15"}])
    anna.page.reload()
    anna.sees_title("94.29 EUR Pending")
    story = anna.page.url

    owner.go(f"{home}/commissions/?tab=all").follow("1042").sees("94.29 EUR")
    assert_same_arithmetic(anna, owner, 9429)
    owner.follow("Adjust").fill("By how much", "5.71")
    owner.fill("Reason", "One cup came back whole, so you keep its part.")
    owner.press("Change the commission").sees_title("100.00 EUR Pending")
    told = owner.page.url
    anna.page.reload()
    anna.sees("One cup came back whole, so you keep its part.")
    assert_same_arithmetic(anna, owner, 10000)

    release_due()
    anna.go("/me/payouts/method/").fill("Account holder", "Anna Example").fill("IBAN", IBAN)
    anna.press("Save bank account").sees("Saved")
    owner.go(f"{home}/payouts/").press("Preview payout run").sees("1 creator, 100.00 EUR")
    run = owner.page.url
    owner.sees("Approving payouts takes a second factor").follow("Set one up")
    add_app(owner)
    owner.page.goto(run)
    owner.press("Approve 1 payout, 100.00 EUR").sees("1 payout approved.")
    with owner.page.expect_download() as saved:
        owner.press("Download payment file")
    assert_pays(saved.value, "100.00")
    owner.page.goto(run)
    owner.follow("Anna").put("reference", "BANK-78").press("Confirm payment of 100.00 EUR")
    anna.go("/me/payouts/").sees("BANK-78", "100.00 EUR")

    shop.refund("1042", "r2", "257.15", lines=[{"id": "1", "quantity": 0, "net": "257.15"}])
    shop.pay("1043", total="1000.00", lines=[line("1", "1000.00")], discounts=code("ANNA10"))
    release_due()
    for person, page in ((anna, story), (owner, told)):
        person.page.goto(page)
        person.sees("\u221225.72 EUR", "74.28 EUR")
    assert_same_arithmetic(anna, owner, 7428)
    anna.go("/me/payouts/").sees("74.28 EUR")
    owner.go(f"{home}/payouts/").press("Preview payout run").sees("1 creator, 74.28 EUR")
    prove(brand)


def sign_up(person: Person, email: str) -> None:
    person.fill("Email", email).fill("Password", PASSWORD).press("Create an account")
    person.fill("Code", read_code(email)).press("Confirm")


def add_app(person: Person) -> None:
    """Switch an authenticator app on, and play the app."""
    person.follow("Set up an app")
    secret = plain(person.page.locator(".code").first.inner_text())
    _, counter, _ = yield_hotp_counters_from_time()  # of a moment ago, now, and soon
    person.fill("code", format_hotp_value(hotp_value(secret, counter)))
    person.press("Switch the app on").sees_title("Recovery codes")


def in_persian(amount_minor: int) -> str:
    return plain(formats.money_text(Money(amount_minor, "EUR"), language="fa"))


def assert_pays(file: Download, amount: str) -> None:
    text = Path(file.path()).read_text("utf-8")
    assert IBAN.replace(" ", "") in text.replace(" ", "")
    assert amount in text


def assert_same_arithmetic(creator: Person, brand: Person, total: int) -> None:
    """Both read the same lines, and these add up to what stands on top."""
    read = [
        read_amounts(one.page.locator("table.arithmetic tr:not(.line-total) td.amount"))
        for one in (creator, brand)
    ]
    assert read[0] == read[1]
    assert sum(read[0]) == total


def prove(*brands: Brand) -> None:
    for brand in brands:
        assert prove_books(brand_id=brand.pk).is_balanced
