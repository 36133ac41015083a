"""What every answer of every address must carry, and what it must not hold."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import resolve

from core.models import User
from tests.addresses import Address, Asker, KeyAsker, Side, is_reached, list_addresses
from tests.everything import Everything, make_everything
from tests.makers import make_user

pytestmark = pytest.mark.django_db

# Each side of the program, and for whom its pages work.
READERS: dict[Side, str] = {
    "brand": "owner",
    "creator": "creator",
    "operator": "operator",
    "anyone": "owner",
}
# For whom the pages of a side are missing: operators are no members of a brand (I-40).
OUTSIDE: dict[Side, set[str]] = {
    "brand": {"creator", "operator", "stranger"},
    "operator": {"owner", "creator", "stranger"},
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    "report-uri /csp/",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
PERMISSIONS = {f"{name}=()" for name in settings.PERMISSIONS_POLICY}
# Names by which pages elsewhere are told where to go next.
LEADING = dict.fromkeys(
    (
        *("next", "to", "url", "uri", "link", "return", "return_to", "return_url", "redirect"),
        *("redirect_to", "redirect_uri", "continue", "goto", "dest", "destination", "callback"),
    ),
    "//evil.example/",
)
# Addresses that take a POST without a token of a page, each with what stands in its place.
HOOKS = {
    "api:nowhere": "there is nothing to take",
    "tracking:hook": "a store signs what it sends",
    "tracking:hook-secret": "a store that signs nothing knows the end of its address",
    "tracking:postback": "a store signs what it sends",
    "payouts:stripe-hook": "Stripe signs what it sends",
    "payouts:paypal-hook": "PayPal is asked whether it sent it",
    "payouts:standin-api": "a program brings its key",
    "payouts:standin-paypal": "a program brings its key",
    "core:csp": "a browser reports, and nothing comes of it but a line in the log",
    "core:mail-stop": "a mail program brings the signed address of a letter (RFC 8058)",
}
# Letters bring their styles and are shown by other pages, in a frame where nothing runs.
LETTERS = {"core:outbox-html", "brands:letter-preview"}
FRAMING = {"core:outbox-mail", "brands:letter-edit"}
LETTER_POLICY = {
    "default-src 'none'",
    "img-src 'self'",
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
    "sandbox",
}
LINKS = {"tracking:redirect", "tracking:redirect-by-parameter", "tracking:r/<path:slug>"}
# Anyone may show these on a page of his own; test_images holds what they carry instead.
IMAGES = {"core:image", "core:image-small", "core:image-letter", "tracking:impression"}
LEADS_AWAY = {*LINKS, "payouts:standin-setup"}
# Addresses that work for nobody here, each with the reason.
NOT_REACHED: dict[str, str] = {
    "brands:link-host-ask": "only a name that leads here gets a certificate",
    "portal:metrics": "Prometheus brings a token",
    "payouts:paypal-hook": "only what PayPal says it sent is taken",
    "api:nowhere": "says that there is nothing",
}
_TOKEN = re.compile(r"\b\w{64}\b")  # of a form: another in each answer


@dataclass(frozen=True)
class Asked:
    """One answer, and who got it."""

    address: Address
    who: str
    method: str
    answer: HttpResponse

    def __str__(self) -> str:
        return f"{self.method} {self.address.name} as {self.who}: {self.answer.status_code}"


@pytest.fixture(scope="module")
def world(committed: None) -> Everything:
    return make_everything()


@pytest.fixture(scope="module")
def people(world: Everything) -> dict[str, User | None]:
    world.owner.password = "argon2$"  # he has one, so that pages about it open
    world.owner.save(update_fields=["password"])
    return {
        "owner": world.owner,
        "creator": world.creator,
        "operator": world.operator,
        "stranger": make_user(),
        "nobody": None,
    }


def ask_all(world: Everything, people: dict[str, User | None], side: Side) -> Iterator[Asked]:
    """Ask each address of one side as everybody, by each method the view takes."""
    askers = {name: Asker(user) for name, user in people.items()}
    for address in list_addresses():
        if address.side != side:
            continue
        url = address.url(world)
        for method in sorted(askers[READERS[side]].methods(url)):
            for name, asker in askers.items():
                yield Asked(address, name, method, asker.ask(*leading(url, method, address)))


def leading(url: str, method: str, address: Address) -> tuple[str, str, dict[str, str]]:
    """Return what to ask, with another site named wherever a page might read where to go."""
    joint = "&" if "?" in url else "?"
    is_post = method == "POST"
    return (
        url if is_post else f"{url}{joint}{urlencode(LEADING)}",
        method,
        {**LEADING, **address.form} if is_post else {},
    )


@pytest.mark.parametrize("side", READERS)
def test_every_answer_is_strict_and_every_address_works_for_somebody(side, world, people):
    asked = list(ask_all(world, people, side))

    wrong = [f"{one}: {fault}" for one in asked for fault in find_faults(one)]
    assert wrong == []
    assert side != "anyone" or any(
        settings.SESSION_COOKIE_NAME in one.answer.cookies for one in asked
    )
    reached = {one.address.name for one in asked if is_reached(one.answer)}
    missed = {one.address.name for one in asked} - reached
    assert missed == NOT_REACHED.keys() & {one.address.name for one in asked}
    through = [one for one in asked if one.who in OUTSIDE.get(side, ())]
    assert [str(one) for one in through if one.answer.status_code != 404] == []
    if side != "anyone":
        inside = [str(one) for one in asked if one.who == "nobody" and is_reached(one.answer)]
        assert inside == []


@pytest.mark.parametrize("side", READERS)
def test_no_form_is_taken_without_its_token(side, world, people):
    """Refused to everybody without, taken with: the token was what was missing."""
    reader = people[READERS[side]]
    reads, armed, token = Asker(reader), Asker(reader, is_checked=True), "t" * 32
    checked = [Asker(user, is_checked=True) for user in people.values()]
    armed.cookies[settings.CSRF_COOKIE_NAME] = token
    taken, refused, forms = [], [], 0
    for address in list_addresses():
        url, form = address.url(world), address.form
        is_form = address.side == side and "POST" in reads.methods(url)
        if not is_form or address.name in HOOKS.keys() | LINKS:
            continue
        forms += 1
        if {one.ask(url, "POST", form).status_code for one in checked} != {403}:
            taken.append(address.name)
        if armed.ask(url, "POST", {**form, "csrfmiddlewaretoken": token}).status_code == 403:
            refused.append(address.name)

    assert forms > 0
    assert taken == []
    assert refused == []


def test_no_other_address_does_without_a_token(world):
    """Links take no POST at all."""
    views = {one.name: resolve(urlsplit(one.url(world)).path).func for one in list_addresses()}

    exempt = {name for name, view in views.items() if getattr(view, "csrf_exempt", False)}
    keyed = {one.name for one in list_addresses() if one.side == "key"}  # a program brings its key
    assert exempt == HOOKS.keys() | LINKS | keyed
    assert {Asker().ask(f"/r/{world.ids['link_slug']}", "POST").status_code} == {405}


def test_every_answer_to_a_program_is_strict_and_works_with_a_key_alone(world):
    asker, nobody = KeyAsker(world.ids["key_text"]), KeyAsker("fs_live_x")
    for address in (one for one in list_addresses() if one.side == "key"):
        url = address.url(world)
        for method in asker.methods(url):
            answer = asker.ask(url, method, address.fill(world))
            shut = nobody.ask(url, method, address.fill(world))
            for name, one in (("key", answer), ("another", shut)):
                assert [*find_faults(Asked(address, name, method, one))] == [], address.name
            assert is_reached(answer) and shut.status_code in {401, 429}, address.name


def test_a_link_tells_the_shop_where_the_shopper_came_from_and_nobody_keeps_it(world):
    answer = Asker().ask(f"/r/{world.ids['link_slug']}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("https://shop.example/cups?fs_click=")
    assert answer.content == b""
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert not answer.cookies


def find_faults(asked: Asked) -> Iterator[str]:
    answer = asked.answer
    if answer.status_code >= 500:
        yield "an error"
    is_image = asked.address.name in IMAGES and answer.status_code == 200
    for name, value in _expected_headers(asked).items():
        if answer.headers.get(name) != value:
            yield f"{name} is {answer.headers.get(name)}"
    if (
        asked.who != "nobody"
        and not is_image
        and "no-store" not in answer.headers.get("Cache-Control", "")
    ):
        yield "could be stored"
    yield from _find_in_cookies(answer)
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        yield from _find_in_page(asked)
    if "Location" in answer.headers:
        yield from _find_in_redirect(asked)


def _find_in_cookies(answer: HttpResponse) -> Iterator[str]:
    for name, cookie in answer.cookies.items():
        kept = (cookie["httponly"], cookie["path"], cookie["domain"])
        if cookie["max-age"] == 0:
            continue  # it is taken away
        if kept != (True, "/", "") or cookie["samesite"] not in {"Lax", "Strict"}:
            yield f"a loose cookie {name}"


def _expected_headers(asked: Asked) -> dict[str, str]:
    if asked.answer.status_code == 200 and asked.address.name in IMAGES:
        return {k: v for k, v in HEADERS.items() if k != "Cross-Origin-Resource-Policy"}
    if _is_letter(asked):
        return {**HEADERS, "X-Frame-Options": "SAMEORIGIN"}
    return HEADERS


def _is_letter(asked: Asked) -> bool:
    """Say whether the answer is a letter; a refusal is a page as any other."""
    return asked.address.name in LETTERS and asked.answer.headers["X-Frame-Options"] != "DENY"


def _find_in_page(asked: Asked) -> Iterator[str]:
    answer = asked.answer
    policy = answer.headers.get("Content-Security-Policy", "")
    expected = LETTER_POLICY if _is_letter(asked) else POLICY
    if asked.address.name in FRAMING and "frame-src" in policy:
        expected = expected | {"frame-src 'self'"}
    if {part.strip() for part in policy.split(";")} != expected:
        yield f"the policy is {policy}"
    if set(answer.headers.get("Permissions-Policy", "").split(", ")) != PERMISSIONS:
        yield f"the permissions are {answer.headers.get('Permissions-Policy')}"
    if not _is_letter(asked):
        yield from _find_inside(_TOKEN.sub("", answer.content.decode()))


@lru_cache(maxsize=64)
def _find_inside(text: str) -> list[str]:
    """Read a page that many are shown, as that of a refusal, once."""
    page = Page()
    page.feed(text)
    return page.faults


def _find_in_redirect(asked: Asked) -> Iterator[str]:
    to = asked.answer["Location"]
    if urlsplit(to).netloc.endswith("evil.example"):
        yield "leads away"
    if asked.address.name not in LEADS_AWAY and (not to.startswith("/") or to.startswith("//")):
        yield f"leads to {to}"


class Page(HTMLParser):
    """Collects what a strict policy would refuse to run, and what is loaded from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        given = {name: value or "" for name, value in attrs}
        if tag == "style" or (tag == "script" and "src" not in given):
            self.faults.append(f"<{tag}> inside the page")
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.faults.append(f"{tag} {name}={value}")
            if value.strip().lower().startswith("javascript:"):
                self.faults.append(f"{tag} {name}={value}")
        if tag in {"script", "link", "img"}:
            source = given.get("src") or given.get("href", "")
            if not source.startswith("/") or source.startswith("//"):
                self.faults.append(f"{tag} loads {source}")

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in {"script", "style"} and data.strip():
            self.faults.append(f"<{self._open}> with content")


def test_a_page_with_anything_inside_is_noticed():
    page = Page()
    page.feed('<p style="x" onclick="y"><script>z</script><a href="javascript:0"></a>')
    page.feed('<img src="https://elsewhere.example/a.png">')

    assert len(page.faults) == 7
