"""What answers under a brand's own link domain: links, pictures and the snippet, nothing else."""

from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from brands.domain.destinations import Refused
from brands.domain.linkhosts import CHALLENGE_PATH, LINK_HOST, read_asked_host, read_host
from brands.models import LinkHost

SNIPPET = "js/store.js"
SERVED = ("/r/", "/i/")


class LinkHostMiddleware:
    """Lets requests to a brand's link domain through to what it serves.

    A name that is neither ours nor a brand's goes on and is refused by Django.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = read_asked_host(request.META.get("HTTP_HOST", ""))
        if host in settings.ALLOWED_HOSTS or isinstance(read_host(host), Refused):
            return self.get_response(request)
        if request.path.startswith(CHALLENGE_PATH):
            return _answer_challenge(host, request.path.removeprefix(CHALLENGE_PATH))
        if not _is_proven(host):
            return self.get_response(request)
        if not request.path.startswith((*SERVED, f"{settings.STATIC_URL}{SNIPPET}")):
            return _say(404, "There is nothing here.")
        request.META[LINK_HOST] = host
        request.META["HTTP_HOST"] = settings.SITE_HOST
        return self.get_response(request)


def _is_proven(host: str) -> bool:
    """Tell whether a brand has this name; not while the database is away."""
    try:
        return LinkHost.objects.filter(host=host, verified_at__isnull=False).exists()
    except DatabaseError:
        return False


def _answer_challenge(host: str, challenge: str) -> HttpResponse:
    waiting = LinkHost.objects.filter(host=host)
    is_asked = challenge.isalnum() and waiting.filter(challenge=challenge).exists()
    return _say(200, challenge) if is_asked else _say(404, "There is nothing here.")


def _say(status: int, text: str) -> HttpResponse:
    headers = {"Cache-Control": "no-store"}
    return HttpResponse(
        text, content_type="text/plain; charset=utf-8", status=status, headers=headers
    )
