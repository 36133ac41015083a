"""What became of a payout of which its rail can no longer be asked: a person says, and is asked."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, Right, get_brand_for
from brands.context import brand_page
from core.clock import brand_now, database_now
from core.edges import door, see_other
from core.fence import Fenced
from core.money import Money
from payouts.access import get_payout_for
from payouts.forms import ReasonForm, ReferenceForm
from payouts.models import Payout
from payouts.selectors import find_lost_attempt, may_be_found
from payouts.services import found, settling
from payouts.views._said import say_payout
from payouts.wording import FENCED

MOVED_ON = (
    settling.NotLost,
    settling.AskedAlready,
    settling.NotAsked,
    found.NotGivenBack,
    found.NotFoundPaid,
)


@require_http_methods(["GET", "POST"])
@door
def settle(request: HttpRequest, slug: str, payout_id: str) -> HttpResponse:
    """Say that it arrived, never left or left after all; agree as a second person, or take back."""
    access = get_brand_for(request.user, slug, needs=Right.MONEY)
    payout = get_payout_for(access, payout_id)
    what = request.POST.get("what", "")
    reference = ReferenceForm(request.POST if what in {"arrived", "found"} else None)
    reason = ReasonForm(request.POST if what == "absent" else None, prefix="why")
    form = {"arrived": reference, "found": reference, "absent": reason}.get(what)
    said = next(iter(form.cleaned_data.values()), "") if form and form.is_valid() else ""
    if what in {"agree", "withdraw", "seen"} or (said and "sure" in request.POST):
        return _follow(request, access, payout, what, said)
    lost = find_lost_attempt(payout)
    context = brand_page(
        access,
        payout=payout,
        lost=lost,
        may_be_found=may_be_found(payout),
        amount=Money(payout.sent_minor, payout.currency),
        commission=Money(payout.amount_minor, payout.currency),
        sentence=say_payout(payout, access),
        sure=what if said else "",
        said=said,
        is_sayer=lost is not None and lost.absence_said_by_id == access.member.user_id,
        reference_form=reference,
        reason_form=reason,
        back_url=_payout_url(access, payout),
        nav_current="payouts:run-list",
    )
    status = 422 if request.method == "POST" and not said else 200
    return render(request, "payouts/payout_settle.html", context, status=status)


def _follow(
    request: HttpRequest, access: BrandAccess, payout: Payout, what: str, said: str
) -> HttpResponse:
    facts: dict[str, Any] = {
        "payout_id": payout.pk,
        "actor_id": access.member.user_id,
        "now": brand_now(access.brand),
    }
    real_now = database_now()
    steps: dict[str, tuple[Callable[[], object], str]] = {
        "arrived": (
            lambda: settling.settle_arrived(reference=said, real_now=real_now, **facts),
            _("The payout is booked as paid. The creator has been told."),
        ),
        "absent": (
            lambda: settling.say_never_left(reason=said, **facts),
            _("A second person with the owner or finance role must agree on this page."),
        ),
        "agree": (
            lambda: settling.agree_never_left(real_now=real_now, **facts),
            _("The money is in the released balance again; the next run pays it."),
        ),
        "found": (
            lambda: found.report_found(reference=said, **facts),
            _("It is booked, and the released balance is lower by it. Tell the creator."),
        ),
        "seen": (
            lambda: found.mark_seen(**facts),
            _("Noted: somebody has looked after it."),
        ),
        "withdraw": (
            lambda: settling.withdraw_never_left(**facts),
            _("The payout stays as it is."),
        ),
    }
    step, done = steps[what]
    try:
        step()
    except settling.SamePerson:
        messages.error(request, _("Nothing was changed: whoever said it cannot agree as well."))
    except (settling.ReferenceTaken, found.ReferenceTaken):
        messages.error(request, _("Nothing was changed: another payout has this reference."))
    except MOVED_ON:
        messages.error(request, _("Nothing was changed: the payout has moved on meanwhile."))
    except Fenced:
        messages.error(request, FENCED)
    else:
        messages.success(request, done)
    return see_other(_payout_url(access, payout))


def _payout_url(access: BrandAccess, payout: Payout) -> str:
    return reverse("payouts:payout-detail", args=[access.brand.slug, payout.public_id])
