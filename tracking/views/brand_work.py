"""Work for a fee on the brand's side: offered, looked at, decided."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import brand_page, why_not
from brands.selectors import list_groups, list_programs
from brands.views.common import find_program
from core import formats
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.money import Money
from core.paging import cut_page
from core.templatetags.fairshare import current_language
from tracking.access_brand import get_deliverable_for, get_work_for
from tracking.forms_brand import ReasonForm
from tracking.forms_deliverables import DeliverableForm, DueForm
from tracking.models import Deliverable, Work, WorkStatus
from tracking.selectors_brand import list_enrollments_to_credit
from tracking.selectors_deliverables import list_deliverables, list_paid, list_steps, list_works
from tracking.services.caps import read_left
from tracking.services.deliverables import (
    OfferOver,
    WrongStep,
    approve_work,
    move_due_day,
    offer_deliverable,
    refuse_work,
    withdraw_deliverable,
)

SHOWN = 50
TOO_LATE = gettext_lazy("Somebody was faster: this work is at another step now. Look at it again.")
DECISIONS: dict[str, tuple[WorkStatus, str | Promise, str | Promise, str | Promise]] = {
    "approve": (
        WorkStatus.APPROVED,
        gettext_lazy("Approve this work"),
        gettext_lazy(
            "{amount} becomes a commission of {creator} now, with the hold of the program. It is"
            " paid once."
        ),
        gettext_lazy("Approve {amount}"),
    ),
    "changes": (
        WorkStatus.CHANGES_ASKED,
        gettext_lazy("Ask for changes"),
        gettext_lazy("{creator} reads your reason and hands the work in again."),
        gettext_lazy("Ask for changes"),
    ),
    "reject": (
        WorkStatus.REJECTED,
        gettext_lazy("Reject this work"),
        gettext_lazy("It is over and pays no fee. {creator} reads your reason."),
        gettext_lazy("Reject {amount}"),
    ),
}
LIMITED = gettext_lazy(
    "Of {fee} only {amount} becomes a commission of {creator}: a limit or the budget of the program"
    " leaves no more. Raise it first, and all of it is paid. It is paid once."
)


@door
@require_GET
def show_work(request: HttpRequest, slug: str) -> HttpResponse:
    """List the offers of a brand, with what waits for a decision on top."""
    access = get_brand_for(request.user, slug)
    page = cut_page(
        list_deliverables(access.brand), before=request.GET.get("before", ""), size=SHOWN
    )
    waiting = list_works(access.brand).filter(status=WorkStatus.SUBMITTED)
    context = _page(
        access,
        rows=page.rows,
        next_url=page.older_url(request.GET.dict()),
        waiting=waiting,
        today=_today(access),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "tracking/work_list.html", context)


@door
@require_http_methods(["GET", "POST"])
def offer_work(request: HttpRequest, slug: str) -> HttpResponse:
    """Offer work to a group or to one creator."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    program = find_program(request, access)
    if program is None:
        raise NotFound
    places = list_enrollments_to_credit(access.brand).filter(program=program)
    form = DeliverableForm(
        posted(request),
        program=program,
        groups=list(list_groups(program)),
        places=list(places),
        today=_today(access),
        initial={"whom": request.GET.get("whom", "")},
    )
    if request.method == "POST" and form.is_valid():
        deliverable = offer_deliverable(
            brand_id=access.brand.pk,
            facts=form.facts,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("Offered. Whom it is for was told by mail."))
        return see_other(_url(access, deliverable))
    context = _page(
        access,
        form=form,
        program=program,
        programs=list(list_programs(access.brand)),
        back_url=reverse("tracking:work-list", args=[slug]),
    )
    return render(request, "tracking/work_offer.html", context, status=422 if form.errors else 200)


@door
@require_GET
def show_deliverable(request: HttpRequest, slug: str, deliverable_id: str) -> HttpResponse:
    """Show an offer and what each creator made of it."""
    access = get_brand_for(request.user, slug)
    deliverable = get_deliverable_for(access, deliverable_id)
    works = list(list_works(access.brand).filter(deliverable=deliverable))
    paid = list_paid(works)
    context = _page(
        access,
        deliverable=deliverable,
        fees=deliverable.amounts,
        works=[(work, steps, paid.get(work.pk)) for work, steps in list_steps(works)],
        is_open=deliverable.withdrawn_at is None and deliverable.due_on >= _today(access),
        manage_off=why_not(access, Right.MANAGE),
        decide_off=why_not(access, Right.CLEAR),
        back_url=reverse("tracking:work-list", args=[slug]),
    )
    return render(request, "tracking/work_detail.html", context)


@door
@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, slug: str, deliverable_id: str) -> HttpResponse:
    """Let nobody else take an offer, after saying what that leaves."""
    access = get_brand_for(request.user, slug)
    deliverable = get_deliverable_for(access, deliverable_id)
    require(access, Right.MANAGE)
    if request.method == "POST":
        try:
            withdraw_deliverable(
                deliverable_id=deliverable.pk,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except OfferOver:
            messages.error(request, _("This offer was withdrawn before."))
        else:
            messages.success(request, _("Withdrawn. Nobody else can take it."))
        return see_other(_url(access, deliverable))
    context = _page(
        access,
        title=_("Withdraw this offer"),
        text=_("Nobody else can take it. Who took it goes on, and is paid when you approve."),
        button=_("Withdraw the offer"),
        facts=[(_("Title"), formats.isolate(deliverable.title))],
        back_url=_url(access, deliverable),
    )
    return render(request, "tracking/decision.html", context)


@door
@require_http_methods(["GET", "POST"])
def move_due(request: HttpRequest, slug: str, deliverable_id: str) -> HttpResponse:
    """Give everybody another last day."""
    access = get_brand_for(request.user, slug)
    deliverable = get_deliverable_for(access, deliverable_id)
    require(access, Right.MANAGE)
    form = DueForm(posted(request), initial={"due_on": deliverable.due_on})
    if request.method == "POST" and form.is_valid():
        move_due_day(
            deliverable_id=deliverable.pk,
            due_on=form.cleaned_data["due_on"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        messages.success(request, _("Saved. It holds for everybody."))
        return see_other(_url(access, deliverable))
    context = _page(
        access,
        title=_("Another last day"),
        text=_("Work that is over already stays over."),
        button=_("Save the day"),
        form=form,
        back_url=_url(access, deliverable),
    )
    return render(request, "tracking/decision.html", context, status=422 if form.errors else 200)


@door
@require_http_methods(["GET", "POST"])
def decide(request: HttpRequest, slug: str, work_id: str, decision: str) -> HttpResponse:
    """Approve submitted work, ask for changes or reject it, after showing what follows."""
    access = get_brand_for(request.user, slug)
    work = get_work_for(access, work_id)
    if decision not in DECISIONS:
        raise NotFound
    require(access, Right.CLEAR)
    status = DECISIONS[decision][0]
    form = None if status == WorkStatus.APPROVED else ReasonForm(posted(request))
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _do(access, work, status, form)
        except WrongStep:
            messages.error(request, str(TOO_LATE))
        else:
            messages.success(request, _("Decided. The creator is told by mail."))
        return see_other(_url(access, work.deliverable))
    return _ask(request, access, work, decision, form)


def _do(access: BrandAccess, work: Work, status: WorkStatus, form: forms.Form | None) -> None:
    by: dict[str, Any] = {"actor_id": access.member.user_id, "now": brand_now(access.brand)}
    if form is None:
        approve_work(work_id=work.pk, **by)
    else:
        refuse_work(work_id=work.pk, status=status, reason=form.cleaned_data["reason"], **by)


def _ask(
    request: HttpRequest,
    access: BrandAccess,
    work: Work,
    decision: str,
    form: forms.Form | None,
) -> HttpResponse:
    status, title, text, button = DECISIONS[decision]
    last = list_steps([work])[0][1][-1]
    creator = formats.isolate(str(work.enrollment.affiliation))
    fee = formats.money_text(work.fee, language=current_language())
    pays = work.fee
    if status == WorkStatus.APPROVED:
        pays = _find_left(work, brand_now(access.brand))
        text = text if pays == work.fee else LIMITED
    amount = formats.money_text(pays, language=current_language())
    values = {"amount": amount, "fee": fee, "creator": creator}
    context = _page(
        access,
        title=str(title),
        text=str(text).format(**values),
        button=str(button).format(**values),
        tone="problem" if decision == "reject" else "",
        facts=[
            (_("Title"), formats.isolate(work.deliverable.title)),
            (_("Creator"), creator),
            (_("Address of the work"), formats.isolate_ltr(last.url)),
            (_("Fee"), fee),
        ],
        form=form,
        back_url=_url(access, work.deliverable),
    )
    is_wrong = form is not None and bool(form.errors)
    return render(request, "tracking/decision.html", context, status=422 if is_wrong else 200)


def _find_left(work: Work, now: datetime) -> Money:
    """Return what of a fee the limits of its program let through now."""
    left = read_left(place=work.enrollment, currency=work.currency, now=now)
    return Money(min([work.fee.amount_minor, *left.values()]), work.currency)


def _page(access: BrandAccess, **context: Any) -> dict[str, Any]:
    return brand_page(access, nav_current="tracking:commission-list", **context)


def _today(access: BrandAccess) -> date:
    return brand_now(access.brand).astimezone(ZoneInfo(access.brand.time_zone)).date()


def _url(access: BrandAccess, deliverable: Deliverable) -> str:
    return reverse("tracking:work-detail", args=[access.brand.slug, deliverable.public_id])
