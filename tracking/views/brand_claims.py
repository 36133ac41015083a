"""Orders that creators ask for, on the brand's side: what waits, the evidence, and the decision."""

from datetime import date
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import brand_page, why_not
from core import formats
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.formats import local_day
from core.money import Money
from core.paging import cut_page
from tracking.access_brand import get_claim_for, get_order_for
from tracking.claimwords import find_due_badge, say_state, say_states
from tracking.domain.claims import is_total_right
from tracking.forms_brand import ReasonForm
from tracking.forms_claims import MessageForm
from tracking.models import UNRESOLVED, Claim, ClaimPicture, Order
from tracking.reader import brand_reader
from tracking.record import describe_record, list_record_params
from tracking.selectors_brand import has_leads, order_badge
from tracking.selectors_claims import (
    is_day_fitting,
    list_claims,
    list_messages,
    list_numbered,
    list_paid_by,
    list_waiting,
)
from tracking.services.claimcredit import NothingToCredit, OtherNumber, accept_claim
from tracking.services.claims import AlreadyResolved, answer_claim, decline_claim
from tracking.services.preview import preview_change
from tracking.views.own_orders import send_picture

MOST_WAITING = 200


@door
@require_GET
def show_claims(request: HttpRequest, slug: str) -> HttpResponse:
    """List the orders that creators ask for: what waits by its day, or what was decided."""
    access = get_brand_for(request.user, slug)
    is_decided = request.GET.get("state") == "decided"
    waiting = list_waiting(access.brand)
    next_url = ""
    if is_decided:
        decided = list_claims(access.brand).exclude(status__in=UNRESOLVED)
        page = cut_page(decided, before=request.GET.get("before", ""))
        claims, next_url = list(page.rows), page.older_url(request.GET.dict())
    else:
        claims = list(waiting[:MOST_WAITING])
    paid, today = list_paid_by(claims), _today(access)
    context = _page(
        access,
        rows=[
            (one, find_due_badge(one, today), state)
            for one, state in zip(claims, say_states(claims, paid, "brand"), strict=True)
        ],
        is_decided=is_decided,
        waiting=waiting.order_by().count(),
        next_url=next_url,
        next_claim=waiting.filter(status="open").first(),
        manage_off=why_not(access, Right.MANAGE),
        has_leads=has_leads(access.brand),
    )
    return render(request, "tracking/claim_list.html", context)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def show_claim(request: HttpRequest, slug: str, claim_id: str) -> HttpResponse:
    """Show what a creator asks for beside what is known of it; write to him."""
    access = get_brand_for(request.user, slug)
    claim = get_claim_for(access, claim_id)
    form = MessageForm(posted(request))
    if request.method == "POST":
        require(access, Right.MANAGE)
        if form.is_valid() and _is_answered(request, access, claim, form):
            return see_other(_url(access, claim))
    context = _page(
        access,
        claim=claim,
        due=find_due_badge(claim, _today(access)),
        state=say_state(claim, list_paid_by([claim]).get(claim.pk), "brand"),
        orders=_describe_orders(claim),
        thread=list_messages(claim),
        picture=ClaimPicture.objects.filter(claim=claim).defer("full").first(),
        stores=list(access.brand.connections.order_by("name", "pk")),
        form=form,
        manage_off=why_not(access, Right.MANAGE),
    )
    status = 422 if form.errors else 200
    return render(request, "tracking/claim_detail.html", context, status=status)


@door
@require_GET
def show_picture(request: HttpRequest, slug: str, claim_id: str) -> HttpResponse:
    """Return what the creator showed with his question."""
    return send_picture(get_claim_for(get_brand_for(request.user, slug), claim_id))


@door
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, slug: str, claim_id: str, order_id: str) -> HttpResponse:
    """Credit an order to the creator who asks for it, after showing what that pays."""
    access = get_brand_for(request.user, slug)
    claim, order = get_claim_for(access, claim_id), get_order_for(access, order_id)
    require(access, Right.MANAGE)
    form = ReasonForm(posted(request), initial={"reason": _("Credited after your question.")})
    by: dict[str, Any] = {
        "claim_id": claim.pk,
        "order_id": order.pk,
        "actor_id": access.member.user_id,
        "now": brand_now(access.brand),
    }
    try:
        if form.is_bound and form.is_valid():
            accept_claim(reason=form.cleaned_data["reason"], **by)
            messages.success(request, _("Accepted. Whoever it concerns is told by mail."))
            return see_other(_url(access, claim))
        effects = preview_change(order_id=order.pk, change=partial(accept_claim, reason="–", **by))
    except AlreadyResolved:
        return _leave(request, access, claim)
    except OtherNumber:
        raise NotFound from None
    except NothingToCredit:
        messages.error(request, _("This order earns nothing: it is a test, or not known enough."))
        return see_other(_url(access, claim))
    context = _page(access, claim=claim, order=order, form=form, effects=effects)
    status = 422 if form.errors else 200
    return render(request, "tracking/claim_accept.html", context, status=status)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, slug: str, claim_id: str) -> HttpResponse:
    """Decline a claim, with a reason the creator reads."""
    access = get_brand_for(request.user, slug)
    claim = get_claim_for(access, claim_id)
    require(access, Right.MANAGE)
    if not claim.is_unresolved:
        return _leave(request, access, claim)
    form = ReasonForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            decline_claim(
                claim_id=claim.pk,
                reason=form.cleaned_data["reason"],
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except AlreadyResolved:
            return _leave(request, access, claim)
        messages.success(request, _("Declined. The creator reads your reason."))
        return see_other(_url(access, claim))
    number = formats.isolate_ltr(claim.shown_number)
    context = _page(
        access,
        title=_("Decline the question about order {number}").format(number=number),
        text=_("Nothing is credited. The creator is told by mail and may ask anew."),
        button=_("Decline order {number}").format(number=number),
        tone="problem",
        facts=[(_("Creator"), formats.isolate(str(claim.affiliation)))],
        form=form,
        back_url=_url(access, claim),
    )
    status = 422 if form.errors else 200
    return render(request, "tracking/decision.html", context, status=status)


def _is_answered(
    request: HttpRequest, access: BrandAccess, claim: Claim, form: MessageForm
) -> bool:
    try:
        answer_claim(
            claim_id=claim.pk,
            text=form.cleaned_data["text"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except AlreadyResolved:
        form.add_error(None, _("It was decided meanwhile. Nothing was sent."))
        return False
    messages.success(request, _("Sent. The creator writes next."))
    return True


def _describe_orders(claim: Claim) -> list[dict[str, Any]]:
    """Return the brand's orders of the number that was asked for, each with its record."""
    orders = list_numbered(brand_id=claim.brand_id, key=claim.number_key)
    records = {order.pk: next(iter(order.credit), None) for order in orders}  # type: ignore[attr-defined]
    known = [record for record in records.values() if record is not None]
    reader = brand_reader(claim.brand, list_record_params(known))
    return [
        {
            **_compare(claim, order),
            "record": describe_record(record, reader) if record else None,
            "is_own": record is not None and record.enrollment_id == claim.enrollment_id,
        }
        for order in orders
        for record in [records[order.pk]]
    ]


def _compare(claim: Claim, order: Order) -> dict[str, Any]:
    """Return an order beside what was asked: which details are its own, and may it be credited."""
    asked, zone = claim.asked, ZoneInfo(claim.brand.time_zone)
    return {
        "order": order,
        "number": order.number,
        "badge": order_badge(order),
        "total": Money(order.total_minor, order.currency) if order.currency else None,
        "is_day_right": is_day_fitting(order, asked, zone),
        "is_total_right": is_total_right(asked, order.total_minor, order.currency),
        "can_accept": claim.is_unresolved and not order.is_test and bool(order.currency),
    }


def _leave(request: HttpRequest, access: BrandAccess, claim: Claim) -> HttpResponse:
    messages.info(request, _("Somebody decided this meanwhile. Nothing was changed again."))
    return see_other(_url(access, claim))


def _page(access: BrandAccess, **context: Any) -> dict[str, Any]:
    return brand_page(access, nav_current="tracking:order-list", **context)


def _today(access: BrandAccess) -> date:
    return local_day(brand_now(access.brand), zone=ZoneInfo(access.brand.time_zone))


def _url(access: BrandAccess, claim: Claim) -> str:
    return reverse("tracking:claim-detail", args=[access.brand.slug, claim.public_id])
