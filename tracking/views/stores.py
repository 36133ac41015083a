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
from django.template import Template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, NotFound, Right, get_brand_for, get_connection_for, require
from brands.context import brand_page, why_not
from brands.models import StoreConnection
from brands.selectors import (
    find_cookie_domain,
    list_connections,
    list_programs,
    was_ever_live,
)
from brands.services.connections import (
    create_connection,
    rename_connection,
    rotate_secret,
    set_api_keys,
    set_connection_active,
)
from brands.services.platforms import Traits
from core.clock import brand_now, database_now
from core.edges import door, posted, see_other
from tracking.forms_stores import ConnectionForm, KeysForm, RenameForm, RotateForm
from tracking.integrations import UnknownPlatform, find_template, get_adapter, list_adapters
from tracking.views._store_tabs import list_store_tabs

SHOWN_ONCE = "connection-secret"
NAV = "brands:connection-list"
LAST = ("generic", "csv")  # for whose shop none of the others is
HIDDEN = "…"
DEFAULT_WINDOW_DAYS = 30


@require_GET
@door
def show_list(request: HttpRequest, slug: str) -> HttpResponse:
    """List the stores."""
    access = get_brand_for(request.user, slug)
    rows = [(store, _name_platform(store.platform)) for store in list_connections(access.brand)]
    context = brand_page(access, connections=rows, off=why_not(access, Right.MANAGE))
    return render(request, "tracking/store_list.html", context)


@require_http_methods(["GET", "POST"])
@door
def create(request: HttpRequest, slug: str) -> HttpResponse:
    """Choose a platform (`?platform=`), then connect a store; its secret is shown next, once."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    asked = request.POST if request.method == "POST" else request.GET
    if "platform" not in asked:
        return _ask_platform(request, access)
    traits = _get_traits(asked["platform"])
    start = {"platform": asked["platform"], "name": access.brand.name}
    form = ConnectionForm(posted(request), initial=start, traits=traits)
    if request.method == "POST" and form.is_valid():
        connection = create_connection(
            brand_id=access.brand.pk,
            traits=traits,
            name=form.cleaned_data["name"],
            shop_url=form.cleaned_data["shop_url"],
            secret=form.cleaned_data.get("secret"),
            actor_id=access.member.user_id,
            now=brand_now(access.brand),
        )
        if traits.is_posting and not traits.gives_secret:
            request.session[SHOWN_ONCE] = connection.public_id
        return see_other(_detail_url(access, connection))
    context = brand_page(access, form=form, traits=traits, nav_current=NAV)
    status = 422 if form.is_bound else 200
    return render(request, "tracking/store_create.html", context, status=status)


@require_http_methods(["GET", "POST"])
@door
def show(request: HttpRequest, slug: str, connection_id: str) -> HttpResponse:
    """Show how the store is set up; POST changes one thing (`action`)."""
    access = get_brand_for(request.user, slug)
    connection = get_connection_for(access, connection_id)
    traits = _get_traits(connection.platform)
    forms = _make_forms(connection, traits)
    if request.method == "POST":
        require(access, Right.MANAGE)
        action = request.POST.get("action", "")
        if action in forms:
            forms = _make_forms(connection, traits, {action: request.POST})
            if forms[action].is_valid():
                _ACTIONS[action](request, access, connection, forms[action].cleaned_data)
                return see_other(_detail_url(access, connection))
    is_fresh = request.session.pop(SHOWN_ONCE, None) == connection.public_id
    secret = connection.secret if is_fresh and access.can_manage else ""
    context = brand_page(
        access,
        connection=connection,
        traits=traits,
        secret=secret,
        forms=forms,
        off=why_not(access, Right.MANAGE),
        real_now=database_now(),
        tabs=list_store_tabs(access, connection, "setup"),
        nav_current=NAV,
        is_set_up=was_ever_live(access.brand),
        **_how_to(connection, traits, secret),
    )
    status = 422 if any(form.errors for form in forms.values()) else 200
    return render(request, "tracking/store_setup.html", context, status=status)


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
    return render(request, "tracking/store_switch.html", context)


def _ask_platform(request: HttpRequest, access: BrandAccess) -> HttpResponse:
    choices = [(name, adapter.traits) for name, adapter in list_adapters().items()]
    choices.sort(key=lambda choice: (choice[0] in LAST, str(choice[1].name).casefold()))
    context = brand_page(access, choices=choices, nav_current=NAV)
    status = 422 if request.method == "POST" else 200
    return render(request, "tracking/store_choose.html", context, status=status)


def _get_traits(platform: str) -> Traits:
    try:
        return get_adapter(platform).traits
    except UnknownPlatform:
        raise NotFound from None


def _name_platform(platform: str) -> str:
    """Return what a platform is called; its bare name where its adapter was taken away."""
    adapter = list_adapters().get(platform)
    return str(adapter.traits.name) if adapter else platform


def _make_forms(
    connection: StoreConnection,
    traits: Traits,
    posted_to: Mapping[str, QueryDict] = MappingProxyType({}),
) -> dict[str, Form]:
    """Return the forms of the page by their action; the one that was posted to is bound."""
    known = {"name": connection.name, "shop_url": connection.shop_url}
    forms: dict[str, Form] = {
        "rename": RenameForm(posted_to.get("rename"), initial=known, traits=traits),
        "rotate": RotateForm(posted_to.get("rotate"), traits=traits),
    }
    if traits.keys:
        shop_url = connection.shop_url
        forms["keys"] = KeysForm(posted_to.get("keys"), traits=traits, shop_url=shop_url)
    return forms


def _rename(
    request: HttpRequest, access: BrandAccess, connection: StoreConnection, data: dict[str, Any]
) -> None:
    rename_connection(
        connection_id=connection.pk,
        traits=_get_traits(connection.platform),
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
        **data,
    )
    messages.success(request, _("Saved."))


def _rotate(
    request: HttpRequest, access: BrandAccess, connection: StoreConnection, data: dict[str, Any]
) -> None:
    traits = _get_traits(connection.platform)
    rotate_secret(
        connection_id=connection.pk,
        traits=traits,
        actor_id=access.member.user_id,
        now=database_now(),
        secret=data.get("secret"),
    )
    if not traits.gives_secret:
        request.session[SHOWN_ONCE] = connection.public_id
    messages.success(request, _("The secret was changed. Both work for two more days."))


def _set_keys(
    request: HttpRequest, access: BrandAccess, connection: StoreConnection, data: dict[str, Any]
) -> None:
    set_api_keys(
        connection_id=connection.pk,
        traits=_get_traits(connection.platform),
        keys=data["keys"],
        actor_id=access.member.user_id,
        now=brand_now(access.brand),
    )
    if data["keys"]:
        messages.success(request, _("The keys are kept. Orders are fetched within five minutes."))
    else:
        messages.success(request, _("The keys were deleted. No orders are fetched any more."))


_ACTIONS: Mapping[
    str, Callable[[HttpRequest, BrandAccess, StoreConnection, dict[str, Any]], None]
] = {"rename": _rename, "rotate": _rotate, "keys": _set_keys}


def _how_to(connection: StoreConnection, traits: Traits, secret: str) -> dict[str, Any]:
    """Return what is pasted into the store: the address of the hook, and the snippet."""
    # The plain name of the file, not the hashed one: a shop keeps what it pasted.
    script = f"{settings.SITE_URL}{settings.STATIC_URL}js/store.js"
    platform, programs = connection.platform, list(list_programs(connection.brand))
    days = max((program.window_days for program in programs), default=DEFAULT_WINDOW_DAYS)
    is_honouring = not programs or any(program.is_honouring_gpc for program in programs)
    domain = find_cookie_domain(connection.brand_id)
    settled = f'data-store="{platform}" data-days="{days}"'
    settled += "" if is_honouring else ' data-gpc="ignore"'
    settled += f' data-domain="{domain}"' if domain else ""
    hook_url = f"{settings.SITE_URL}{reverse('tracking:hook', args=[connection.public_id])}"
    if traits.has_secret_address:
        hook_url = f"{hook_url}/{secret or HIDDEN}"
    return {
        "setup_steps": _load_template(platform, "setup.html"),
        "click_steps": _load_template(platform, "click.html"),
        "hook_url": hook_url,
        "snippet": f'<script src="{script}" {settled} async></script>',
    }


def _load_template(platform: str, name: str) -> Template | None:
    """Return a template that stands in the adapter's own folder."""
    text = find_template(platform, name)
    return Template(text) if text else None


def _detail_url(access: BrandAccess, connection: StoreConnection) -> str:
    return reverse("brands:connection-detail", args=[access.brand.slug, connection.public_id])
