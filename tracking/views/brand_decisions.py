"""What a member decides about one commission: a page with the consequence, then the deed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page
from core import formats
from core.clock import brand_now
from core.edges import door, see_other
from core.money import Money
from core.templatetags.fairshare import current_language
from tracking.access_brand import get_commission_for
from tracking.forms_brand import AdjustForm, NoteForm, QuestionForm, ReasonForm
from tracking.models import Commission
from tracking.reader import brand_reader
from tracking.selectors_brand import list_clearable_holds
from tracking.services import asking, holds, review
from tracking.views.brand_commissions import explain_clearing

REFUSALS: dict[type[Exception], str | Promise] = {
    holds.AlreadyHeld: gettext_lazy("This commission is on review already."),
    holds.NotHeld: gettext_lazy("No review that you can end is open on this commission."),
    asking.TooManyMessages: gettext_lazy("Three questions wait for an answer. Let it come first."),
    review.AlreadyRejected: gettext_lazy(
        "This commission is rejected. Reopen it first, then change it."
    ),
    review.NotRejected: gettext_lazy(
        "This commission is not rejected, so there is nothing to reopen."
    ),
    review.BelowZero: gettext_lazy("A commission cannot go below zero. Lower it by less."),
    review.NothingChanges: gettext_lazy(
        "This would change nothing: the order earns nothing now, or an earlier change by hand takes"
        " more than this gives back."
    ),
    review.Frozen: gettext_lazy(
        "The creator is suspended, so this money stands still. Reinstate the creator first."
    ),
}


@dataclass(frozen=True, slots=True)
class Words:
    """How a decision is asked and answered; `{amount}` and `{creator}` may stand in each."""

    title: str | Promise
    text: str | Promise
    button: str | Promise
    done: str | Promise
    tone: str = ""


HOLD = Words(
    gettext_lazy("Hold this commission for review"),
    gettext_lazy(
        "It is not released and no payout takes it until somebody ends the review. Its release"
        " date stays. {creator} sees that you are checking the order."
    ),
    gettext_lazy("Hold {amount}"),
    gettext_lazy("On review. Nothing is released or paid until somebody ends it."),
)
CLEAR = Words(
    gettext_lazy("End the review"),
    "",
    gettext_lazy("Clear {amount}"),
    gettext_lazy("Review ended. The commission stands."),
)
REJECT = Words(
    gettext_lazy("Reject this commission"),
    gettext_lazy(
        "It becomes 0 and every review of it ends. {creator} reads your reason. You can reopen it."
    ),
    gettext_lazy("Reject {amount}"),
    gettext_lazy("Rejected. The commission is 0 now."),
    "problem",
)
ASK = Words(
    gettext_lazy("Ask the creator"),
    gettext_lazy(
        "{creator} gets your question by mail and answers on the page of this commission. The"
        " review stays open, and the release date stays."
    ),
    gettext_lazy("Send the question"),
    gettext_lazy("Asked. The answer will stand here and in the queue."),
)
REOPEN = Words(
    gettext_lazy("Reopen this commission"),
    gettext_lazy("It becomes again what its order says. {creator} reads your reason."),
    gettext_lazy("Reopen the commission"),
    gettext_lazy("Reopened. The commission is what its order says again."),
)
ADJUST = Words(
    gettext_lazy("Adjust this commission"),
    gettext_lazy(
        "The change is a line of its own in the story, with your name and reason. {creator}"
        " reads the reason. The release date stays."
    ),
    gettext_lazy("Change the commission"),
    gettext_lazy("Changed. The story shows the new amount and why."),
)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def hold_commission(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """Open a review."""
    return _decide(request, slug, commission_id, HOLD, holds.hold_commission)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def clear_commission(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """End the reviews a person decides, in the creator's favour."""
    return _decide(request, slug, commission_id, CLEAR, holds.clear_commission)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def reject_commission(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """Set a commission to 0."""
    return _decide(request, slug, commission_id, REJECT, review.reject_commission)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def ask_creator(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """Ask the creator about a commission on review."""

    def ask(*, reason: str, **facts: Any) -> None:
        asking.ask_creator(text=reason, **facts)

    return _decide(request, slug, commission_id, ASK, ask)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def reopen_commission(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """Take a rejection back."""
    return _decide(request, slug, commission_id, REOPEN, review.reopen_commission)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def adjust_commission(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """Raise or lower a commission by hand."""
    return _decide(request, slug, commission_id, ADJUST, review.adjust_commission)


def _decide(
    request: HttpRequest,
    slug: str,
    commission_id: str,
    words: Words,
    service: Callable[..., Any],
) -> HttpResponse:
    access = get_brand_for(request.user, slug)
    commission = get_commission_for(access, commission_id)
    require(access, Right.CLEAR)
    form = _make_form(request, commission, words)
    if request.method != "POST":
        return _ask(request, access, commission, words, form)
    if not form.is_valid():
        return _ask(request, access, commission, words, form, status=422)
    try:
        service(commission_id=commission.pk, **_facts(access, form))
    except tuple(REFUSALS) as error:
        form.add_error(None, str(REFUSALS[type(error)]))
        return _ask(request, access, commission, words, form, status=422)
    messages.success(request, str(words.done))
    return see_other(_story_url(access, commission))


def _make_form(request: HttpRequest, commission: Commission, words: Words) -> ReasonForm:
    data = request.POST if request.method == "POST" else None
    if words is ADJUST:
        return AdjustForm(data, currency=commission.currency)
    if words is ASK:
        return QuestionForm(data)
    return NoteForm(data) if words in (HOLD, CLEAR) else ReasonForm(data)


def _facts(access: BrandAccess, form: ReasonForm) -> dict[str, Any]:
    facts = {
        "reason": form.cleaned_data["reason"],
        "actor_id": access.member.user_id,
        "now": brand_now(access.brand),
    }
    return facts | ({"delta_minor": form.delta_minor} if isinstance(form, AdjustForm) else {})


def _ask(
    request: HttpRequest,
    access: BrandAccess,
    commission: Commission,
    words: Words,
    form: ReasonForm,
    status: int = 200,
) -> HttpResponse:
    amount = Money(commission.amount_minor, commission.currency)
    language = current_language()
    creator = str(commission.affiliation)
    values = {
        "amount": formats.money_text(amount, language=language),
        "creator": formats.isolate(creator),
    }
    text = _explain_clear(access, commission) if words is CLEAR else str(words.text)
    context = brand_page(
        access,
        nav_current="tracking:commission-list",
        title=str(words.title),
        text=text.format(**values),
        button=str(words.button).format(**values),
        tone=words.tone,
        facts=[
            (_("Creator"), formats.isolate(creator)),
            (_("For"), commission.label),
            (_("Commission now"), values["amount"]),
        ],
        form=form,
        back_url=_story_url(access, commission),
    )
    return render(request, "tracking/decision.html", context, status=status)


def _explain_clear(access: BrandAccess, commission: Commission) -> str:
    if not list_clearable_holds(commission):
        return str(REFUSALS[holds.NotHeld])
    return explain_clearing(commission, brand_reader(access.brand), brand_now(access.brand))


def _story_url(access: BrandAccess, commission: Commission) -> str:
    return reverse("portal:commission-brand", args=[access.brand.slug, commission.public_id])
