"""WSGI entry: links go to the redirect, everything else to Django."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http.client import responses
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

Start = Callable[..., Any]

django_application = get_wsgi_application()

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
