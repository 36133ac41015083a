"""Preferences of the reader, the health check, uploaded images, and the gallery of components."""

import re

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_GET, require_POST, require_safe

from core import gallery
from core.context import THEME_COOKIE
from core.edges import is_own_page
from core.images import LETTER_TYPE, SMALL_TYPE, draw_for_letter
from core.models import Image, ImageBytes, Theme, User

COOKIE_AGE_S = 365 * 24 * 3600
IMAGE_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "cross-origin",  # creators show it on their own pages
}

_DIGEST = re.compile(r"[0-9a-f]{64}")


@require_POST
def change_preferences(request: HttpRequest) -> HttpResponse:
    """Keep the language or theme chosen: with the account when signed in, and as a cookie."""
    to = request.POST.get("next", "")
    response = HttpResponseRedirect(to if is_own_page(to) else "/")
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


@require_safe
def show_image(request: HttpRequest, digest: str, size: str) -> HttpResponse:
    """Return a picture by the digest of its bytes, which only who has seen it knows.

    `?download` offers it as a file.
    """
    image = Image.objects.filter(sha256=digest).first() if _DIGEST.fullmatch(digest) else None
    if image is None:
        raise Http404
    column = "full" if size == "full" else "small"
    data = bytes(ImageBytes.objects.values_list(column, flat=True).get(image=image))
    content_type = image.content_type if size == "full" else SMALL_TYPE
    if size == "letter":
        data, content_type = draw_for_letter(data), LETTER_TYPE
    response = HttpResponse(data, content_type=content_type, headers=IMAGE_HEADERS)
    if "download" in request.GET:
        ending = content_type.rpartition("/")[2]
        response["Content-Disposition"] = f'attachment; filename="{digest[:12]}.{ending}"'
    return response


@require_safe
def check_ready(_request: HttpRequest) -> HttpResponse:
    """Say whether this process may get requests: its database is there and has its form."""
    try:
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error:
        return _say("the database does not answer", status=503)
    if missing:
        return _say("migrations are missing", status=503)
    return _say("ready", status=200)


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
