"""How a test walks over pages in a real browser, and what it finds on each."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal
from urllib.parse import urlsplit
from zlib import crc32

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

from core.context import THEME_COOKIE
from core.models import User
from tests.addresses import FORMS, Asker, is_reached, list_addresses
from tests.everything import Everything

Theme = Literal["light", "dark"]
PHONE, SMALL, DESKTOP = 390, 360, 1280
HEIGHT = 844
WIDTHS = (PHONE, DESKTOP)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# No rule of these needs each style sheet fetched again, and in a frame where nothing runs no
# script can look.
AXE = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False, "iframes": False}
TOKEN = "t" * 32
STOPS_A_LOGIN = 50
# What a browser says of any refused answer, and of a field that shows again what is wrong in it.
EXPECTED = re.compile("console: (Failed to load|The specified value)")


@dataclass(frozen=True)
class Style:
    """How a reader has the pages."""

    theme: Theme
    language: str

    def __str__(self) -> str:
        return f"{self.theme}-{self.language}"


STYLES = [Style(theme, language) for theme, language in product(("light", "dark"), ("en", "fa"))]


@dataclass(frozen=True)
class Stop:
    """One page of a walk, for one reader; `status` is what it answers.

    With a `form` the page is what comes after sending it there; `opening` is the address by which
    a member begins to look as a creator.
    """

    name: str
    url: str
    reader: User | None
    status: int = 200
    form: Mapping[str, str] | None = None
    opening: str = ""

    @property
    def turn(self) -> int:
        """Return a number that stays the same as long as the name does."""
        return crc32(self.name.encode())


def list_stops(world: Everything) -> list[Stop]:
    """Return every address that draws a page, with the reader it is for, and the error pages."""
    readers: dict[str, tuple[User | None, ...]] = {
        "brand": (world.owner,),
        "creator": (world.creator,),
        "operator": (world.operator,),
        "anyone": (None, world.creator),
    }
    return [*_find_stops(world, readers), *_error_stops(world)]


def _find_stops(world: Everything, readers: dict[str, tuple[User | None, ...]]) -> Iterator[Stop]:
    askers = {reader: Asker(reader) for side in readers.values() for reader in side}
    for address in list_addresses():
        url = address.url(world)
        for reader in readers.get(address.side, ()):  # programs with a key read no pages
            if _draws(askers[reader], url):
                yield Stop(address.name, url, reader)
                break


def _draws(asker: Asker, url: str) -> bool:
    answer = asker.ask(url)
    is_page = answer.headers.get("Content-Type", "").startswith("text/html")
    if answer.headers.get("X-Frame-Options") == "SAMEORIGIN":
        return False  # a letter: it is seen in the frame of the page that shows it
    return is_page and answer.status_code == 200 and is_reached(answer)


def _error_stops(world: Everything) -> list[Stop]:
    slug = world.brand.slug
    return [
        Stop("missing page", "/nothing/here/", None, 404),
        Stop("missing link", "/r/nothing-here", None, 404),
        Stop("closed door", f"/b/{slug}/team/invite/", world.analyst, 403),
    ]


def list_once(stops: Iterable[Stop], turn: int) -> list[tuple[Stop, tuple[int, ...]]]:
    """Return the pages whose name gives them one style, each at the width it gives."""
    return [
        (stop, (WIDTHS[stop.turn // len(STYLES) % len(WIDTHS)],))
        for stop in stops
        if stop.turn % len(STYLES) == turn
    ]


def sign_in(
    context: BrowserContext, site: str, user: User | None, style: Style, *, opening: str = ""
) -> None:
    """Make the browser that of a reader, or of nobody, with a style of his own."""
    cookies = {
        settings.LANGUAGE_COOKIE_NAME: style.language,
        settings.CSRF_COOKIE_NAME: TOKEN,
        THEME_COOKIE: style.theme,
    }
    if user is not None:
        User.objects.filter(pk=user.pk).update(theme=style.theme, language=style.language)
        client = Client()
        client.force_login(user)
        if opening:
            client.post(opening, FORMS["affiliates:viewing-open"])
        cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.clear_cookies()
    context.add_cookies([{"name": n, "value": v, "url": site} for n, v in cookies.items()])


class Walker:
    """A browser window that remembers what went wrong in it."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.context, self.site = context, site
        self.page: Page = context.new_page()
        self._heard: list[str] = []
        self._width = 0
        self.page.add_init_script(AXE_SCRIPT)  # sent and compiled once, not for each page
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._heard.append(f"script error: {error}"))

    def visit(self, stop: Stop, style: Style, widths: Iterable[int]) -> list[str]:
        """Open a page; returns what is wrong with it at these widths and on narrow ones.

        From wide to narrow, as each change of the width lays the page out anew.
        """
        self._heard.clear()
        from_wide = sorted(widths, reverse=True)
        self._resize(from_wide[0])
        answer = self._open(stop)
        status = answer.status if answer else 0
        faults = [] if status == stop.status else [f"answered {status}, not {stop.status}"]
        if stop.form is None and urlsplit(self.page.url).path != urlsplit(stop.url).path:
            faults.append(f"led to {self.page.url}")
        if stop.status < 500:  # such a page knows no reader
            faults += self._find_in_page(style)
        for width in from_wide:
            self._resize(width)
            faults += [f"{width} px: {fault}" for fault in self._find_with_axe()]
        faults += [fault for size in (PHONE, SMALL) for fault in self._find_scroll(size)]
        faults += [text for text in self._heard if stop.status == 200 or not EXPECTED.match(text)]
        return [f"{stop.name} {style}: {fault}" for fault in faults]

    def _open(self, stop: Stop) -> Response | None:
        if stop.form is None:
            return self.page.goto(self.site + stop.url, wait_until="load")
        cache.clear()  # who tries too often would wait
        self.page.goto(f"{self.site}/privacy/")
        with self.page.expect_navigation(wait_until="load") as opened:
            self.page.evaluate(
                """([url, fields]) => {
                  const form = document.createElement("form");
                  form.method = "post";
                  form.action = url;
                  for (const [name, value] of Object.entries(fields)) {
                    const field = document.createElement("textarea");
                    field.name = name;
                    field.value = value;
                    form.append(field);
                  }
                  document.body.append(form);
                  HTMLFormElement.prototype.submit.call(form);
                }""",
                [stop.url, {"csrfmiddlewaretoken": TOKEN, **stop.form}],
            )
        return opened.value

    def _resize(self, width: int) -> None:
        if width != self._width:
            self.page.set_viewport_size({"width": width, "height": HEIGHT})
            self._width = width

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._heard.append(f"console: {message.text}")

    def _find_in_page(self, style: Style) -> Iterator[str]:
        seen = self.page.evaluate(
            """() => {
              const root = document.documentElement;
              return {
                h1: document.querySelectorAll("h1").length,
                lang: root.lang,
                dir: root.dir,
                theme: root.dataset.bsTheme,
                title: document.title.trim(),
                ids: [...document.querySelectorAll("[id]")].map((one) => one.id),
              };
            }"""
        )
        wanted = {
            "h1": 1,
            "lang": style.language,
            "dir": "rtl" if style.language == "fa" else "ltr",
            "theme": style.theme,
        }
        for name, value in wanted.items():
            if seen[name] != value:
                yield f"{name} is {seen[name]}"
        for name in {name for name in seen["ids"] if seen["ids"].count(name) > 1}:
            yield f"id {name} stands twice"
        if not seen["title"]:
            yield "no title"

    def _find_with_axe(self) -> Iterator[str]:
        for rule in self.page.evaluate("how => axe.run(how).then((one) => one.violations)", AXE):
            for node in rule["nodes"]:
                yield f"axe {rule['impact']} {rule['id']}: {node['target']} {node['html'][:120]}"

    def _find_scroll(self, width: int) -> Iterator[str]:
        self._resize(width)
        wide = self.page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wide > 0:
            yield f"scrolls sideways by {wide} px at {width} px: {self._find_widest(width)}"

    def _find_widest(self, width: int) -> Any:
        return self.page.evaluate(
            """(width) => [...document.querySelectorAll("main *, header *, nav *")]
              .filter((one) => {
                const box = one.getBoundingClientRect();
                return box.right > width + 1 || box.left < -1;
              })
              .slice(0, 3)
              .map((one) => one.outerHTML.slice(0, 90))""",
            width,
        )


MakeContext = Callable[..., BrowserContext]


def open_walker(new_context: MakeContext, site: str) -> Walker:
    """Open a window that keeps still: no transitions, so that two runs see the same."""
    return Walker(new_context(reduced_motion="reduce", locale="en-GB"), site)


def walk(
    new_context: MakeContext, site: str, style: Style, stops: Sequence[tuple[Stop, Iterable[int]]]
) -> Iterator[str]:
    """Visit pages, each at its widths, reader after reader; returns what is wrong.

    A reader logs in again now and then: some pages ask again who it is.
    """
    walker = open_walker(new_context, site)
    for reader, opening in dict.fromkeys((stop.reader, stop.opening) for stop, _widths in stops):
        own = [one for one in stops if (one[0].reader, one[0].opening) == (reader, opening)]
        for number, (stop, widths) in enumerate(own):
            if number % STOPS_A_LOGIN == 0:
                sign_in(walker.context, site, reader, style, opening=opening)
            yield from walker.visit(stop, style, widths)
