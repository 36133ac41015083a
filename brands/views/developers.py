"""What programmers of a brand need: keys of the API, shown once, and where it is described."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, get_key_for
from brands.context import brand_page
from brands.forms.developers import KeyForm
from brands.models import ApiKey, Scope
from brands.selectors_keys import get_key_state, list_keys
from brands.services.apikeys import AlreadyRevoked, TooManyKeys, create_key, revoke_key
from core.clock import database_now
from core.edges import door, posted, see_other

NAV = "brands:developers"
API_ROOT = "/api/v1/"


@require_GET
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """List the keys of the API, and lead to what else programmers need."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    now = database_now()
    context = brand_page(
        access,
        nav_current=NAV,
        keys=[_describe(key, now) for key in list_keys(access.brand)],
        api_url=request.build_absolute_uri(API_ROOT),
    )
    return render(request, "brands/developers.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
@door
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a key; the answer to that is the one page that ever shows it."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    form = KeyForm(posted(request), initial={"scopes": [Scope.PROGRAMS_READ, Scope.SALES_READ]})
    if request.method == "POST" and form.is_valid() and (made := _make(access, form)):
        key, text = made
        context = brand_page(
            access, nav_current=NAV, key=key, text=text, scopes=_list_scopes(key), url=_url(access)
        )
        return render(request, "brands/key_made.html", context)
    context = brand_page(access, nav_current=NAV, form=form, back_url=_url(access))
    return render(request, "brands/key_create.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@door
def revoke(request: HttpRequest, slug: str, key_id: str) -> HttpResponse:
    """Say what revoking a key does, then do it."""
    access = get_brand_for(request.user, slug, Right.TEAM)
    key = get_key_for(access, key_id)
    if request.method == "POST":
        try:
            revoke_key(key_id=key.pk, actor_id=access.member.user_id, now=database_now())
            messages.success(request, _("Revoked. The key opens nothing any more."))
        except AlreadyRevoked:
            messages.error(request, _("Nothing was changed: the key was revoked before."))
        return see_other(_url(access))
    context = brand_page(access, nav_current=NAV, key=key, back_url=_url(access))
    return render(request, "brands/key_revoke.html", context)


def _make(access: BrandAccess, form: KeyForm) -> tuple[ApiKey, str] | None:
    """Make what the form asks for; None, with the reason on the form, where it cannot be."""
    now = database_now()
    try:
        return create_key(
            brand_id=access.brand.pk,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expiry(now),
            actor_id=access.member.user_id,
            now=now,
        )
    except TooManyKeys:
        form.add_error(None, _("A brand has at most 50 keys. Revoke one that is not used."))
    return None


def _describe(key: ApiKey, now: datetime) -> dict[str, Any]:
    return {"key": key, "state": get_key_state(key, now=now), "scopes": _list_scopes(key)}


def _list_scopes(key: ApiKey) -> list[tuple[str, str]]:
    return [(scope, str(Scope(scope).label)) for scope in key.scopes]


def _url(access: BrandAccess) -> str:
    return reverse(NAV, args=[access.brand.slug])
