"""Pages that mail to an address, make an account or try a secret: how often, and how fast.

Counted in PostgreSQL by `core.attempts`; the limits of allauth live in the cache, and are off.
An address counts the same whether there is an account of it or not, and is answered on the same
beat: how long looking it up took is not to be seen. So is a creator who asks for an order.
"""

from collections.abc import Callable
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse  # noqa: TID251  # this is the edge
from django.shortcuts import render  # noqa: TID251

from core.attempts import LONGEST, Limit, account_limit, take_attempt
from core.clock import utc_now
from core.devices import known_device

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)

# What anybody may have sent to any address, and what a link of a mail opens.
OF_STRANGERS = {
    "account_request_login_code",
    "account_reset_password",
    "account_reset_password_from_key",
    "account_signup",
    "mfa_login_webauthn",
}
# What a person who is logged in may have mailed or may guess at.
OF_PEOPLE = {"account_change_password", "account_email"}
STEADY = {"account_email", "account_login", "tracking:own-orders", *OF_STRANGERS}


class BeatMiddleware:
    """Answer posts to pages that look an address up at whole multiples of the beat."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = monotonic()
        response = self.get_response(request)
        match = request.resolver_match
        if request.method == "POST" and match is not None and match.view_name in STEADY:
            sleep(time_to_beat(monotonic() - began, beat_s=settings.ANSWER_BEAT_S))
        return response


class ThrottleMiddleware:
    """Answer 429 to whoever posts to one of these pages again and again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        limits = _find_limits(request) if request.method == "POST" else []
        if not limits or take_attempt(limits, now=utc_now()):
            return None
        response = render(request, "429.html", status=429)
        response.headers["Retry-After"] = str(int(LONGEST.total_seconds()))
        return response


def time_to_beat(passed_s: float, *, beat_s: float) -> float:
    """Return the seconds until the next beat."""
    return -passed_s % beat_s if beat_s else 0.0


def _find_limits(request: HttpRequest) -> list[Limit]:
    page = request.resolver_match.view_name if request.resolver_match else ""
    if page in OF_PEOPLE and request.user.is_authenticated:
        return [Limit(f"{page} {request.user.pk}", 10, HOUR, MINUTE)]
    if page not in OF_STRANGERS:
        return []
    limits = [_crowd_limit(page, get_adapter().get_client_ip(request))]
    if address := request.POST.get("email", "").strip().lower():
        limits.append(account_limit(f"{page} {address} {known_device(request, address)}"))
    return limits


def _crowd_limit(page: str, network: str) -> Limit:
    """Return the limit of one network: 60 an hour, for many may share it, as at a fair."""
    return Limit(f"{page} net {network}", 60, HOUR, MINUTE)
