"""What came of asking for the page a link leads to, and when it is asked for again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import quote, unquote_plus, urljoin, urlsplit

from affiliates.domain.urls import CLICK_PARAMETER

TEST_CLICK = "fairshare-link-check"
MAX_HOPS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
DAILY = timedelta(days=1)
APART = timedelta(hours=1)
LEAST_FAILURES = 2

GONE = frozenset({404, 410})
CLOSED = frozenset({401, 403, 429, 503})  # what shops answer to machines, and not to shoppers
NOT_ASKED = frozenset({"bad_address", "not_allowed", "too_many"})
FIRST_ERROR = 400
_PLAIN = "!#$%&'()*+,/:;=?@[]~-._"


class Result(StrEnum):
    WORKS = "works"
    OFF_DOMAIN = "off_domain"
    GONE = "gone"
    ERROR = "error"
    NO_ANSWER = "no_answer"
    LOSES_CLICK = "loses_click"
    CLOSED = "closed"  # the shop does not let machines look
    NOT_ASKED = "not_asked"  # no public https page, or sent on too often


FAILURES = frozenset(
    {Result.OFF_DOMAIN, Result.GONE, Result.ERROR, Result.NO_ANSWER, Result.LOSES_CLICK}
)


@dataclass(frozen=True, slots=True)
class Landing:
    """Where asking ended: the last address, how often it was sent on, a status or a failure."""

    url: str
    hops: int
    status: int | None = None
    failure: str = ""

    @property
    def host(self) -> str:
        try:
            return urlsplit(self.url).hostname or ""
        except ValueError:
            return ""


def read_next(url: str, location: str) -> str:
    """Return the address a redirect names; bytes beyond ASCII are those of its encoding."""
    try:
        return urljoin(url, quote(location.encode("latin-1"), safe=_PLAIN))
    except ValueError:
        return ""


def judge(landing: Landing, domains: Collection[str]) -> Result:
    """Say what it means for a shopper and for the click that came along."""
    if landing.failure == "too_many":
        return Result.NOT_ASKED
    if landing.status in CLOSED:
        return Result.CLOSED
    if landing.host and landing.host not in domains:
        return Result.OFF_DOMAIN
    if landing.failure:
        return Result.NOT_ASKED if landing.failure in NOT_ASKED else Result.NO_ANSWER
    return _judge_answer(landing)


def is_broken(*, failures: int, since: datetime | None, checked_at: datetime | None) -> bool:
    """Tell whether it failed in a row, the last time long enough after the first."""
    if since is None or checked_at is None:
        return False
    return failures >= LEAST_FAILURES and checked_at - since >= APART


def find_wait(failures: int) -> timedelta:
    """Return after how long it is asked for again, by how often it failed in a row."""
    return min(APART * 2 ** min(failures - 1, 9), DAILY) if failures else DAILY


def _judge_answer(landing: Landing) -> Result:
    if landing.status in GONE:
        return Result.GONE
    if landing.status is None or landing.status >= FIRST_ERROR:
        return Result.ERROR
    is_lost = landing.hops and not _has_click(landing.url)
    return Result.LOSES_CLICK if is_lost else Result.WORKS


def _has_click(url: str) -> bool:
    parts = urlsplit(url).query.split("&")
    return any(unquote_plus(part.partition("=")[0]) == CLICK_PARAMETER for part in parts)
