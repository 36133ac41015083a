"""The brand's list of commissions: what to review first, then every state."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from brands.access import BrandAccess, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.selectors import list_programs
from core import formats
from core.asked import read_day, read_text
from core.clock import brand_now
from core.edges import door
from core.models import Brand
from core.money import Money
from core.paging import cut_page
from core.templatetags.fairshare import current_language
from core.wording import Reader
from tracking import selectors_brand as read
from tracking import wording
from tracking.filters import COMMISSION_FILTERS, list_report_filters, pick_commissions
from tracking.models import PERSONAL_HOLDS, Commission, CommissionKind, ReviewHold
from tracking.reader import brand_reader
from tracking.selectors import find_next_release
from tracking.states import derive_state
from tracking.views.brand_alike import find_personal, name_reason

TITLES = {
    "review": gettext_lazy("To review"),
    "pending": gettext_lazy("Pending"),
    "released": gettext_lazy("Released"),
    "reversed": gettext_lazy("Reversed"),
    "rejected": gettext_lazy("Rejected"),
    "all": gettext_lazy("All"),
}


@door
@require_GET
def list_commissions(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the commissions of one tab, 50 a page."""
    access = get_brand_for(request.user, slug)
    brand, now = access.brand, brand_now(access.brand)
    counts = read.count_by_tab(brand)
    tab = _pick_tab(request.GET.get("tab", ""), has_reviews=counts["review"] > 0)
    tabs = _list_tabs(brand, tab, counts)
    report = list_report_filters(request.GET.dict())
    filters = {name: read_text(request.GET.dict(), name) for name in COMMISSION_FILTERS}
    is_filtered = any(filters.values()) or bool(report)
    if tab == "review" and not report:
        return _show_reviews(request, access, tabs, filters, now)
    rows = pick_commissions(brand, {**request.GET.dict(), "tab": tab})
    page = cut_page(rows, before=request.GET.get("before", ""))
    context = brand_page(
        access,
        tab=tab,
        tabs=tabs,
        total=rows.order_by().count() if is_filtered else counts[tab],
        filters=filters,
        is_filtered=is_filtered,
        programs=list(list_programs(brand)),
        kinds=CommissionKind.choices,
        report=report,
        since=read_day(report, "from"),
        until=read_day(report, "to"),
        sums=read.sum_commissions(rows),
        rows=[_describe(row, now) for row in page.rows],
        next_url=page.older_url(request.GET.dict()),
    )
    return render(request, "tracking/commission_list.html", context)


def _pick_tab(asked: str, *, has_reviews: bool) -> read.Tab:
    known = next((tab for tab in read.TABS if tab == asked), None)
    return known or ("review" if has_reviews else "all")


def _list_tabs(brand: Brand, current: read.Tab, counts: Mapping[str, int]) -> list[Any]:
    url = reverse("tracking:commission-list", args=[brand.slug])
    return [(f"{url}?tab={tab}", TITLES[tab], tab == current, counts[tab]) for tab in read.TABS]


def _show_reviews(
    request: HttpRequest,
    access: BrandAccess,
    tabs: list[Any],
    filters: Mapping[str, str],
    now: datetime,
) -> HttpResponse:
    found = pick_commissions(access.brand, {**request.GET.dict(), "tab": "review"})
    page = cut_page(
        read.with_open_holds(found), before=request.GET.get("before", ""), order=("pk",)
    )
    reasons = read.list_reasons(access.brand)
    holds = [hold for row in page.rows for hold in _open_holds(row)]
    reader = brand_reader(access.brand, [_hold_params(hold) for hold in holds])
    cards = [_card(row, reader, now) for row in page.rows]
    alike = Counter(card["alike"] for card in cards)
    for card in cards:
        card["has_alike"] = card["can_clear"] and card["alike"] and alike[card["alike"]] > 1
    context = brand_page(
        access,
        tab="review",
        tabs=tabs,
        cards=cards,
        filters=filters,
        is_filtered=any(filters.values()),
        reasons=[(key, name_reason(*why)) for key, why in reasons.items()],
        programs=list(list_programs(access.brand)),
        kinds=CommissionKind.choices,
        total=found.order_by().count(),
        alike_count=_count_alike(access.brand, found, filters),
        next_url=page.older_url(request.GET.dict()),
        **(_what_comes(access.brand, now) if not page.rows else {}),
        clear_off=why_not(access, Right.CLEAR),
    )
    return render(request, "tracking/commission_reviews.html", context)


def _what_comes(brand: Brand, now: datetime) -> dict[str, Any]:
    """Return how many wait for their date, and what the next day of releases brings."""
    next_day = find_next_release(brand, now=now)
    return {"waiting": read.count_waiting(brand), "next_release": next_day}


def _count_alike(brand: Brand, found: QuerySet[Commission], filters: Mapping[str, str]) -> int:
    """Return how many of the rows one decision would end: those with the filter's reason alone."""
    why = find_personal(brand, filters)
    return read.filter_by_hold(found, *why, is_alone=True).order_by().count() if why else 0


def _card(commission: Commission, reader: Reader, now: datetime) -> dict[str, Any]:
    holds = _open_holds(commission)
    return {
        "commission": commission,
        "alike": _key(holds) if len({_key([hold]) for hold in holds}) == 1 else None,
        "name": commission.label,
        "amount": Money(commission.amount_minor, commission.currency),
        "creator": commission.affiliation,
        "evidence": [
            wording.explain(code=hold.code, params=_hold_params(hold), reader=reader)
            for hold in holds
        ],
        "age_days": (now - min(hold.opened_at for hold in holds)).days,
        "clearing": explain_clearing(commission, reader, now),
        "thread": commission.thread,  # type: ignore[attr-defined]  # with_open_holds adds it
        "can_clear": any(hold.kind in PERSONAL_HOLDS for hold in holds),
    }


def _key(holds: list[ReviewHold]) -> tuple[str, str]:
    return holds[0].kind, holds[0].reason


def explain_clearing(commission: Commission, reader: Reader, now: datetime) -> str:
    """Say what becomes of the money once the review ends well."""
    if commission.affiliation.status == "suspended":
        return _("If you clear it, it stays frozen: the creator is suspended.")
    if commission.released_at is not None:
        return _("If you clear it, it is payable again at once.")
    if commission.release_at is None:
        return _("If you clear it, it waits for its release date as before.")
    day = formats.day_text(
        formats.local_day(commission.release_at, zone=reader.zone), language=current_language()
    )
    if commission.release_at <= now:
        text = _("If you clear it, it is released within minutes: its date passed on {date}.")
    else:
        text = _("If you clear it, it will be released on {date} as planned.")
    return text.format(date=formats.isolate(day))


def _open_holds(commission: Commission) -> list[ReviewHold]:
    holds: list[ReviewHold] = commission.open_holds  # type: ignore[attr-defined]
    return holds


def _hold_params(hold: ReviewHold) -> dict[str, Any]:
    facts = {"date": hold.opened_at, "reason": hold.reason, "member": hold.opened_by_id}
    return {**facts, "creator": hold.commission.enrollment_id, **hold.params}


def _describe(commission: Commission, now: datetime) -> dict[str, Any]:
    state = derive_state(commission, has_open_hold=commission.has_open_hold)  # type: ignore[attr-defined]
    return {
        "commission": commission,
        "name": commission.label,
        "amount": Money(commission.amount_minor, commission.currency),
        "badge": state.badge,
        "is_due": commission.release_at is not None and commission.release_at <= now,
    }
