"""/hooks/<connection>: a store's delivery is verified, stored, answered; then it is processed.

Answers: 200 stored (whatever comes of it later) or a greeting, 401 not proven, 404 no such
connection, 405, 411 without a length, 413 too large, 503 not stored: the store tries again.

A shop that signs nothing posts to /hooks/<connection>/<secret>.
"""

import re
from datetime import timedelta

from django.conf import settings
from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from brands.models import StoreConnection
from brands.selectors import find_connection, live_secrets
from core.clock import database_now
from core.signing import Refusal
from tracking.integrations import UnknownPlatform, get_adapter
from tracking.services.intake import record_refusal, store_delivery
from tracking.services.processing import WAITING, process_store_event

RETRY_AFTER_S = "30"

# A body in chunks has no length, and WSGI hands none of it on: its sender must be told.
_LENGTH = re.compile(r"[0-9]{1,15}")


@csrf_exempt
@require_POST
def receive_delivery(
    request: HttpRequest,
    connection_id: str,
    secret: str = "",  # noqa: ARG001 - the adapter finds it in the address
) -> HttpResponse:
    """Take one delivery of a store."""
    try:
        return _receive(request, connection_id)
    except (DatabaseError, UnknownPlatform):
        return HttpResponse(status=503, headers={"Retry-After": RETRY_AFTER_S})


def _receive(request: HttpRequest, connection_id: str) -> HttpResponse:
    connection = find_connection(connection_id)
    if connection is None:
        return HttpResponse(status=404)
    length = request.headers.get("Content-Length") or ""
    if not _LENGTH.fullmatch(length):
        return HttpResponse(status=411)
    body = _read_body(request, int(length))
    if body is None:
        return HttpResponse(status=413)
    # As the shop was given it: behind a proxy the request itself may name another host.
    address = f"{settings.SITE_URL}{request.path}"
    return _take(connection, address, list(request.headers.items()), body)


def _take(
    connection: StoreConnection, address: str, headers: list[tuple[str, str]], body: bytes
) -> HttpResponse:
    adapter = get_adapter(connection.platform)
    if adapter.is_ping(body=body):
        return HttpResponse(status=200)
    real_now = database_now()
    now = real_now + timedelta(seconds=connection.brand.clock_offset_s)
    verified = adapter.verify(
        headers=headers,
        body=body,
        secrets=live_secrets(connection, real_now),
        now=real_now,
        address=address,
    )
    if isinstance(verified, Refusal):
        record_refusal(connection=connection, code=verified.code, body=body, now=now)
        return HttpResponse(status=401)
    delivery = adapter.describe(headers=headers, body=body)
    event, _ = store_delivery(
        connection=connection,
        topic=delivery.topic,
        event_id=delivery.event_id,
        body=body,
        key_index=verified.key_index,
        now=now,
    )
    if event.status in WAITING:
        process_store_event(event_id=event.pk, adapter=adapter, now=now)
    return HttpResponse(status=200)


def _read_body(request: HttpRequest, length: int) -> bytes | None:
    """Return the body, or None when it is larger than a store may send."""
    limit = settings.STORE_WEBHOOK_MAX_BYTES
    if length > limit:
        return None
    try:
        body: bytes = request.read(limit + 1)
    except (OSError, RawPostDataException):
        return None
    return body if len(body) <= limit else None
