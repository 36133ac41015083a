"""Rows of a creator's clicks, each with the reason why it counted or did not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from affiliates.models import Enrollment, Link
from affiliates.selectors import with_current_slug
from core.paging import PAGE
from core.wording import Reader
from tracking import wording
from tracking.domain.codec import iso_utc
from tracking.models import Click, ClickReferrer, Verdict
from tracking.selectors import list_clicks

KEPT = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class ClickRow:
    """`referrer`: the host it came from, "" where the browser did not say."""

    click: Click
    link: Link
    text: str
    is_counted: bool
    referrer: str


@dataclass(frozen=True, slots=True)
class ClickPage:
    rows: list[ClickRow]
    cursor: str

    def older_url(self, query: Mapping[str, str]) -> str:
        """Return the address of the next page; "" at the end."""
        return f"?{urlencode({**query, 'before': self.cursor})}" if self.cursor else ""


def list_click_rows(
    places: Sequence[Enrollment], *, before: str, now: datetime, zone: ZoneInfo
) -> ClickPage:
    """Return clicks on the links of these places, newest first, 50 at a time."""
    own = Link.objects.filter(enrollment__in=places).select_related("enrollment__program__brand")
    links = {link.pk: link for link in with_current_slug(own)}
    rows = list_clicks(link_ids=list(links), since=now - KEPT)
    last = _read_cursor(before)
    found = list((rows.filter(pk__lt=last) if last else rows)[: PAGE + 1])
    shown = found[:PAGE]
    hosts = ClickReferrer.objects.in_bulk({c.referrer_id for c in shown if c.referrer_id})
    reader = Reader(audience="creator", zone=zone)
    return ClickPage(
        [_make_row(click, links[click.link_id], hosts, reader) for click in shown],
        str(shown[-1].pk) if len(found) > PAGE else "",
    )


def _make_row(
    click: Click, link: Link, hosts: Mapping[int, ClickReferrer], reader: Reader
) -> ClickRow:
    host = hosts.get(click.referrer_id or 0)
    verdict = Verdict(click.verdict)
    window = timedelta(days=link.enrollment.program.window_days)
    params: dict[str, Any] = {"date": iso_utc(click.at), "window_end": iso_utc(click.at + window)}
    if link.archived_at and verdict == Verdict.ARCHIVED:
        params["date"] = iso_utc(link.archived_at)
    if verdict == Verdict.RECOVERED:
        params["time"] = iso_utc(click.at)
    code = f"click.{verdict.name.lower()}"
    return ClickRow(
        click=click,
        link=link,
        text=wording.explain(code=code, params=params, reader=reader),
        is_counted=verdict >= Verdict.COUNTED,
        referrer=host.host if host else "",
    )


def _read_cursor(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
