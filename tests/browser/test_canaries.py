"""What people write stays text on every page: nothing runs, nothing loads, the policy has no say.

Each text of a brand, its people and its shop holds something that would run as HTML, in an
attribute, as the address of a link, in a script, a style sheet or a drawing.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.browser.walking import Stop, Style, list_stops, sign_in
from tests.canaries import PRODUCT, Place, plant
from tests.everything import Everything, make_everything
from tests.uploads import HEAD, make_upload

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
]

ENDS = "\"'--></title></textarea></script>"
SHORT = f"{ENDS}<img src=x onerror=hit()>"
LINK = "javascript:hit()//\" onfocus=hit() autofocus x='"
LONG = (
    f"{SHORT} <svg onload=hit()><script>hit()</script> {LINK}"
    " </style><style>*{x:1}</style> ';hit();//"
)
SEEN = "onerror=hit()"
WATCH = """
  window.found = [];
  window.hit = () => window.found.push("a payload ran");
  for (const name of ["alert", "confirm", "prompt"]) window[name] = window.hit;
  document.addEventListener("securitypolicyviolation",
    (event) => window.found.push(`refused: ${event.violatedDirective} ${event.blockedURI}`));
"""
LOOK = """() => [
  ...window.found,
  ...[...document.querySelectorAll(
    "[onerror], [onload], [onfocus], [onclick], img[src='x'], svg[onload], iframe[src^='java']"
  )].map((one) => `became an element: ${one.outerHTML.slice(0, 120)}`),
  ...[...document.querySelectorAll("a[href], form[action], [hx-get], [formaction]")]
    .filter((one) => /^\\s*(javascript|data|vbscript):/i.test(
      one.getAttribute("href") || one.getAttribute("action") || one.getAttribute("hx-get") || ""))
    .map((one) => `leads to a script: ${one.outerHTML.slice(0, 120)}`),
]"""
ENGLISH = Style("light", "en")
PARTS = 3


def write(place: Place) -> str:
    if place.is_address:
        return LINK
    return LONG if place.length >= len(LONG) else SHORT


def make_poisoned() -> Everything:
    world = make_everything()
    plant(world.brand, write)
    cells = "F-1,{0},{0},{0},{0},1,1,{0},,{0}".format(f'"{SHORT.replace(chr(34), chr(34) * 2)}"')
    upload = make_upload(world.shop.connection, f"{HEAD}\n{cells}\n")
    world.ids |= {"upload_id": upload.public_id}
    return world


class Watcher:
    """One window that notes whatever happens in it."""

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.heard: list[str] = []
        page.add_init_script(WATCH)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.heard.append(f"script error: {error}"))
        page.on("dialog", self._close)

    def visit(self, stop: Stop) -> Iterator[str]:
        self.heard.clear()
        answer = self.page.goto(self.site + stop.url, wait_until="load")
        if answer is None or answer.status != stop.status:
            yield f"answered {answer and answer.status}"
        yield from self.page.evaluate(LOOK)
        yield from (one for one in self.heard if stop.status == 200 or "Failed to load" not in one)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(f"console: {message.text}")

    def _close(self, dialog: Any) -> None:
        self.heard.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


@pytest.mark.nightly
@pytest.mark.parametrize("turn", range(PARTS))
def test_nothing_that_people_write_runs_on_any_page(turn, live_server, new_context):
    """Too long for every gate: `make nightly` opens all pages, in three parts."""
    world = make_poisoned()
    context = new_context(reduced_motion="reduce", locale="en-GB")
    watcher = Watcher(context.new_page(), live_server.url)
    stops = [stop for stop in list_stops(world) if stop.turn % PARTS == turn]
    wrong, shown = list[str](), set[str]()
    for reader in dict.fromkeys(stop.reader for stop in stops):
        sign_in(context, live_server.url, reader, ENGLISH)
        for stop in stops:
            if stop.reader == reader:
                wrong += [f"{stop.name}: {fault}" for fault in watcher.visit(stop)]
                if SEEN in watcher.page.inner_text("body"):
                    shown.add(stop.name)

    assert not wrong, "\n".join(wrong)
    assert len(shown) > len(stops) / 3
    assert not any(PRODUCT in one for one in shown)


def test_what_a_script_of_ours_puts_into_a_page_is_text_too(live_server, new_context):
    """The search and the dialogs are drawn in a page that is already there."""
    world = make_poisoned()
    context = new_context(reduced_motion="reduce", locale="en-GB")
    sign_in(context, live_server.url, world.owner, ENGLISH)
    watcher = Watcher(context.new_page(), live_server.url)
    page = watcher.page
    page.goto(f"{live_server.url}/b/{world.brand.slug}/creators/{world.ids['creator_id']}/")
    page.locator("a[data-dialog]").first.click()
    page.locator("dialog[open]").wait_for()

    assert page.evaluate(LOOK) == []
    assert watcher.heard == []


def test_a_payload_that_ran_would_be_noticed(live_server, new_context):
    watcher = Watcher(new_context(bypass_csp=True).new_page(), live_server.url)
    watcher.page.goto(live_server.url)
    watcher.page.evaluate(
        "(html) => { document.body.innerHTML = html }", f"{LONG}<a href='{LINK}'>"
    )
    watcher.page.wait_for_timeout(200)

    found = " ".join(watcher.page.evaluate(LOOK))
    for what in ("a payload ran", "became an element", "leads to a script"):
        assert what in found
