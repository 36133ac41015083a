"""The story of one commission for its creator, and his answer while it is on review."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.clock import brand_now
from core.edges import door, see_other
from portal.forms import AnswerForm
from portal.selectors import load_story
from portal.story import build_story, make_reader
from tracking.access import get_own_commission
from tracking.models import Commission
from tracking.selectors_brand import list_clearable_holds
from tracking.services.asking import TooManyMessages, answer_brand
from tracking.services.holds import NotHeld


@require_GET
@door
def show_commission(request: HttpRequest, commission_id: str) -> HttpResponse:
    """Tell the story of one commission."""
    commission = get_own_commission(request.user, commission_id)
    return render(request, "portal/commission_story.html", _page(commission, AnswerForm()))


@require_POST
@door
def answer_review(request: HttpRequest, commission_id: str) -> HttpResponse:
    """Take what the creator says while his commission is on review."""
    commission = get_own_commission(request.user, commission_id)
    form = AnswerForm(request.POST)
    if form.is_valid() and _is_sent(request, commission, form):
        page = reverse("portal:commission-story", args=[commission.public_id])
        return see_other(f"{page}#review")
    return render(request, "portal/commission_story.html", _page(commission, form), status=422)


def _is_sent(request: HttpRequest, commission: Commission, form: AnswerForm) -> bool:
    try:
        answer_brand(
            commission_id=commission.pk,
            text=form.cleaned_data["text"],
            actor_id=commission.affiliation.affiliate.user_id,
            now=brand_now(commission.brand),
        )
    except NotHeld:
        form.add_error(None, _("The review has ended meanwhile. Nothing was sent."))
        return False
    except TooManyMessages:
        form.add_error(
            None,
            _("{brand} has three messages of yours and writes next.").format(
                brand=commission.brand.name
            ),
        )
        return False
    messages.success(request, _("Sent. The release date stays as it is."))
    return True


def _page(commission: Commission, form: AnswerForm) -> dict[str, Any]:
    rows = load_story(commission=commission, now=brand_now(commission.brand))
    return {
        "story": build_story(rows=rows, reader=make_reader(audience="creator", rows=rows)),
        "commission": commission,
        "brand": commission.brand,
        "zone": commission.brand.time_zone,
        "thread": commission.messages.order_by("pk"),
        "can_answer": bool(list_clearable_holds(commission)) or form.is_bound,
        "answer_form": form,
        "nav_current": "portal:creator-earnings",
    }
