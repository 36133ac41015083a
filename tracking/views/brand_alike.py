"""End at once the reviews that wait for one and the same reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from brands.access import Right, get_brand_for, require
from brands.context import brand_page
from core import formats
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.money import Money
from core.templatetags.fairshare import current_language
from tracking.access_brand import get_commission_for
from tracking.forms_brand import NoteForm
from tracking.models import Commission
from tracking.selectors_brand import list_alike
from tracking.services.holds import clear_alike

MOST = 100


@door
@require_http_methods(["GET", "HEAD", "POST"])
def clear_those_alike(request: HttpRequest, slug: str, commission_id: str) -> HttpResponse:
    """Name the commissions under review for the same reason as one; on the second press, clear."""
    access = get_brand_for(request.user, slug)
    commission = get_commission_for(access, commission_id)
    require(access, Right.CLEAR)
    rows = list_alike(commission)
    if request.method == "POST":
        rows = rows.filter(public_id__in=[one[:40] for one in request.POST.getlist("also")])
    chosen, form = list(rows[:MOST]), NoteForm(posted(request))
    url = reverse("tracking:commission-list", args=[slug]) + "?tab=review"
    if not chosen:
        messages.info(request, _("Nothing waits for this reason alone any more."))
        return see_other(url)
    if form.is_valid():
        done = clear_alike(
            commission_ids=[row.pk for row in chosen],
            like=commission.pk,
            reason=form.cleaned_data["reason"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        text = ngettext("%(count)s review ended.", "%(count)s reviews ended.", done)
        messages.success(request, text % {"count": formats.isolate(str(done))})
        return see_other(url)
    count = len(chosen)
    button = ngettext("Clear %(count)s commission", "Clear %(count)s commissions", count)
    context = brand_page(
        access,
        nav_current="tracking:commission-list",
        title=_("End the reviews with the same reason"),
        text=_("Those that wait for another reason too, or for the bank, are left out."),
        button=button % {"count": formats.isolate(str(count))},
        facts=[(_name(row), _amount(row)) for row in chosen],
        fields=[("also", row.public_id) for row in chosen],
        form=form,
        back_url=url,
        action_url=request.path,
    )
    return render(request, "tracking/decision.html", context, status=422 if form.errors else 200)


def _name(commission: Commission) -> str:
    number = formats.isolate_ltr(commission.order.number)
    return f"{number} · {formats.isolate(str(commission.affiliation))}"


def _amount(commission: Commission) -> str:
    amount = Money(commission.amount_minor, commission.currency)
    return formats.money_text(amount, language=current_language())
