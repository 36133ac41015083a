"""UTM templates of a program: what its creators' links carry, shown by a live example."""

from collections.abc import Mapping

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from affiliates.access import get_utm_template_for
from affiliates.domain.urls import tracked_url
from affiliates.domain.utm import fill
from affiliates.forms import CLICK_SHOWN
from affiliates.forms_utm import UtmTemplateForm
from affiliates.models import UtmTemplate
from affiliates.selectors import list_utm_templates
from affiliates.services.utm import (
    FIELDS,
    UtmNameTaken,
    create_template,
    delete_template,
    update_template,
)
from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import why_not
from brands.models import Program
from brands.views.common import pick_program, program_page, program_url
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.templatetags.fairshare import number

TAB = "brands:program-settings"
LIST = "affiliates:utm-list"
SAMPLE_SUB_ID = "story-1"
SAMPLE = {"{creator}": "crt_7h2k9m4p8q", "{link}": "anna-cups"}


@require_GET
@door
def show_templates(request: HttpRequest, slug: str) -> HttpResponse:
    """List the templates of a program, each with an example."""
    access = get_brand_for(request.user, slug)
    program = pick_program(request, access)
    rows = list_utm_templates([program]).annotate(link_count=Count("links"))
    context = program_page(
        access,
        program,
        TAB,
        rows=[(row, _example(program, {key: getattr(row, key) for key in FIELDS})) for row in rows],
        back_url=program_url(TAB, access, program),
        off=why_not(access, Right.MANAGE),
    )
    return render(request, "affiliates/utm_list.html", context)


@require_http_methods(["GET", "POST"])
@door
def add_template(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a template. `preview` only answers with the example."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    return _edit(request, access, pick_program(request, access), None)


@require_http_methods(["GET", "POST"])
@door
def edit_template(request: HttpRequest, slug: str, template_id: str) -> HttpResponse:
    """Change a template and every link that uses it. `preview` only answers with the example."""
    access = get_brand_for(request.user, slug)
    template = get_utm_template_for(access, template_id)
    require(access, Right.MANAGE)
    return _edit(request, access, template.program, template)


@require_http_methods(["GET", "POST"])
@door
def remove_template(request: HttpRequest, slug: str, template_id: str) -> HttpResponse:
    """Delete a template; links keep the values it gave them."""
    access = get_brand_for(request.user, slug)
    template = get_utm_template_for(access, template_id)
    require(access, Right.MANAGE)
    back = program_url(LIST, access, template.program)
    if request.method == "POST":
        delete_template(
            template_id=template.pk, actor_id=access.member.user_id, now=brand_now(access.brand)
        )
        messages.success(request, _("Deleted. Links keep the values they had."))
        return see_other(back)
    context = program_page(
        access,
        template.program,
        TAB,
        template=template,
        links=_say_links(template.links.count()),
        back_url=back,
    )
    return render(request, "affiliates/utm_delete.html", context)


def _edit(
    request: HttpRequest, access: BrandAccess, program: Program, template: UtmTemplate | None
) -> HttpResponse:
    form = UtmTemplateForm(posted(request), template=template)
    back = program_url(LIST, access, program)
    is_preview = "preview" in request.POST
    is_ready = request.method == "POST" and not is_preview and form.is_valid()
    if is_ready and _save(access, program, template, form):
        messages.success(request, _("Saved. It holds for clicks from now on."))
        return see_other(back)
    context = program_page(
        access,
        program,
        TAB,
        form=form,
        template=template,
        links=_say_links(template.links.count()) if template else "",
        example=_example(program, form.values),
        back_url=back,
    )
    is_wrong = form.is_bound and not is_preview
    return render(request, "affiliates/utm_form.html", context, status=422 if is_wrong else 200)


def _save(
    access: BrandAccess, program: Program, template: UtmTemplate | None, form: UtmTemplateForm
) -> bool:
    actor_id, now = access.member.user_id, brand_now(access.brand)
    facts = form.cleaned_data
    try:
        if template is None:
            create_template(program_id=program.pk, facts=facts, actor_id=actor_id, now=now)
        else:
            update_template(template_id=template.pk, facts=facts, actor_id=actor_id, now=now)
    except UtmNameTaken:
        form.add_error("name", _("Another template of this program has this name."))
        return False
    return True


def _example(program: Program, values: Mapping[str, str]) -> str:
    """Return the address a shopper of an invented creator would get."""
    utm = fill(values, {**SAMPLE, "{program}": program.slug})
    return tracked_url(program.landing_url, CLICK_SHOWN, utm, [SAMPLE_SUB_ID])


def _say_links(count: int) -> str:
    text = ngettext("%(count)s link uses it.", "%(count)s links use it.", count)
    return text % {"count": number(count)}
