"""Work for a fee on the creator's side: offers to take, work to hand in, what became of it."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from affiliates.access import list_enrollments
from affiliates.context import creator_page, read_scope
from affiliates.models import Enrollment
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.paging import cut_page
from tracking.access import get_own_deliverable
from tracking.forms_deliverables import SubmitForm, TakeForm
from tracking.models import Deliverable, Work, WorkStatus
from tracking.models.deliverables import TRANSITIONS
from tracking.selectors_deliverables import (
    has_place_left,
    list_offered_to,
    list_own_offers,
    list_own_works,
    list_paid,
    list_steps,
)
from tracking.services.deliverables import (
    NotOffered,
    OfferFull,
    OfferOver,
    WrongStep,
    answer_offer,
    submit_work,
)

REFUSALS: dict[type[Exception], str | Promise] = {
    OfferFull: gettext_lazy("Others were faster: as many creators took it as may."),
    OfferOver: gettext_lazy("This offer is over: it was withdrawn, or its day is past."),
    NotOffered: gettext_lazy("This offer is not for you any more."),
    WrongStep: gettext_lazy("This work is at another step now. Look at it again."),
}


@door
@require_GET
def show_own_work(request: HttpRequest) -> HttpResponse:
    """List what was offered to a creator and what he made of it."""
    scope = read_scope(request)
    page = cut_page(list_own_offers(scope.affiliations), before=request.GET.get("before", ""))
    works = {one.deliverable_id: one for one in list_own_works(scope.affiliations)}
    rows = [(one, works.get(one.pk), _state(one, works.get(one.pk))) for one in page.rows]
    context = creator_page(scope, rows=rows, next_url=page.older_url(request.GET.dict()))
    return render(request, "tracking/own_work_list.html", context)


@door
@require_http_methods(["GET", "POST"])
def show_own_deliverable(request: HttpRequest, deliverable_id: str) -> HttpResponse:
    """Show an offer to a creator; take it, decline it, or hand the work in."""
    scope = read_scope(request)
    deliverable = get_own_deliverable(request.user, deliverable_id)
    place = _find_place(request, deliverable)
    work = list_own_works([place.affiliation]).filter(deliverable=deliverable).first()
    what = request.POST.get("what", "")
    take = TakeForm(posted(request) if what == "take" else None, fees=deliverable.fees)
    submit = SubmitForm(posted(request) if what == "submit" else None)
    if request.method == "POST":
        done = _do(request, deliverable, place, work, take, submit)
        if done:
            return see_other(reverse("tracking:own-work", args=[deliverable.public_id]))
    status = work.status if work else ""
    context = creator_page(
        scope,
        deliverable=deliverable,
        fees=deliverable.amounts,
        work=work,
        steps=list_steps([work])[0][1] if work else [],
        paid=list_paid([work]).get(work.pk) if work else None,
        state=_state(deliverable, work),
        take=take,
        submit=submit,
        can_take=_can_take(deliverable, place, status),
        can_decline=WorkStatus.DECLINED in TRANSITIONS[status],
        can_submit=WorkStatus.SUBMITTED in TRANSITIONS[status],
        nav_current="tracking:own-work-list",
    )
    is_wrong = bool(take.errors or submit.errors)
    return render(request, "tracking/own_work.html", context, status=422 if is_wrong else 200)


def _do(
    request: HttpRequest,
    deliverable: Deliverable,
    place: Enrollment,
    work: Work | None,
    take: TakeForm,
    submit: SubmitForm,
) -> bool:
    by: dict[str, Any] = {"actor_id": request.user.pk, "now": brand_now(place.program.brand)}
    offer: dict[str, Any] = {"deliverable_id": deliverable.pk, "enrollment_id": place.pk, **by}
    try:
        if take.is_bound:
            if not take.is_valid():
                return False
            answer_offer(currency=take.cleaned_data["currency"], **offer)
            messages.success(request, _("Taken. Hand it in by its day."))
        elif submit.is_bound and work is not None:
            if not submit.is_valid():
                return False
            submit_work(work_id=work.pk, said=submit.said, **by)
            messages.success(request, _("Handed in. The team decides and you are told by mail."))
        elif request.POST.get("what") == "decline":
            answer_offer(currency=None, **offer)
            messages.success(request, _("Declined. You can still take it while it is open."))
    except tuple(REFUSALS) as error:
        messages.error(request, str(REFUSALS[type(error)]))
    return True


def _find_place(request: HttpRequest, deliverable: Deliverable) -> Enrollment:
    """Return his place in the program of an offer; the door saw that he has one."""
    return list_enrollments(request.user).filter(program=deliverable.program_id)[0]


def _can_take(deliverable: Deliverable, place: Enrollment, status: str) -> bool:
    return (
        WorkStatus.ACCEPTED in TRANSITIONS[status]
        and deliverable.withdrawn_at is None
        and deliverable.due_on >= _today(place)
        and has_place_left(deliverable)
        and list_offered_to(deliverable).filter(pk=place.pk).exists()
    )


def _state(deliverable: Deliverable, work: Work | None) -> str:
    """Return what a badge says of an offer and what he made of it."""
    if work is not None:
        return work.badge
    today = brand_now(deliverable.brand).astimezone(ZoneInfo(deliverable.brand.time_zone)).date()
    is_open = deliverable.withdrawn_at is None and deliverable.due_on >= today
    return "work_offered" if is_open else "work_over"


def _today(place: Enrollment) -> date:
    brand = place.program.brand
    return brand_now(brand).astimezone(ZoneInfo(brand.time_zone)).date()
