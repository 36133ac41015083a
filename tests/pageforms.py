"""The forms of a page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

TOKEN = "csrfmiddlewaretoken"
CONTROLS = {"input", "textarea", "button"}
UNSENT = {"file", "image", "reset"}
# What a person would write into a field that stands empty, by its type.
WORDS = {
    "email": "new@mail.example",
    "url": "https://shop.example/new",
    "number": "1",
    "date": "2026-09-01",
    "datetime-local": "2026-12-01T10:00",
    "time": "10:00",
    "tel": "+4930123",
    "text": "Words",
    "textarea": "Words",
    "password": "a long pass phrase",
    "search": "Words",
}


@dataclass
class PageForm:
    """One form: `fields` is what is sent when somebody fills in what is empty and presses enter.

    `offered` holds every value there is to choose, the last of a name.
    """

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    offered: dict[str, str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)


def read_forms(page: str, method: str) -> list[PageForm]:
    """Return the forms of a page that have fields and are sent by this method."""
    reader = _Forms()
    reader.feed(page)
    return [form for form in reader.found if form.method == method and form.offered]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[PageForm] = []
        self._form: PageForm | None = None
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", TOKEN)
        if tag == "form":
            self._form = PageForm(given.get("method", "get").lower(), given.get("action", ""))
            self.found.append(self._form)
        elif self._form is None:
            return
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            self._choose(self._form, given)
        elif tag in CONTROLS and name != TOKEN:
            self._add(self._form, tag, name, given)

    def handle_data(self, data: str) -> None:
        if self._area and self._form and data.strip():
            self._form.fields[self._area] = self._form.offered[self._area] = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def _choose(self, form: PageForm, given: dict[str, str]) -> None:
        value = given.get("value", "")
        if value:
            form.offered[self._select] = value
        if "selected" in given or (value and not form.fields.get(self._select)):
            form.fields[self._select] = value

    def _add(self, form: PageForm, tag: str, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text" if tag == "input" else tag)
        value = given.get("value", "")
        form.offered[name] = value
        if kind in UNSENT:
            return
        if kind in {"checkbox", "radio", "button", "submit"}:
            is_first = kind != "checkbox" and name not in form.fields
            if "checked" in given or is_first:
                form.fields[name] = value or "on"
            return
        form.fields[name] = value or WORDS.get(kind, "")
        if kind in WORDS:
            form.written.append(name)
        self._area = name if tag == "textarea" else ""
