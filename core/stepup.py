"""Asking once more who it is, before something that touches money or the account.

A log-in counts for ten minutes, as does entering the password or a code again; whoever has a second
factor must have used it. Somebody without password and factor logs in again by a mailed code. Which
pages ask is a setting, because they belong to every app and to allauth.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import suspend_request
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect  # noqa: TID251
from django.urls import reverse

from core import sessions
from core.clock import utc_now
from core.factors import find_factor_page, has_second_factor
from core.models import User


class StepUpMiddleware:
    """Let people in who proved lately who they are; others prove it first, then go on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        match, user = request.resolver_match, request.user
        if match is None or match.view_name not in settings.STEP_UP_PAGES:
            return None
        if not isinstance(user, User) or is_fresh(request, user, now=utc_now()):
            return None
        return _ask_again(request, user)


def is_fresh(request: HttpRequest, user: User, *, now: datetime) -> bool:
    """Say whether the person proved within ten minutes who he is, with all he has."""
    since = now - timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    began = sessions.read_began(request)
    if began is not None and began >= since:
        return True
    methods = {
        record["method"]
        for record in get_authentication_records(request, user)
        if datetime.fromtimestamp(record["at"], UTC) >= since
    }
    return "mfa" in methods if has_second_factor(user) else bool(methods)


def _ask_again(request: HttpRequest, user: User) -> HttpResponse:
    page = find_factor_page(user)
    if page is None and user.has_usable_password():
        page = "account_reauthenticate"
    if page is not None:
        return cast("HttpResponse", suspend_request(request, reverse(page)))
    path = request.get_full_path() if request.method == "GET" else request.path
    return HttpResponseRedirect(f"{reverse('core:again-by-mail')}?{urlencode({'next': path})}")
