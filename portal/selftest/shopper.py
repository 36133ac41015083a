"""The shopper of a test: opens a link as a browser does, and keeps the click token."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx

from portal.selftest.browser import TIMEOUT_S

BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
}


@dataclass(frozen=True)
class Opened:
    """What the shopper's browser got."""

    status: int
    location: str
    cookies: int

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.location).query).get("fs_click", [""])[0]


def open_link(base_url: str, slug: str) -> Opened:
    """Open a creator's link and stop before the shop."""
    answer = httpx.get(f"{base_url}/r/{slug}", headers=BROWSER, timeout=TIMEOUT_S)
    return Opened(answer.status_code, answer.headers.get("Location", ""), len(answer.cookies))
