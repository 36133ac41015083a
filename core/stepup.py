"""Asking once more who it is, before something that touches money or the account.

A log-in counts for ten minutes, as does entering the password or a code again; whoever has a second
factor must have used it. Somebody without password and factor logs in again by a mailed code. Which
pages ask is a setting, because they belong to every app and to allauth.

What was posted is kept until then, encrypted, in the session of the person who posted it, and goes
on at its own address: an answer with errors is a page like any other. A file is no page: a browser
that gets it stays where it asked. So the person goes back to the page that offers it, and takes it
there.

Some things are worth asking at that very moment, whenever the factor was shown last: `ask_now`.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import (  # noqa: TID251  # this is the edge
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.urls import ResolverMatch, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from core import crypto, sessions
from core.clock import utc_now
from core.edges import is_own_page
from core.factors import NOW_TYPES, FactorProof, find_factor_page, has_second_factor
from core.models import User

KEPT = "posted_before_proof"
KEPT_FOR = timedelta(minutes=30)  # a mailed code takes its time
ASKED = "asked_for_factor"
SHOWN_FOR = timedelta(minutes=2)  # from the code to the page it was asked for


class StepUpMiddleware:
    """Let people in who proved lately who they are; others prove it first, then go on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        match, user, now = request.resolver_match, request.user, utc_now()
        names = _name(match) if match else set()
        is_file = bool(names & settings.STEP_UP_FILES)
        if not (is_file or names & settings.STEP_UP_PAGES) or not isinstance(user, User):
            return None
        if is_fresh(request, user, now=now):
            _take_up(request, user, now)
            return None
        if is_file:
            text = _("After this you are back where the file is. Take it there once more.")
            messages.info(request, text)
            return _ask_again(user, then=_find_page(request))
        if request.method == "POST":
            _keep(request, user, now)
        return _ask_again(user, then=request.get_full_path())


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


def ask_now(
    request: HttpRequest, user: User, *, about: str, instead: str, now: datetime
) -> FactorProof | HttpResponse:
    """Ask for the second factor at this moment, for one thing: `about`.

    What was posted is kept, and taken up once the factor was shown; then the proof is returned,
    once. A recovery code is none. `instead`: where whoever posted nothing goes.
    """
    before = request.session.pop(ASKED, None)
    if request.method == "GET":
        _take_up(request, user, utc_now())
        if request.method == "GET":
            return HttpResponseRedirect(instead)
        if before and before["about"] == about and _has_shown(request, user, before["shown"]):
            return FactorProof(user_id=user.pk, about=about, at=now)
        messages.error(request, _("This takes the code of your app, or a passkey, of this moment."))
    request.session[ASKED] = {"about": about, "shown": _list_shown(request, user)}
    _keep(request, user, utc_now())
    return _ask_again(user, then=request.get_full_path())


def carry_over(request: HttpRequest, log_out: Callable[[HttpRequest], None]) -> None:
    """Log out and keep what was posted: the same person goes on with it after the next log-in."""
    kept = request.session.get(KEPT)
    log_out(request)
    if kept is not None:
        request.session[KEPT] = kept


def _has_shown(request: HttpRequest, user: User, before: list[float]) -> bool:
    since = (utc_now() - SHOWN_FOR).timestamp()
    return any(at not in before and at >= since for at in _list_shown(request, user))


def _list_shown(request: HttpRequest, user: User) -> list[float]:
    """Return the moments at which this browser showed the factor itself."""
    records = get_authentication_records(request, user)
    return [record["at"] for record in records if record.get("type") in NOW_TYPES]


def _name(match: ResolverMatch) -> set[str]:
    """Return the name of an address, alone and with each word that stands in it."""
    words = {f"{match.view_name} {word}" for word in match.kwargs.values()}
    return {match.view_name, *words}


def _find_page(request: HttpRequest) -> str:
    """Return the page that offers the file: where the browser says it comes from."""
    home = f"{request.scheme}://{request.get_host()}"
    came_from = request.headers.get("Referer", "")
    page = came_from.removeprefix(home) if came_from.startswith(f"{home}/") else ""
    return page if is_own_page(page) else reverse("portal:home")


def _keep(request: HttpRequest, user: User, now: datetime) -> None:
    posted = request.POST.copy()
    posted.pop("csrfmiddlewaretoken", None)
    facts = [user.pk, request.get_full_path(), posted.urlencode(), now.isoformat()]
    request.session[KEPT] = crypto.encrypt(json.dumps(facts)).decode()


def _take_up(request: HttpRequest, user: User, now: datetime) -> None:
    """Make the request the one that was kept, if it comes from there; once."""
    kept = request.session.pop(KEPT, None)
    if kept is None or request.method != "GET":
        return
    try:
        user_id, path, body, at = json.loads(crypto.decrypt(kept.encode()))
    except crypto.Undecryptable:  # the key was changed meanwhile
        return
    is_late = now - datetime.fromisoformat(at) > KEPT_FOR
    if is_late or (user_id, path) != (user.pk, request.get_full_path()):
        return
    request.method = "POST"
    request._files = MultiValueDict()  # type: ignore[attr-defined]  # else the body is read
    request.POST = QueryDict(body)


def _ask_again(user: User, *, then: str) -> HttpResponse:
    page = find_factor_page(user)
    if page is None:
        page = "account_reauthenticate" if user.has_usable_password() else "core:again-by-mail"
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode({'next': then})}")
