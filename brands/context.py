"""What the pages of a brand have in common. Each page gives its own facts to `brand_page`."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from brands.access import BrandAccess, Right, list_brands_of

NEEDS: dict[Right, str | Promise] = {
    Right.READ: _("Needs a place in the team"),
    Right.MANAGE: _("Needs the manager role"),
    Right.MONEY: _("Needs the finance role"),
    Right.CLEAR: _("Needs the manager or finance role"),
    Right.TEAM: _("Needs the owner role"),
}
"""Shown beside an action that the reader's role does not include."""


def brand_page(access: BrandAccess, **context: Any) -> dict[str, Any]:
    """Return the context of a page: `brand`, `access`, `zone`, the counts, and its own.

    The counts in the navigation belong to an app above this one; config names who counts.
    """
    counts = import_string(settings.BRAND_PAGE_COUNTS)(access.brand)
    zone = access.brand.time_zone
    return {"brand": access.brand, "access": access, "zone": zone, **counts, **context}


def why_not(access: BrandAccess, right: Right) -> str | Promise:
    """Return what the role lacks for an action, nothing where it has it."""
    return "" if access.can(right) else NEEDS[right]


def my_brands(request: HttpRequest) -> dict[str, Any]:
    """Give every template the brands its reader works for: read only where a page lists them."""
    user = getattr(request, "user", None)
    return {"my_brands": list_brands_of(user)} if user is not None else {}
