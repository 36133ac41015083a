"""Codes that are good for one order each: made, looked at, taken as a file and ended."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import get_batch_for, get_brand_batch, get_brand_enrollment
from affiliates.forms_brand import BatchForm
from affiliates.models import CodeBatch, Enrollment
from affiliates.services.codebatches import create_batch, end_batch
from affiliates.services.codes import CodeTaken
from affiliates.services.errors import AffiliationSuspended, ProgramClosed
from brands.access import BrandAccess, NotFound, Right, get_brand_for, require
from brands.context import brand_page, why_not
from core import audit, formats
from core.clock import brand_now
from core.downloads import send_sheet
from core.edges import door, posted, see_other
from core.paging import cut_page
from core.wording import current_language
from portal.batches import list_single_codes, make_brand_sheet, make_creator_sheet
from tracking.selectors_codes import list_batch_rows

NAV = "affiliates:creator-list"


@door
@require_http_methods(["GET", "HEAD", "POST"])
def add_batch(request: HttpRequest, slug: str, creator_id: str, enrollment_id: str) -> HttpResponse:
    """Make codes for a creator, each good for one order."""
    access = get_brand_for(request.user, slug)
    place = get_brand_enrollment(access, enrollment_id)
    if place.affiliation.public_id != creator_id:
        raise NotFound
    require(access, Right.MANAGE)
    form = BatchForm(posted(request))
    if form.is_bound and form.is_valid():
        batch = _create(access, place, form)
        if batch is not None:
            messages.success(request, _("The codes are ready. Create them in the store too."))
            return see_other(_batch_url(access, batch))
    context = brand_page(
        access,
        nav_current=NAV,
        form=form,
        affiliation=place.affiliation,
        enrollment=place,
        back_url=_codes_url(access, place),
    )
    return render(
        request, "portal/code_batch_new.html", context, status=422 if form.errors else 200
    )


@door
@require_GET
def show_batch(request: HttpRequest, slug: str, batch_id: str) -> HttpResponse:
    """Show the codes of a batch, each with the order that used it."""
    access = get_brand_for(request.user, slug)
    batch = get_brand_batch(access, batch_id)
    asked = request.GET.dict()
    page = cut_page(batch.codes.all(), before=asked.get("before", ""))
    context = brand_page(
        access,
        nav_current=NAV,
        batch=batch,
        row=list_batch_rows([batch])[0],
        rows=list_single_codes(page.rows),
        next_url=page.older_url(asked),
        affiliation=batch.enrollment.affiliation,
        back_url=_codes_url(access, batch.enrollment),
        manage_off=why_not(access, Right.MANAGE),
    )
    return render(request, "portal/code_batch.html", context)


@door
@require_POST
def download_batch(request: HttpRequest, slug: str, batch_id: str) -> HttpResponseBase:
    """Give the codes of a batch as CSV, and record who took them."""
    access = get_brand_for(request.user, slug)
    batch, now = get_brand_batch(access, batch_id), brand_now(access.brand)
    audit.record(
        brand_id=access.brand.pk,
        actor_id=access.member.user_id,
        action="list.exported",
        target=access.brand,
        after={"list": "codes", "format": "csv", "filters": {"batch": batch.public_id}},
        now=now,
    )
    return send_sheet(make_brand_sheet(batch), file_format="csv", now=now)


@door
@require_http_methods(["GET", "HEAD", "POST"])
def stop_batch(request: HttpRequest, slug: str, batch_id: str) -> HttpResponse:
    """End what is left of a batch, for orders from now on."""
    access = get_brand_for(request.user, slug)
    batch = get_brand_batch(access, batch_id)
    require(access, Right.MANAGE)
    row = list_batch_rows([batch])[0]
    if request.method != "POST":
        context = brand_page(
            access,
            nav_current=NAV,
            batch=batch,
            row=row,
            back_url=_batch_url(access, batch),
        )
        return render(request, "portal/code_batch_end.html", context)
    end_batch(batch_id=batch.pk, actor_id=access.member.user_id, now=brand_now(access.brand))
    text = ngettext("%(count)s code ended.", "%(count)s codes ended.", row.left)
    messages.success(
        request, text % {"count": formats.number_text(row.left, language=current_language())}
    )
    return see_other(_batch_url(access, batch))


@require_GET
@door
def download_own(request: HttpRequest, batch_id: str) -> HttpResponseBase:
    """Give a creator the codes of a batch of his as CSV."""
    batch = get_batch_for(request.user, batch_id)
    return send_sheet(make_creator_sheet(batch), file_format="csv", now=brand_now(batch.brand))


def _create(access: BrandAccess, place: Enrollment, form: BatchForm) -> CodeBatch | None:
    """Make the batch, or put what stopped it on the form."""
    data: Mapping[str, Any] = form.cleaned_data
    try:
        return create_batch(
            enrollment_id=place.pk,
            prefix=data["begins_with"],
            count=data["count"],
            discount_note=data["discount_note"],
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
    except CodeTaken:
        form.add_error(
            "begins_with", _("There are too many codes like these. Choose another prefix.")
        )
    except AffiliationSuspended:
        form.add_error(None, _("This creator is suspended. Reinstate the creator first."))
    except ProgramClosed:
        form.add_error(None, _("The program is closed: no new code begins in it."))
    return None


def _codes_url(access: BrandAccess, place: Enrollment) -> str:
    url = reverse(
        "affiliates:creator-detail", args=[access.brand.slug, place.affiliation.public_id]
    )
    return f"{url}?tab=links"


def _batch_url(access: BrandAccess, batch: CodeBatch) -> str:
    return reverse("affiliates:code-batch", args=[access.brand.slug, batch.public_id])
