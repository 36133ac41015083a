"""/r/<slug>: store the click, then send the shopper on. No framework takes part.

Reached twice: from the WSGI entry without Django around it, and as a Django view. The click is
committed before the shopper is sent on. When it cannot be stored in time the shopper still arrives
at the shop, uncounted, with a token that proves itself: an order that brings it recovers the click.
"""

import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from django.conf import settings

from affiliates.domain.urls import CLICK_PARAMETER, tracked_url
from brands.domain.codelinks import apply_code
from core.ids import uuid7
from tracking.clickwriter import ClickRow, ClickWriter
from tracking.domain.ask import Ask, read_ask
from tracking.domain.token import join_tokens, make_token
from tracking.domain.verdict import Ruling, Verdict, judge
from tracking.groupwork import NotAnswered
from tracking.linktable import LinkFacts, LinkTable, choose_allowed
from tracking.visits import VisitKeys, VisitMemory, make_keys

PREFIX = "/r/"
REF_PARAMETER = "ref"
LOG_EVERY_S = 1.0
NO_KEYS = VisitKeys(visitor=0, net=0)

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,39}", re.ASCII)
_LOCATION = re.compile(r"https?://[\x21-\x7e]+", re.ASCII)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer. A 404 has no body: the edge draws the page."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = b""


class UncountedMeter:
    """How many shoppers of this process went on uncounted; says so in the log once a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._logged_at = 0.0
        self.total = 0

    def add(self) -> None:
        """Count one more."""
        with self._lock:
            self.total += 1
            is_due = monotonic() - self._logged_at > LOG_EVERY_S
            if is_due:
                self._logged_at = monotonic()
        if is_due:
            logger.error("clicks not recorded since the start of this process: %d", self.total)


UNCOUNTED = ("X-Click", "uncounted")
"""Stands on the answer of a click that is not known to be stored."""

PRIVATE = (("Cache-Control", "no-store, private"), ("X-Robots-Tag", "noindex, nofollow"))
NOT_FOUND = Answer(404, PRIVATE)
NOT_ALLOWED = Answer(405, (("Allow", "GET, HEAD"), ("Content-Length", "0"), *PRIVATE))
AWAY_TEXT = b"This link cannot be opened right now. Please try again in a minute.\n"
AWAY = Answer(
    503,
    (
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(AWAY_TEXT))),
        ("Retry-After", "30"),
        *PRIVATE,
    ),
    AWAY_TEXT,
)

links = LinkTable()
writer = ClickWriter()
visits = VisitMemory()
uncounted = UncountedMeter()


def handle(meta: Mapping[str, Any], *, now: datetime) -> Answer:
    """Answer one request, given its WSGI environment (Django's request.META has the same names)."""
    ask = read_ask(meta, trusted_proxies=settings.TRUSTED_PROXIES)
    if ask.visit.method not in {"GET", "HEAD"}:
        return NOT_ALLOWED
    try:
        link = _find_link(ask)
    except NotAnswered:
        return AWAY
    if link is None or not _is_served(ask.host, link):
        return NOT_FOUND
    target = (ask.to and choose_allowed([ask.to], link.domains)) or link.target
    return _send_on(ask, link, target, now) if target else NOT_FOUND


def forget() -> None:
    """Store what waits, close both connections, forget links and visits."""
    links.forget()
    writer.forget()
    visits.forget()


def _find_link(ask: Ask) -> LinkFacts | None:
    """Find the link of `/r/<slug>`, or of `/r/?ref=<slug>` under any name its program accepts."""
    path = ask.path.removeprefix(PREFIX).removesuffix("/")
    if path:
        return links.find(path) if _SLUG.fullmatch(path) else None
    for name, slug in ask.query.items():
        link = links.find(slug) if _SLUG.fullmatch(slug) else None
        if link is not None and (name == REF_PARAMETER or name in link.ref_aliases):
            return link
    return None


def _is_served(host: str, link: LinkFacts) -> bool:
    """Tell whether a link works under a name: ours, or that of its own brand."""
    return not host or host == link.host or host in settings.ALLOWED_HOSTS


def _send_on(ask: Ask, link: LinkFacts, target: str, now: datetime) -> Answer:
    token, is_stored = _count(ask, link, now)
    sub_ids = (ask.sub_id, *link.sub_ids[1:]) if ask.sub_id else link.sub_ids
    page = tracked_url(target, token, link.utm, sub_ids, ask.paid_markers)
    location = apply_code(link.code_url, page, link.code)
    if not _LOCATION.fullmatch(location):
        return NOT_FOUND
    return Answer(
        302,
        (
            ("Location", location),
            ("Content-Length", "0"),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
            *PRIVATE,
            *_set_cookie(ask, link, token, now),
            *(() if is_stored else (UNCOUNTED,)),
        ),
    )


def _set_cookie(
    ask: Ask, link: LinkFacts, token: str, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Keep the click for the shop under the brand's own link domain, where its cookie is wanted.

    Scripts may read it: the shop's snippet hands it to the order.
    """
    if not token or not link.cookie_domain or ask.host != link.host:
        return ()
    kept_for = timedelta(days=link.window_days)
    oldest_ms = int((now - kept_for).timestamp() * 1000)
    value = join_tokens(settings.CLICK_TOKEN_KEYS, ask.kept, token, oldest_ms)
    age = int(kept_for.total_seconds())
    rest = f"Domain={link.cookie_domain}; Path=/; Max-Age={age}; Secure; SameSite=Lax"
    return (("Set-Cookie", f"{CLICK_PARAMETER}={value}; {rest}"),)


def _count(ask: Ask, link: LinkFacts, now: datetime) -> tuple[str, bool]:
    """Store the click and return its token, "" where it may earn nothing, and whether it is stored.

    Not stored, it has a token too, unless what is known of its link is too old to promise anything.
    """
    keys = make_keys(ask, link)
    earlier = visits.look(link_id=link.link_id, keys=keys, now=now)
    ruling = judge(visit=ask.visit, link=link.state, earlier=earlier)
    row = _make_row(ask, link, ruling, keys, now)
    is_stored = _store(row)
    if not ruling.verdict.is_attributable or ruling.verdict is Verdict.NO_CONSENT:
        return "", is_stored
    if not is_stored and not link.is_current:
        return "", False
    visits.note(link_id=link.link_id, keys=keys, now=now)
    return make_token(settings.CLICK_TOKEN_KEYS, row.id, link.link_id), is_stored


def _store(row: ClickRow) -> bool:
    try:
        writer.store(row)
    except NotAnswered:
        uncounted.add()
        return False
    return True


def _make_row(
    ask: Ask, link: LinkFacts, ruling: Ruling, keys: VisitKeys, now: datetime
) -> ClickRow:
    """Describe the click: `at` is the brand's time, the row's key carries the real one."""
    kept = NO_KEYS if ruling.verdict is Verdict.NO_CONSENT else keys
    return ClickRow(
        id=uuid7(now),
        brand_id=link.brand_id,
        program_id=link.program_id,
        enrollment_id=link.enrollment_id,
        link_id=link.link_id,
        at=now + timedelta(seconds=link.clock_offset_s),
        visitor_key=kept.visitor,
        net_key=kept.net,
        verdict=ruling.verdict,
        agent=ask.visit.agent.name,
        referrer=ask.referrer,
        device=ask.visit.agent.device,
        has_paid_marker=bool(ask.paid_markers),
        sub_id=ask.sub_id,
    )
