"""Reads of orders and commissions for a brand's lists; each comes with what its rows show."""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Greatest

from affiliates.models import Enrollment
from core.models import Brand, InboundStatus
from core.money import Money
from tracking.domain.merge import OrderState
from tracking.models import (
    PERSONAL_HOLDS,
    Attribution,
    Click,
    Commission,
    Order,
    OrderKind,
    ReviewHold,
    ReviewMessage,
    StoreEvent,
    UnreadOrder,
)
from tracking.states import STATE_FILTERS

Tab = Literal["review", "pending", "released", "reversed", "rejected", "all"]
TABS: tuple[Tab, ...] = ("review", "pending", "released", "reversed", "rejected", "all")

COUNTED_STATUSES = ("paid", "partially_refunded", "refunded")
"""A store's word for an order that was paid for, whatever was given back later."""

MOST_REASONS = 50

OPEN_REVIEW = Exists(ReviewHold.objects.filter(commission=OuterRef("pk"), closed_at__isnull=True))


@dataclass(frozen=True, slots=True)
class CreatorFigures:
    """What a creator brought and earned in a brand: counts, and one amount per currency."""

    orders: int = 0
    revenue: tuple[Money, ...] = ()
    commission: tuple[Money, ...] = ()
    last_at: datetime | None = None


NO_FIGURES = CreatorFigures()


def list_orders(brand: Brand) -> QuerySet[Order]:
    """Return what the brand's stores sent, the newest receipt first."""
    return Order.objects.filter(brand=brand).select_related("connection", "brand").order_by("-pk")


def list_clicks_of_brand(brand: Brand) -> QuerySet[Click]:
    """Return the clicks on the links of a brand's creators, newest first."""
    return Click.objects.filter(brand_id=brand.pk).order_by("-pk")


def has_leads(brand: Brand) -> bool:
    """Tell whether any store of the brand ever reported a lead."""
    return Order.objects.filter(brand=brand, kind=OrderKind.LEAD).exists()


def with_credit(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Add `credit` (the attribution in force, in a list) and `earned` (commissions) to each."""
    current = Attribution.objects.filter(is_current=True).select_related(
        "enrollment__affiliation__affiliate"
    )
    return orders.prefetch_related(
        Prefetch("attributions", queryset=current, to_attr="credit"),
        Prefetch("commissions", queryset=Commission.objects.order_by("pk"), to_attr="earned"),
    )


def list_without_credit(brand: Brand) -> QuerySet[Order]:
    """Return orders nobody got; an order whose own message has not come yet is not one of them."""
    nobody = Attribution.objects.filter(
        order=OuterRef("pk"), is_current=True, enrollment__isnull=True
    )
    return list_orders(brand).filter(Exists(nobody), kind=OrderKind.ORDER)


def filter_by_reason(orders: QuerySet[Order], code: str) -> QuerySet[Order]:
    """Narrow to orders whose attribution in force has this reason."""
    return orders.filter(
        Exists(Attribution.objects.filter(order=OuterRef("pk"), is_current=True, code=code))
    )


def count_without_credit(brand: Brand) -> list[tuple[str, int]]:
    """Return each reason for which nobody got an order, with how many, the most frequent first."""
    rows = (
        Attribution.objects.filter(
            brand=brand,
            order__kind=OrderKind.ORDER,
            is_current=True,
            enrollment__isnull=True,
        )
        .values_list("code")
        .annotate(total=Count("pk"))
        .order_by("-total", "code")
    )
    return list(rows)


def search_orders(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Narrow to a number, an id of the store or of ours, or a creator's name."""
    wanted = text.strip().replace("\0", "")[:80]
    number = wanted.removeprefix("#")
    if not wanted:
        return orders
    credited = Attribution.objects.filter(
        order=OuterRef("pk"),
        is_current=True,
        enrollment__affiliation__affiliate__display_name__icontains=wanted,
    )
    return orders.filter(
        Q(external_number__iendswith=number)
        | Q(external_order_id=number)
        | Q(public_id=wanted)
        | Exists(credited)
    )


def filter_by_creator(orders: QuerySet[Order], creator_id: str) -> QuerySet[Order]:
    """Narrow to orders credited to a creator, by his public id in the brand."""
    credited = Attribution.objects.filter(
        order=OuterRef("pk"), is_current=True, enrollment__affiliation__public_id=creator_id[:40]
    )
    return orders.filter(Exists(credited))


def sum_orders(orders: QuerySet[Order]) -> list[Money]:
    """Return what the rows' orders come to, one amount per currency."""
    rows = orders.order_by().values_list("currency").annotate(total=Sum("total_minor"))
    return [Money(total, currency) for currency, total in sorted(rows) if currency]


def list_commissions(brand: Brand) -> QuerySet[Commission]:
    """Return a brand's commissions, newest first, each with `has_open_hold`."""
    rows = Commission.objects.filter(brand=brand)
    related = rows.select_related(
        "brand", "order", "award", "program", "enrollment__group", "affiliation__affiliate"
    )
    return related.annotate(has_open_hold=OPEN_REVIEW).order_by("-pk")


def filter_by_tab(commissions: QuerySet[Commission], tab: Tab) -> QuerySet[Commission]:
    """Narrow to the rows of one tab; those to review stand in the tab of their state too."""
    if tab == "all":
        return commissions
    return commissions.filter(OPEN_REVIEW if tab == "review" else STATE_FILTERS[tab])


def count_by_tab(brand: Brand) -> Mapping[str, int]:
    """Return how many commissions each tab holds."""
    rows = Commission.objects.filter(brand=brand)
    counts = rows.aggregate(
        pending=Count("pk", filter=STATE_FILTERS["pending"]),
        released=Count("pk", filter=STATE_FILTERS["released"]),
        reversed=Count("pk", filter=STATE_FILTERS["reversed"]),
        rejected=Count("pk", filter=STATE_FILTERS["rejected"]),
        all=Count("pk"),
    )
    holds = ReviewHold.objects.filter(brand=brand, closed_at__isnull=True)
    return {"review": holds.values("commission_id").distinct().count(), **counts}


def list_reviews(brand: Brand) -> QuerySet[Commission]:
    """Return what a person has to look at, the longest waiting first, with `open_holds`."""
    return with_open_holds(list_commissions(brand).filter(OPEN_REVIEW))


def with_open_holds(commissions: QuerySet[Commission]) -> QuerySet[Commission]:
    """Add `open_holds` and `thread` to commissions under review, the longest waiting first."""
    holds = ReviewHold.objects.filter(closed_at__isnull=True).order_by("pk")
    thread = ReviewMessage.objects.select_related("by").order_by("pk")
    return commissions.prefetch_related(
        Prefetch("holds", queryset=holds, to_attr="open_holds"),
        Prefetch("messages", queryset=thread, to_attr="thread"),
    ).order_by("pk")


def list_reasons(brand: Brand) -> dict[str, tuple[str, str]]:
    """Return what open reviews wait for, each a kind and a text, by a key for an address."""
    holds = ReviewHold.objects.filter(brand=brand, closed_at__isnull=True)
    pairs = holds.values_list("kind", "reason").order_by("kind", "reason").distinct()
    return {
        hashlib.sha256(f"{kind}:{text}".encode()).hexdigest()[:12]: (kind, text)
        for kind, text in pairs[:MOST_REASONS]
    }


def filter_by_hold(
    commissions: QuerySet[Commission], kind: str, text: str, *, is_alone: bool
) -> QuerySet[Commission]:
    """Narrow to those that wait for a reason; `is_alone`: and for no other."""
    opened = ReviewHold.objects.filter(commission=OuterRef("pk"), closed_at__isnull=True)
    same = Q(kind=kind, reason=text)
    rows = commissions.filter(Exists(opened.filter(same)))
    return rows.filter(~Exists(opened.filter(~same))) if is_alone else rows


def list_clearable_holds(commission: Commission) -> list[ReviewHold]:
    """Return the open reviews a person decides; a dispute ends with the bank's decision."""
    rows = ReviewHold.objects.filter(
        commission=commission, closed_at__isnull=True, kind__in=PERSONAL_HOLDS
    )
    return list(rows.order_by("pk"))


def sum_commissions(commissions: QuerySet[Commission]) -> list[Money]:
    """Return what the rows come to, one amount per currency."""
    rows = commissions.order_by().values_list("currency").annotate(total=Sum("amount_minor"))
    return [Money(total, currency) for currency, total in sorted(rows)]


def count_waiting(brand: Brand) -> int:
    """Return how many commissions wait for their release date and nothing else."""
    rows = Commission.objects.filter(STATE_FILTERS["pending"], brand=brand, amount_minor__gt=0)
    return rows.filter(~OPEN_REVIEW).count()


def list_counted_credits(brand: Brand) -> QuerySet[Attribution]:
    """Return who has the credit of each order that was paid for, in no order; no test order."""
    rows = Attribution.objects.filter(
        brand=brand,
        is_current=True,
        enrollment__isnull=False,
        order__kind=OrderKind.ORDER,
        order__status__in=COUNTED_STATUSES,
        order__is_test=False,
    )
    return rows.order_by()


def sum_creators(brand: Brand, affiliation_ids: Collection[UUID]) -> dict[UUID, CreatorFigures]:
    """Return the figures of creators by affiliation, net of refunds; in two queries."""
    revenue = (
        list_counted_credits(brand)
        .filter(enrollment__affiliation_id__in=affiliation_ids)
        .values_list("enrollment__affiliation_id", "order__currency")
        .annotate(orders=Count("pk"), net=net_revenue("order__"), last=Max("order__placed_at"))
    )
    earned = (
        Commission.objects.filter(brand=brand, affiliation_id__in=affiliation_ids)
        .order_by()
        .values_list("affiliation_id", "currency")
        .annotate(total=Sum("amount_minor"))
    )
    return _figures(list(revenue), list(earned))


def net_revenue(prefix: str = "") -> Sum:
    """Return the sum of what shoppers paid less what they got back, with tax and shipping."""
    left = F(f"{prefix}total_minor") - F(f"{prefix}refunded_minor")
    return Sum(Greatest(left, 0))


def list_enrollments_to_credit(brand: Brand) -> QuerySet[Enrollment]:
    """Return the places an order of the brand may be credited to, by name."""
    rows = Enrollment.objects.filter(brand=brand, affiliation__status="active")
    related = rows.select_related("affiliation__affiliate", "program", "group")
    return related.order_by("affiliation__affiliate__display_name", "pk")


def list_attributions(order: Order) -> QuerySet[Attribution]:
    """Return every record of who got an order, the one in force first, then the newest."""
    rows = Attribution.objects.filter(order=order)
    related = rows.select_related("by", "enrollment__affiliation__affiliate")
    return related.order_by("-is_current", "-pk")


def list_events_of(order: Order) -> QuerySet[StoreEvent]:
    """Return the stored deliveries that told of an order, oldest first, without their bodies."""
    rows = StoreEvent.objects.filter(
        connection_id=order.connection_id, order_ref=order.external_order_id
    )
    rows = rows.annotate(has_body=Q(body__isnull=False)).defer("body")
    return rows.select_related("connection").order_by("pk")


def list_unprocessed(brand: Brand, *, refused_since: datetime) -> dict[str, int]:
    """Return how much of each store, by its name, had no effect.

    Deliveries that failed or were refused, and orders the shop could not give more than once.
    """
    rows = (
        StoreEvent.objects.filter(
            Q(status=InboundStatus.FAILED)
            | Q(status=InboundStatus.REFUSED, received_at__gte=refused_since),
            brand=brand,
        )
        .order_by()
        .values_list("connection__name")
        .annotate(total=Count("pk"))
    )
    unread = (
        UnreadOrder.objects.filter(brand=brand, failures__gt=1)
        .values_list("connection__name")
        .annotate(total=Count("pk"))
    )
    return dict(sorted((Counter(dict(rows)) + Counter(dict(unread))).items()))


def order_badge(order: Order, state: OrderState | None = None) -> tuple[str, str]:
    """Return the name and kind of the state an order shows, as core.states knows it."""
    if order.kind == OrderKind.LEAD or order.is_test:
        return ("test" if order.is_test else _lead_state(order)), ""
    if order.cancelled_at is not None or order.status == "cancelled":
        return "cancelled", "order"
    if state is not None and any(dispute.status == "opened" for dispute in state.disputes):
        return "disputed", ""
    if 0 < order.total_minor <= order.refunded_minor:
        return "refunded", ""
    if order.refunded_minor:
        return "part_refunded", ""
    return ("paid", "order") if order.paid_at else ("unpaid", "")


def _lead_state(order: Order) -> str:
    if order.cancelled_at is not None or order.status == "cancelled":
        return "rejected"
    return "accepted" if order.paid_at else "waiting"


def describe_candidates(attribution: Attribution) -> list[dict[str, Any]]:
    """Return the stored candidates of an attribution, the winner first."""
    rows: list[dict[str, Any]] = dict(attribution.candidates or {}).get("rows", [])
    return sorted(rows, key=lambda row: not row["is_winner"])


def list_flags(attribution: Attribution) -> list[dict[str, Any]]:
    """Return what the checks found of who has an order, with the mode of each."""
    flags: list[dict[str, Any]] = dict(attribution.candidates or {}).get("flags", [])
    return flags


def flag_params(flag: Mapping[str, Any]) -> dict[str, Any]:
    """Return the evidence of a flag as parameters for its words."""
    return {"signal": flag["signal"], **flag.get("params", {})}


def _figures(
    revenue: list[tuple[Any, ...]], earned: list[tuple[Any, ...]]
) -> dict[UUID, CreatorFigures]:
    found: dict[UUID, CreatorFigures] = {}
    for party, currency, orders, net, last in sorted(revenue, key=lambda row: row[1]):
        was = found.get(party, NO_FIGURES)
        latest = max((at for at in (was.last_at, last) if at), default=None)
        money = (*was.revenue, Money(net, currency))
        found[party] = CreatorFigures(was.orders + orders, money, was.commission, latest)
    for party, currency, total in sorted(earned, key=lambda row: row[1]):
        was = found.get(party, NO_FIGURES)
        money = (*was.commission, Money(total, currency))
        found[party] = CreatorFigures(was.orders, was.revenue, money, was.last_at)
    return found
