"""Clicks, orders with their attribution, and commissions with their arithmetic."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from affiliates.models import Link
from brands.models import Scope
from core.access import get_by_public_id
from core.ids import uuid7_floor
from core.models import Brand
from payouts.models import PayoutItem
from portal.api.asked import ClickQuery, CommissionQuery, OrderQuery, narrow
from portal.api.base import ApiView
from portal.api.errors import Problem
from portal.api.out_sales import ClickOut, CommissionOut, OrderOut
from portal.api.schema import Operation
from portal.api.showing import (
    click_id,
    read_click_id,
    show_clicks,
    show_commissions,
    show_orders,
)
from tracking.access_brand import get_commission_for
from tracking.filters import ORDER_STATES
from tracking.models import Click, Commission, CommissionChange, Order
from tracking.selectors_brand import (
    filter_by_creator,
    filter_by_tab,
    list_clicks_of_brand,
    list_commissions,
    list_orders,
    with_credit,
)


class Clicks(ApiView):
    tag = "Sales"
    operations = {
        "GET": Operation(
            name="list_clicks",
            summary="List clicks",
            words=(
                "Every request to a link that is still kept in detail, counted or not, with the "
                "reason. A cursor is the id of a click."
            ),
            scope=Scope.SALES_READ,
            out=ClickOut,
            query=ClickQuery,
        )
    }

    def list_all(self) -> QuerySet[Click]:
        return list_clicks_of_brand(self.access.brand)

    def find_place(self, cursor: str) -> Any:
        """Return the key in a cursor: ids of clicks are in the order of their times."""
        place = read_click_id(cursor)
        if place is None:
            raise Problem("invalid_query", {"cursor": "This is no cursor of this list."})
        return place

    def name_place(self, row: Click) -> str:
        return click_id(row.pk)

    def get(self, _request: Request) -> Response:
        asked, brand = self.read_query(), self.access.brand
        rows = narrow(self.list_all(), asked, at="at")
        if "from" in asked:
            rows = rows.filter(pk__gte=uuid7_floor(asked["from"]))
        rows = _whose(rows, brand, asked)
        return self.answer_page(rows, asked, lambda found: show_clicks(brand, found))


class OneClick(ApiView):
    tag = "Sales"
    operations = {
        "GET": Operation(
            name="get_click",
            summary="Read a click",
            words="One request to a link, with the reason why it counted or did not.",
            scope=Scope.SALES_READ,
            out=ClickOut,
        )
    }

    def get(self, _request: Request, click_id: str) -> Response:
        brand, pk = self.access.brand, read_click_id(click_id)
        found = list_clicks_of_brand(brand).filter(pk=pk).first() if pk else None
        if found is None:
            raise Problem("not_found")
        return Response(ClickOut(show_clicks(brand, [found])[0]).data)


class Orders(ApiView):
    tag = "Sales"
    operations = {
        "GET": Operation(
            name="list_orders",
            summary="List orders",
            words=(
                "Orders and leads with their attribution: every candidate, who won, and why each "
                "other lost, as a code and as a sentence."
            ),
            scope=Scope.SALES_READ,
            out=OrderOut,
            query=OrderQuery,
        )
    }

    def list_all(self) -> QuerySet[Order]:
        return list_orders(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked, brand = self.read_query(), self.access.brand
        rows = narrow(
            self.list_all(),
            asked,
            at="placed_at",
            kind="kind",
            external_id="external_order_id",
            updated_since="updated_at__gte",
        )
        if "status" in asked:
            rows = rows.filter(ORDER_STATES[asked["status"]])
        if "creator" in asked:
            rows = filter_by_creator(rows, asked["creator"])
        if "program" in asked:
            earned = Commission.objects.filter(order=OuterRef("pk"))
            rows = rows.filter(Exists(earned.filter(program__public_id=asked["program"])))
        return self.answer_page(with_credit(rows), asked, lambda found: show_orders(brand, found))


class OneOrder(ApiView):
    tag = "Sales"
    operations = {
        "GET": Operation(
            name="get_order",
            summary="Read an order",
            words="One order or lead with its attribution.",
            scope=Scope.SALES_READ,
            out=OrderOut,
        )
    }

    def get(self, _request: Request, order_id: str) -> Response:
        brand = self.access.brand
        order = get_by_public_id(with_credit(list_orders(brand)), order_id)
        return Response(OrderOut(show_orders(brand, [order])[0]).data)


class Commissions(ApiView):
    tag = "Sales"
    operations = {
        "GET": Operation(
            name="list_commissions",
            summary="List commissions",
            words=(
                "What orders and awards earn creators, with the arithmetic of each line and the "
                "rule that took it."
            ),
            scope=Scope.SALES_READ,
            out=CommissionOut,
            query=CommissionQuery,
        )
    }

    def list_all(self) -> QuerySet[Commission]:
        return list_commissions(self.access.brand)

    def get(self, _request: Request) -> Response:
        asked = self.read_query()
        rows = narrow(
            self.list_all(),
            asked,
            at="created_at",
            program="program__public_id",
            creator="affiliation__public_id",
            order="order__public_id",
        )
        if "status" in asked:
            rows = filter_by_tab(rows, asked["status"])
        if "updated_since" in asked:
            changes = CommissionChange.objects.filter(commission=OuterRef("pk"))
            rows = rows.filter(Exists(changes.filter(at__gte=asked["updated_since"])))
        if "payout" in asked:
            items = PayoutItem.objects.filter(commission=OuterRef("pk"), is_covering=True)
            rows = rows.filter(Exists(items.filter(payout__public_id=asked["payout"])))
        return self.answer_page(rows, asked, show_commissions)


class OneCommission(ApiView):
    tag = "Sales"
    operations = {
        "GET": Operation(
            name="get_commission",
            summary="Read a commission",
            words="One commission with its arithmetic.",
            scope=Scope.SALES_READ,
            out=CommissionOut,
        )
    }

    def get(self, _request: Request, commission_id: str) -> Response:
        found = get_commission_for(self.access, commission_id)
        return Response(CommissionOut(show_commissions([found])[0]).data)


def _whose(clicks: QuerySet[Click], brand: Brand, asked: Mapping[str, Any]) -> QuerySet[Click]:
    """Narrow to clicks on links of somebody: a click names them by number alone."""
    links = Link.objects.filter(brand=brand)
    found = narrow(
        links,
        {name: asked[name] for name in ("link", "creator", "program") if name in asked},
        link="public_id",
        creator="enrollment__affiliation__public_id",
        program="enrollment__program__public_id",
    )
    is_asked = {"link", "creator", "program"} & set(asked)
    return clicks.filter(link_id__in=found.values("pk")) if is_asked else clicks
