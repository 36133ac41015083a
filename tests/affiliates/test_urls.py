"""Where a link may lead. What is accepted is read again by parsers that are not ours."""

from urllib.parse import urlsplit

import httpx
import pytest

from affiliates.domain.urls import Refused, check_destination, tracked_url
from brands.domain.destinations import normalise_domain

DOMAINS = ["shop.example", "www.shop.example", "xn--bcher-kva.example"]
TOKEN = "AQGYx" * 10

HOSTS_OF_OTHERS = [
    "evil.example",
    "shop.example.evil.example",
    "evilshop.example",
    "shop.exampleevil",
    "shop.example.",
    ".shop.example",
    "shop..example",
    "sub.shop.example",
    "shop.example%2eevil.example",
    "shop.example%00.evil.example",
    "shop.example%23.evil.example",
    "%73hop.example",
    "shop%2eexample",
    "shop.example,evil.example",
    "shop.example;evil.example",
    "shop.example&evil.example",
    "shop.example'evil.example",
    "shop.example=evil.example",
    "shop_.example",
    "-shop.example",
    "localhost",
    "127.0.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
    "169.254.169.254",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[fe80::1%25eth0]",
    "[shop.example]",
    "shop.example]",
    "[shop.example",
    "sh\u00f6p.example",
    "\u0455hop.example",
    "sho\u0440.example",
    "shop.ex\u0430mple",
    "shop\u2024example.evil.example",
    "shop.example\u2215.evil.example",
    "shop.example\uff0fevil.example",
    "shop.example\uff0eevil.example",
    "evil.example\uff0fshop.example",
    "shop.example\u2048evil.example",
    "evil.c\u2100.shop.example",
    "stra\u00dfe.example",
    "shop.example\u200d",
    "xn--shop-.example",
    "xn--a.example",
    "",
    "a" * 300 + ".example",
]

HOSTILE = [
    *(f"https://{host}/" for host in HOSTS_OF_OTHERS),
    # Other schemes, and shapes that browsers repair.
    "http://shop.example/",
    "javascript:alert(1)",
    "JaVaScRiPt://shop.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript://shop.example/",
    "ftp://shop.example/",
    "file://shop.example/etc/passwd",
    "blob:https://shop.example/",
    "view-source:https://shop.example/",
    "about:blank",
    "ws://shop.example/",
    "//shop.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/evil",
    "shop.example",
    "shop.example/path",
    "https:shop.example",
    "https:/shop.example",
    "https:///shop.example",
    "https:////shop.example",
    "https:/\\shop.example",
    "https:\\\\shop.example",
    "https:\\\\evil.example",
    "https://\\shop.example",
    "https://shop.example\\@evil.example",
    "https://shop.example\\.evil.example",
    "https://evil.example\\shop.example",
    "https://shop.example/\\evil",
    "https://evil.example#@shop.example/",
    "https://evil.example?@shop.example/",
    "https://evil.example/@shop.example/",
    "https://?shop.example",
    "https://#shop.example",
    "https://",
    "https",
    "",
    " ",
    # User names in front of the host.
    "https://shop.example@evil.example/",
    "https://shop.example:443@evil.example/",
    "https://shop.example%40evil.example/",
    "https://user@shop.example/",
    "https://user:pass@shop.example/",
    "https://@shop.example/",
    "https://a@b@shop.example/",
    "https://evil.example%2f@shop.example/",
    "https://shop.example#@evil.example/",
    # Ports.
    "https://shop.example:80/",
    "https://shop.example:8443/",
    "https://shop.example:0443/",
    "https://shop.example:443:443/",
    "https://shop.example:443a/",
    "https://shop.example:-1/",
    "https://shop.example:99999/",
    "https://shop.example:\u0664\u0664\u0663/",
    # White space and control characters, anywhere.
    " https://shop.example/",
    "https://shop.example/ ",
    "https://shop.example/a b",
    "https://shop .example/",
    "https://sh\top.example/",
    "ht\ntps://shop.example/",
    "https://shop.example/\r\nSet-Cookie: a=b",
    "https://shop.example/\x00",
    "\x00https://shop.example/",
    "https://shop.example\x09/",
    "https://shop.example/\x0b",
    "https://shop.example/\x1f",
    "https://shop.example/\x7f",
    "https://shop.example/\x85",
    "https://shop.example/\u00a0",
    "https://shop.example/\u2028",
    "https://shop.example/\u3000",
    "https://shop.example/\ufeff",
    "https://shop.example/\u202egpj.exe",
    "https://shop.example/\u200b",
    "https://shop.example/\ud800",
    # Fragments.
    "https://shop.example/#a@evil.example",
    "https://shop.example/##",
    "https://shop.example/#<script>",
    "https://shop.example/#%zz",
    "https://shop.example/" + "a" * 2000,
    "https://shop.example/" + "\u00e9" * 700,
]

FINE = {
    "https://shop.example": "https://shop.example/",
    "HTTPS://Shop.Example/Cups": "https://shop.example/Cups",
    "https://shop.example:443/": "https://shop.example/",
    "https://shop.example:/": "https://shop.example/",
    "https://www.shop.example/a?b=1&b=2": "https://www.shop.example/a?b=1&b=2",
    "https://shop.example?a=1": "https://shop.example/?a=1",
    "https://shop.example/a%20b?c=%C3%A9+d": "https://shop.example/a%20b?c=%C3%A9+d",
    "https://shop.example/caf\u00e9?q=\u0686": "https://shop.example/caf%C3%A9?q=%DA%86",
    "https://shop.example//evil.example": "https://shop.example//evil.example",
    "https://shop.example/../..//evil.example": "https://shop.example/../..//evil.example",
    "https://shop.example/?next=https://evil.example/": (
        "https://shop.example/?next=https://evil.example/"
    ),
    "https://shop.example/#size": "https://shop.example/#size",
    "https://shop.example/p#:~:text=cup": "https://shop.example/p#:~:text=cup",
    'https://shop.example/"<>{}|^`': "https://shop.example/%22%3C%3E%7B%7D%7C%5E%60",
    "https://b\u00fccher.example/": "https://xn--bcher-kva.example/",
    "https://BU\u0308CHER.example/": "https://xn--bcher-kva.example/",
    "https://\uff53hop.example/": "https://shop.example/",
    "https://shop\u3002example/": "https://shop.example/",
    "https://shop.example\u3002/": "refused",
}


def read_as_browsers_do(url):
    """Find scheme and host as the WHATWG URL Standard does for https, written apart from ours."""
    url = "".join(char for char in url if char not in "\t\r\n").strip(
        "".join(map(chr, range(0x21)))
    )
    scheme, _, rest = url.partition(":")
    rest = rest.replace("\\", "/").lstrip("/")
    for end in "/?#":
        rest = rest.partition(end)[0]
    host = rest.rpartition("@")[2]
    return scheme.lower(), host.partition(":")[0].lower()


def assert_leads_home(url):
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url
    scheme, host = read_as_browsers_do(url)
    assert (scheme, host in DOMAINS) == ("https", True)
    assert urlsplit(url).hostname == host == httpx.URL(url).host.encode("idna").decode()
    assert urlsplit(url).port is None
    assert not httpx.URL(url).userinfo


@pytest.mark.parametrize("url", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_address_is_refused(url):
    result = check_destination(url, DOMAINS)
    assert isinstance(result, Refused), result
    assert result.code.startswith("url.")


def test_there_are_more_than_a_hundred_of_them():
    assert len(set(HOSTILE)) > 100


@pytest.mark.parametrize("url", FINE, ids=range(len(FINE)))
def test_a_page_of_the_shop_is_taken_in_its_plain_form(url):
    result = check_destination(url, DOMAINS)
    if FINE[url] == "refused":
        assert isinstance(result, Refused)
        return
    assert result == FINE[url]
    assert_leads_home(result)
    assert check_destination(result, DOMAINS) == result


def test_any_one_character_put_anywhere_leads_home_or_nowhere():
    for base in ("https://shop.example/a?b=c#d", "https://shop.example"):
        for at in range(len(base) + 1):
            for number in [*range(0x100), 0x2024, 0x2044, 0x2100, 0x3002, 0xFF0E, 0xFF0F, 0xD800]:
                result = check_destination(base[:at] + chr(number) + base[at:], DOMAINS)
                if isinstance(result, str):
                    assert_leads_home(result)


def test_two_programs_do_not_share_domains():
    assert check_destination("https://shop.example/", ["other.example"]) == Refused(
        "url.outside", "shop.example"
    )


@pytest.mark.parametrize(
    "url", ["http://localhost:8000/shop", "http://127.0.0.1/", "http://[::1]:8000/"]
)
def test_loopback_is_taken_only_for_trying_out(url):
    hosts = ["localhost", "127.0.0.1", "[::1]"]
    assert isinstance(check_destination(url, hosts), Refused)
    assert check_destination(url, hosts, allow_local=True) == url
    assert isinstance(check_destination(url, DOMAINS, allow_local=True), Refused)


def test_trying_out_opens_no_other_host():
    for url in ("http://shop.example/", "https://shop.example:8443/", "http://localhost:0/"):
        assert isinstance(
            check_destination(url, [*DOMAINS, "localhost"], allow_local=True), Refused
        )


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Shop.Example", "shop.example"),
        (" shop.example ", "shop.example"),
        ("B\u00fccher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_domain_is_kept_as_browsers_write_it(text, host):
    assert normalise_domain(text) == host


NO_DOMAINS = (
    *("", "shop", "localhost", "10.0.0.1", "1.2", "*.shop.example", "https://a.example", "a.b/c"),
    *("shop.example:443", "stra\u00dfe.example", "a@b.example", "shop.example.", "[::1]"),
)


@pytest.mark.parametrize("text", NO_DOMAINS)
def test_what_is_no_domain_is_refused(text):
    assert isinstance(normalise_domain(text), Refused)


def test_the_token_joins_the_query_and_disturbs_nothing():
    pairs = {
        "https://shop.example/": f"https://shop.example/?fs_click={TOKEN}",
        "https://shop.example/?a=1&a=2&b": f"https://shop.example/?a=1&a=2&b&fs_click={TOKEN}",
        "https://shop.example/?a=%41+%2B&&c": f"https://shop.example/?a=%41+%2B&&c&fs_click={TOKEN}",
        "https://shop.example/p#size": f"https://shop.example/p?fs_click={TOKEN}#size",
        "https://shop.example/?x=1#y?z": f"https://shop.example/?x=1&fs_click={TOKEN}#y?z",
        "https://shop.example/?fs_click=old": f"https://shop.example/?fs_click={TOKEN}",
        "https://shop.example/?fs%5Fclick=old&a=1": f"https://shop.example/?a=1&fs_click={TOKEN}",
        "https://shop.example/?fs_click&fs_click=2": f"https://shop.example/?fs_click={TOKEN}",
    }
    for destination, wanted in pairs.items():
        assert tracked_url(destination, TOKEN) == wanted


def test_without_a_token_nothing_is_added_and_an_old_one_is_dropped():
    assert tracked_url("https://shop.example/?a=1", "") == "https://shop.example/?a=1"
    assert tracked_url("https://shop.example/?fs_click=1", "") == "https://shop.example/"


def test_tags_are_encoded_and_the_shops_own_win():
    url = tracked_url(
        "https://shop.example/?utm_source=mine",
        TOKEN,
        {"source": "theirs", "campaign": "a&b=c #d"},
        ["spring", "", "x/y"],
        {"lang": "fa", "fs_click": "forged"},
    )
    assert url == (
        "https://shop.example/?utm_source=mine&lang=fa&utm_campaign=a%26b%3Dc%20%23d"
        f"&fs_sub1=spring&fs_sub3=x%2Fy&fs_click={TOKEN}"
    )


def test_a_tracked_address_still_leads_home():
    for url, wanted in FINE.items():
        if wanted != "refused":
            tags = {"source": "\r\nX: y", "term": "\\@evil.example"}
            assert_leads_home(tracked_url(str(check_destination(url, DOMAINS)), TOKEN, tags))
