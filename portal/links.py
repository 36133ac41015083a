"""A creator's links and codes beside what they brought."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from affiliates.models import Code, Link, LinkSlug
from affiliates.selectors import short_url
from brands.selectors import list_link_hosts
from core.money import Money
from core.wording import Audience, Reader
from tracking.domain.linkchecks import Result
from tracking.models import LinkCheck
from tracking.selectors import (
    ClickCount,
    Earned,
    count_clicks,
    sum_earned_by_code,
    sum_earned_by_link,
)
from tracking.selectors_linkchecks import find_checks
from tracking.selectors_storecodes import InStore, find_own_state, list_in_stores
from tracking.wording import explain_link_check

UNKNOWN = (Result.CLOSED, Result.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as lists show it; `old_slugs` are those that still lead here, on its own page."""

    link: Link
    slug: str
    clicks: ClickCount
    earned: Earned
    old_slugs: tuple[str, ...] = ()
    host: str = ""
    check: LinkCheck | None = None

    @property
    def url(self) -> str:
        return short_url(self.slug, self.host)

    @property
    def old_urls(self) -> list[str]:
        return [short_url(slug, self.host) for slug in self.old_slugs]

    @property
    def is_broken(self) -> bool:
        return self.check is not None and self.check.is_broken

    @property
    def told_brand(self) -> str:
        """What the brand reads of the page: why it is broken, or that it is not known."""
        is_unknown = self.check is not None and self.check.result in UNKNOWN
        return self._say("brand") if is_unknown or self.is_broken else ""

    @property
    def told_creator(self) -> str:
        return self._say("creator") if self.is_broken else ""

    def _say(self, audience: Audience) -> str:
        if self.check is None:
            return ""
        zone = ZoneInfo(self.link.brand.time_zone)
        return explain_link_check(self.check, Reader(audience, zone))


@dataclass(frozen=True, slots=True)
class CodeRow:
    """A code as lists show it, with how it stands in each shop where it is kept."""

    code: Code
    earned: Earned
    stores: list[InStore]

    @property
    def own_state(self) -> str:
        return find_own_state(self.stores)


def list_link_rows(links: Iterable[Link]) -> list[LinkRow]:
    """Return rows for links that carry `current_slug`."""
    rows = list(links)
    return _make_rows(rows, [(getattr(row, "current_slug", ""), ()) for row in rows])


def load_link_row(link: Link) -> LinkRow:
    """Return the row of one link, with every slug it ever had."""
    slugs = LinkSlug.objects.filter(link=link).order_by("-is_current", "-pk")
    current, *old = slugs.values_list("slug", flat=True)
    return _make_rows([link], [(current, tuple(old))])[0]


def list_code_rows(codes: Iterable[Code]) -> list[CodeRow]:
    rows = list(codes)
    earned = sum_earned_by_code({row.enrollment_id for row in rows})
    stores = list_in_stores(rows)
    return [
        CodeRow(
            code=row,
            earned=earned.get((row.enrollment_id, row.text)) or _nothing(row),
            stores=stores.get(row.pk, []),
        )
        for row in rows
    ]


def _make_rows(
    links: Sequence[Link], slugs: Sequence[tuple[str, tuple[str, ...]]]
) -> list[LinkRow]:
    clicks = count_clicks([link.pk for link in links])
    earned = sum_earned_by_link({link.enrollment_id for link in links})
    hosts = list_link_hosts({link.brand_id for link in links})
    checks = find_checks(links)
    return [
        LinkRow(
            link=link,
            slug=current,
            clicks=clicks.get(link.pk, ClickCount()),
            earned=earned.get((link.enrollment_id, link.public_id)) or _nothing(link),
            old_slugs=old,
            host=hosts.get(link.brand_id, ""),
            check=checks.get(link.pk),
        )
        for link, (current, old) in zip(links, slugs, strict=True)
    ]


def _nothing(row: Link | Code) -> Earned:
    """Return zero in the program's currency: what can earn and has not is no missing figure."""
    return Earned(amounts=[Money(0, row.enrollment.program.currency)])
