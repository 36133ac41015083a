"""The terms of a program: every version, and the brand's own text."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import why_not
from brands.forms.programs import OwnTermsForm
from brands.models import Program, Terms
from brands.selectors import find_terms, list_terms
from brands.views.common import pick_program, program_page, program_url
from brands.views.programs import save_settings
from brands.wording import render_terms
from brands.wording_terms import describe_changes
from core.edges import door, posted, see_other

TAB = "brands:terms"


@require_http_methods(["GET", "POST"])
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a version of the terms (`?version=`, the latest by default) and the own text."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    form = OwnTermsForm(posted(request), initial={"own_terms": program.own_terms})
    if request.method == "POST":
        require(access, Right.MANAGE)
        if form.is_valid():
            return _save(request, access, program, form)
    versions = list(list_terms(program))
    shown = _pick_version(request, versions)
    earlier = find_terms(program, shown.version - 1) if shown else None
    context = program_page(
        access,
        program,
        TAB,
        form=form,
        versions=versions,
        shown=shown,
        earlier=earlier,
        lines=describe_changes(earlier, shown) if shown and earlier else [],
        clauses=render_terms(shown.generated) if shown else [],
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "brands/terms.html", context, status=422 if form.is_bound else 200)


def _save(
    request: HttpRequest, access: BrandAccess, program: Program, form: OwnTermsForm
) -> HttpResponse:
    here = program_url(TAB, access, program)
    if form.cleaned_data["own_terms"] == program.own_terms:
        messages.info(request, _("Nothing was changed."))
        return see_other(here)
    return save_settings(request, access, program, form, form.cleaned_data, back_url=here)


def _pick_version(request: HttpRequest, versions: list[Terms]) -> Terms | None:
    wanted = request.GET.get("version", "")
    if not wanted:
        return versions[0] if versions else None
    found = [terms for terms in versions if str(terms.version) == wanted]
    if not found:
        raise NotFound
    return found[0]
