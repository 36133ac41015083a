"""Tax forms: a creator uploads them, and whoever pays opens them, on record."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from affiliates.access import get_affiliation_of
from brands.access import NotFound, Right, get_brand_for
from brands.context import brand_page, why_not
from core.clock import brand_now
from core.edges import door, see_other
from core.models import Brand
from payouts.access import get_document_for
from payouts.forms_documents import DocumentForm
from payouts.selectors_tax import find_settings, list_documents
from payouts.services.documents import (
    DocumentGone,
    add_document,
    open_document,
    require_documents,
)
from payouts.views.tax import switch_gate

ENDINGS = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}


@require_http_methods(["GET", "POST"])
@door
def edit_own(request: HttpRequest, affiliation_id: str) -> HttpResponse:
    """Show a creator the forms he uploaded to a brand, and take a new one."""
    affiliation = get_affiliation_of(request.user, affiliation_id)
    brand = affiliation.brand
    now = brand_now(brand)
    is_sent = request.method == "POST"
    form = DocumentForm(
        request.POST if is_sent else None,
        request.FILES if is_sent else None,
        today=_day(brand, now),
    )
    if is_sent and form.is_valid():
        add_document(
            affiliation_id=affiliation.pk,
            upload=form.read(),
            actor_id=affiliation.affiliate.user_id,
            now=now,
        )
        messages.success(request, _("Uploaded. Only people of the brand who pay can open it."))
        return see_other(reverse("payouts:own-forms", args=[affiliation.public_id]))
    context = {
        "affiliation": affiliation,
        "brand": brand,
        "form": form,
        "documents": list_documents(affiliation),
        "today": _day(brand, now),
        "is_required": find_settings(brand).requires_document,
        "nav_current": "payouts:creator-payouts",
    }
    return render(request, "payouts/own_forms.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door
def show_document(request: HttpRequest, slug: str, document_id: str) -> HttpResponse:
    """Show that a creator uploaded a form; the form itself only when asked for, on record."""
    needs = Right.MONEY if request.method == "POST" else Right.READ
    access = get_brand_for(request.user, slug, needs=needs)
    document = get_document_for(access, document_id)
    if request.method == "POST":
        try:
            content = open_document(
                document_id=document.pk,
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
        except DocumentGone:
            raise NotFound from None
        answer = HttpResponse(content, content_type=document.content_type)
        name = f"{document.public_id}.{ENDINGS[document.content_type]}"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer
    context = brand_page(
        access,
        document=document,
        off=why_not(access, Right.MONEY),
        nav_current="payouts:run-list",
    )
    return render(request, "payouts/tax_document.html", context)


@require_POST
@door
def require(request: HttpRequest, slug: str) -> HttpResponse:
    """Let payouts wait for a form that holds, or not."""
    return switch_gate(
        request,
        slug,
        service=require_documents,
        said_on=_("From now on payouts wait for a tax form."),
        said_off=_("Payouts do not wait for tax forms any more."),
    )


def _day(brand: Brand, now: datetime) -> date:
    return now.astimezone(ZoneInfo(brand.time_zone)).date()
