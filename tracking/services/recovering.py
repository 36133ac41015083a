"""Put back a click that could not be stored, from the signed token its order brought."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from django.db import connection

from affiliates.models import Link
from core.ids import uuid7_time
from tracking.domain.token import ClickToken
from tracking.domain.verdict import EARNING_STATUSES
from tracking.models import Click, Order, Verdict

LONGEST_WINDOW = timedelta(days=365)
SKEW = timedelta(minutes=5)
FIND_MONTHS = "SELECT name FROM unnest(%s::text[]) name WHERE to_regclass(name) IS NOT NULL"


def recover_clicks(
    *, order: Order, tokens: Iterable[ClickToken], links: Mapping[int, Link], now: datetime
) -> int:
    """Store the clicks of proven tokens that have no row; returns how many had none.

    `links` are the brand's own links among them, by id. Two orders with one token make one row. No
    row is made of a token that could earn nothing any more, that says it is from the future, or
    whose month is no longer kept.
    """
    known = {t.click_id: t for t in tokens if t.link_id in links}
    missing = known.keys() - set(
        Click.objects.filter(pk__in=list(known)).values_list("pk", flat=True)
    )
    rows = [_make_click(order, known[pk], links[known[pk].link_id]) for pk in sorted(missing)]
    rows = [row for row in rows if now - LONGEST_WINDOW <= row.at <= now + SKEW]
    months = _list_kept({_month_of(row) for row in rows}) if rows else set()
    kept = [row for row in rows if _month_of(row) in months]
    Click.objects.bulk_create(kept, ignore_conflicts=True)
    return len(kept)


def token_time(order: Order, token: ClickToken) -> datetime:
    """Return when the click was made, by the brand's clock: its key carries real time."""
    return uuid7_time(token.click_id) + timedelta(seconds=order.brand.clock_offset_s)


def _make_click(order: Order, token: ClickToken, link: Link) -> Click:
    """Describe the click by what its token proves: nothing of the visitor is known."""
    at = token_time(order, token)
    return Click(
        id=token.click_id,
        brand_id=order.brand_id,
        program_id=link.enrollment.program_id,
        enrollment_id=link.enrollment_id,
        link_id=link.pk,
        at=at,
        visitor_key=0,
        net_key=0,
        verdict=_judge(link, at),
    )


def _judge(link: Link, at: datetime) -> Verdict:
    """Count it unless link or program had ended by then, which the redirect could not ask."""
    program = link.enrollment.program
    if link.archived_at is not None and link.archived_at <= at:
        return Verdict.ARCHIVED
    if program.status not in EARNING_STATUSES and program.status_at <= at:
        return Verdict.PROGRAM_OFF
    return Verdict.RECOVERED


def _month_of(click: Click) -> str:
    """Return the name of the partition a click belongs in."""
    return f"tracking_click_{uuid7_time(click.id).astimezone(UTC):%Y%m}"


def _list_kept(names: set[str]) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(FIND_MONTHS, [sorted(names)])
        return {name for (name,) in cursor.fetchall()}
