"""Preferences of the reader, the health check, and the gallery of every page component."""

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST, require_safe

from core import gallery
from core.context import THEME_COOKIE
from core.models import Theme, User

COOKIE_AGE_S = 365 * 24 * 3600


@require_POST
def change_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the language or theme chosen: with the account when signed in, and as a cookie."""
    response = HttpResponseRedirect(_safe_next(request))
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    changes: dict[str, str] = {}
    if language in dict(settings.LANGUAGES):
        changes["language"] = language
        _keep_cookie(response, settings.LANGUAGE_COOKIE_NAME, language)
    if theme in Theme.values:
        changes["theme"] = theme
        _keep_cookie(response, THEME_COOKIE, theme)
    if changes and request.user.is_authenticated:
        User.objects.filter(pk=request.user.pk).update(**changes)
    return response


@require_safe
def check_health(_request: HttpRequest) -> HttpResponse:
    """Say whether this process reaches its database, and nothing more: anyone may ask."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return _say("the database does not answer", status=503)
    return _say("ok", status=200)


@require_GET
def show_components(request: HttpRequest) -> HttpResponse:
    """Show every component; `?theme=` and `?language=` pick how."""
    if not (settings.LOCAL or request.user.is_staff):
        raise Http404
    language = request.GET.get("language", "")
    chosen = language if language in dict(settings.LANGUAGES) else translation.get_language()
    with translation.override(chosen):
        context = gallery.build_context(language=chosen or "en")
        theme = request.GET.get("theme", "")
        if theme in Theme.values:
            context["theme"] = theme
        return render(request, "core/components.html", context)


def _say(text: str, *, status: int) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain", headers=headers)


def _keep_cookie(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=COOKIE_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=not settings.LOCAL,
    )


def _safe_next(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    is_safe = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if is_safe else "/"
