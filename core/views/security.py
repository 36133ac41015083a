"""What keeps an account its owner's, where allauth has no page of its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import SECRET_SESSION_KEY
from allauth.mfa.webauthn.views import remove_webauthn
from allauth.usersessions.models import UserSession
from allauth.usersessions.views import list_usersessions
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.clock import utc_now
from core.edges import door, is_own_page, see_other, with_link
from core.factors import list_recovery_codes, recording_factors
from core.history import note
from core.models import User
from core.qr import make_qr_svg
from core.stepup import carry_over


def recorded(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let what a page of allauth does to factors stand in the history, or not be done at all."""

    @wraps(view)
    def recording(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or not isinstance(request.user, User):
            return view(request, *args, **kwargs)
        with recording_factors(request.user, now=utc_now()):
            return view(request, *args, **kwargs)

    return recording


@require_GET
@door
def show_totp_qr(request: HttpRequest) -> HttpResponse:
    """Return the picture an authenticator app scans, of the secret that is being set up."""
    secret = request.session.get(SECRET_SESSION_KEY)
    if not secret:
        return see_other(reverse("mfa_activate_totp"))
    picture = make_qr_svg(get_adapter().build_totp_url(request.user, secret))
    return HttpResponse(picture, content_type="image/svg+xml")


@require_POST
@door
def save_codes(request: HttpRequest) -> HttpResponse:
    """Give the codes that the page shows as a file: only that page knows them."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    codes = list_recovery_codes(user)
    if not codes or request.POST.getlist("code") != codes:
        return see_other(reverse("mfa_view_recovery_codes" if codes else "mfa_index"))
    head = _("Recovery codes of %(email)s at %(site)s. Each works once.")
    text = head % {"email": user.email, "site": settings.SITE_HOST}
    file = HttpResponse("\n".join([text, "", *codes, ""]), content_type="text/plain; charset=utf-8")
    file.headers["Content-Disposition"] = 'attachment; filename="recovery-codes.txt"'
    return file


@require_http_methods(["GET", "POST"])
@door
@recorded
@transaction.atomic
def remove_passkey(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove a passkey, unless nothing but a mailed code would be left to log in with."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    factors = Authenticator.objects.select_for_update().filter(user=user).order_by("pk")
    kinds = [factor.type for factor in factors if factor.type != Authenticator.Type.RECOVERY_CODES]
    if kinds == [Authenticator.Type.WEBAUTHN] and not user.has_usable_password():
        text = _("Not removed: this passkey is all you have. Set a password, or add another first.")
        messages.error(request, with_link(text, _("Set a password"), "account_set_password"))
        return see_other(reverse("mfa_list_webauthn"))
    return cast("HttpResponseBase", remove_webauthn(request, pk=pk))


@require_http_methods(["GET", "POST"])
@door
@transaction.atomic
def list_sessions(request: HttpRequest) -> HttpResponseBase:
    """Show every browser a person is logged in with; POST ends all others."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    if request.method == "POST":
        note(user=user, action="account.sessions_ended", now=utc_now())
    return cast("HttpResponseBase", list_usersessions(request))


@require_POST
@door
@transaction.atomic
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Log the person out of one other browser."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    session = get_object_or_404(UserSession, pk=session_id, user=user)
    session.end()
    note(user=user, action="account.session_ended", now=utc_now())
    messages.success(request, _("That session has ended."))
    return see_other(reverse("usersessions_list"))


@require_http_methods(["GET", "POST"])
@door
def ask_again_by_mail(request: HttpRequest) -> HttpResponse:
    """Let somebody without a password log in again by a mailed code, then go on."""
    to = request.POST.get("next") or request.GET.get("next") or ""
    if not is_own_page(to):
        to = reverse("portal:home")
    if request.method == "POST":
        carry_over(request, logout)
        return see_other(f"{reverse('account_request_login_code')}?{urlencode({'next': to})}")
    return render(request, "core/again_by_mail.html", {"next": to})
