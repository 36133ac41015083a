"""Photograph every kind of page of the demo, to look at them: `make screenshots`.

The command starts a demo apart; beside a running `make run` the same is
`.venv/bin/python -m tests.browser.screenshots --site http://localhost:8000`. From the homes of a
brand, a creator, an operator and a visitor it follows links, takes each kind of page once in each
look, and saves it under screenshots/. Fails when a browser complained.
"""

import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.chromium import ARGUMENTS, find_chromium

ROOT = Path(__file__).resolve().parents[2]
HOMES = {
    "visitor": "/",
    "brand": "/b/saffron-pine-demo/",
    "creator": "/me/",
    "operator": "/ops/",
}
# As `make run` prints them.
LOGINS = {
    "brand": "demo-brand@fairshare.example",
    "creator": "demo-anna@fairshare.example",
    "operator": "demo-operator@fairshare.example",
}
PASSWORD = "demo-only-not-secret"
OWN = {
    "visitor": ("/p/", "/programs/", "/accounts/"),
    "brand": ("/b/", "/brands/"),
    "creator": ("/me/", "/accounts/"),
    "operator": ("/ops/",),
}
LOOKS = ("light-en-1280", "dark-en-1280", "light-fa-1280", "dark-fa-390", "light-en-390")
HEIGHT = 844

_ID = re.compile(r"(?<=^/b/)[^/]+|[a-z]{3}_[0-9a-z]{20}|(?<=/)\d+(?=/)")


def main() -> int:
    options = _read_options()
    found = find_chromium()
    if found is None:
        print("No Chromium: set CHROMIUM to its path.", file=sys.stderr)
        return 1
    program, environment = found
    count, complaints = 0, list[str]()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, env={**environment}, args=list(ARGUMENTS)
        )
        for who in options.who.split(","):
            context = browser.new_context(locale="en-GB", reduced_motion="reduce")
            camera = Camera(context.new_page(), options.site.rstrip("/"), Path(options.to), who)
            camera.log_in()
            pages = list(camera.find_pages())
            for look in options.looks.split(","):
                camera.photograph(pages, look)
            count, complaints = count + camera.count, complaints + camera.complaints
            context.close()
    print("\n".join(complaints))
    print(f"screenshots: pictures={count} complaints={len(complaints)} folder={options.to}")
    return int(bool(complaints))


class Options:
    site: str
    to: str
    who: str
    looks: str


def _read_options() -> Options:
    parser = ArgumentParser(prog="make screenshots", description=__doc__)
    parser.add_argument("--site", required=True, help="a running site with the demo")
    parser.add_argument("--to", default=str(ROOT / "screenshots"))
    parser.add_argument("--who", default=",".join(HOMES))
    parser.add_argument("--looks", default=",".join(LOOKS), help="theme-language-width, ...")
    return parser.parse_args(namespace=Options())


class Camera:
    """A browser window of one kind of reader; it keeps what the browser complains of."""

    def __init__(self, page: Page, site: str, folder: Path, who: str) -> None:
        self._page, self._site, self._folder, self._who = page, site, folder, who
        self.count = 0
        self.complaints: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self._complain(str(error)))

    def log_in(self) -> None:
        """Log in as one of the demo's people; a visitor stays nobody."""
        if self._who not in LOGINS:
            return
        page = self._page
        page.goto(f"{self._site}/accounts/login/")
        page.fill("[name=login]", LOGINS[self._who])
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/login/" not in url)

    def find_pages(self) -> Iterator[tuple[str, str]]:
        """Return a name and an address for each kind of page that links lead to."""
        seen: set[str] = set()
        waiting = [HOMES[self._who]]
        while waiting:
            path = waiting.pop(0)
            kind = _ID.sub("_", path)
            if kind in seen:
                continue
            seen.add(kind)
            if not self._opens(path):
                continue
            yield re.sub(r"[^\w=-]+", "-", kind).strip("-") or "start", path
            hrefs = self._page.eval_on_selector_all("a[href]", "all => all.map((one) => one.href)")
            waiting += [link for link in map(self._path_of, hrefs) if link]

    def photograph(self, pages: list[tuple[str, str]], look: str) -> None:
        """Take every page in one theme, language and width."""
        theme, language, width = look.split("-")
        self._choose(theme, language)
        self._page.set_viewport_size({"width": int(width), "height": HEIGHT})
        folder = self._folder / f"{self._who}-{look}"
        folder.mkdir(parents=True, exist_ok=True)
        for name, path in pages:
            if self._opens(path):
                self._page.screenshot(path=folder / f"{name}.png", full_page=True)
                self.count += 1
        print(f"{self._who} {look}: {len(pages)} pages", flush=True)

    def _opens(self, path: str) -> bool:
        """Open an address; False where it is a file, or leads away from the site."""
        try:
            answer = self._page.goto(self._site + path)
        except BrowserError as error:
            if "Download is starting" in error.message:
                return False
            raise
        kind = answer.headers.get("content-type", "") if answer else ""
        return "text/html" in kind and self._page.url.startswith(self._site)

    def _path_of(self, href: str) -> str:
        """Return the path of a page of the reader's own, with the query that picks a view."""
        parts = urlsplit(href)
        is_own = href.startswith(self._site) and parts.path.startswith(OWN[self._who])
        if not is_own or parts.path.endswith(("/file/", ".svg", ".png", ".csv", ".xlsx")):
            return ""
        is_view = parts.query.startswith(("tab=", "state=", "show=")) and "before=" not in href
        return f"{parts.path}?{parts.query}" if is_view else parts.path

    def _choose(self, theme: str, language: str) -> None:
        page = self._page
        page.goto(f"{self._site}{HOMES[self._who]}")
        token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
        form = {"csrfmiddlewaretoken": token, "theme": theme, "language": language}
        page.request.post(f"{self._site}/preferences/", form=form, headers={"Referer": page.url})

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._complain(message.text)

    def _complain(self, text: str) -> None:
        self.complaints.append(f"{self._who} {urlsplit(self._page.url).path}: {text}")


if __name__ == "__main__":
    sys.exit(main())
