"""The story of one commission as the brand sees it: with names, books and raw events."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from brands.access import Right, get_brand_for
from brands.context import brand_page, why_not
from core.clock import brand_now
from core.edges import door
from core.models import AuditEvent
from core.money import Money
from core.wording import Reader
from ledger.models import AccountKind, Entry, EntryKind
from portal.audit_log import describe_events
from portal.selectors import load_story
from portal.story import build_story, list_params, make_reader
from tracking.access_brand import get_commission_for
from tracking.models import Commission, StoreEvent
from tracking.reader import say_result
from tracking.selectors_brand import list_clearable_holds, list_events_of
from tracking.selectors_wording import load_names


@door
@require_GET
def show_commission(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """Tell one commission, and offer what may be decided about it."""
    access = get_brand_for(request.user, slug)
    commission = get_commission_for(access, commission_id)
    rows = load_story(commission=commission, now=brand_now(access.brand))
    names = load_names(brand_id=access.brand.pk, params=list_params(rows))
    reader = make_reader(audience="brand", rows=rows, names=names)
    story = build_story(rows=rows, reader=reader)
    context = brand_page(
        access,
        nav_current="tracking:commission-list",
        story=story,
        name=commission.label,
        entries=[_describe(entry) for entry in _list_entries(commission)],
        events=_list_events(commission, reader),
        history=describe_events(_list_audit(commission), access.brand),
        actions=_list_actions(commission),
        thread=commission.messages.select_related("by").order_by("pk"),
        clear_off=why_not(access, Right.CLEAR),
        manage_off=why_not(access, Right.MANAGE),
    )
    return render(request, "portal/commission_brand.html", context)


def _list_actions(commission: Commission) -> dict[str, bool]:
    """Tell which decisions are open in the state the commission is in."""
    is_rejected = commission.rejected_at is not None
    is_frozen = commission.affiliation.suspended_at is not None
    has_hold = commission.has_open_hold  # type: ignore[attr-defined]  # list_commissions adds it
    can_clear = has_hold and bool(list_clearable_holds(commission))
    return {
        "hold": not is_rejected and not can_clear,
        "clear": can_clear,
        "reject": not is_rejected and not is_frozen,
        "reopen": is_rejected and not is_frozen,
        "adjust": not is_rejected and not is_frozen,
        "is_frozen": is_frozen,
    }


def _list_events(commission: Commission, reader: Reader) -> list[tuple[StoreEvent, str]]:
    rows = list_events_of(commission.order) if commission.order else ()
    return [(event, say_result(event, reader)) for event in rows]


def _list_entries(commission: Commission) -> Iterable[Entry]:
    rows = Entry.objects.filter(
        brand_id=commission.brand_id, cause_type="commission", cause_id=commission.public_id
    )
    return rows.prefetch_related("postings__account").order_by("pk")


def _describe(entry: Entry) -> dict[str, Any]:
    return {
        "entry": entry,
        "label": EntryKind(entry.kind).label,
        "legs": [
            {
                "account": AccountKind(posting.account.kind).label,
                "amount": Money(posting.amount_minor, posting.account.currency),
            }
            for posting in entry.postings.all()
        ],
    }


def _list_audit(commission: Commission) -> Iterable[AuditEvent]:
    rows = AuditEvent.objects.filter(
        brand_id=commission.brand_id,
        target_type="tracking.commission",
        target_id=commission.public_id,
    )
    return rows.select_related("actor").order_by("-pk")
