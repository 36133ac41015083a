"""Where a shopper may be sent, and what follows when that changes."""

from time import monotonic

import ada_url
import httpx
import pytest

from tests.hostile_addresses import list_hostile
from tests.makers import (
    DOMAIN,
    make_link,
)
from tests.tracking.asking import ask, share
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
