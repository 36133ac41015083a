"""Whether a brand's books balance: what each check compares, what it found, and what to do."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from brands.access import get_brand_for
from brands.context import brand_page
from core.access import get_by_public_id
from core.clock import brand_now, database_now
from core.edges import door, operator_door, see_other
from core.jobs import enqueue
from core.models import Brand
from portal.books import find_kept
from portal.books_words import describe_proof


@door
@require_http_methods(["GET", "POST"])
def show_brand_books(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the team what the latest proof found; a form has the books proved again."""
    access = get_brand_for(request.user, slug)
    here = reverse("portal:books", args=[slug])
    if request.method == "POST":
        return _prove_again(request, access.brand, here)
    context = brand_page(
        access,
        now=brand_now(access.brand),
        nav_current="portal:brand-home",
        zone=access.brand.time_zone,
        **_read(access.brand),
    )
    return render(request, "portal/books.html", context)


@operator_door
@require_http_methods(["GET", "POST"])
def show_books(request: HttpRequest, brand_id: str) -> HttpResponse:
    """Show the operator the same of any brand."""
    brand = get_by_public_id(Brand.objects.all(), brand_id)
    if request.method == "POST":
        return _prove_again(request, brand, reverse("portal:books-detail", args=[brand.public_id]))
    context = {"subject": brand, "zone": "UTC", **_read(brand)}
    return render(request, "portal/ops_books_brand.html", context)


def _read(brand: Brand) -> dict[str, object]:
    check, proof = find_kept(brand_id=brand.pk)
    return {"check": check, "proof": proof, "rows": describe_proof(proof) if proof else []}


def _prove_again(request: HttpRequest, brand: Brand, here: str) -> HttpResponse:
    enqueue("portal.prove_brand", brand_id=brand.pk, asked=f"{database_now():%Y-%m-%dT%H:%M}")
    messages.success(
        request, _("The books are being proved. Open this page again in a moment to see.")
    )
    return see_other(here)
