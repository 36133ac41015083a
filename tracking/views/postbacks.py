"""/postback/<connection>: an order said in an address, for shops that cannot post JSON.

Answers, in JSON: 200 stored, or the same as before; 401 not proven; 404 no such connection; 413 too
long; 422 not understood, with the field; 503 not stored: send it again.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import Error as DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from brands.models import StoreConnection
from brands.selectors import find_connection, live_secrets
from core.clock import database_now
from core.models import InboundStatus
from core.signing import Refusal
from core.wording import Reader
from tracking import wording
from tracking.integrations import generic, get_adapter
from tracking.integrations.generic.postback import (
    MAX_BYTES,
    Postback,
    field_name,
    make_body,
    read_postback,
    verify_postback,
)
from tracking.services.adapters import PayloadRefused
from tracking.services.intake import record_refusal, store_delivery
from tracking.services.processing import WAITING, process_store_event

PLATFORM = generic.traits.platform
RETRY_AFTER_S = "30"
_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2067\u2068\u2069"))


@csrf_exempt
@require_http_methods(["GET", "POST"])
def receive_postback(request: HttpRequest, connection_id: str) -> HttpResponse:
    """Take one postback; the same one again changes nothing."""
    try:
        return _receive(request, connection_id)
    except DatabaseError:
        later = {"Retry-After": RETRY_AFTER_S}
        return JsonResponse(_error("not_stored"), status=503, headers=later)


def _receive(request: HttpRequest, connection_id: str) -> HttpResponse:
    connection = find_connection(connection_id)
    if connection is None or connection.platform != PLATFORM:
        return JsonResponse(_error("not_found"), status=404)
    query = _read_query(request)
    if len(query) > MAX_BYTES:
        return JsonResponse(_error("too_large"), status=413)
    return _take(connection, read_postback(query), request.headers.get("Authorization", ""))


def _read_query(request: HttpRequest) -> bytes:
    if request.method == "GET":
        return str(request.META.get("QUERY_STRING", "")).encode("latin-1", "replace")
    return bytes(request.read(MAX_BYTES + 1))


def _take(connection: StoreConnection, postback: Postback, authorization: str) -> HttpResponse:
    real_now = database_now()
    now = real_now + timedelta(seconds=connection.brand.clock_offset_s)
    verified = verify_postback(
        postback=postback,
        authorization=authorization,
        secrets=live_secrets(connection, real_now),
    )
    if isinstance(verified, Refusal):
        record_refusal(connection=connection, code=verified.code, body=postback.query, now=now)
        return JsonResponse(_error(verified.code), status=401)
    try:
        topic, body = make_body(postback)
    except PayloadRefused as refused:
        record_refusal(connection=connection, code=refused.code, body=postback.query, now=now)
        return JsonResponse(_error(refused.code, refused.detail), status=422)
    event, is_new = store_delivery(
        connection=connection,
        topic=topic,
        event_id="",
        body=body,
        key_index=verified.key_index,
        now=now,
    )
    if event.status in WAITING:
        process_store_event(event_id=event.pk, adapter=get_adapter(PLATFORM), now=now)
        event.refresh_from_db()
    if event.status == InboundStatus.REFUSED:
        return JsonResponse(_error(event.code, field_name(topic, event.detail)), status=422)
    return JsonResponse({"event": event.public_id, "is_new": is_new})


def _error(code: str, field: str = "") -> dict[str, dict[str, str]]:
    """Say what is wrong: a code, the parameter, a sentence in English."""
    known = {
        "not_found": "No connection of this address takes postbacks.",
        "not_stored": "It could not be stored; send it again.",
        "too_large": f"A postback has at most {MAX_BYTES} bytes.",
    }
    return {
        "error": {
            "code": code,
            "field": field,
            "message": known.get(code) or _explain(code, field),
        }
    }


def _explain(code: str, field: str) -> str:
    reader = Reader(audience="brand", zone=ZoneInfo("UTC"))
    known = wording.CATALOGUE.find(code=f"signature.{code}", params={})
    name = f"signature.{code}" if known else f"store.{code}"
    with translation.override("en"):
        text = wording.explain(code=name, params={"field": field}, reader=reader)
    return text.translate(_ISOLATES)
