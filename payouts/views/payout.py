"""One payout as its brand sees it: what it is made of, and what a person says the bank did."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from brands.access import BrandAccess, NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from core.clock import brand_now
from core.edges import door, see_other
from core.money import Money
from ledger.models import AccountKind
from ledger.selectors import get_balance
from payouts.access import get_payout_for
from payouts.domain.kinds import HAND_RAILS, MANUAL
from payouts.domain.states import IllegalMove
from payouts.forms import ReasonForm, ReferenceForm
from payouts.models import Payout, PayoutStatus
from payouts.selectors import find_lost_attempt, list_items, may_be_found, waits_for_person
from payouts.services import moves
from payouts.views._said import say_payout, say_tax


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
    if payout.rail not in HAND_RAILS and what != "cancel":
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


def _payout_page(
    access: BrandAccess, payout: Payout, reference: ReferenceForm, reason: ReasonForm
) -> dict[str, Any]:
    is_by_hand = payout.rail in HAND_RAILS
    balance = get_balance(
        brand_id=payout.brand_id,
        kind=AccountKind.PAYABLE,
        currency=payout.currency,
        party_id=payout.affiliation_id,
    )
    return brand_page(
        access,
        payout=payout,
        amount=Money(payout.sent_minor, payout.currency),
        commission=Money(payout.amount_minor, payout.currency),
        **say_tax(payout),
        items=list(list_items(payout)),
        attempts=list(payout.attempts.order_by("pk")),
        sentence=say_payout(payout, access),
        reference_form=reference,
        reason_form=reason,
        can_confirm=waits_for_person(payout),
        how=_how(payout),
        can_fail=is_by_hand and payout.status in {PayoutStatus.SUBMITTED, PayoutStatus.PAID},
        may_be_found=may_be_found(payout),
        balance=Money(balance, payout.currency),
        is_below=balance < 0,
        is_lost=find_lost_attempt(payout) is not None,
        can_cancel=payout.status == PayoutStatus.APPROVED,
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )


def _how(payout: Payout) -> str:
    """Return how the creator wants to be paid by hand; only who pays reads it."""
    details = json.loads(payout.destination) if payout.destination else {}
    return str(details.get("how", "")) if payout.rail == MANUAL else ""
