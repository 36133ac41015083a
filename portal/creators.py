"""A brand's creators as its list shows them: narrowed, put in an order, added up."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Lower
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from affiliates.models import Affiliation, AffiliationStatus, Enrollment
from affiliates.selectors import list_creators, search_creators
from brands.models import Group, Program
from brands.selectors_kinds import list_used_kinds
from core.asked import Asked, read_text
from core.models import Brand
from core.money import Money
from core.sorting import Column, make_columns
from tracking.models import Attribution, Commission
from tracking.selectors_brand import list_counted_credits, net_revenue

FILTERS = ("q", "state", "program", "group", "type", "tag", "orders")
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NEWEST_FIRST = "-joined"

# The columns of the table, by what they may be sorted by; "" where that says nothing.
COLUMNS: Mapping[str, tuple[str | Promise, str]] = {
    "creator": (_("Creator"), "name"),
    "group": (_("Group"), ""),
    "state": (_("State"), ""),
    "last": (_("Last order"), "last"),
    "orders": (_("Orders"), "orders"),
    "revenue": (_("Revenue"), "revenue"),
    "commission": (_("Commission"), "commission"),
}
NUMBERS = ("orders", "revenue", "commission")


def pick_creators(brand: Brand, asked: Asked) -> QuerySet[Affiliation]:
    """Return the creators of the list's filters, newest first."""
    said = {name: read_text(asked, name) for name in FILTERS}
    rows = search_creators(
        list_creators(brand),
        text=said["q"],
        state=said["state"],
        program_id=said["program"],
        tag=said["tag"],
    )
    place = Enrollment.objects.filter(affiliation=OuterRef("pk"))
    if said["group"]:
        rows = rows.filter(Exists(place.filter(group__public_id=said["group"])))
    if said["type"]:
        rows = rows.filter(Exists(place.filter(group__partner_type=said["type"])))
    if said["orders"] in {"with", "without"}:
        has_orders = Exists(_credits(brand))
        rows = rows.filter(has_orders if said["orders"] == "with" else ~has_orders)
    return rows


def describe_filters(brand: Brand, asked: Asked) -> list[tuple[str, str]]:
    """Return the filters of the list that are set, as pairs of label and value."""
    said = {name: read_text(asked, name) for name in FILTERS}
    program = Program.objects.filter(brand=brand, public_id=said["program"]).first()
    group = Group.objects.filter(program__brand=brand, public_id=said["group"]).first()
    orders = {"with": _("With orders"), "without": _("Without orders")}.get(said["orders"], "")
    pairs = (
        (_("Name, e-mail, code or link"), said["q"]),
        (_("State"), dict(AffiliationStatus.choices).get(said["state"], "")),
        (_("Program"), program and program.name),
        (_("Tag"), said["tag"]),
        (_("Group"), group and group.name),
        (_("Kind of creators"), dict(list_used_kinds(brand)).get(said["type"], said["type"])),
        (_("Orders"), orders),
    )
    return [(str(label), str(value)) for label, value in pairs if value]


def rank_creators(
    brand: Brand, rows: QuerySet[Affiliation], *, sort: str, programs: Iterable[Program]
) -> tuple[QuerySet[Affiliation], tuple[str, str], list[Column]]:
    """Add `rank` to the rows; return them with their order and the columns of the table.

    Amounts rank where all programs pay in one currency: others cannot be compared.
    """
    currencies = {program.currency for program in programs}
    ranks = _list_ranks(brand, currencies.pop() if len(currencies) == 1 else "")
    name = sort.removeprefix("-")
    if name not in ranks:
        sort, name = NEWEST_FIRST, NEWEST_FIRST.removeprefix("-")
    columns = make_columns(COLUMNS, sort=sort, sortable=ranks, numbers=NUMBERS)
    sign = "-" if sort.startswith("-") else ""
    return rows.annotate(rank=ranks[name]), (f"{sign}rank", "-pk"), columns


def sum_up_creators(brand: Brand, rows: QuerySet[Affiliation]) -> tuple[list[Money], list[Money]]:
    """Return the revenue and the commission of all the rows, one amount per currency."""
    chosen = rows.order_by().values("pk")
    revenue = (
        list_counted_credits(brand)
        .filter(enrollment__affiliation__in=chosen)
        .values_list("order__currency")
        .annotate(total=net_revenue("order__"))
    )
    earned = (
        Commission.objects.filter(brand=brand, affiliation__in=chosen)
        .order_by()
        .values_list("currency")
        .annotate(total=Sum("amount_minor"))
    )
    return _money(revenue), _money(earned)


def _money(rows: Iterable[tuple[str, int]]) -> list[Money]:
    return [Money(total, currency) for currency, total in sorted(rows)]


def _list_ranks(brand: Brand, currency: str) -> dict[str, Any]:
    orders = _credits(brand)
    ranks: dict[str, Any] = {
        "joined": F("created_at"),
        "name": Lower("affiliate__display_name"),
        "last": Coalesce(_of_each(orders, Max("order__placed_at")), Value(NEVER)),
        "orders": Coalesce(_of_each(orders, Count("pk")), 0),
    }
    if not currency:
        return ranks
    earned = Commission.objects.filter(
        brand=brand, affiliation=OuterRef("pk"), currency=currency
    ).order_by()
    net = net_revenue("order__")
    ranks["revenue"] = Coalesce(_of_each(orders.filter(order__currency=currency), net), 0)
    ranks["commission"] = Coalesce(_of_each(earned, Sum("amount_minor")), 0)
    return ranks


def _credits(brand: Brand) -> QuerySet[Attribution]:
    return list_counted_credits(brand).filter(enrollment__affiliation=OuterRef("pk"))


def _of_each(rows: QuerySet[Any], total: Any) -> Subquery:
    """Return what the rows of one creator come to; None where he has none."""
    return Subquery(rows.values("brand").annotate(total=total).values("total"))
