"""A creator's links and codes."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_link_for, list_enrollments
from affiliates.context import Scope, creator_page, read_scope
from affiliates.domain.urls import tracked_url
from affiliates.forms import CLICK_SHOWN, LinkEditForm, LinkForm, SlugForm, say_refusal
from affiliates.models import AffiliationStatus, Enrollment, Link
from affiliates.selectors import (
    get_current_slug,
    list_appliable,
    list_code_batches,
    list_codes,
    list_links,
    list_utm_templates,
    short_url,
)
from affiliates.services import links
from affiliates.services.errors import AffiliationSuspended, ProgramClosed
from affiliates.wording import render_slug_taken
from brands.domain.codelinks import apply_code
from brands.models import ProgramStatus
from brands.selectors import find_link_host
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.paging import cut_page
from core.qr import make_qr_png, make_qr_svg
from portal.links import list_code_rows, list_link_rows, load_link_row
from tracking.selectors_codes import list_batch_rows

QR_KINDS = {"svg": ("image/svg+xml", make_qr_svg), "png": ("image/png", make_qr_png)}


@require_GET
@door
def show_links(request: HttpRequest) -> HttpResponse:
    """Show links and codes with what they brought."""
    scope = read_scope(request)
    is_archive = request.GET.get("show") == "archived"
    rows = list_links(scope.affiliations).filter(archived_at__isnull=not is_archive)
    page = cut_page(rows, before=request.GET.get("before", ""))
    context = creator_page(
        scope,
        rows=list_link_rows(page.rows),
        codes=list_code_rows(list_codes(scope.affiliations)),
        batches=list_batch_rows(list_code_batches(scope.affiliations)),
        is_archive=is_archive,
        next_url=page.older_url(request.GET.dict()),
        can_make=bool(_list_places(request, scope)),
    )
    return render(request, "portal/link_list.html", context)


@require_http_methods(["GET", "POST"])
@door
def create_link(request: HttpRequest) -> HttpResponse:
    """Make a link to any page of a program. `preview` only answers with the full address."""
    scope = read_scope(request)
    places = _list_places(request, scope)
    templates = list(list_utm_templates([place.program for place in places]))
    form = LinkForm(
        posted(request), enrollments=places, templates=templates, codes=list_appliable(places)
    )
    is_preview = "preview" in request.POST
    if request.method == "POST" and form.is_valid() and not is_preview:
        link = _create(request, form)
        if link is not None:
            messages.success(request, _("Your link is ready. Copy it and share it."))
            return see_other(reverse("affiliates:link-detail", args=[link.public_id]))
    slug = form.cleaned_data.get("slug", "") if form.is_bound else ""
    context = creator_page(
        scope, form=form, preview=form.preview(slug), nav_current="affiliates:link-list"
    )
    status = 422 if form.errors and not is_preview else 200
    return render(request, "portal/link_new.html", context, status=status)


@require_GET
@door
def show_link(request: HttpRequest, link_id: str) -> HttpResponse:
    """Show one link, its codes to print and what may be changed."""
    return _show(request, get_link_for(request.user, link_id), None)


@require_http_methods(["GET", "POST"])
@door
def edit_link(request: HttpRequest, link_id: str) -> HttpResponse:
    """Change where a link leads, its name and its marks, for clicks from now on.

    `preview` only answers with the full address.
    """
    link = get_link_for(request.user, link_id)
    templates = list(list_utm_templates([link.enrollment.program]))
    codes = list_appliable([link.enrollment], kept=link.code)
    form = LinkEditForm(posted(request), link=link, templates=templates, codes=codes)
    is_preview = "preview" in request.POST
    is_saved = request.method == "POST" and form.is_valid() and not is_preview
    if is_saved and _edit(request, link, form):
        messages.success(request, _("Saved. It holds for clicks from now on."))
        return see_other(reverse("affiliates:link-detail", args=[link.public_id]))
    slug = get_current_slug(link)
    context = {
        "form": form,
        "link": link,
        "slug": slug,
        "preview": form.preview(slug) if form.is_bound else _full_url(link),
        "brand": link.enrollment.program.brand,
        "nav_current": "affiliates:link-list",
    }
    status = 422 if form.errors and not is_preview else 200
    return render(request, "portal/link_edit.html", context, status=status)


@require_GET
@door
def print_link(request: HttpRequest, link_id: str) -> HttpResponse:
    """Show the QR code large, to be printed with its name and address."""
    link = get_link_for(request.user, link_id)
    context = {
        "row": load_link_row(link),
        "brand": link.enrollment.program.brand,
        "nav_current": "affiliates:link-list",
    }
    return render(request, "portal/link_print.html", context)


@require_POST
@door
def change_slug(request: HttpRequest, link_id: str) -> HttpResponse:
    """Show another address for a link; the old one keeps working."""
    link = get_link_for(request.user, link_id)
    form = SlugForm(request.POST)
    if form.is_valid() and _change_slug(request, link, form):
        messages.success(request, _("Renamed. The old address keeps working for you."))
        return see_other(reverse("affiliates:link-detail", args=[link.public_id]))
    return _show(request, link, form)


@require_POST
@door
def archive_link(request: HttpRequest, link_id: str) -> HttpResponse:
    """Put a link away; it can be taken back."""
    link = get_link_for(request.user, link_id)
    links.archive_link(link_id=link.pk, actor_id=_actor(request), now=brand_now(link.brand))
    text = _("Archived. It still leads to the store; its clicks no longer count.")
    messages.success(request, text)
    return see_other(reverse("affiliates:link-detail", args=[link.public_id]))


@require_POST
@door
def restore_link(request: HttpRequest, link_id: str) -> HttpResponse:
    """Take an archived link back into use."""
    link = get_link_for(request.user, link_id)
    links.restore_link(link_id=link.pk, actor_id=_actor(request), now=brand_now(link.brand))
    messages.success(request, _("In use again. Its clicks count from now on."))
    return see_other(reverse("affiliates:link-detail", args=[link.public_id]))


@require_GET
@door
def show_qr(request: HttpRequest, link_id: str, kind: str) -> HttpResponse:
    """Return the QR code of a link; `?download` offers it as a file."""
    link = get_link_for(request.user, link_id)
    slug = get_current_slug(link)
    content_type, make = QR_KINDS[kind]
    url = short_url(slug, find_link_host(link.brand_id))
    response = HttpResponse(make(url), content_type=content_type)
    if "download" in request.GET:
        response["Content-Disposition"] = f'attachment; filename="{slug}.{kind}"'
    return response


def _show(request: HttpRequest, link: Link, form: SlugForm | None) -> HttpResponse:
    place = link.enrollment.affiliation
    row = load_link_row(link)
    context: dict[str, Any] = {
        "row": row,
        "form": form or SlugForm(initial={"slug": row.slug}),
        "full_url": _full_url(link),
        "brand": link.enrollment.program.brand,
        "is_suspended": place.status == AffiliationStatus.SUSPENDED,
        "nav_current": "affiliates:link-list",
    }
    status = 422 if form and form.errors else 200
    return render(request, "portal/link_detail.html", context, status=status)


def _full_url(link: Link) -> str:
    full = tracked_url(link.destination_url, CLICK_SHOWN, link.utm, link.sub_ids)
    if link.code is None or link.code.disabled_at is not None:
        return full
    return apply_code(link.enrollment.program.code_url, full, link.code.text)


def _create(request: HttpRequest, form: LinkForm) -> Link | None:
    """Make the link, or put what stopped it beside its field."""
    place, data = form.place, form.cleaned_data
    try:
        return links.create_link(
            enrollment_id=place.pk,
            destination_url=data["destination_url"],
            slug=data["slug"] or None,
            name=data["name"],
            utm={} if form.template else form.utm,
            utm_template=form.template,
            sub_ids=form.sub_ids,
            code=form.code,
            actor_id=_actor(request),
            now=brand_now(place.program.brand),
        )
    except links.DestinationRefused as error:
        form.add_error("destination_url", say_refusal(error.refused, place.program))
    except links.SlugTaken as error:
        form.add_error("slug", render_slug_taken(error.slug, error.code))
    except AffiliationSuspended:
        form.add_error(None, _("Your membership is suspended, so no new link can begin."))
    except ProgramClosed:
        form.add_error(None, _("This program is closed, so no new link can begin."))
    return None


def _edit(request: HttpRequest, link: Link, form: LinkEditForm) -> bool:
    actor_id, now, data = _actor(request), brand_now(link.brand), form.cleaned_data
    try:
        links.edit_destination(
            link_id=link.pk, destination_url=data["destination_url"], actor_id=actor_id, now=now
        )
    except links.DestinationRefused as error:
        form.add_error("destination_url", say_refusal(error.refused, link.enrollment.program))
        return False
    tags: links.LinkTags = {"name": data["name"], "sub_ids": form.sub_ids}
    if "code" in form.fields:
        tags["code"] = form.code
    if form.template:
        tags["utm_template"] = form.template
    else:
        tags["utm"] = {**link.utm, **form.utm}
    links.edit_tags(link_id=link.pk, actor_id=actor_id, now=now, **tags)
    return True


def _change_slug(request: HttpRequest, link: Link, form: SlugForm) -> bool:
    try:
        links.change_slug(
            link_id=link.pk,
            slug=form.cleaned_data["slug"],
            actor_id=_actor(request),
            now=brand_now(link.brand),
        )
    except links.SlugTaken as error:
        form.add_error("slug", render_slug_taken(error.slug, error.code))
        return False
    return True


def _list_places(request: HttpRequest, scope: Scope) -> list[Enrollment]:
    """Return where a new link may begin."""
    rows = list_enrollments(request.user).filter(
        affiliation__in=scope.affiliations, affiliation__status=AffiliationStatus.ACTIVE
    )
    return list(rows.filter(program__status__in=[ProgramStatus.LIVE, ProgramStatus.PAUSED]))


def _actor(request: HttpRequest) -> int:
    assert request.user.pk is not None  # noqa: S101  # behind the door
    return request.user.pk
