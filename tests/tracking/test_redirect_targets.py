"""Where a shopper may be sent, and what follows when that changes."""

from collections.abc import Iterator
from time import monotonic
from urllib.parse import urlsplit

import httpx
import pytest

from tests.makers import (
    DOMAIN,
    make_link,
)
from tests.tracking.asking import ask, share

pytestmark = pytest.mark.django_db(transaction=True)

ALLOWED = {DOMAIN, "www.shop.example"}
HOSTILE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:\\\\evil.example",
    "https:///evil.example",
    "http://evil.example",
    "https://evil.example",
    f"http://{DOMAIN}",
    f"ftp://{DOMAIN}/",
    f"https://{DOMAIN}@evil.example",
    f"https://{DOMAIN}:x@evil.example/",
    f"https://evil.example\\@{DOMAIN}",
    f"https://evil.example#@{DOMAIN}/",
    f"https://evil.example?@{DOMAIN}/",
    f"https://evil.example;{DOMAIN}/",
    f"https://{DOMAIN}.evil.example/",
    f"https://evil{DOMAIN}/",
    f"https://evil.{DOMAIN}/",
    f"https://{DOMAIN}:8443/",
    f"https://{DOMAIN}:@evil.example",
    f"https://{DOMAIN}\t@evil.example",
    f"https://{DOMAIN}\n.evil.example/",
    f"https://{DOMAIN}\r\nSet-Cookie:a=b/",
    f"https://{DOMAIN}%00.evil.example/",
    f"https://{DOMAIN}\x00.evil.example/",
    f"https://{DOMAIN}%2eevil.example/",
    f"https://{DOMAIN}%2f@evil.example/",
    f"https://{DOMAIN}\u3002evil.example/",
    "https://\u0455hop.example/",
    "https://shop\u200b.example.evil.example/",
    "https://[::1]/",
    "https://127.0.0.1/",
    "https://2130706433/",
    "https://0x7f.1/",
    "https://[::1",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)//shop.example",
    f"javascript://{DOMAIN}/%0aalert(1)",
    f"data:text/html,<script>//{DOMAIN}",
    "\thttps://evil.example",
    " https://evil.example",
    "h\nttps://evil.example",
    "https://" + "a" * 3000 + ".example/",
    "@evil.example",
    "?https://evil.example",
    "blob:https://shop.example/x",
    "view-source:https://shop.example/",
    f"https://{DOMAIN}/../../\\evil.example",
]

PAGES = [
    (f"https://{DOMAIN}/mugs?size=2", f"https://{DOMAIN}/mugs?size=2&"),
    (f"HTTPS://{DOMAIN.upper()}:443/a%20b", f"https://{DOMAIN}/a%20b?"),
    ("https://www.shop.example/چای", "https://www.shop.example/%DA%86%D8%A7%DB%8C?"),
]


def test_a_hostile_page_never_takes_a_shopper_elsewhere():
    share({"domains": list(ALLOWED)})

    for to in HOSTILE:
        reply = ask("/r/anna", str(httpx.QueryParams({"to": to})))

        assert reply.status == "302 Found", to
        assert not set("\r\n\t \\") & set(reply.location), to
        for host, scheme in read_twice(reply.location):
            assert (host in ALLOWED, scheme) == (True, "https"), to


def read_twice(location: str) -> Iterator[tuple[str | None, str]]:
    """Read an address as two libraries do: the standard one and another."""
    standard, other = urlsplit(location), httpx.URL(location)
    yield standard.hostname, standard.scheme
    yield other.host, other.scheme
    assert not standard.username and not other.userinfo
    assert standard.port is None and other.port is None


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
