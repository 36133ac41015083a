"""One process of `make axe`: every page in some of the styles, on a site of its own."""

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs a loop of its own
django.setup()

from django.conf import settings  # noqa: E402  # settings need the environment first
from django.contrib.staticfiles.handlers import StaticFilesHandler  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.testcases import LiveServerThread  # noqa: E402
from django.test.utils import override_settings, setup_test_environment  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from tests.browser.pages import Pages, find_pages  # noqa: E402
from tests.browser.walking import STYLES, WIDTHS, Stop, Style, list_once, walk  # noqa: E402
from tests.chromium import ARGUMENTS, find_chromium  # noqa: E402
from tests.database import drop_database  # noqa: E402
from tracking import redirect  # noqa: E402

HOST = "localhost"


def main(number: int, parts: int, *, is_once: bool) -> None:
    """Look and print what was found as one line of JSON; what is being done goes to stderr."""
    setup_test_environment()
    logging.disable()  # pages that break are among the pages; each answer is held to its status
    name = f"axe_{number}"
    connection.settings_dict["TEST"]["NAME"] = name
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        pages = find_pages()
        _say(f"{len(pages.stops)} pages")
        with open_site() as site:
            faults = list(look(site, pages, STYLES[number::parts], is_once=is_once))
    finally:
        redirect.forget()  # its own connections would keep the database in use
        drop_database(name)
    found = {
        "pages": len(pages.stops),
        "faults": faults,
        "left_out": pages.left_out,
        "unexplained": pages.unexplained,
    }
    print(json.dumps(found))


@contextmanager
def open_site() -> Iterator[str]:
    """Serve the program on a free port of this machine, with pages on which errors are met."""
    changed = override_settings(
        ROOT_URLCONF="tests.browser.broken", ALLOWED_HOSTS=[HOST, "127.0.0.1", "testserver"]
    )
    with changed:
        server = LiveServerThread(HOST, StaticFilesHandler)
        server.daemon = True
        server.start()
        server.is_ready.wait()
        try:
            with override_settings(SITE_URL=f"http://{HOST}:{server.port}"):
                yield settings.SITE_URL
        finally:
            server.terminate()


def look(site: str, pages: Pages, styles: list[Style], *, is_once: bool) -> Iterator[str]:
    """Walk over all pages in each style; what is found is said at once."""
    found = find_chromium()
    assert found, "no Chromium here: set CHROMIUM to its path"
    program, environment = found
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, env={**os.environ, **environment}, args=list(ARGUMENTS)
        )
        for style in styles:
            stops: list[tuple[Stop, tuple[int, ...]]] = (
                list_once(pages.stops, STYLES.index(style))
                if is_once
                else [(stop, WIDTHS) for stop in pages.stops]
            )
            _say(f"{style}: {len(stops)} pages")
            for fault in walk(browser.new_context, site, style, stops):
                _say(fault)
                yield fault
        browser.close()


def _say(what: str) -> None:
    print(f"axe: {what}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), is_once="--once" in sys.argv)
