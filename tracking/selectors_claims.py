"""What is known of an order that a creator asks for, and the claims of both sides.

A creator is told nothing that he does not know already: an order answers only to its number and
every other detail he gave, and one that another program got does not answer at all.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, Prefetch, Q, QuerySet

from affiliates.models import Affiliation, Enrollment
from core.formats import local_day
from core.models import Brand
from tracking.domain.claims import AskedOrder, is_day_right, is_total_right
from tracking.models import (
    UNRESOLVED,
    Attribution,
    Claim,
    ClaimMessage,
    Commission,
    Order,
    OrderKind,
)
from tracking.selectors import list_own_rows

MOST_OF_A_NUMBER = 20
REPORTS_LOOKED_AT = 100

AnswerKind = Literal["credited", "not_credited", "test", "unknown"]
_BEST_FIRST: tuple[AnswerKind, ...] = ("credited", "not_credited", "test", "unknown")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a creator may know of the order he asked for.

    `rows`: his own candidates for it, as stored. `commission`: his own, also one that is 0 now.
    """

    kind: AnswerKind
    order: Order | None = None
    attribution: Attribution | None = None
    rows: tuple[dict[str, Any], ...] = ()
    commission: Commission | None = None


UNKNOWN = Answer("unknown")


def find_answer(*, place: Enrollment, asked: AskedOrder) -> Answer:
    """Return what is known of an order to a creator who asks for it in a program."""
    own = list(
        Enrollment.objects.filter(affiliation_id=place.affiliation_id).values_list("pk", flat=True)
    )
    zone = ZoneInfo(place.affiliation.brand.time_zone)
    fitting = (
        order
        for order in list_numbered(brand_id=place.brand_id, key=asked.key)
        if is_fitting(order, asked, zone)
    )
    answers = [_answer(order, own, place) for order in fitting]
    return min(answers, key=lambda one: _BEST_FIRST.index(one.kind), default=UNKNOWN)


def list_numbered(*, brand_id: int, key: str) -> list[Order]:
    """Return a brand's orders of a number, by the number people know or the store's own id."""
    numbers = Q(external_number__iexact=key) | Q(external_number__iexact=f"#{key}")
    rows = Order.objects.filter(
        numbers | Q(external_order_id__iexact=key), brand_id=brand_id, kind=OrderKind.ORDER
    )
    current = Attribution.objects.filter(is_current=True).select_related(
        "enrollment__affiliation__affiliate"
    )
    credited = rows.prefetch_related(
        Prefetch("attributions", queryset=current, to_attr="credit"),
        Prefetch("commissions", queryset=Commission.objects.order_by("pk"), to_attr="earned"),
    )
    return list(credited.select_related("connection", "brand").order_by("-pk")[:MOST_OF_A_NUMBER])


def is_fitting(order: Order, asked: AskedOrder, zone: ZoneInfo) -> bool:
    """Tell whether every detail that was given is the order's."""
    return is_day_fitting(order, asked, zone) and is_total_right(
        asked, order.total_minor, order.currency
    )


def is_day_fitting(order: Order, asked: AskedOrder, zone: ZoneInfo) -> bool:
    """Tell whether the day that was given is the order's, where the brand is."""
    placed_on = local_day(order.placed_at, zone=zone) if order.placed_at else None
    return is_day_right(asked, placed_on)


def find_reporting_time(brand: Brand) -> timedelta | None:
    """Return within what time nine of ten of the latest orders were reported; None without any."""
    rows = Order.objects.filter(brand=brand, placed_at__isnull=False, is_test=False)
    latest = rows.order_by("-pk").annotate(took=F("first_received_at") - F("placed_at"))
    took = sorted(latest.values_list("took", flat=True)[:REPORTS_LOOKED_AT])
    return took[(len(took) - 1) * 9 // 10] if took else None


def list_own_claims(places: Iterable[Affiliation]) -> QuerySet[Claim]:
    """Return what a creator asked for in these brands, newest first."""
    rows = Claim.objects.filter(affiliation__in=list(places))
    related = rows.select_related("brand", "order", "enrollment__program", "affiliation__affiliate")
    return related.order_by("-pk")


def list_claims(brand: Brand) -> QuerySet[Claim]:
    """Return what creators asked a brand for, newest first."""
    rows = Claim.objects.filter(brand=brand)
    related = rows.select_related(
        "brand", "order", "enrollment__program", "affiliation__affiliate__user", "resolved_by"
    )
    return related.order_by("-pk")


def list_waiting(brand: Brand) -> QuerySet[Claim]:
    """Return the claims nobody decided, what is due first on top."""
    return list_claims(brand).filter(status__in=UNRESOLVED).order_by("due_on", "pk")


def count_waiting(brand: Brand) -> int:
    """Count the claims that wait for the brand."""
    return Claim.objects.filter(brand=brand, status="open").count()


def list_messages(claim: Claim) -> QuerySet[ClaimMessage]:
    """Return what both sides wrote, oldest first."""
    return claim.messages.select_related("by").order_by("pk")


def list_paid_by(claims: Sequence[Claim]) -> dict[int, Commission]:
    """Return what the orders of claims pay those who asked for them, by claim."""
    rows = Commission.objects.filter(order__in=[one.order_id for one in claims if one.order_id])
    earned: dict[tuple[int | None, UUID], Commission] = {
        (row.order_id, row.affiliation_id): row for row in rows.order_by("amount_minor", "pk")
    }
    paid = {one.pk: earned.get((one.order_id, one.affiliation_id)) for one in claims}
    return {pk: row for pk, row in paid.items() if row is not None}


def _answer(order: Order, own: list[int], place: Enrollment) -> Answer:
    attribution = next(iter(order.credit), None)  # type: ignore[attr-defined]  # list_numbered
    if attribution is None:
        return UNKNOWN
    rows = tuple(list_own_rows(attribution, own))
    earned = order.earned  # type: ignore[attr-defined]  # list_numbered adds it
    mine = [row for row in earned if row.enrollment_id in own]
    commission = next((r for r in mine if r.enrollment_id == attribution.enrollment_id), None)
    if commission is not None:
        return Answer("credited", order, attribution, rows, commission)
    if not rows and not mine and _is_of_others(attribution, place):
        return UNKNOWN
    kind: AnswerKind = "test" if order.is_test else "not_credited"
    return Answer(kind, order, attribution, rows, next(iter(mine), None))


def _is_of_others(attribution: Attribution, place: Enrollment) -> bool:
    """Tell whether creators of other programs alone stood for an order."""
    stored = dict(attribution.candidates or {}).get("rows", [])
    programs = {row["candidate"]["party"]["program"] for row in stored}
    return bool(programs) and str(place.program_id) not in programs
