"""The brand's payout runs: preview, approve, send, result."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.models import Affiliation
from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from core import formats
from core.clock import brand_now
from core.edges import door, see_other
from core.money import Money
from core.templatetags.fairshare import current_language, number
from core.wording import Reader
from payouts.access import get_payout_for, get_plan_for, lacks_second_factor
from payouts.domain.states import IllegalMove
from payouts.forms import ReasonForm, ReferenceForm
from payouts.models import ExportFile, Payout, PayoutPlan, PayoutStatus, PlanStatus
from payouts.rails.registry import LIMITS
from payouts.selectors import (
    PAGE,
    list_failed,
    list_items,
    list_next_runs,
    list_payouts_of_run,
    list_released,
    list_runs,
)
from payouts.selectors_runs import compare_with_last
from payouts.services import moves
from payouts.services.approval import (
    BrandSuspended,
    NotADraft,
    NothingToPay,
    PlanChanged,
    SecondFactorMissing,
    approve_plan,
)
from payouts.services.planning import make_plan
from payouts.wording import explain, payout_reason


@require_GET
@door
def list_all(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what is released, the runs so far, and what failed."""
    access = get_brand_for(request.user, slug)
    brand = access.brand
    now = brand_now(brand)
    released = list_released(brand)
    currencies = [amount.currency for amount in released] or [""]
    failed = list(list_failed(brand)[:PAGE])
    for payout in failed:
        payout.sentence = _sentence(payout, access)  # type: ignore[attr-defined]
    context = brand_page(
        access,
        released=released,
        runs=list(list_runs(brand)[:PAGE]),
        failed=failed,
        next_run=min(list_next_runs(brand=brand, currencies=currencies, now=now).values()),
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )
    return render(request, "payouts/run_list.html", context)


@require_POST
@door
def preview(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a fresh draft of the run of one currency; nothing moves."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    currency = request.POST.get("currency", "")
    if currency not in {amount.currency for amount in list_released(access.brand)}:
        raise NotFound
    plan = make_plan(
        brand_id=access.brand.pk,
        currency=currency,
        limits=LIMITS,
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    return see_other(_run_url(access, plan))


@require_GET
@door
def show(request: HttpRequest, slug: str, plan_id: str) -> HttpResponse:
    """Show a run: its preview while it is a draft, its result after."""
    access = get_brand_for(request.user, slug)
    plan = get_plan_for(access, plan_id)
    return render(request, "payouts/run_detail.html", _run_page(access, plan))


@require_POST
@door
def approve(request: HttpRequest, slug: str, plan_id: str) -> HttpResponse:
    """Approve exactly what was seen; refuse and show the difference if it changed."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    plan = get_plan_for(access, plan_id)
    now = brand_now(access.brand)
    try:
        payouts = approve_plan(
            plan_id=plan.pk,
            seen_hash=request.POST.get("hash", ""),
            limits=LIMITS,
            actor_id=access.member.user_id,
            now=now,
        )
    except PlanChanged as changed:
        return _changed(request, access, plan, changed, now)
    except SecondFactorMissing:
        messages.error(request, _("Nothing was approved: approving takes a second factor."))
        return see_other(_run_url(access, plan))
    except (NotADraft, NothingToPay):
        messages.error(request, _("Nothing was approved: this run is no longer open."))
        return see_other(_run_url(access, plan))
    except BrandSuspended:
        messages.error(request, _("Nothing was approved: the operator has suspended this brand."))
        return see_other(_run_url(access, plan))
    text = ngettext("%(count)s payout approved.", "%(count)s payouts approved.", len(payouts))
    messages.success(request, text % {"count": number(len(payouts))})
    return see_other(_run_url(access, plan))


@require_http_methods(["GET", "POST"])
@door
def download(request: HttpRequest, slug: str, plan_id: str) -> HttpResponse:
    """Serve the stored file, always the same bytes; the first time by POST, which hands it over."""
    needs = Right.MONEY
    access = get_brand_for(request.user, slug, needs=needs)
    plan = get_plan_for(access, plan_id)
    file = ExportFile.objects.filter(plan=plan).first()
    if file is None:
        raise NotFound
    if request.method == "POST":
        moves.hand_over_file(
            plan_id=plan.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
        )
    elif plan.payouts.filter(rail="csv", status=PayoutStatus.APPROVED).exists():
        raise NotFound
    response = HttpResponse(bytes(file.content), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@door
def show_payout(request: HttpRequest, slug: str, payout_id: str) -> HttpResponse:
    """Show one payout: what it is made of, where it stands, what a person can do."""
    access = get_brand_for(request.user, slug)
    payout = get_payout_for(access, payout_id)
    context = _payout_page(access, payout, ReferenceForm(), ReasonForm(prefix="why"))
    return render(request, "payouts/payout_detail.html", context)


@require_POST
@door
def act(request: HttpRequest, slug: str, payout_id: str, what: str) -> HttpResponse:
    """Confirm a payment with the bank's reference, report its failure, or cancel it."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    payout = get_payout_for(access, payout_id)
    if payout.rail != "csv" and what != "cancel":
        raise NotFound
    reference = ReferenceForm(request.POST if what == "confirm" else None)
    reason = ReasonForm(request.POST if what != "confirm" else None, prefix="why")
    form = reference if what == "confirm" else reason
    if not form.is_valid():
        context = _payout_page(access, payout, reference, reason)
        return render(request, "payouts/payout_detail.html", context, status=422)
    try:
        _do(what, access, payout, next(iter(form.cleaned_data.values())))
    except IllegalMove:
        messages.error(request, _("Nothing was changed: the payout has moved on meanwhile."))
    return see_other(reverse("payouts:payout-detail", args=[slug, payout.public_id]))


def _do(what: str, access: BrandAccess, payout: Payout, text: str) -> None:
    actor_id, now = access.member.user_id, brand_now(access.brand)
    if what == "confirm":
        moves.confirm_payout(payout_id=payout.pk, reference=text, actor_id=actor_id, now=now)
    elif what == "fail":
        moves.report_failure(payout_id=payout.pk, reason=text, actor_id=actor_id, now=now)
    elif what == "cancel":
        moves.cancel_payout(payout_id=payout.pk, reason=text, actor_id=actor_id, now=now)
    else:
        raise NotFound


def _run_url(access: BrandAccess, plan: PayoutPlan) -> str:
    return reverse("payouts:run-detail", args=[access.brand.slug, plan.public_id])


def _changed(
    request: HttpRequest,
    access: BrandAccess,
    plan: PayoutPlan,
    changed: PlanChanged,
    now: datetime,
) -> HttpResponse:
    fresh = make_plan(
        brand_id=access.brand.pk,
        currency=plan.currency,
        limits=LIMITS,
        actor_id=access.member.user_id,
        now=now,
    )
    moved = changed.change
    count = len(moved.added) + len(moved.removed) + len(moved.changed)
    by = Money(moved.totals_change_minor.get(plan.currency, 0), plan.currency)
    text = ngettext(
        "Since you opened this, %(count)s creator and %(by)s changed. Nothing was approved. "
        "Look again.",
        "Since you opened this, %(count)s creators and %(by)s changed. Nothing was approved. "
        "Look again.",
        count,
    )
    change = formats.change_text(by, language=current_language())
    messages.error(request, text % {"count": number(count), "by": change})
    return see_other(_run_url(access, fresh))


def _run_page(access: BrandAccess, plan: PayoutPlan) -> dict[str, Any]:
    payouts = list(list_payouts_of_run(plan))
    for payout in payouts:
        payout.sentence = _sentence(payout, access)  # type: ignore[attr-defined]
    named = [*plan.content["left_out"], *plan.content["lines"]]
    rows = Affiliation.objects.filter(pk__in=[UUID(one["affiliation"]) for one in named])
    creators = {str(row.pk): row.public_id for row in rows}
    left_out = [
        {
            "name": one["name"],
            "creator": creators.get(one["affiliation"]),
            "amount": Money(one["payable_minor"], plan.currency),
            "why": [
                explain(
                    code=gate["code"],
                    params={"currency": plan.currency, **gate["params"]},
                    reader=_reader(access, creator=one["name"]),
                )
                for gate in one["gates"]
            ],
        }
        for one in plan.content["left_out"]
    ]
    lines = [
        line
        | {
            "creator": creators.get(line["affiliation"]),
            "amount": Money(line["amount_minor"], plan.currency),
            "remainder": Money(line["remainder_minor"], plan.currency),
        }
        for line in plan.content["lines"]
    ]
    file = ExportFile.objects.filter(plan=plan).defer("content").first()
    is_handed_over = file and not any(
        p.rail == "csv" and p.status == PayoutStatus.APPROVED for p in payouts
    )
    return brand_page(
        access,
        plan=plan,
        is_draft=plan.status == PlanStatus.DRAFT,
        lines=lines,
        since=compare_with_last(plan) if plan.status == PlanStatus.DRAFT else None,
        left_out=left_out,
        payouts=payouts,
        total=Money(plan.total_minor, plan.currency),
        file=file,
        is_handed_over=is_handed_over,
        lacks_factor=lacks_second_factor(access.brand, access.member.user),
        is_play=access.brand.is_sandbox or access.brand.is_demo,
        is_moving=any(p.status in {"approved", "submitting", "unknown"} for p in payouts),
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )


def _payout_page(
    access: BrandAccess, payout: Payout, reference: ReferenceForm, reason: ReasonForm
) -> dict[str, Any]:
    is_file = payout.rail == "csv"
    return brand_page(
        access,
        payout=payout,
        amount=Money(payout.amount_minor, payout.currency),
        items=list(list_items(payout)),
        attempts=list(payout.attempts.order_by("pk")),
        sentence=_sentence(payout, access),
        reference_form=reference,
        reason_form=reason,
        can_confirm=is_file and payout.status == PayoutStatus.SUBMITTED,
        can_fail=is_file and payout.status in {PayoutStatus.SUBMITTED, PayoutStatus.PAID},
        can_cancel=payout.status == PayoutStatus.APPROVED,
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )


def _reader(access: BrandAccess, *, creator: str) -> Reader:
    known = {"brand": access.brand.name, "creator": creator}
    return Reader(audience="brand", zone=ZoneInfo(access.brand.time_zone), known=known)


def _sentence(payout: Payout, access: BrandAccess) -> str:
    at = payout.closed_at or payout.sent_at or payout.approved_at
    code, params = payout_reason(
        status=payout.status,
        cause=payout.code,
        detail=payout.detail,
        rail=payout.rail,
        date=at.isoformat(),
        reference=payout.reference,
    )
    creator = payout.affiliation.affiliate.display_name
    return explain(code=code, params=params, reader=_reader(access, creator=creator))
