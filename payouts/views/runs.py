"""The brand's payout runs: preview, approve, send, result."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.models import RailSettings
from core import formats
from core.clock import brand_now
from core.edges import door, see_other
from core.factors import FactorProof
from core.fence import Fenced, Standing, find_standing
from core.money import Money
from core.stepup import ask_now
from core.templatetags.fairshare import current_language, number
from payouts.access import get_plan_for, is_play, lacks_second_factor
from payouts.domain.kinds import CALLED_RAILS
from payouts.models import PayoutPlan
from payouts.rails.registry import LIMITS, RailOff, rail_for
from payouts.selectors import (
    PAGE,
    list_failed,
    list_next_runs,
    list_released,
    list_runs,
)
from payouts.services.approval import (
    BrandSuspended,
    NotADraft,
    NothingToPay,
    PlanChanged,
    SecondFactorMissing,
    approve_plan,
)
from payouts.services.planning import make_plan
from payouts.services.second import (
    FactorNotShown,
    MayNotApprove,
    NeedsAnother,
    NothingToWithdraw,
    takes_two,
    withdraw_approval,
)
from payouts.views._run_page import run_page
from payouts.views._said import say_payout
from payouts.wording import FENCED

_NOT_OPEN = gettext_lazy("Nothing was approved: this run is no longer open.")
_REFUSALS: dict[type[Exception], Promise] = {
    SecondFactorMissing: gettext_lazy("Nothing was approved: approving takes a second factor."),
    NotADraft: _NOT_OPEN,
    NothingToPay: _NOT_OPEN,
    BrandSuspended: gettext_lazy("Nothing was approved: the operator has suspended this brand."),
    MayNotApprove: gettext_lazy("Nothing was approved: your role does not include payouts."),
    FactorNotShown: gettext_lazy(
        "Nothing was approved: show your second factor for this run, then it goes on by itself."
    ),
    Fenced: FENCED,
    NeedsAnother: gettext_lazy(
        "You approved this run already. It waits for the approval of a second person."
    ),
}


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
        payout.sentence = say_payout(payout, access)  # type: ignore[attr-defined]
    context = brand_page(
        access,
        released=released,
        runs=list(list_runs(brand)[:PAGE]),
        failed=failed,
        next_run=min(list_next_runs(brand=brand, currencies=currencies, now=now).values()),
        off=why_not(access, Right.MONEY),
        fenced=FENCED if find_standing() is not Standing.OPEN else "",
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
    context = run_page(access, plan, sort=request.GET.get("sort", ""))
    return render(request, "payouts/run_detail.html", context)


@require_http_methods(["GET", "POST"])
@door
def approve(request: HttpRequest, slug: str, plan_id: str) -> HttpResponse:
    """Approve exactly what was seen; refuse and show the difference if it changed.

    A run that takes two people asks each for the second factor at this moment, and goes on here.
    """
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    plan = get_plan_for(access, plan_id)
    now = brand_now(access.brand)
    proof = _ask_factor(request, access, plan, now)
    if isinstance(proof, HttpResponse):
        return proof
    try:
        payouts = approve_plan(
            plan_id=plan.pk,
            seen_hash=request.POST.get("hash", ""),
            limits=LIMITS,
            actor_id=access.member.user_id,
            now=now,
            proof=proof,
        )
    except PlanChanged as changed:
        return _changed(request, access, plan, changed, now)
    except tuple(_REFUSALS) as refusal:
        messages.error(request, str(_REFUSALS[type(refusal)]))
        return see_other(_run_url(access, plan))
    if payouts:
        text = ngettext("%(count)s payout approved.", "%(count)s payouts approved.", len(payouts))
        messages.success(request, text % {"count": number(len(payouts))})
    else:
        text = _("Your approval is kept. The run is paid when a second person approves it, too.")
        messages.success(request, text)
    return see_other(_run_url(access, plan))


@require_POST
@door
def withdraw(request: HttpRequest, slug: str, plan_id: str) -> HttpResponse:
    """Take back one's own approval, while the second is missing."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    plan = get_plan_for(access, plan_id)
    try:
        withdraw_approval(
            plan_id=plan.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
        )
    except NothingToWithdraw:
        messages.error(request, _("There is no approval of yours to withdraw."))
    else:
        messages.success(request, _("Your approval is withdrawn. Nothing was paid."))
    return see_other(_run_url(access, plan))


@require_POST
@door
def test_rail(request: HttpRequest, slug: str, rail: str) -> HttpResponse:
    """Call a payment service with the stored keys, to hear whether it lets the brand in."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    row = RailSettings.objects.select_related("brand").filter(brand=access.brand, rail=rail).first()
    if row is None:
        raise NotFound
    try:
        payer = rail_for(row).payer()
    except (RailOff, ValueError):
        payer = None
    if rail not in CALLED_RAILS:
        messages.info(request, _("Nothing to test: this way of paying calls no service."))
    elif payer is None:
        messages.error(request, _("No connection: the service did not answer or refused the keys."))
    else:
        said = _("Connected. The account that pays is %(account)s.")
        messages.success(request, said % {"account": payer.account_id})
    return see_other(reverse("brands:rails", args=[access.brand.slug]))


def _ask_factor(
    request: HttpRequest, access: BrandAccess, plan: PayoutPlan, now: datetime
) -> FactorProof | HttpResponse | None:
    """Have a run that takes two people go on with the second factor of this moment."""
    user = access.member.user
    needs_two = takes_two(
        brand=access.brand, currency=plan.currency, total_minor=plan.total_minor, now=now
    )
    if needs_two and not is_play(access.brand) and not lacks_second_factor(access.brand, user):
        about, page = plan.public_id, _run_url(access, plan)
        return ask_now(request, user, about=about, instead=page, now=now)
    return see_other(_run_url(access, plan)) if request.method == "GET" else None


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
