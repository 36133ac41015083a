"""A person at a browser: what he sees is named by its words, and mail reaches him."""

import re
from collections.abc import Mapping
from typing import Any

import httpx
from django.conf import settings
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import BrowserContext, Locator, Page, expect

from core.models import Mail, User
from tests.shop import Shop

PASSWORD = "copper teapot over 9 hills"
MAX_TABS = 60

_AMOUNT = re.compile(r"[+\u2212]?[\d,]+\.\d\d")
_INVISIBLE = {0x2066: None, 0x2068: None, 0x2069: None, 0xA0: " "}


PATIENCE_MS = 60_000  # a busy machine is no failure
expect.set_options(timeout=PATIENCE_MS)


class Person:
    """One browser with one window; words are given in English, whatever language he reads."""

    def __init__(
        self, context: BrowserContext, site: str, user: User | None = None, *, language: str = "en"
    ) -> None:
        self.site, self.context, self.language = site, context, language
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site}
            context.add_cookies([cookie])  # type: ignore[list-item]
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MS)

    def go(self, path: str) -> "Person":
        self.page.goto(self.site + path)
        return self

    def fill(self, label: str, value: str) -> "Person":
        self.page.get_by_label(self.word(label)).first.fill(value)
        return self

    def put(self, name: str, value: str) -> "Person":
        self.page.locator(f"main [name={name}]").fill(value)
        return self

    def press(self, name: str) -> "Person":
        self._find("button", name).click()
        return self

    def follow(self, name: str) -> "Person":
        self._find("link", name).click()
        return self

    def sees(self, *texts: str) -> "Person":
        for text in texts:
            expect(self.page.locator("main")).to_contain_text(flexible(self.word(text)))
        self.page.wait_for_load_state()  # pictures and scripts come after the words
        return self

    def sees_picture(self, selector: str) -> "Person":
        picture = self.page.locator(selector)
        picture.scroll_into_view_if_needed()  # some come only then
        self.page.wait_for_function("one => one.naturalWidth > 0", arg=picture.element_handle())
        return self

    def sees_title(self, text: str) -> "Person":
        expect(self.page.get_by_role("heading", level=1)).to_have_text(flexible(text))
        return self

    def sees_no_more_than_fits(self) -> "Person":
        """Look that nothing is wider than the window."""
        wide = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert self.page.evaluate(wide) <= 0, self.page.url
        return self

    def word(self, text: str) -> str:
        """Return a sentence of the program in the language he reads."""
        with translation.override(self.language):
            return gettext(text)

    def read(self) -> str:
        return plain(self.page.locator("main").inner_text())

    def tab_to(self, name: str) -> Locator:
        """Press Tab until the control of that name has the focus, which must be seen."""
        for _ in range(MAX_TABS):
            self.page.keyboard.press("Tab")
            focused = self.page.locator(":focus")
            if focused.count() and re.search(rf"\b{re.escape(name)}\b", self._name(focused)):
                outline = focused.evaluate("one => getComputedStyle(one).outlineStyle")
                assert outline != "none", f"the focus on {name} is not seen"
                return focused
        raise AssertionError(f"{name} is not reached by Tab")

    def _find(self, role: Any, name: str) -> Locator:
        return self.page.get_by_role(role, name=flexible(self.word(name))).first

    def _name(self, focused: Locator) -> str:
        words = "one => one.labels?.[0]?.textContent || one.innerText || one.getAttribute('name')"
        return plain(str(focused.evaluate(words)))


class Wire:
    """A client for tests.shop that reaches the running site, as a store does."""

    def __init__(self, site: str) -> None:
        self.site = site

    def post(
        self, url: str, *, data: bytes, content_type: str, headers: Mapping[str, str]
    ) -> httpx.Response:
        given = {**headers, "Content-Type": content_type}
        return httpx.post(self.site + url, content=data, headers=given)


def open_shop(shop: Shop, site: str) -> Shop:
    """Let a shop post to the running site."""
    shop.client = Wire(site)  # type: ignore[assignment]
    return shop


def read_code(address: str) -> str:
    """Return the code in the last mail to an address."""
    letter = Mail.objects.filter(to=address).latest("pk")
    found = re.search(r"^([A-Z0-9-]{6,9})$", letter.text, re.MULTILINE)
    assert found, letter.text
    return found[1]


def read_amounts(cells: Locator) -> list[int]:
    """Return the amounts in table cells in minor units; a cell may be empty."""
    texts = [plain(text) for text in cells.all_inner_texts()]
    found = [_AMOUNT.search(text) for text in texts]
    return [_to_minor(one[0]) for one in found if one]


def _to_minor(text: str) -> int:
    sign = -1 if text[0] == "\u2212" else 1
    return sign * int(re.sub(r"[^\d]", "", text))


def plain(text: str) -> str:
    """Return text without marks of direction, its spaces single."""
    return " ".join(text.translate(_INVISIBLE).split())


def flexible(text: str) -> re.Pattern[str]:
    """Return a pattern for words whatever marks of direction and spaces stand between them."""
    marks = "[\u2066\u2068\u2069]*"
    words = [marks.join(map(re.escape, word)) for word in text.split()]
    return re.compile(rf"{marks}[\s\u00a0]+{marks}".join(words))
