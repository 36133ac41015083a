"""What the redirect is measured against: a bare 302, and the way it is usually written."""

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
TARGET = "https://shop.example/cups?fs_click="


def bare(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer 302 and do nothing else: the most a server in Python can do."""
    start("302 Found", [("Location", TARGET), ("Content-Length", "0")])
    return []


def follow_naively(request: HttpRequest, slug: str) -> HttpResponse:
    """Two ORM queries in a Django view behind the usual middleware."""
    from affiliates.models import LinkSlug  # noqa: PLC0415  # after Django is set up
    from core.ids import uuid7  # noqa: PLC0415
    from tracking.models import Click  # noqa: PLC0415

    now = datetime.now(UTC)
    link = LinkSlug.objects.select_related("link__enrollment__program").get(slug=slug).link
    click = Click.objects.create(
        id=uuid7(now),
        brand_id=link.brand_id,
        program_id=link.enrollment.program_id,
        enrollment_id=link.enrollment_id,
        link_id=link.pk,
        at=now,
        visitor_key=hash(request.META["REMOTE_ADDR"]) >> 1,
        net_key=0,
        verdict=16,
    )
    return HttpResponseRedirect(f"{link.destination_url}?fs_click={click.pk}")


urlpatterns = [path("r/<str:slug>", follow_naively)]


def naive(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    """Answer with the naive view."""
    return _naive()(environ, start)


@cache
def _naive() -> Callable[..., Iterable[bytes]]:
    settings.ROOT_URLCONF = __name__
    return get_wsgi_application()
