"""What the brand's lists show for the filters in their address: pages and exports share it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from core.asked import Asked, read_day, read_text
from core.models import Brand
from core.periods import end_of_day, start_of_day
from tracking import selectors_brand as read
from tracking.models import Attribution, Commission, CommissionKind, Decision, Order, OrderKind
from tracking.selectors import NO_TEST

ORDER_FILTERS = ("reason", "q", "creator", "store", "state", "signal")
COMMISSION_FILTERS = ("q", "program", "why", "kind")
REPORT_FILTERS = (
    *("counted", "from", "to", "currency", "creator"),
    *("link", "code", "product", "sub", "group", "type", "country"),
    *("of_program", "customer"),
)
"""What the numbers of a report narrow the lists by; a day is one on which orders were placed."""
OF_ORDERS = ("link", "code", "product", "sub", "country", "customer")
"""Those of them that only an order meets."""
NONE = "none"

_KEPT = Q(is_test=False, cancelled_at__isnull=True) & ~Q(status="cancelled")
_WHOLE = Q(total_minor__gt=0, refunded_minor__gte=F("total_minor"))
ORDER_STATES: Mapping[str, Q] = {
    "paid": _KEPT & Q(refunded_minor=0, paid_at__isnull=False),
    "unpaid": _KEPT & Q(refunded_minor=0, paid_at__isnull=True),
    "part_refunded": _KEPT & Q(refunded_minor__gt=0) & ~_WHOLE,
    "refunded": _KEPT & _WHOLE,
    "cancelled": Q(is_test=False) & (Q(cancelled_at__isnull=False) | Q(status="cancelled")),
    "test": Q(is_test=True),
}
"""The states of an order in a list, as `order_badge` names them."""

_CLICK = Q(candidates__contains={"rows": [{"candidate": {"kind": "click"}}]})
_CODE = Q(candidates__contains={"rows": [{"candidate": {"kind": "code"}}]})
ORDER_SIGNALS: Mapping[str, Q] = {
    "click": _CLICK & ~_CODE,
    "code": _CODE & ~_CLICK,
    "both": _CLICK & _CODE,
    "none": ~_CLICK & ~_CODE,
}

_OF_SUB_ID = """
SELECT a.order_id FROM tracking_attribution a
 CROSS JOIN LATERAL jsonb_array_elements(a.candidates -> 'rows') r
  LEFT JOIN tracking_click k ON k.id = (r -> 'candidate' ->> 'click')::uuid
  LEFT JOIN affiliates_link l ON l.public_id = r -> 'candidate' ->> 'link'
                             AND l.brand_id = a.brand_id
 WHERE a.brand_id = %s AND a.is_current AND (r ->> 'is_winner')::boolean
   AND coalesce(nullif(k.sub_id, ''), l.sub_ids[1], '') = %s
"""


def pick_orders(brand: Brand, asked: Asked) -> QuerySet[Order]:
    """Return the orders of a list's tab and filters."""
    is_without = asked.get("tab") == "without"
    kind = OrderKind.LEAD if asked.get("tab") == "leads" else OrderKind.ORDER
    orders = read.list_orders(brand).filter(kind=kind)
    rows = read.list_without_credit(brand) if is_without else orders
    reason, text = read_text(asked, "reason"), read_text(asked, "q")
    rows = read.search_orders(rows, text)
    rows = read.filter_by_reason(rows, reason) if is_without and reason else rows
    state, signal = read_text(asked, "state"), read_text(asked, "signal")
    if store := read_text(asked, "store"):
        rows = rows.filter(connection__public_id=store)
    if state in ORDER_STATES:
        rows = rows.filter(ORDER_STATES[state])
    if signal in ORDER_SIGNALS:
        current = Attribution.objects.filter(order=OuterRef("pk"), is_current=True)
        rows = rows.filter(Exists(current.filter(ORDER_SIGNALS[signal])))
    return _narrow(rows, brand, asked)


def pick_commissions(brand: Brand, asked: Asked) -> QuerySet[Commission]:
    """Return the commissions of a list's tab and filters; without a known tab, of all."""
    tab = next((one for one in read.TABS if one == asked.get("tab")), read.TABS[-1])
    rows = read.filter_by_tab(read.list_commissions(brand), tab)
    if text := read_text(asked, "q"):
        number = text.removeprefix("#")
        by_order = Q(order__external_number__iendswith=number) | Q(order__external_order_id=number)
        by_name = Q(affiliation__affiliate__display_name__icontains=text)
        by_title = Q(award__title__icontains=text) | Q(award__public_id=text)
        rows = rows.filter(by_order | by_name | by_title | Q(public_id=text))
    if (kind := read_text(asked, "kind")) in CommissionKind.values:
        rows = rows.filter(kind=kind)
    if program := read_text(asked, "program"):
        rows = rows.filter(program__public_id=program)
    if tab == "review" and (why := read.list_reasons(brand).get(read_text(asked, "why"))):
        rows = read.filter_by_hold(rows, *why, is_alone=False)
    return _narrow_earned(rows, brand, asked) if list_report_filters(asked) else rows


def search_commissions(brand: Brand, text: str) -> QuerySet[Commission]:
    """Return commissions by an id, or by what a person called the award."""
    found = Q(award__title__icontains=text) | Q(award__public_id=text) | Q(public_id=text)
    return read.list_commissions(brand).filter(found)


def list_report_filters(asked: Asked) -> dict[str, str]:
    """Return the filters of a report that an address holds."""
    found = {name: read_text(asked, name) for name in REPORT_FILTERS}
    return {name: value for name, value in found.items() if value}


def _narrow(rows: QuerySet[Order], brand: Brand, asked: Asked) -> QuerySet[Order]:
    wanted = list_report_filters(asked)
    rows = rows.filter(**_span(brand, asked))
    if "currency" in wanted:
        rows = rows.filter(currency=wanted["currency"])
    if "counted" in wanted:
        rows = rows.filter(paid_at__isnull=False, cancelled_at__isnull=True, is_test=False)
    if wanted.get("customer") == "new":
        decided = Decision.objects.filter(order=OuterRef("pk"), is_current=True)
        rows = rows.filter(Exists(decided.filter(context__is_new_customer=True)))
    if "country" in wanted:
        rows = rows.filter(country="" if wanted["country"] == NONE else wanted["country"])
    if "product" in wanted:
        product = "" if wanted["product"] == NONE else wanted["product"]
        rows = rows.filter(facts__snapshot__lines__contains=[{"product_ref": product}])
    if "sub" in wanted:
        sub_id = "" if wanted["sub"] == NONE else wanted["sub"]
        rows = rows.filter(pk__in=RawSQL(_OF_SUB_ID, (brand.pk, sub_id)))  # noqa: S611
    credit = _credit(wanted)
    if credit is not None:
        current = Attribution.objects.filter(order=OuterRef("pk"), is_current=True)
        rows = rows.filter(Exists(current.filter(credit)))
    return rows


def _narrow_earned(rows: QuerySet[Commission], brand: Brand, asked: Asked) -> QuerySet[Commission]:
    """Narrow to what was earned, by whom and when; what no order earned has no link or product."""
    wanted = list_report_filters(asked)
    of_orders = {name: value for name, value in wanted.items() if name in OF_ORDERS}
    orders = _narrow(Order.objects.filter(brand=brand), brand, of_orders | _days(wanted))
    found = Q(order__in=orders.order_by().values("pk"))
    if not of_orders:
        found |= _awarded(brand, asked)
    rows = rows.filter(found)
    if "counted" in wanted:
        rows = rows.filter(NO_TEST)
    lookups = {
        "currency": "currency",
        "creator": "affiliation__public_id",
        "of_program": "program__public_id",
        "group": "enrollment__group__public_id",
        "type": "enrollment__group__partner_type",
    }
    return rows.filter(
        **{lookup: wanted[name] for name, lookup in lookups.items() if name in wanted}
    )


def _awarded(brand: Brand, asked: Asked) -> Q:
    """Match awards of these days: visits and views of one are awarded at its end."""
    span = _span(brand, asked)
    found = Q(award__isnull=False)
    if since := span.get("placed_at__gte"):
        found &= Q(award__at__gt=since)
    if until := span.get("placed_at__lt"):
        found &= Q(award__at__lte=until)
    return found


def _days(wanted: Mapping[str, str]) -> dict[str, str]:
    return {name: wanted[name] for name in ("from", "to") if name in wanted}


def _span(brand: Brand, asked: Asked) -> dict[str, datetime]:
    zone, since, until = ZoneInfo(brand.time_zone), read_day(asked, "from"), read_day(asked, "to")
    found = {}
    if since:
        found["placed_at__gte"] = start_of_day(since, zone)
    if until:
        found["placed_at__lt"] = end_of_day(until, zone)
    return found


def _credit(wanted: Mapping[str, str]) -> Q | None:
    """Return what the attribution in force must be; None where nothing is asked of it."""
    parts = [Q(enrollment__isnull=False)] if "counted" in wanted else []
    if "of_program" in wanted:
        parts.append(Q(enrollment__program__public_id=wanted["of_program"]))
    if "creator" in wanted:
        parts.append(Q(enrollment__affiliation__public_id=wanted["creator"]))
    if "group" in wanted:
        parts.append(Q(enrollment__group__public_id=wanted["group"]))
    if "type" in wanted:
        parts.append(Q(enrollment__group__partner_type=wanted["type"]))
    if "link" in wanted:
        parts.append(_won_by("click", "link", wanted["link"]))
    if "code" in wanted:
        parts.append(_won_by("code", "code", wanted["code"]))
    both = Q()
    for part in parts:
        both &= part
    return both if parts else None


def _won_by(kind: str, name: str, key: str) -> Q:
    candidate: dict[str, Any] = {"kind": kind}
    if key != NONE:
        candidate[name] = key
    won = Q(candidates__contains={"rows": [{"is_winner": True, "candidate": candidate}]})
    return ~won if key == NONE else won
