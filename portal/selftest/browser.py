"""A small browser: keeps cookies, reads forms, sends them as a person would; no JavaScript."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import httpx

TIMEOUT_S = 30
ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069\u200e\u200f"))


class PageDiffers(Exception):
    """A page is not what its user needs: a wrong status, no such form, an error in it."""


@dataclass
class Form:
    """A form of a page, with the values it would send untouched."""

    action: str
    method: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class _Reader(HTMLParser):
    """Collect the forms and the visible text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._select = ""
        self._textarea = ""
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "template"}:
            self._hidden += 1
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._read_control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "template"}:
            self._hidden -= 1
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self._form is not None:
            self._form.values[self._textarea] = [data.strip()]
        elif not self._hidden:
            self.text.append(data)

    def _read_control(self, tag: str, given: dict[str, str]) -> None:
        form, name = self._form, given.get("name", "")
        if form is None:
            return
        if tag == "option" and self._select:
            if "selected" in given or self._select not in form.values:
                form.values[self._select] = [given.get("value", "")]
        elif name:
            form.names.add(name)
            self._select = name if tag == "select" else self._select
            self._textarea = name if tag == "textarea" else self._textarea
            if tag == "input":
                self._read_input(form, name, given)

    def _read_input(self, form: Form, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        if kind not in {"submit", "image", "file"}:
            unsaid = "on" if kind in {"checkbox", "radio"} else ""
            form.values.setdefault(name, []).append(given.get("value", unsaid))


@dataclass(frozen=True)
class Page:
    """An answer, read."""

    url: str
    status: int
    text: str
    forms: tuple[Form, ...]
    location: str

    def form(self, *, action: str = "", has: str = "") -> Form:
        """Return the first posting form by a part of its action and a field it has.

        :raises PageDiffers: there is none.
        """
        for one in self.forms:
            if one.method == "post" and action in one.action and (not has or has in one.names):
                return one
        raise PageDiffers(f"{self.url}: no form for {action or has!r}")


class Person:
    """Somebody with a browser of his own."""

    def __init__(self, base_url: str) -> None:
        self._client = httpx.Client(
            base_url=base_url, timeout=TIMEOUT_S, headers={"Accept-Language": "en"}
        )

    def close(self) -> None:
        self._client.close()

    def open(self, path: str, *, status: int = 200) -> Page:
        """Get a page and follow where it leads.

        :raises PageDiffers: the last answer has another status.
        """
        return self._settle(self._client.get(path), status)

    def send(self, page: Page, form: Form, **values: str | list[str]) -> Page:
        """Fill a form in and send it; the page that follows is returned.

        :raises PageDiffers: the form lacks a field, or was refused.
        """
        unknown = set(values) - form.names
        if unknown:
            raise PageDiffers(f"{page.url}: the form has no {', '.join(sorted(unknown))}")
        data: dict[str, str | list[str]] = dict(form.values)
        data.update(values)
        url = urljoin(page.url, form.action or page.url)
        answer = self._client.post(url, data=data, headers={"Referer": page.url})
        return self._settle(answer, 200)

    def fill(self, path: str, *, has: str, **values: str) -> Page:
        """Open a page, fill in its form that has a certain field, and send it."""
        page = self.open(path)
        return self.send(page, page.form(has=has), **values)

    def _settle(self, answer: httpx.Response, status: int) -> Page:
        for _ in range(8):
            if not answer.has_redirect_location:
                break
            answer = self._client.get(urljoin(str(answer.url), answer.headers["Location"]))
        page = read_page(answer)
        if page.status != status:
            raise PageDiffers(f"{page.url} answered {page.status}: {page.text[:300]}")
        return page


def read_page(answer: httpx.Response) -> Page:
    """Read the forms and the text of an answer."""
    reader = _Reader()
    if "html" in answer.headers.get("Content-Type", ""):
        reader.feed(answer.text)
    text = " ".join(" ".join(reader.text).translate(ISOLATES).split())
    return Page(
        url=str(answer.url),
        status=answer.status_code,
        text=text.replace("\xa0", " "),
        forms=tuple(reader.forms),
        location=answer.headers.get("Location", ""),
    )
