"""One order as the brand sees it: facts, who got the credit and why, the price, the raw events."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from brands.access import Right, get_brand_for
from brands.context import brand_page, why_not
from core.clock import brand_now
from core.edges import door
from core.money import Money
from portal.selectors import load_story
from portal.story import Story, build_story
from tracking import wording
from tracking.access_brand import get_order_for
from tracking.checkwords import say_finding
from tracking.domain.merge import OrderState, list_versions
from tracking.domain.standing import list_problems
from tracking.models import Attribution, Order
from tracking.reader import brand_reader, say_result
from tracking.record import describe_record, list_record_params
from tracking.selectors_brand import (
    describe_candidates,
    list_attributions,
    list_events_of,
    order_badge,
)
from tracking.selectors_checks import list_live_of
from tracking.services.orders import load_state


@door
@require_GET
def show_order(request: HttpRequest, slug: str, order_id: str) -> HttpResponse:
    """Show one order with its attribution record."""
    access = get_brand_for(request.user, slug)
    order = get_order_for(access, order_id)
    state, now = load_state(order), brand_now(access.brand)
    records = list(list_attributions(order))
    reader = brand_reader(access.brand, list_record_params(records))
    current = next((row for row in records if row.is_current), None)
    stories = [
        build_story(rows=load_story(commission=row, now=now), reader=reader)
        for row in order.commissions.select_related(
            "brand", "program", "order", "affiliation__affiliate", "enrollment"
        ).order_by("pk")
    ]
    context = brand_page(
        access,
        nav_current="tracking:order-list",
        order=order,
        number=order.number,
        badge=order_badge(order, state),
        state=state,
        facts=_facts(order, state),
        record=describe_record(current, reader) if current else None,
        earlier=[describe_record(row, reader) for row in records if not row.is_current],
        missing=_look_for(current, state) if current else [],
        stories=sorted(stories, key=lambda story: not _has_credit(story, current)),
        refunds=_refunds(state),
        problems=[
            wording.explain(code=problem.code, params=problem.params, reader=reader)
            for problem in list_problems(state)
        ],
        events=[(event, say_result(event, reader)) for event in list_events_of(order)],
        versions=_versions(state),
        findings=[say_finding(row, reader, has_keys=False) for row in list_live_of(order)],
        manage_off=why_not(access, Right.MANAGE),
    )
    return render(request, "portal/order_detail.html", context)


def _look_for(record: Attribution, state: OrderState) -> list[str]:
    """Return what was looked for and not found, by name: click, token, code, used, customer."""
    kinds = {row["candidate"]["kind"] for row in describe_candidates(record)}
    used = [d for d in (state.snapshot.discounts if state.snapshot else ()) if d.kind == "code"]
    missing = []
    if "click" not in kinds:
        missing.append("token" if state.clicks else "click")
    if "code" not in kinds:
        missing.append("used" if used else "code")
    return missing


def _has_credit(story: Story, current: Attribution | None) -> bool:
    return current is not None and story.commission.enrollment_id == current.enrollment_id


def _facts(order: Order, state: OrderState) -> dict[str, Any]:
    snapshot, currency = state.snapshot, order.currency
    if snapshot is None or not currency:
        return {"is_known": False}
    return {
        "is_known": True,
        "total": Money(snapshot.total, currency),
        "shipping": Money(snapshot.shipping + snapshot.shipping_tax, currency),
        "tax": Money(snapshot.tax_total, currency),
        "refunded": Money(order.refunded_minor, currency),
        "lines": [
            {
                "title": line.title or line.sku or line.external_line_id,
                "sku": line.sku,
                "quantity": line.quantity,
                "gross": Money(line.gross, currency),
                "discount": Money(-line.discount, currency),
                "net": Money(line.net_ex_tax, currency),
            }
            for line in snapshot.lines
        ],
        "codes": [d.raw_code or d.code for d in snapshot.discounts if d.code],
        "tokens": len(state.clicks),
        "country": snapshot.customer.country,
    }


def _versions(state: OrderState) -> list[dict[str, Any]]:
    """Return the contents the order had before its last edit, oldest first; none of a lead."""
    if state.snapshot is None or state.snapshot.kind == "lead":
        return []
    return [
        {
            "status": version.status,
            "total": Money(version.total, version.currency),
            "goods": Money(sum(line.net_ex_tax for line in version.lines), version.currency),
            "units": sum(line.quantity for line in version.lines),
        }
        for version in list_versions(state)[:-1]
    ]


def _refunds(state: OrderState) -> list[dict[str, Any]]:
    rows = [
        {
            "id": refund.external_refund_id,
            "at": refund.occurred_at,
            "amount": Money(refund.total, refund.currency),
            "status": refund.status,
        }
        for refund in state.refunds
    ]
    currency = state.snapshot.currency if state.snapshot else ""
    disputes = [
        {
            "id": dispute.external_dispute_id,
            "at": dispute.occurred_at,
            "amount": Money(dispute.amount, currency) if dispute.amount and currency else None,
            "status": f"dispute_{dispute.status}",
        }
        for dispute in state.disputes
    ]
    return rows + disputes
