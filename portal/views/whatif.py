"""Try a draft of rules on past orders: ask, watch, read the answer, take it as a file."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from brands.access import BrandAccess, Right, get_brand_for
from brands.context import why_not
from brands.domain.whatif import Terms, hash_draft
from brands.models import Program, WhatIf
from brands.selectors import get_base_policy
from brands.selectors_whatifs import list_what_ifs
from brands.services.rules import RuleInvalid, to_rules
from brands.services.whatifs import Trial, ask_what_if
from brands.views.common import pick_program, program_page, program_url
from brands.views.drafts import load_draft
from core import audit
from core.access import get_by_public_id
from core.clock import brand_now, database_now
from core.downloads import send_sheet
from core.edges import door, posted, see_other
from core.exports import Sheet
from portal.forms_whatif import WhatIfForm
from portal.whatif import HEADINGS, SHOWN, counts_visits, list_cells, list_parts
from tracking.services.whatifs import list_decisions
from tracking.tasks import work_on_what_if

TAB = "brands:rules"
AT_ONCE = 300  # orders that are replayed while their reader waits: well under a second


@require_http_methods(["GET", "POST"])
@door
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Show what to try and what was tried; POST tries the reader's draft."""
    access = get_brand_for(request.user, slug)
    if request.method == "POST":
        access = get_brand_for(request.user, slug, Right.MANAGE)
    program = pick_program(request, access)
    draft = load_draft(request.session, program)
    form = WhatIfForm(posted(request), program=program, now=brand_now(access.brand))
    if request.method == "POST" and form.is_valid():
        row = _ask(request, access, program, form)
        if row is not None:
            return see_other(reverse("portal:what-if-detail", args=[slug, row.public_id]))
    context = program_page(
        access,
        program,
        TAB,
        form=form,
        draft=draft,
        off=why_not(access, Right.MANAGE),
        tried=list_what_ifs(program).defer("rules", "result"),
        rules_url=program_url(TAB, access, program),
    )
    return render(request, "portal/whatif.html", context, status=422 if form.errors else 200)


@require_GET
@door
def show(request: HttpRequest, slug: str, what_if_id: str) -> HttpResponse:
    """Show the answer, or that it is being worked out."""
    access = get_brand_for(request.user, slug)
    row = _get(access, what_if_id)
    program = row.program
    publish = Terms(to_rules(load_draft(request.session, program).rules), get_base_policy(program))
    context = program_page(
        access,
        program,
        TAB,
        row=row,
        parts=list_parts(row),
        shown=SHOWN,
        has_visits=counts_visits(row),
        is_this_draft=hash_draft(publish) == row.draft_hash,
        off=why_not(access, Right.MANAGE),
        again_url=program_url("portal:what-if", access, program),
    )
    response = render(request, "portal/whatif_result.html", context)
    if "watch" in request.GET and row.finished_at is not None:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@door
def download(request: HttpRequest, slug: str, what_if_id: str) -> HttpResponseBase:
    """Give the answer as CSV, and record who took it."""
    access = get_brand_for(request.user, slug)
    row, now = _get(access, what_if_id), brand_now(access.brand)
    sheet = Sheet("what-if", HEADINGS, list_cells(row), ZoneInfo(access.brand.time_zone))
    audit.record(
        brand_id=access.brand.pk,
        actor_id=access.member.user_id,
        action="list.exported",
        target=access.brand,
        after={"list": "what-if", "format": "csv"},
        now=now,
    )
    return send_sheet(sheet, file_format="csv", now=now)


def _ask(
    request: HttpRequest, access: BrandAccess, program: Program, form: WhatIfForm
) -> WhatIf | None:
    since, until = form.span
    drafts = load_draft(request.session, program).rules
    try:
        row = ask_what_if(
            program_id=program.pk,
            trial=Trial(drafts, form.draft_base, since, until),
            actor_id=access.member.user_id,
            now=form.now,
            real_now=database_now(),
        )
    except RuleInvalid as error:
        text = _("Rule %(position)s cannot be published as it is; open it and look again.")
        form.add_error(None, text % {"position": error.position})
        return None
    if list_decisions(row)[: AT_ONCE + 1].count() <= AT_ONCE:
        work_on_what_if(what_if_id=row.pk)
    return row


def _get(access: BrandAccess, what_if_id: str) -> WhatIf:
    rows = WhatIf.objects.filter(brand=access.brand).select_related("brand", "program__brand")
    return get_by_public_id(rows, what_if_id)
