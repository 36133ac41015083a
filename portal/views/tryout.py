"""Try an order on the rules and policies that run."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from affiliates.models import Enrollment
from brands.access import get_brand_for
from brands.models import Program
from brands.selectors import find_latest_rules
from brands.views.common import pick_program, program_page
from core.clock import brand_now
from core.edges import door
from core.money import EXPONENTS
from portal.forms_tryout import TryForm
from portal.tryout import try_order

TAB = "brands:rules"
MOST = 500


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the form, and what would become of the order that the address makes up."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    asked = request.GET if "total" in request.GET else None
    currency = request.GET.get("currency", "")
    form = TryForm(
        asked,
        currency=currency if currency in EXPONENTS else program.currency,
        places=_list_places(program),
    )
    has_rules = find_latest_rules(program) is not None
    tried = None
    if asked is not None and has_rules and form.is_valid():
        tried = try_order(program, form.wish, now=brand_now(access.brand))
    context = program_page(access, program, TAB, form=form, tried=tried, has_rules=has_rules)
    return render(request, "portal/tryout.html", context, status=422 if form.errors else 200)


def _list_places(program: Program) -> list[Enrollment]:
    rows = Enrollment.objects.filter(program=program).select_related(
        "affiliation__affiliate", "group", "program"
    )
    return list(rows.order_by("affiliation__affiliate__display_name", "pk")[:MOST])
