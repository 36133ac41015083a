"""Where a shopper may be sent, and what follows when that changes."""

from time import monotonic
from urllib.parse import unquote

import ada_url
import httpx
import pytest

from affiliates.models import Code, Link
from affiliates.services.codes import disable_code
from tests.hostile_addresses import list_hostile
from tests.makers import (
    DOMAIN,
    NOW,
    get_owner,
    make_code,
    make_link,
)
from tests.tracking.asking import ask, break_database, share
from tracking.linktable import choose_allowed

pytestmark = pytest.mark.django_db(transaction=True)

ALLOWED = {DOMAIN, "www.shop.example"}
PAGES = [
    (f"https://{DOMAIN}/mugs?size=2", f"https://{DOMAIN}/mugs?size=2&"),
    (f"HTTPS://{DOMAIN.upper()}:443/a%20b", f"https://{DOMAIN}/a%20b?"),
    ("https://www.shop.example/چای", "https://www.shop.example/%DA%86%D8%A7%DB%8C?"),
]


def test_a_hostile_page_never_takes_a_shopper_elsewhere():
    share({"domains": list(ALLOWED)})
    hostile = list_hostile(DOMAIN)

    assert len(hostile) > 400
    for to in hostile:
        reply = ask("/r/anna", str(httpx.QueryParams({"to": to})))

        assert reply.status == "302 Found", to
        assert not set("\r\n\t \\") & set(reply.location), to
        assert is_of_shop(reply.location), to


def test_a_hostile_page_in_the_row_of_a_link_takes_nobody_there():
    """Whatever wrote it there: the way out is checked, too."""
    for to in list_hostile(DOMAIN):
        target = choose_allowed([to, f"https://{DOMAIN}/"], frozenset(ALLOWED))

        assert target, to
        assert is_of_shop(target), to


def is_of_shop(location: str) -> bool:
    """Judge an address as browsers read it."""
    url = ada_url.URL(location)
    return (url.protocol, url.port, url.username, url.password) == (
        "https:",
        "",
        "",
        "",
    ) and url.hostname in ALLOWED


PATTERNS = ["?coupon={code}", "/discount/{code}?redirect={path}"]
CODES = [
    "ANNA10",
    "A&redirect=//evil.example",
    "..%2f..//evil.example",
    "//evil.example",
    "@evil.example",
    "#evil?x",
    "قند۱۰",
    "\\\\evil.example",
]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_hostile_page_takes_nobody_elsewhere_with_a_code_either(pattern):
    link = share({"domains": list(ALLOWED), "code_url": pattern})
    give_code(link, "ANNA10")

    for to in list_hostile(DOMAIN):
        reply = ask("/r/anna", str(httpx.QueryParams({"to": to})))

        assert reply.status == "302 Found", to
        assert is_of_shop(reply.location), to
        assert is_of_shop(led_on(reply.location)), to


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("text", CODES)
def test_no_code_leads_elsewhere_or_changes_what_else_is_said(pattern, text):
    link = share({"domains": list(ALLOWED), "code_url": pattern})
    give_code(link, text)

    location = ask("/r/anna").location

    assert is_of_shop(location)
    assert is_of_shop(led_on(location))
    url = ada_url.URL(location)
    asked = ada_url.URLSearchParams(url.search.removeprefix("?"))
    if pattern.startswith("?"):
        assert asked.get_all("coupon") == [text]
        assert len(asked.get_all("fs_click")) == 1
    else:
        assert unquote(url.pathname) == f"/discount/{text}"
        assert list(asked.keys()) == ["redirect"]
        assert asked.get("redirect").count("fs_click=") == 1


def test_the_shop_is_told_the_code_and_the_page_with_its_click():
    link = share(
        {"code_url": PATTERNS[1]}, {"destination_url": f"https://{DOMAIN}/mugs?size=2#top"}
    )
    give_code(link, "ANNA10")

    reply = ask("/r/anna")

    start = f"https://{DOMAIN}/discount/ANNA10?redirect=/mugs%3Fsize%3D2%26fs_click%3D"
    assert reply.location.startswith(start)
    assert reply.location.endswith("#top")


def test_an_ended_code_is_no_longer_applied_and_one_put_away_neither():
    link = share({"code_url": PATTERNS[0]})
    code = give_code(link, "ANNA10")
    disable_code(code_id=code.pk, actor_id=get_owner(code.brand).pk, now=NOW)

    assert "coupon" not in ask("/r/anna").location


def test_a_link_known_before_applies_its_code_while_the_database_is_away(monkeypatch):
    link = share({"code_url": PATTERNS[0]})
    give_code(link, "ANNA10")
    ask("/r/anna")
    break_database(monkeypatch)
    monkeypatch.setattr("tracking.linktable.FRESH_S", 0.0)

    reply = ask("/r/anna")

    assert "coupon=ANNA10" in reply.location
    assert reply.headers["X-Click"] == "uncounted"


def give_code(link, text):
    """Let the link apply a code of this text, which may be one that nobody could type."""
    code = make_code(link.enrollment)
    Code.objects.filter(pk=code.pk).update(text=text)
    Link.objects.filter(pk=link.pk).update(code=code)
    return code


def led_on(location):
    """Return where a shop sends on that takes `redirect` as an address relative to its own."""
    url = ada_url.URL(location)
    onward = ada_url.URLSearchParams(url.search.removeprefix("?")).get("redirect")
    return ada_url.URL(onward, location).href if onward else location


def test_a_page_of_the_shop_is_reached_directly():
    share({"domains": list(ALLOWED)})

    for to, start in PAGES:
        reply = ask("/r/anna", str(httpx.QueryParams({"to": to})))

        assert reply.location.startswith(f"{start}fs_click=")


def test_a_page_cannot_bring_a_token_of_its_own():
    make_link(slug="anna")
    to = str(httpx.QueryParams({"to": f"https://{DOMAIN}/?fs_click=stolen"}))

    assert "stolen" not in ask("/r/anna", to).location
    assert "stolen" not in ask("/r/anna", to, HTTP_USER_AGENT="curl/8").location


def test_a_link_whose_domain_was_taken_from_the_program_leads_to_its_landing_page():
    share({"domains": ["new.example"], "landing_url": "https://new.example/start"})

    assert ask("/r/anna").location.startswith("https://new.example/start?")


def test_a_link_with_no_allowed_address_left_is_not_active():
    share({"domains": ["new.example"]})

    assert ask("/r/anna").status == "404 Not Found"


def test_a_change_of_the_link_is_obeyed_within_five_seconds(monkeypatch):
    link = make_link(slug="anna")
    ask("/r/anna")
    type(link).objects.filter(pk=link.pk).update(destination_url=f"https://{DOMAIN}/new")

    later = monotonic() + 5
    monkeypatch.setattr("tracking.linktable.monotonic", lambda: later)

    assert ask("/r/anna").location.startswith(f"https://{DOMAIN}/new?")
