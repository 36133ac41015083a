"""Store connections: connect one, read its address and snippet, rotate its secret, switch it off.

What a store sent stands in tracking's inbox; these pages only link to it.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, get_connection_for, require
from brands.context import brand_page, why_not
from brands.domain.platforms import TRAITS
from brands.forms.stores import ConnectionForm, KeysForm, RenameForm, RotateForm
from brands.models import Platform, StoreConnection
from brands.selectors import list_connections, list_programs, was_ever_live
from brands.services.connections import (
    create_connection,
    rename_connection,
    rotate_secret,
    set_api_keys,
    set_connection_active,
)
from core.clock import brand_now, database_now
from core.edges import door, posted, see_other

SHOWN_ONCE = "connection-secret"
NAV = "brands:connection-list"
DEFAULT_WINDOW_DAYS = 30
# What else has to be done in a shop of the platform for the click to reach the order.
CLICK_STEPS = frozenset(
    {"woocommerce", "generic", "stripe", "paddle", "lemonsqueezy", "gumroad", "ecwid"}
)


@require_GET
@door
def show_list(request: HttpRequest, slug: str) -> HttpResponse:
    """List the stores."""
    access = get_brand_for(request.user, slug)
    context = brand_page(
        access, connections=list_connections(access.brand), off=why_not(access, Right.MANAGE)
    )
    return render(request, "brands/connection_list.html", context)


@require_http_methods(["GET", "POST"])
@door
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Connect a store; its secret is shown on the next page, once."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    form = ConnectionForm(
        posted(request), initial={"platform": Platform.SHOPIFY, "name": access.brand.name}
    )
    if request.method == "POST" and form.is_valid():
        connection = create_connection(
            brand_id=access.brand.pk,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
            **form.cleaned_data,
        )
        traits = TRAITS[connection.platform]
        if traits.is_posting and not traits.gives_secret:
            request.session[SHOWN_ONCE] = connection.public_id
        return see_other(_detail_url(access, connection))
    context = brand_page(access, form=form, nav_current=NAV)
    status = 422 if form.is_bound else 200
    return render(request, "brands/connection_create.html", context, status=status)


@require_http_methods(["GET", "POST"])
@door
def show(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Show how the store is set up; POST changes one thing (`action`)."""
    access = get_brand_for(request.user, slug)
    connection = get_connection_for(access, connection_id)
    forms = _make_forms(connection)
    if request.method == "POST":
        require(access, Right.MANAGE)
        action = request.POST.get("action", "")
        if action in forms:
            forms = _make_forms(connection, {action: request.POST})
            if forms[action].is_valid():
                _ACTIONS[action](request, access, connection, forms[action].cleaned_data)
                return see_other(_detail_url(access, connection))
    is_fresh = request.session.pop(SHOWN_ONCE, None) == connection.public_id
    context = brand_page(
        access,
        connection=connection,
        traits=TRAITS[connection.platform],
        secret=connection.secret if is_fresh and access.can_manage else "",
        forms=forms,
        off=why_not(access, Right.MANAGE),
        real_now=database_now(),
        tabs=_list_tabs(access, connection),
        nav_current=NAV,
        is_set_up=was_ever_live(access.brand),
        **_how_to(connection),
    )
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "brands/connection_detail.html", context, status=status)


@require_http_methods(["GET", "POST"])
@door
def switch(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Say what switching a store off or on does, then do it."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    connection = get_connection_for(access, connection_id)
    if request.method == "POST":
        set_connection_active(
            connection_id=connection.pk,
            is_active=not connection.is_active,
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        text = _("The store is switched off.") if connection.is_active else _("It is on again.")
        messages.success(request, text)
        return see_other(_detail_url(access, connection))
    back_url = _detail_url(access, connection)
    context = brand_page(access, connection=connection, back_url=back_url, nav_current=NAV)
    return render(request, "brands/connection_switch.html", context)


def _make_forms(
    connection: StoreConnection, posted_to: Mapping[str, QueryDict] = MappingProxyType({})
) -> dict[str, Form]:
    """Return the forms of the page by their action; the one that was posted to is bound."""
    known = {"name": connection.name, "shop_url": connection.shop_url}
    forms: dict[str, Form] = {
        "rename": RenameForm(posted_to.get("rename"), initial=known),
        "rotate": RotateForm(posted_to.get("rotate"), platform=connection.platform),
    }
    if TRAITS[connection.platform].takes_keys:
        forms["keys"] = KeysForm(posted_to.get("keys"), shop_url=connection.shop_url)
    return forms


def _rename(
    request: HttpRequest, access: BrandAccess, connection: StoreConnection, data: dict[str, Any]
) -> None:
    rename_connection(
        connection_id=connection.pk,
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
        **data,
    )
    messages.success(request, _("Saved."))


def _rotate(
    request: HttpRequest, access: BrandAccess, connection: StoreConnection, data: dict[str, Any]
) -> None:
    rotate_secret(
        connection_id=connection.pk,
        actor_id=access.member.user_id,
        now=database_now(),
        secret=data.get("secret"),
    )
    if not TRAITS[connection.platform].gives_secret:
        request.session[SHOWN_ONCE] = connection.public_id
    messages.success(request, _("The secret was changed. Both work for two more days."))


def _set_keys(
    request: HttpRequest, access: BrandAccess, connection: StoreConnection, data: dict[str, Any]
) -> None:
    set_api_keys(
        connection_id=connection.pk,
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
        **data,
    )
    if data["api_key"]:
        messages.success(request, _("The keys are kept. Orders are fetched within five minutes."))
    else:
        messages.success(request, _("The keys were deleted. No orders are fetched any more."))


_ACTIONS: Mapping[
    str, Callable[[HttpRequest, BrandAccess, StoreConnection, dict[str, Any]], None]
] = {"rename": _rename, "rotate": _rotate, "keys": _set_keys}


def _how_to(connection: StoreConnection) -> dict[str, Any]:
    """Return what is pasted into the store: the address of the hook, and the snippet."""
    # The plain name of the file, not the hashed one: a shop keeps what it pasted.
    script = f"{settings.SITE_URL}{settings.STATIC_URL}js/store.js"
    platform, programs = connection.platform, list(list_programs(connection.brand))
    days = max((program.window_days for program in programs), default=DEFAULT_WINDOW_DAYS)
    is_honouring = not programs or any(program.is_honouring_gpc for program in programs)
    settled = f'data-store="{platform}" data-days="{days}"' + (
        "" if is_honouring else ' data-gpc="ignore"'
    )
    return {
        "how_template": f"brands/stores/{platform}.html",
        "click_template": f"brands/stores/{platform}_click.html" if platform in CLICK_STEPS else "",
        "hook_url": f"{settings.SITE_URL}{reverse('tracking:hook', args=[connection.public_id])}",
        "snippet": f'<script src="{script}" {settled} async></script>',
    }


def _detail_url(access: BrandAccess, connection: StoreConnection) -> str:
    return reverse("brands:connection-detail", args=[access.brand.slug, connection.public_id])


def _list_tabs(
    access: BrandAccess, connection: StoreConnection
) -> list[tuple[str, str, bool, int | None]]:
    inbox = reverse("tracking:connection-detail", args=[access.brand.slug, connection.public_id])
    here = _detail_url(access, connection)
    return [(inbox, _("Deliveries"), False, None), (here, _("Set-up"), True, None)]
