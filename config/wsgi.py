"""WSGI entry: links go to the redirect, everything else to Django."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http.client import responses
from typing import Any

from django.core.handlers.wsgi import WSGIHandler

from config import boot

Start = Callable[..., Any]

boot.set_up()
django_application = WSGIHandler()

# Reads settings when imported, so it comes after Django is set up.
from tracking.redirect import PREFIX, handle  # noqa: E402


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer a link without Django around it; what is no link, and its page, is Django's."""
    if environ.get("PATH_INFO", "").startswith(PREFIX):
        answer = handle(environ, now=datetime.now(UTC))  # noqa: TID251  # the edge reads the clock
        if answer.status != 404:
            start_response(f"{answer.status} {responses[answer.status]}", list(answer.headers))
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]
    return django_application(environ, start_response)
