"""Give a bonus by hand: who, how much and why, then what it comes to, then the deed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from brands.access import NotFound, Right, get_brand_for
from brands.context import brand_page
from brands.selectors import list_groups, list_programs
from brands.views.common import find_program
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.ids import random_text
from core.money import Money
from tracking.forms_bonuses import BonusForm
from tracking.selectors_brand import list_enrollments_to_credit
from tracking.services.bonuses import give_bonus


@door
@require_http_methods(["GET", "POST"])
def give(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for a bonus, show what it comes to in all, then give it."""
    access = get_brand_for(request.user, slug, Right.CLEAR)
    program = find_program(request, access)
    if program is None:
        raise NotFound
    form = BonusForm(
        posted(request),
        program=program,
        groups=list(list_groups(program)),
        places=list(list_enrollments_to_credit(access.brand).filter(program=program)),
        initial={"whom": request.GET.get("whom", ""), "key": random_text(20)},
    )
    is_sent = request.method == "POST" and form.is_valid()
    if is_sent and "give" in request.POST:
        given = give_bonus(
            bonus=form.bonus,
            enrollment_ids=[one.pk for one in form.chosen],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        said = ngettext("%(count)s creator got it.", "%(count)s creators got it.", given)
        messages.success(request, said % {"count": given})
        return see_other(reverse("tracking:commission-list", args=[slug]))
    amount = form.bonus.amount if is_sent else None
    context = brand_page(
        access,
        nav_current="tracking:commission-list",
        form=form,
        program=program,
        programs=list(list_programs(access.brand)),
        chosen=form.chosen if is_sent else [],
        is_shown=is_sent,
        amount=amount,
        total=Money(amount.amount_minor * len(form.chosen), amount.currency) if amount else None,
        back_url=reverse("tracking:commission-list", args=[slug]),
    )
    return render(request, "tracking/bonus.html", context, status=422 if form.errors else 200)
