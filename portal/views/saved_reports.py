"""Reports kept under a name: listed, opened, changed, put away."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import (
    BrandAccess,
    Right,
    get_brand_for,
    get_report_for,
    list_reports_for,
    require_report,
)
from brands.context import brand_page
from brands.models import SavedReport
from brands.selectors import list_members
from brands.services.reports import NameTaken, change_report, delete_report, save_report
from core.clock import brand_now
from core.edges import door, posted, see_other
from portal.forms_reports import SavedReportForm, initial_of
from portal.performance import list_currencies
from portal.report_asked import Choice, read_choice
from portal.report_words import COMPARE_LABELS, GROUP_LABELS, list_tabs
from portal.saved_reports import keep_query, page_url, read_saved


@door
@require_GET
def show_saved(request: HttpRequest, slug: str) -> HttpResponse:
    """List the reports a member may open: his own and the team's."""
    access = get_brand_for(request.user, slug)
    today = _today(access)
    rows = list_reports_for(access).prefetch_related("readers__user")
    context = _page(
        access,
        rows=[
            {
                "report": report,
                "choice": read_saved(report, today=today),
                "says": _say(read_saved(report, today=today)),
                "url": settings.SITE_URL + _url("open", report),
                "may_change": _may_change(access, report),
            }
            for report in rows
        ],
    )
    return render(request, "portal/saved_list.html", context)


@door
@require_GET
def open_saved(request: HttpRequest, slug: str, report_id: str) -> HttpResponse:
    """Lead to the report's page, with the days it is about today."""
    access = get_brand_for(request.user, slug)
    report = get_report_for(access, report_id)
    return redirect(page_url(report, read_saved(report, today=_today(access))))


@door
@require_http_methods(["GET", "POST"])
def add_saved(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep the report whose address the query is."""
    access = get_brand_for(request.user, slug)
    query = keep_query(request.GET.dict())
    form = _form(request, access, access.member.user_id, initial={})
    if request.method == "POST" and form.is_valid():
        try:
            save_report(brand_id=access.brand.pk, query=query, facts=form.facts, **_by(access))
        except NameTaken:
            form.add_error("name", _("You have a report of this name. Choose another one."))
        else:
            messages.success(request, _("Saved. It stands in this list and over the reports."))
            return see_other(reverse("portal:saved-list", args=[slug]))
    asked = read_choice(
        request.GET.dict(), currencies=list_currencies(access.brand), today=_today(access)
    )
    back = f"{reverse('portal:report-list', args=[slug])}?{query}"
    return _show_form(request, access, form, choice=asked, report=None, back_url=back)


@door
@require_http_methods(["GET", "POST"])
def change_saved(request: HttpRequest, slug: str, report_id: str) -> HttpResponse:
    """Rename, share or mail a saved report."""
    access = get_brand_for(request.user, slug)
    report = get_report_for(access, report_id)
    require_report(access, report)
    form = _form(request, access, report.owner_id, initial=initial_of(report))
    if request.method == "POST" and form.is_valid():
        try:
            change_report(report_id=report.pk, facts=form.facts, **_by(access))
        except NameTaken:
            form.add_error("name", _("You have a report of this name. Choose another one."))
        else:
            messages.success(request, _("Saved."))
            return see_other(reverse("portal:saved-list", args=[slug]))
    choice = read_saved(report, today=_today(access))
    back = reverse("portal:saved-list", args=[slug])
    return _show_form(request, access, form, choice=choice, report=report, back_url=back)


@door
@require_http_methods(["GET", "POST"])
def remove_saved(request: HttpRequest, slug: str, report_id: str) -> HttpResponse:
    """Put a saved report away, after saying what that does."""
    access = get_brand_for(request.user, slug)
    report = get_report_for(access, report_id)
    require_report(access, report)
    back = reverse("portal:saved-list", args=[slug])
    if request.method == "POST":
        delete_report(report_id=report.pk, **_by(access))
        messages.success(request, _("Deleted. What it showed is still in the reports."))
        return see_other(back)
    facts = [(_("Name"), report.name), (_("Mailed to"), report.readers.count())]
    return render(request, "portal/saved_delete.html", _page(access, facts=facts, back_url=back))


def _form(
    request: HttpRequest, access: BrandAccess, owner_id: int, *, initial: dict[str, Any]
) -> SavedReportForm:
    return SavedReportForm(
        posted(request),
        members=list(list_members(access.brand)),
        owner_id=owner_id,
        today=_today(access),
        initial=initial,
    )


def _show_form(
    request: HttpRequest,
    access: BrandAccess,
    form: SavedReportForm,
    *,
    choice: Choice,
    report: SavedReport | None,
    back_url: str,
) -> HttpResponse:
    context = _page(
        access, form=form, says=_say(choice), choice=choice, report=report, back_url=back_url
    )
    status = 422 if form.is_bound else 200
    return render(request, "portal/saved_form.html", context, status=status)


def _say(choice: Choice) -> list[Any]:
    """Return what a report asks, in words."""
    asked = choice.question
    known = COMPARE_LABELS.get(choice.compare, COMPARE_LABELS["previous"])
    return [
        GROUP_LABELS[asked.group],
        known,
        _("Before refunds") if asked.is_gross else _("Net of refunds"),
        *([asked.currency] if asked.currency else []),
        *([_("One creator")] if asked.creator else []),
    ]


def _may_change(access: BrandAccess, report: SavedReport) -> bool:
    return report.owner_id == access.member.user_id or access.can(Right.MANAGE)


def _page(access: BrandAccess, **context: Any) -> dict[str, Any]:
    return brand_page(
        access,
        nav_current="portal:report-list",
        tabs=list_tabs(access.brand.slug, "saved"),
        **context,
    )


def _by(access: BrandAccess) -> dict[str, Any]:
    return {"actor_id": access.member.user_id, "now": brand_now(access.brand)}


def _today(access: BrandAccess) -> date:
    brand = access.brand
    return brand_now(brand).astimezone(ZoneInfo(brand.time_zone)).date()


def _url(what: str, report: SavedReport) -> str:
    return reverse(f"portal:saved-{what}", args=[report.brand.slug, report.public_id])
