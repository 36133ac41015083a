"""What every template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation

THEME_COOKIE = "fs_theme"


def site(request: HttpRequest) -> dict[str, Any]:
    """Return theme, direction and the addresses of this installation."""
    user = getattr(request, "user", None)
    theme = getattr(user, "theme", "") or request.COOKIES.get(THEME_COOKIE, "auto")
    return {
        "theme": theme if theme in {"light", "dark"} else "auto",
        "is_rtl": translation.get_language_bidi(),
        "site_url": settings.SITE_URL,
        "is_local": settings.LOCAL,
        "may_open_brand": settings.ALLOW_BRAND_SIGNUP or getattr(user, "is_staff", False),
    }
