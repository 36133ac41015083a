"""A click goes through a real browser and a shop's pages to the order, where the shopper agreed."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from affiliates.models import Link
from core.ids import uuid7
from tests.addresses import CHROME
from tests.brands.test_linkhosts import HOST, prove
from tests.browser.people import PATIENCE_MS, Person
from tests.browser.shopfront import CHECKOUT, SHOP, Shopfront
from tests.makers import get_owner, make_connection, make_link
from tests.shop import Shop, stamp
from tracking.domain.token import make_token, split_tokens
from tracking.models import Attribution, Click, Verdict

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AGREES = "<script>window.fairshareConsent = true;</script>"
REFUSES = "<script>window.fairshareConsent = false;</script>"
DENIED = """
Object.defineProperty(Document.prototype, "cookie", {
  get() { throw new DOMException("denied"); }, set() { throw new DOMException("denied"); } });
Object.defineProperty(window, "localStorage", { get() { throw new DOMException("denied"); } });
"""
STRICT = ["--test-third-party-cookie-phaseout", "--enable-features=ThirdPartyStoragePartitioning"]


@pytest.fixture
def front(live_server: Any, tmp_path: Any) -> Iterator[Shopfront]:
    with Shopfront(tmp_path, live_server.url) as shop:
        yield shop


@pytest.fixture
def browser_of(
    browser_type: Any, browser_type_launch_args: dict[str, Any], front: Shopfront
) -> Iterator[Callable[..., Browser]]:
    opened: list[Browser] = []

    def open_one(*more: str) -> Browser:
        arguments = [*browser_type_launch_args["args"], front.rules, *more]
        opened.append(browser_type.launch(**browser_type_launch_args | {"args": arguments}))
        return opened[-1]

    yield open_one
    for browser in opened:
        browser.close()


def window_of(browser: Browser, **options: Any) -> BrowserContext:
    return browser.new_context(ignore_https_errors=True, user_agent=CHROME, **options)


def token_of(link: Link, days: int = 0) -> str:
    at = datetime.now(UTC) - timedelta(days=days)
    return make_token(settings.CLICK_TOKEN_KEYS, uuid7(at), link.pk)


def land(page: Page, token: str) -> Page:
    page.goto(f"https://{SHOP}/cups?fs_click={token}")
    page.wait_for_function("window.fairshare")
    return page


def kept_by(page: Page) -> str:
    """Return the token that a browser holds for the shop, in whatever place."""
    place = "[document.cookie, JSON.stringify(Object.entries(localStorage))].join()"
    return str(page.evaluate(place))


def buy(page: Page, shop: Shopfront) -> dict[str, Any]:
    """Go to the checkout and buy; returns what the shop's server was told."""
    page.click("#go")
    page.click("text=Buy")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    return shop.orders[-1]


def test_a_shopper_buys_through_a_link_and_fairshare_shows_the_sale(front, browser_of, live_server):
    link = make_link(slug="anna")
    shop = Shop(make_connection(link.brand))
    front.head = AGREES
    page = window_of(browser_of()).new_page()

    page.goto(f"{live_server.url}/r/anna")
    assert page.url.startswith(f"https://{SHOP}/cups?fs_click=")
    told = buy(page, front)
    shop.pay("1042", click=told["fields"]["fs_click"], placed_at=stamp(shop.now))

    order = shop.get("1042")
    manager = Person(window_of(page.context.browser), live_server.url, get_owner(link.brand))
    manager.go(reverse("tracking:order-detail", args=[link.brand.slug, order.public_id]))
    manager.sees("1042", "last eligible click")
    assert Attribution.objects.get(order=order).enrollment_id == link.enrollment_id
    assert Click.objects.get().verdict == Verdict.COUNTED


@pytest.fixture
def page(front, browser_of) -> Page:
    return window_of(browser_of(*STRICT)).new_page()


@pytest.fixture
def token(db) -> str:
    return token_of(make_link(slug="anna"))


def test_a_strict_browser_hands_the_click_to_a_form_and_to_every_kind_of_checkout(
    front, page, token
):
    front.head = AGREES
    front.body = """
      <a id="stripe" href="https://buy.stripe.com/abc?a=1">Pay</a>
      <a id="lemon" href="https://shop.lemonsqueezy.com/buy/1">Pay</a>
      <a id="gum" href="https://anna.gumroad.com/l/tea">Pay</a>
      <a id="own" href="https://pay.shop.example/x" data-fs-parameter="client_reference_id">Pay</a>
      <a id="other" href="https://elsewhere.example/">Read</a>
      <stripe-buy-button></stripe-buy-button>
      <button class="paddle_button" data-custom-data='{"a": 1}'>Pay</button>
      <script>document.addEventListener("click", (e) => {
        if (e.target.closest("a:not(#go)")) e.preventDefault(); });</script>"""

    land(page, token)
    marked = {}
    for name in ("stripe", "lemon", "gum", "own", "other"):
        page.click(f"#{name}")
        marked[name] = page.get_attribute(f"#{name}", "href")

    assert marked == {
        "stripe": f"https://buy.stripe.com/abc?a=1&client_reference_id={token}",
        "lemon": f"https://shop.lemonsqueezy.com/buy/1?checkout%5Bcustom%5D%5Bfs_click%5D={token}",
        "gum": f"https://anna.gumroad.com/l/tea?fs_click={token}",
        "own": f"https://pay.shop.example/x?client_reference_id={token}",
        "other": "https://elsewhere.example/",
    }
    assert page.get_attribute("stripe-buy-button", "client-reference-id") == token
    assert json.loads(page.get_attribute(".paddle_button", "data-custom-data") or "") == {
        "a": 1,
        "fs_click": token,
    }
    told = buy(page, front)
    assert (told["fields"]["fs_click"], told["cookies"]["fs_click"]) == (token, token)


def test_nothing_is_kept_before_the_shopper_answered_and_a_late_yes_is_enough(front, page, token):
    land(page, token)
    assert token not in kept_by(page)
    assert page.evaluate("fairshare.click()") == ""

    page.evaluate("fairshare.consent(true)")

    assert token in kept_by(page)
    front.head = ""
    assert buy(page, front)["fields"]["fs_click"] == token


def test_a_no_keeps_nothing_and_deletes_what_was_there(front, page, token):
    front.head = AGREES
    land(page, token)
    front.head = REFUSES
    page.goto(f"https://{SHOP}/cups")
    page.wait_for_function("window.fairshare")

    assert token not in kept_by(page)
    told = buy(page, front)
    assert (told["fields"].get("fs_click", ""), "fs_click" in told["cookies"]) == ("", False)


@pytest.mark.parametrize(("setting", "has_token"), [("", False), ('data-gpc="ignore"', True)])
def test_a_browser_that_asks_not_to_be_followed_is_heard_as_the_program_set_it(
    front, page, token, setting, has_token
):
    front.head, front.attributes = AGREES, f"{front.attributes} {setting}"
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { value: true });"
    )

    land(page, token)

    assert (token in kept_by(page)) is has_token


def test_where_storage_is_denied_the_token_lasts_as_long_as_the_page(front, page, token):
    front.head, front.body = AGREES, CHECKOUT
    page.add_init_script(DENIED)

    land(page, token)
    page.click("text=Buy")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()

    told = front.orders[-1]
    assert (told["fields"]["fs_click"], told["cookies"]) == (token, {})


def test_where_cookies_alone_are_denied_the_other_storage_keeps_it(front, page, token):
    front.head = AGREES
    page.add_init_script(DENIED.partition("Object.defineProperty(window")[0])

    land(page, token)

    told = buy(page, front)
    assert (told["fields"]["fs_click"], told["cookies"]) == (token, {})


def test_the_first_click_and_the_last_ones_stay_and_old_ones_go(front, page):
    link = make_link(slug="anna")
    front.head = AGREES
    gone, first, dropped, later, last = [token_of(link, days) for days in (40, 20, 10, 5, 0)]

    for token in (gone, first, dropped, later, last, last):
        land(page, token)

    assert split_tokens(buy(page, front)["fields"]["fs_click"]) == [first, later, last]


def test_the_cart_of_shopify_has_the_token_again_after_it_was_emptied(front, page, token):
    front.head, front.attributes = AGREES, 'data-store="shopify" data-days="30"'

    land(page, token)
    wait_for(lambda: front.cart == {"_fs_click": token})
    page.evaluate("fetch('/cart/clear.js', { method: 'POST' }).then((a) => a.text())")
    wait_for(lambda: front.cart == {"_fs_click": token})
    page.evaluate("fairshare.consent(false)")
    wait_for(lambda: front.cart == {})


def test_the_fields_of_an_ecwid_order_carry_the_token(front, page, token):
    front.head, front.attributes = AGREES, 'data-store="ecwid" data-days="30"'

    land(page, token)

    assert page.evaluate("ec.order.extraFields.fs_click.value") == token


def test_without_javascript_the_address_of_the_landing_page_is_enough(
    front, browser_of, live_server
):
    link = make_link(slug="anna")
    shop = Shop(make_connection(link.brand))
    page = window_of(browser_of(), java_script_enabled=False).new_page()

    page.goto(f"{live_server.url}/r/anna")
    landing = page.url
    buy(page, front)
    shop.pay("7", landing_url=landing, placed_at=stamp(shop.now))

    assert front.orders[-1]["cookies"] == {}
    credit = Attribution.objects.get(order=shop.get("7"), is_current=True)
    assert credit.enrollment_id == link.enrollment_id


def wait_for(is_so: Callable[[], bool]) -> None:
    for _ in range(PATIENCE_MS // 50):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it did not come to be")


def test_the_brands_own_link_domain_keeps_the_click_for_the_shop(front, browser_of):
    link = make_link(slug="anna")
    prove(link.brand, cookie_domain=SHOP)
    front.passed_on = {HOST}
    front.attributes += f' data-domain="{SHOP}"'
    front.script = f"https://{HOST}/static/js/store.js"
    context = window_of(browser_of(*STRICT))
    page = context.new_page()

    page.goto(f"https://{HOST}/r/anna")
    page.wait_for_function("window.fairshare")
    (cookie,) = [one for one in context.cookies() if one["name"] == "fs_click"]
    days = (cookie["expires"] - time.time()) / 86400
    assert (cookie["domain"], cookie["secure"], cookie["sameSite"]) == (f".{SHOP}", True, "Lax")
    assert 29 < days < 31
    assert page.evaluate("fairshare.click()") == ""

    front.head = AGREES
    page.goto(f"https://{SHOP}/cups")
    assert buy(page, front)["fields"]["fs_click"] == cookie["value"]
    front.head = REFUSES
    page.goto(f"https://{SHOP}/cups")
    page.wait_for_function("window.fairshare")
    assert not [one for one in context.cookies() if one["name"] == "fs_click"]
