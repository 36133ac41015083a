"""What the links in a letter lead to: stop these mails, this address works. No log-in needed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core import refusals, stopping
from core.clock import utc_now
from core.models import MailAddress


@csrf_exempt  # RFC 8058: a mail program posts here, and the token is the authority
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before stopping, stop when posted to; nobody needs to be logged in."""
    try:
        found = stopping.read_token(token)
    except stopping.NotGood:
        return render(request, "core/mail_stop.html", {"is_bad": True}, status=404)
    if request.method == "POST":
        stopping.stop_mails(found, now=utc_now())
    context = {
        "stop": found,
        "address": _mask(found.reader.email),
        "is_person": not isinstance(found.reader, MailAddress),
        "is_done": request.method == "POST",
    }
    return render(request, "core/mail_stop.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Take it from whoever reads the mail that an address works again."""
    try:
        user = refusals.read_token(token)
    except refusals.NotGood:
        return render(request, "core/mail_confirm.html", {"is_bad": True}, status=404)
    if request.method == "POST":
        refusals.confirm_address(user=user, now=utc_now())
    context = {"address": _mask(user.email), "is_done": request.method == "POST"}
    return render(request, "core/mail_confirm.html", context)


def _mask(email: str) -> str:
    """Return enough of the address for its owner to know it."""
    name, _, host = email.partition("@")
    return f"{name[:1]}\u2026@{host}"
