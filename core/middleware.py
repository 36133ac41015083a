"""The id of a request, what each answer carries, the age of a session, how the reader reads."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.middleware.locale import LocaleMiddleware as DjangoLocaleMiddleware
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django_htmx.middleware import HtmxDetails

from core import logs, sessions
from core.clock import utc_now
from core.devices import known_device, remember_device
from core.models import User

Handler = Callable[[HttpRequest], HttpResponse]


FIRST_REFUSAL = 400
ASKS_BY_ITSELF = "X-Live"
"""A page that asks again by itself is nobody's use of the session."""


class RequestIdMiddleware:
    """Name each request, in the log and in the answer; a name from outside only by a proxy."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "") if settings.TRUSTED_PROXIES else ""
        name = logs.make_request_id(given)
        token = logs.request_id.set(name)
        try:
            response = self.get_response(request)
        finally:
            logs.request_id.reset(token)
        response.headers["X-Request-Id"] = name
        return response


class StrictMiddleware:
    """Let every answer carry what keeps a browser strict, also one that a middleware gave.

    It stands outside of those that could fail, such as by a host name that is not ours. A refusal
    is kept by nobody.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        given = {
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": settings.X_FRAME_OPTIONS,
        }
        if response.status_code >= FIRST_REFUSAL:
            given["Cache-Control"] = "no-store, private"
        for name, value in given.items():
            response.headers.setdefault(name, value)
        return response


class WrongMethodMiddleware:
    """Show a page to whoever opens an address that only a button leads to, as after a log-in."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = request.method == "GET" and request.accepts("text/html")
        if isinstance(response, HttpResponseNotAllowed) and is_page and not response.content:
            response.content = render_to_string("405.html", request=request)
            response.headers["Content-Type"] = "text/html; charset=utf-8"
        return response


class WholePageMiddleware:
    """Lead the whole page to where somebody says who he is; htmx would draw that into a part.

    After a log-in the page comes that was open, not the address that gives the part.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        asked = HtmxDetails(request)
        if not asked or response.status_code not in {302, 303}:
            return response
        target, login = response.headers["Location"], resolve_url(settings.LOGIN_URL)
        path = urlsplit(target).path
        if not path.startswith("/accounts/"):
            return response
        if path == login and asked.current_url_abs_path:
            target = redirect_to_login(asked.current_url_abs_path).url
        del response.headers["Location"]
        response.status_code = 200
        response.headers["HX-Redirect"] = target
        return response


class SessionAgeMiddleware:
    """A session ends 12 hours after it was last used, and 7 days after it began at the latest.

    Staff begin anew each 12 hours. A browser that somebody logged in with is known afterwards.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        who = request.user.pk
        if who is not None and sessions.is_over(request, now=utc_now()):
            logout(request)
            return redirect_to_login(request.get_full_path())
        if who is not None and ASKS_BY_ITSELF not in request.headers:
            sessions.touch(request, now=utc_now())
        response = self.get_response(request)
        user = request.user
        if isinstance(user, User) and user.pk != who:
            sessions.begin(request, now=utc_now())
            mark = known_device(request, user.email) or request.session.session_key or ""
            remember_device(response, email=user.email, mark=mark)
        elif who is not None and user.pk is None:
            # Without "cookies": the mark of a known browser stays, the session's is deleted.
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


class LocaleMiddleware(DjangoLocaleMiddleware):
    """Django's: cookie, then Accept-Language, then English."""


class PreferencesMiddleware:
    """A signed-in reader's own language and time zone win; signed-in pages are never cached."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated and user.language:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        zone = user.time_zone if user.is_authenticated else ""
        with timezone.override(zone or None):
            response = self.get_response(request)
        if user.is_authenticated and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store, private"
        return response
