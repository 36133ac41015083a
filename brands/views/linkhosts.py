"""A brand's own link domain: its page, and what the proxy in front asks about it."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page, why_not
from brands.domain.destinations import Refused
from brands.domain.linkhosts import read_host
from brands.forms.linkhosts import LinkHostForm
from brands.models import LinkHost
from brands.services.linkhosts import (
    HostIsOurs,
    HostTaken,
    ask_again,
    remove_link_host,
    set_link_host,
)
from core.clock import brand_now, database_now
from core.edges import door, posted, see_other

NAV = "brands:connection-list"
FAILURES: Mapping[str, str | Promise] = {
    "unknown": gettext_lazy("The name is not known yet. New names can take a day to be seen."),
    "elsewhere": gettext_lazy("The name leads to another machine than this one."),
    "silent": gettext_lazy(
        "The name leads here but does not answer over https yet; its certificate may be on the way."
    ),
    "other": gettext_lazy("Something else answers under this name."),
    "taken": gettext_lazy("Another brand of this installation uses this name."),
}


@require_http_methods(["GET", "POST"])
@door
def show_link_host(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the link domain; POST sets it, has it checked or takes it away (`action`)."""
    access = get_brand_for(request.user, slug)
    row = LinkHost.objects.filter(brand=access.brand).first()
    form = LinkHostForm(posted(request) if _action(request) == "set" else None, initial=_known(row))
    if request.method == "POST":
        require(access, Right.MANAGE)
        if _act(request, access, row, form):
            return see_other(reverse("brands:link-host", args=[access.brand.slug]))
    context = brand_page(
        access,
        row=row,
        form=form,
        failure=FAILURES.get(row.failure, "") if row else "",
        target=settings.SITE_HOST,
        off=why_not(access, Right.MANAGE),
        nav_current=NAV,
    )
    status = 422 if form.errors else 200
    return render(request, "brands/link_host.html", context, status=status)


@require_safe
def allow_certificate(request: HttpRequest) -> HttpResponse:
    """Answer 200 for a name that leads here for a brand: only it may get a certificate."""
    name = read_host(request.GET.get("domain", ""))
    pointed = LinkHost.objects.filter(pointed_at__isnull=False)
    is_known = not isinstance(name, Refused) and pointed.filter(host=name).exists()
    return HttpResponse(status=200 if is_known else 404)


def _act(
    request: HttpRequest, access: BrandAccess, row: LinkHost | None, form: LinkHostForm
) -> bool:
    """Do what was asked; returns whether the page is to be shown anew."""
    actor_id, now = access.member.user_id, brand_now(access.brand)
    action = _action(request)
    if action == "set":
        return form.is_valid() and _set(request, access, form)
    if row is not None and action == "check":
        ask_again(brand_id=access.brand.pk, now=database_now())
        messages.success(request, _("It is being checked. Look again in a minute."))
    elif row is not None and action == "remove":
        remove_link_host(brand_id=access.brand.pk, actor_id=actor_id, now=now)
        messages.success(request, _("The link domain was taken away."))
    return True


def _set(request: HttpRequest, access: BrandAccess, form: LinkHostForm) -> bool:
    try:
        set_link_host(
            brand_id=access.brand.pk,
            actor_id=access.member.user_id,
            now=database_now(),
            **form.cleaned_data,
        )
    except HostIsOurs:
        form.add_error("host", _("This is the name of this installation. Choose one of your own."))
        return False
    except HostTaken:
        form.add_error("host", str(FAILURES["taken"]))
        return False
    messages.success(request, _("Saved."))
    return True


def _action(request: HttpRequest) -> str:
    return request.POST.get("action", "")


def _known(row: LinkHost | None) -> dict[str, Any]:
    return {"host": row.host, "cookie_domain": row.cookie_domain} if row else {}
