"""Stop mails from the link in a letter, and by one click of the reader's mail program."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.clock import utc_now
from core.models import MailAddress
from core.stopping import NotGood, Stop, read_token, stop_mails


@csrf_exempt  # RFC 8058: a mail program posts here, and the token is the authority
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before stopping, stop when posted to; nobody needs to be logged in."""
    try:
        found = read_token(token)
    except NotGood:
        return render(request, "core/mail_stop.html", {"is_bad": True}, status=404)
    if request.method == "POST":
        stop_mails(found, now=utc_now())
    context = {
        "stop": found,
        "address": _mask(found),
        "is_person": not isinstance(found.reader, MailAddress),
        "is_done": request.method == "POST",
    }
    return render(request, "core/mail_stop.html", context)


def _mask(stop: Stop) -> str:
    """Return enough of the address for its owner to know it."""
    name, _, host = stop.reader.email.partition("@")
    return f"{name[:1]}\u2026@{host}"
