"""From a slug to what the redirect must know, read for all who wait in one statement.

Kept in the process for `FRESH_S`, so a change of link, program or brand is obeyed within 5 s. Only
while the database is away is older knowledge used: up to a minute as if it were fresh, then for an
hour only to lead shoppers to the shop.
"""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic, time
from typing import Any

from django.conf import settings
from psycopg.rows import dict_row

from affiliates.domain.urls import UTM_KEYS, Refused, check_destination
from tracking.domain.verdict import LinkState
from tracking.groupwork import Connection, GroupWorker, NotAnswered

FRESH_S = 4.0
UNKNOWN_FRESH_S = 2.0
TRUSTED_S = 60.0
STALE_S = 3600.0
MAX_LINKS = 50_000
MAX_UNKNOWN = 10_000
SALT_BYTES = 32

FIND = """
SELECT lower(s.slug) AS slug, l.id AS link_id, l.brand_id, e.program_id, l.enrollment_id,
       l.destination_url, p.landing_url, p.domains, p.ref_aliases, l.utm, l.sub_ids,
       l.archived_at, p.status AS program_status, p.is_honouring_gpc,
       b.status = 'active' AND b.archived_at IS NULL AS is_brand_active, b.clock_offset_s, d.salt,
       k.text AS code, k.disabled_at AS code_disabled_at, p.code_url,
       p.window_days, h.host AS link_host, h.cookie_domain
FROM affiliates_linkslug s
JOIN affiliates_link l ON l.id = s.link_id
JOIN affiliates_enrollment e ON e.id = l.enrollment_id
JOIN brands_program p ON p.id = e.program_id
JOIN core_brand b ON b.id = l.brand_id
LEFT JOIN affiliates_code k ON k.id = l.code_id
LEFT JOIN brands_linkhost h ON h.brand_id = l.brand_id AND h.verified_at IS NOT NULL
LEFT JOIN tracking_visitorsalt d ON d.day = %s
WHERE lower(s.slug) = ANY(%s)
"""
MAKE_SALT = "INSERT INTO tracking_visitorsalt (day, salt) VALUES (%s, %s) ON CONFLICT DO NOTHING"
FORGET_SALTS = "DELETE FROM tracking_visitorsalt WHERE day < %s::date - 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """A link with what bears on it; `target` is None where no allowed address is left.

    `code`: the discount code that the shop is to apply, as `code_url` says, "" where none is.
    `host`: the brand's own link domain, which serves its links alone; `cookie_domain`: the domain
    its click cookie is for. `is_current`: read lately enough to say of a click whether it may earn.
    """

    link_id: int
    brand_id: int
    program_id: int
    enrollment_id: int
    target: str | None
    domains: frozenset[str]
    ref_aliases: frozenset[str]
    utm: dict[str, str]
    sub_ids: tuple[str, ...]
    code: str
    code_url: str
    state: LinkState
    clock_offset_s: int
    salt: bytes
    window_days: int
    host: str
    cookie_domain: str
    is_current: bool = True


@dataclass(frozen=True, slots=True)
class _Held:
    link: LinkFacts | None
    asked_at: float


class LinkTable:
    """The links this process has seen lately, and how to read the others."""

    def __init__(self) -> None:
        self._known: dict[str, _Held] = {}
        self._unknown: dict[str, _Held] = {}
        self._lock = threading.Lock()
        self._reader = GroupWorker(name="links", work=read_links)

    def find(self, slug: str) -> LinkFacts | None:
        """Return the link of a slug whatever its case, or None where there is none.

        :raises NotAnswered: the database is away and this process does not know the link.
        """
        key, now = slug.lower(), monotonic()
        held = self._known.get(key) or self._unknown.get(key)
        fresh_s = FRESH_S if held is not None and held.link else UNKNOWN_FRESH_S
        if held is not None and now - held.asked_at < fresh_s:
            return held.link
        try:
            link = self._reader.ask(key)
        except NotAnswered:
            if held is not None and held.link and now - held.asked_at < STALE_S:
                return replace(held.link, is_current=now - held.asked_at < TRUSTED_S)
            raise
        self._keep(key, _Held(link, now))
        return link

    def forget(self) -> None:
        """Forget every link and close the connection."""
        self._reader.close()
        with self._lock:
            self._known.clear()
            self._unknown.clear()

    def _keep(self, key: str, held: _Held) -> None:
        table, limit = (self._known, MAX_LINKS) if held.link else (self._unknown, MAX_UNKNOWN)
        with self._lock:
            self._known.pop(key, None)
            self._unknown.pop(key, None)
            if len(table) >= limit:
                table.pop(next(iter(table)))
            table[key] = held


def read_links(connection: Connection, slugs: Sequence[str]) -> list[LinkFacts | None]:
    """Read the links of slugs in small letters, with the salt of today's visitor keys."""
    day = datetime.fromtimestamp(time(), UTC).date()
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(FIND, [day, list(set(slugs))], prepare=True).fetchall()
        if any(row["salt"] is None for row in rows):
            cursor.execute(MAKE_SALT, [day, secrets.token_bytes(SALT_BYTES)])
            cursor.execute(FORGET_SALTS, [day])
            rows = cursor.execute(FIND, [day, list(set(slugs))], prepare=True).fetchall()
    found = {row["slug"]: _make_facts(row) for row in rows}
    return [found.get(slug) for slug in slugs]


def _make_facts(row: dict[str, Any]) -> LinkFacts:
    domains = frozenset(row["domains"])
    return LinkFacts(
        link_id=row["link_id"],
        brand_id=row["brand_id"],
        program_id=row["program_id"],
        enrollment_id=row["enrollment_id"],
        target=choose_allowed([row["destination_url"], row["landing_url"]], domains),
        domains=domains,
        ref_aliases=frozenset(row["ref_aliases"]),
        utm={key: str(row["utm"][key]) for key in UTM_KEYS if row["utm"].get(key)},
        sub_ids=tuple(row["sub_ids"]),
        code=_find_code(row),
        code_url=row["code_url"],
        state=LinkState(
            archived_at=row["archived_at"],
            program_status=row["program_status"],
            is_brand_active=row["is_brand_active"],
            is_honouring_gpc=row["is_honouring_gpc"],
        ),
        clock_offset_s=row["clock_offset_s"],
        salt=row["salt"],
        window_days=row["window_days"],
        host=row["link_host"] or "",
        cookie_domain=row["cookie_domain"] or "",
    )


def _find_code(row: dict[str, Any]) -> str:
    """Return the code that the shop is to apply: none that ended, and none of a link put away."""
    is_off = row["code_disabled_at"] or row["archived_at"] or row["program_status"] != "live"
    return "" if is_off else row["code"] or ""


def choose_allowed(urls: Sequence[str], domains: frozenset[str]) -> str | None:
    """Return the first address that lies on an allowed domain, in its plain form."""
    for url in urls:
        checked = check_destination(url, domains, allow_local=settings.LOCAL)
        if not isinstance(checked, Refused):
            return checked
    return None
