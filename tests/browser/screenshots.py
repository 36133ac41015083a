"""Photograph the pages of a running site with the demo, to look at them.

`make run` in one terminal, in another: `.venv/bin/python -m tests.browser.screenshots`. From the
homes of a brand, a creator and a visitor it follows links, takes each kind of page once and saves
it under screenshots/, by style and width.
"""

import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page, sync_playwright

from tests.chromium import ARGUMENTS, find_chromium

ROOT = Path(__file__).resolve().parents[2]
HOMES = {"visitor": "/", "brand": "/b/saffron-pine-demo/", "creator": "/me/"}
# As `make run` prints them.
LOGINS = {"brand": "demo-brand@fairshare.example", "creator": "demo-anna@fairshare.example"}
PASSWORD = "demo-only-not-secret"
THEMES, LANGUAGES, WIDTHS = ("light", "dark"), ("en", "fa", "th"), (390, 1280)
HEIGHT = 844

_ID = re.compile(r"(?<=^/b/)[^/]+|[a-z]{3}_[0-9a-z]{20}|(?<=/)\d+(?=/)")


def main() -> int:
    options = _read_options()
    found = find_chromium()
    if found is None:
        print("No Chromium: set CHROMIUM to its path.", file=sys.stderr)
        return 1
    program, environment = found
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, env={**environment}, args=list(ARGUMENTS)
        )
        for who in options.who.split(","):
            context = browser.new_context(locale="en-GB", reduced_motion="reduce")
            _log_in(context, options.site, who)
            pages = list(_find_pages(context.new_page(), options.site, who))
            for theme, language in product(options.themes.split(","), options.languages.split(",")):
                _photograph(context, options, who, pages, theme, language)
            context.close()
    return 0


def _read_options() -> "Options":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--site", default="http://localhost:8000")
    parser.add_argument("--to", default=str(ROOT / "screenshots"))
    parser.add_argument("--who", default=",".join(HOMES))
    parser.add_argument("--themes", default=",".join(THEMES))
    parser.add_argument("--languages", default=",".join(LANGUAGES))
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    return parser.parse_args(namespace=Options())


class Options:
    site: str
    to: str
    who: str
    themes: str
    languages: str
    widths: str


def _log_in(context: BrowserContext, site: str, who: str) -> None:
    if who not in LOGINS:
        return
    page = context.new_page()
    page.goto(f"{site}/accounts/login/")
    page.fill("[name=login]", LOGINS[who])
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)
    page.close()


def _find_pages(page: Page, site: str, who: str) -> Iterator[tuple[str, str]]:
    """Return a name and an address for each kind of page that links lead to."""
    seen: set[str] = set()
    waiting = [HOMES[who]]
    while waiting:
        path = waiting.pop(0)
        kind = _ID.sub("_", path)
        if kind in seen:
            continue
        seen.add(kind)
        answer = page.goto(site + path)
        is_page = answer and "text/html" in answer.headers.get("content-type", "")
        if not (is_page and page.url.startswith(site)):
            continue
        yield re.sub(r"[^\w=-]+", "-", kind).strip("-") or "start", path
        hrefs = page.eval_on_selector_all("a[href]", "all => all.map((one) => one.href)")
        waiting += [link for link in map(_path_of, hrefs) if link and _is_wanted(link, who)]


def _path_of(href: str) -> str:
    parts = urlsplit(href)
    is_view = parts.query.startswith(("tab=", "state=", "show=")) and "before=" not in parts.query
    return f"{parts.path}?{parts.query}" if is_view else parts.path


def _is_wanted(path: str, who: str) -> bool:
    """Say whether a page is one of the person's own, and no file."""
    own = {"brand": ("/b/", "/brands/"), "creator": ("/me/", "/accounts/")}
    is_own = path.startswith(own.get(who, ("/p/", "/programs/", "/accounts/")))
    is_file = path.endswith(("/file/", ".svg", ".png"))
    return is_own and not is_file


def _photograph(
    context: BrowserContext,
    options: Options,
    who: str,
    pages: list[tuple[str, str]],
    theme: str,
    language: str,
) -> None:
    page = context.new_page()
    page.goto(f"{options.site}{HOMES[who]}")
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    form = {"csrfmiddlewaretoken": token, "theme": theme, "language": language}
    page.request.post(f"{options.site}/preferences/", form=form, headers={"Referer": page.url})
    for width in options.widths.split(","):
        folder = Path(options.to) / f"{who}-{theme}-{language}-{width}"
        folder.mkdir(parents=True, exist_ok=True)
        page.set_viewport_size({"width": int(width), "height": HEIGHT})
        for name, path in pages:
            page.goto(options.site + path)
            page.screenshot(path=folder / f"{name}.png", full_page=True)
    print(f"{who} {theme} {language}: {len(pages)} pages", flush=True)
    page.close()


if __name__ == "__main__":
    sys.exit(main())
