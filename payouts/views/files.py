"""The payment files of a run: taken, confirmed, and taken back by two people."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.fence import Fenced
from core.money import Money
from core.templatetags.fairshare import number
from payouts.access import get_file_for, get_plan_for
from payouts.domain.kinds import HAND_RAILS
from payouts.domain.states import IllegalMove
from payouts.forms import ConfirmForm, ReasonForm
from payouts.models import ExportFile, Payout, PayoutPlan, PayoutStatus
from payouts.selectors import list_payouts_of_run, waits_for_person
from payouts.services import exports, moves
from payouts.wording import FENCED

TYPES = {"csv": "text/csv; charset=utf-8", "xml": "application/xml"}


@require_http_methods(["GET", "POST"])
@door
def download(request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    """Serve the stored file, always the same bytes; the first time by POST, which hands it over."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    file = get_file_for(access, file_id)
    if file.cancelled_at:
        raise NotFound
    if request.method == "POST":
        try:
            moves.hand_over_file(
                file_id=file.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
            )
        except Fenced:
            messages.error(request, str(FENCED))
            return see_other(reverse("payouts:run-detail", args=[slug, file.plan.public_id]))
    elif file.payouts.filter(status=PayoutStatus.APPROVED).exists():
        raise NotFound
    response = HttpResponse(bytes(file.content), content_type=TYPES[file.name.rpartition(".")[2]])
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "POST"])
@door
def confirm(request: HttpRequest, slug: str, plan_id: str, rail: str) -> HttpResponse:
    """Confirm several payouts of a run at once: those that are ticked were carried out."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    plan = get_plan_for(access, plan_id)
    if rail not in HAND_RAILS:
        raise NotFound
    now = brand_now(access.brand)
    payouts = [
        one for one in list_payouts_of_run(plan) if one.rail == rail and waits_for_person(one)
    ]
    form = ConfirmForm(posted(request), payouts=payouts, zone=access.brand.time_zone, now=now)
    if request.method == "POST" and form.is_valid():
        return _confirm(request, access, plan, form)
    context = brand_page(
        access,
        plan=plan,
        rail=rail,
        form=form,
        payouts=payouts,
        ticked=form["payouts"].value() or [],
        total=Money(sum(one.sent_minor for one in payouts), plan.currency),
        back_url=_run_url(access, plan),
        nav_current="payouts:run-list",
    )
    status = 422 if form.is_bound else 200
    return render(request, "payouts/run_confirm.html", context, status=status)


@require_http_methods(["GET", "POST"])
@door
def cancel(request: HttpRequest, slug: str, file_id: str) -> HttpResponse:
    """Ask to take an export back, agree to it as a second person, or leave it as it is."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    file = get_file_for(access, file_id)
    what = request.POST.get("what", "")
    form = ReasonForm(request.POST if what == "ask" else None)
    if request.method == "POST" and (what in {"agree", "keep"} or form.is_valid()):
        return _follow(request, access, file, what, form)
    waiting = list(file.payouts.filter(status=PayoutStatus.SUBMITTED))
    context = brand_page(
        access,
        file=file,
        form=form,
        is_asker=file.cancel_asked_by_id == access.member.user_id,
        count=len(waiting),
        total=Money(sum(one.sent_minor for one in waiting), file.plan.currency),
        back_url=_run_url(access, file.plan),
        nav_current="payouts:run-list",
    )
    status = 422 if request.method == "POST" else 200
    return render(request, "payouts/file_cancel.html", context, status=status)


def _confirm(
    request: HttpRequest, access: BrandAccess, plan: PayoutPlan, form: ConfirmForm
) -> HttpResponse:
    chosen: list[Payout] = form.chosen
    try:
        exports.confirm_payouts(
            payout_ids=[payout.pk for payout in chosen],
            reference=form.cleaned_data["reference"],
            paid_on=form.cleaned_data["paid_on"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except IllegalMove:
        messages.error(request, _("Nothing was changed: a payout has moved on meanwhile."))
    else:
        text = ngettext("%(count)s payout confirmed.", "%(count)s payouts confirmed.", len(chosen))
        messages.success(request, text % {"count": number(len(chosen))})
    return see_other(_run_url(access, plan))


def _follow(
    request: HttpRequest, access: BrandAccess, file: ExportFile, what: str, form: ReasonForm
) -> HttpResponse:
    facts: dict[str, Any] = {
        "file_id": file.pk,
        "actor_id": access.member.user_id,
        "now": brand_now(access.brand),
    }
    steps: dict[str, tuple[Callable[[], object], str]] = {
        "ask": (
            lambda: exports.ask_to_cancel(reason=form.cleaned_data["reason"], **facts),
            _("A second person with the owner or finance role must agree on this page."),
        ),
        "agree": (
            lambda: exports.cancel_export(**facts),
            _("The file was taken back. Its money is in the released balances again."),
        ),
        "keep": (lambda: exports.keep_export(**facts), _("The file stays as it is.")),
    }
    step, said = steps[what]
    try:
        step()
    except exports.SamePerson:
        messages.error(request, _("Nothing was changed: whoever asked cannot agree as well."))
    except (exports.NothingToCancel, exports.AskedAlready, exports.NotAsked):
        messages.error(request, _("Nothing was changed: the file has moved on meanwhile."))
    else:
        messages.success(request, said)
    return see_other(_run_url(access, file.plan))


def _run_url(access: BrandAccess, plan: PayoutPlan) -> str:
    return reverse("payouts:run-detail", args=[access.brand.slug, plan.public_id])
