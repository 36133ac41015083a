"""Reads of clicks, credit and commissions. The brand's lists are in selectors_brand."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from core.models import Brand
from core.money import Money
from tracking.models import Attribution, Click, Commission, OrderKind, ReviewHold, Verdict

NOT_UNIQUE = (Verdict.REPEAT,)
NO_TEST = Q(order__is_test=False) | Q(award__isnull=False) | Q(amount_minor__gt=0)
"""Commissions of no test, and what still stands of one; an award never is one."""

Signal = tuple[int, str]
"""An enrollment and its link's public id or its code."""

_BY_SIGNAL = """
SELECT a.enrollment_id, r -> 'candidate' ->> %(name)s AS signal, c.currency,
       count(*) FILTER (WHERE c.kind = 'sale'), sum(c.amount_minor)
  FROM tracking_attribution a
 CROSS JOIN jsonb_array_elements(a.candidates -> 'rows') r
  JOIN tracking_commission c ON c.order_id = a.order_id AND c.enrollment_id = a.enrollment_id
 WHERE a.is_current AND a.enrollment_id = ANY(%(enrollments)s)
   AND (r ->> 'is_winner')::boolean AND r -> 'candidate' ->> 'kind' = %(kind)s
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class NextRelease:
    """How many commissions are released on the next day that any is."""

    on: date
    count: int


@dataclass(frozen=True, slots=True)
class ClickCount:
    """Clicks of a link: those that can earn, of them the unique ones, and those not counted."""

    counted: int = 0
    unique: int = 0
    not_counted: int = 0


@dataclass(slots=True)
class Earned:
    """How many orders a link or code decided, and what they earn: one amount per currency."""

    orders: int = 0
    amounts: list[Money] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Candidacy:
    """An order somebody else got, or nobody, and the enrollment that stood for it."""

    attribution: Attribution
    enrollment_id: int


def count_clicks(link_ids: Collection[int]) -> dict[int, ClickCount]:
    """Return the clicks of links by link id; a link nobody opened is left out."""
    counted = Q(verdict__gte=Verdict.COUNTED)
    rows = (
        Click.objects.filter(link_id__in=link_ids)
        .values("link_id")
        .annotate(
            counted=Count("id", filter=counted),
            unique=Count("id", filter=counted & ~Q(verdict__in=NOT_UNIQUE)),
            not_counted=Count("id", filter=~counted),
        )
        .order_by()
    )
    return {
        row["link_id"]: ClickCount(row["counted"], row["unique"], row["not_counted"])
        for row in rows
    }


def count_clicks_by_day(
    *, link_ids: Collection[int], since: datetime, zone: ZoneInfo
) -> dict[date, int]:
    """Return the clicks that can earn of each day in a zone; days without one are left out."""
    rows = (
        Click.objects.filter(link_id__in=link_ids, at__gte=since, verdict__gte=Verdict.COUNTED)
        .annotate(day=TruncDate("at", tzinfo=zone))
        .values_list("day")
        .annotate(total=Count("id"))
        .order_by()
    )
    return dict(rows)


def list_clicks(*, link_ids: Collection[int], since: datetime) -> QuerySet[Click]:
    """Return the clicks of links, newest first, counted or not."""
    return Click.objects.filter(link_id__in=link_ids, at__gte=since).order_by("-id")


def sum_earned_by_link(enrollment_ids: Collection[int]) -> dict[Signal, Earned]:
    """Return orders and earnings by enrollment and the public id of the link whose click won."""
    return _sum_earned(enrollment_ids, kind="click", name="link")


def sum_earned_by_code(enrollment_ids: Collection[int]) -> dict[Signal, Earned]:
    """Return orders and earnings by enrollment and the text of the code that won."""
    return _sum_earned(enrollment_ids, kind="code", name="code")


def sum_amounts(commissions: QuerySet[Commission]) -> list[Money]:
    """Return the sum of the rows for each currency, in the order of the codes."""
    rows = commissions.order_by().values_list("currency").annotate(total=Sum("amount_minor"))
    return [Money(total, currency) for currency, total in sorted(rows)]


def list_releasing(affiliation_ids: Collection[UUID]) -> QuerySet[Commission]:
    """Return what will be released on its date, by the conditions of release itself.

    No open review, nothing rejected or unposted, no suspended creator, and the date is known.
    """
    return _list_releasing().filter(affiliation_id__in=affiliation_ids)


def find_next_release(brand: Brand, *, now: datetime) -> NextRelease | None:
    """Return the next day on which commissions are released, and how many; None where none is."""
    zone = ZoneInfo(brand.time_zone)
    rows = (
        _list_releasing()
        .filter(brand=brand, release_at__gt=now)
        .annotate(on=TruncDate("release_at", tzinfo=zone))
        .values_list("on")
        .annotate(count=Count("pk"))
        .order_by("on")
    )
    found = rows.first()
    return NextRelease(*found) if found else None


def sum_due(*, affiliation_ids: Collection[UUID], before: datetime) -> dict[tuple[UUID, str], int]:
    """Return {(affiliation, currency): minor units} of what will be released before a time."""
    rows = (
        list_releasing(affiliation_ids)
        .filter(release_at__lt=before)
        .order_by()
        .values_list("affiliation_id", "currency")
        .annotate(total=Sum("amount_minor"))
    )
    return {(affiliation, currency): total for affiliation, currency, total in rows}


def find_current_attribution(order_id: int) -> Attribution | None:
    """Return who has an order's credit and why, or None before its first version."""
    return (
        Attribution.objects.filter(order_id=order_id, is_current=True)
        .select_related("order", "enrollment")
        .first()
    )


def list_lost(
    *, brand_ids: Collection[int], enrollment_ids: Collection[int], since: datetime, limit: int
) -> list[Candidacy]:
    """Return orders for which these enrollments stood but got no credit, newest first.

    Orders that one of them won, and test orders, are left out.
    """
    if not enrollment_ids:
        return []
    stood = Q()
    for pk in enrollment_ids:
        party = {"candidate": {"party": {"enrollment": str(pk)}}}
        stood |= Q(candidates__contains={"rows": [party]})
    rows = (
        Attribution.objects.filter(
            stood,
            brand_id__in=brand_ids,
            is_current=True,
            order__kind=OrderKind.ORDER,
            order__is_test=False,
            order__first_received_at__gte=since,
        )
        .filter(Q(enrollment__isnull=True) | ~Q(enrollment_id__in=enrollment_ids))
        .select_related("order__brand")
        .order_by("-order_id")[:limit]
    )
    stood_for = ((row, find_own_row(row, enrollment_ids)) for row in rows)
    return [
        Candidacy(row, int(own["candidate"]["party"]["enrollment"]))
        for row, own in stood_for
        if own is not None
    ]


def list_own_rows(attribution: Attribution, enrollment_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return every stored candidate of these enrollments, by its standing."""
    own = {str(pk) for pk in enrollment_ids}
    rows: list[dict[str, Any]] = dict(attribution.candidates or {}).get("rows", [])
    return [row for row in rows if row["candidate"]["party"]["enrollment"] in own]


def find_own_row(attribution: Attribution, enrollment_ids: Iterable[int]) -> dict[str, Any] | None:
    """Return the first stored candidate of these enrollments, the winner's row before others."""
    mine = list_own_rows(attribution, enrollment_ids)
    return next((row for row in mine if row["is_winner"]), mine[0] if mine else None)


def days_back(count: int, *, now: datetime, zone: ZoneInfo) -> list[date]:
    """Return that many days in a zone up to today, the oldest first."""
    today = now.astimezone(zone).date()
    return [today - timedelta(days=back) for back in range(count - 1, -1, -1)]


def _sum_earned(enrollment_ids: Collection[int], *, kind: str, name: str) -> dict[Signal, Earned]:
    found: dict[Signal, Earned] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            _BY_SIGNAL, {"enrollments": list(enrollment_ids), "kind": kind, "name": name}
        )
        for enrollment, signal, currency, orders, total in cursor.fetchall():
            earned = found.setdefault((enrollment, signal), Earned())
            earned.orders += orders
            earned.amounts.append(Money(int(total), currency))
    return found


def _list_releasing() -> QuerySet[Commission]:
    open_hold = ReviewHold.objects.filter(commission=OuterRef("pk"), closed_at__isnull=True)
    return Commission.objects.filter(
        ~Exists(open_hold),
        affiliation__status="active",
        released_at__isnull=True,
        rejected_at__isnull=True,
        has_unposted_change=False,
        release_at__isnull=False,
        amount_minor__gt=0,
    )
