"""The terms of a program: every version, and the brand's own text."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import NotFound, Right, get_brand_for, require
from brands.context import why_not
from brands.forms.programs import OwnTermsForm
from brands.models import Program, Terms
from brands.selectors import list_terms
from brands.services.programs import update_program
from brands.views.common import pick_program, program_page, program_url
from brands.wording import render_terms
from core.clock import brand_now
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
            _save(request, program, form.cleaned_data["own_terms"])
            return see_other(program_url(TAB, access, program))
    versions = list(list_terms(program))
    shown = _pick_version(request, versions)
    context = program_page(
        access,
        program,
        TAB,
        form=form,
        versions=versions,
        shown=shown,
        clauses=render_terms(shown.generated) if shown else [],
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "brands/terms.html", context, status=422 if form.is_bound else 200)


def _save(request: HttpRequest, program: Program, text: str) -> None:
    before = program.own_terms
    update_program(
        program_id=program.pk,
        actor_id=request.user.pk,
        now=brand_now(program.brand),
        own_terms=text,
    )
    if text == before:
        messages.info(request, _("Nothing was changed."))
    else:
        messages.success(request, _("Saved. A new version of the terms says it from now on."))


def _pick_version(request: HttpRequest, versions: list[Terms]) -> Terms | None:
    wanted = request.GET.get("version", "")
    if not wanted:
        return versions[0] if versions else None
    found = [terms for terms in versions if str(terms.version) == wanted]
    if not found:
        raise NotFound
    return found[0]
