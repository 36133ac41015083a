"""The budget of a program: what is used, what is left, what was said about it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from brands.access import Right, get_brand_for
from brands.context import why_not
from brands.views.common import find_program, program_page
from core.edges import door, see_other
from tracking.selectors_budgets import list_warnings, read_budget


@door
@require_GET
def show_budget(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how far the budget of a program goes, or how to set one."""
    access = get_brand_for(request.user, slug)
    program = find_program(request, access)
    if program is None:
        return see_other(reverse("brands:setup", args=[slug]))
    context = program_page(
        access,
        program,
        "brands:program-settings",
        use=read_budget(program) if program.budget_minor is not None else None,
        warnings=list_warnings(program),
        off=why_not(access, Right.MANAGE),
        edit_url=reverse("brands:program-edit", args=[slug, "base"]),
        zone=access.brand.time_zone,
    )
    return render(request, "tracking/budget.html", context)
