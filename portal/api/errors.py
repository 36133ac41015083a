"""How the API says no: one shape, a code that never changes, and a sentence for a programmer.

The reference is in English, as is every answer here but the sentences of attributions.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseError
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from core.access import NotFound

logger = logging.getLogger(__name__)

RETRY_S = 5

ERRORS: Mapping[str, tuple[int, str]] = {
    "no_key": (401, "Send a key: Authorization: Bearer fs_live_…"),
    "wrong_key": (401, "No key that works is like this one: it is mistyped, revoked or expired."),
    "no_scope": (403, "The key lacks the scope that this operation needs."),
    "brand_closed": (403, "The brand of this key is suspended, or its sandbox was replaced."),
    "not_found": (404, "There is no such thing in this brand."),
    "wrong_method": (405, "This address does not take that method."),
    "no_length": (411, "Send the length of the body in Content-Length."),
    "too_large": (413, "A body has at most 64 KiB."),
    "unsupported_type": (415, "Send application/json."),
    "too_many_requests": (429, "Wait for as many seconds as Retry-After says."),
    "too_many_guesses": (429, "Too many keys that do not work came from this network."),
    "not_json": (400, "The body is no JSON."),
    "not_utf8": (400, "A body is UTF-8 without a byte order mark."),
    "too_deep": (400, "A body is at most 20 levels deep."),
    "repeated_key": (400, "An object of the body has a key twice."),
    "not_whole": (400, "Numbers are whole: no fraction, exponent, NaN or Infinity."),
    "too_many_digits": (400, "A number has at most 18 digits."),
    "unstorable_text": (400, "A text holds NUL or half a surrogate pair."),
    "invalid": (422, "Some fields cannot be taken; `fields` names each."),
    "invalid_query": (400, "Some parameters cannot be taken; `fields` names each."),
    "no_idempotency_key": (400, "A POST brings Idempotency-Key: 1 to 255 printable characters."),
    "idempotency_key_reused": (409, "This Idempotency-Key came with another request before."),
    "store_needed": (422, "Name the store (con_…): an active one of the kind generic."),
    "order_refused": (422, "The order cannot be read exactly; `fields` names the field."),
    "creator_suspended": (409, "The creator is suspended."),
    "program_closed": (409, "The program is closed."),
    "program_not_live": (409, "The program is not live, so it takes no creators."),
    "program_full": (409, "The program has as many creators as it may have."),
    "destination_refused": (422, "A link does not lead to this page: see the program's domains."),
    "slug_taken": (409, "The slug was given before; a slug is never given twice."),
    "code_taken": (409, "The brand has this code, in use or ended."),
    "tags_refused": (422, "A UTM value, a sub-id or the code cannot be one of this link."),
    "not_invited": (409, "The person is not invited; `fields` says why."),
    "already_decided": (409, "Somebody decided the application before."),
    "already_member": (409, "The creator is in the program already."),
    "unavailable": (503, "Nothing was done. Send the same request again in a few seconds."),
    "server_error": (500, "Something broke here, and is in the log. Send the request again."),
}


class Problem(exceptions.APIException):
    """A refusal; `fields` says for each path what is wrong there."""

    def __init__(self, code: str, fields: Mapping[str, str] | None = None, wait_s: int = 0) -> None:
        self.status_code, message = ERRORS[code]
        super().__init__(message, code)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.wait_s = wait_s

    @property
    def body(self) -> dict[str, Any]:
        """Return what is answered."""
        error: dict[str, Any] = {
            "code": self.code,
            "message": self.message,
            "doc_url": f"{settings.SITE_URL}/api/errors/#{self.code}",
        }
        if self.fields:
            error["fields"] = [{"field": path, "message": why} for path, why in self.fields.items()]
        return {"error": error}

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that belong to it."""
        found = {"Retry-After": str(self.wait_s)} if self.wait_s else {}
        return found | ({"WWW-Authenticate": "Bearer"} if self.status_code == 401 else {})


def answer_error(error: Exception, _context: Mapping[str, Any]) -> Response:
    """Turn whatever a view raised into a problem; what nobody expected is logged."""
    problem = _to_problem(error)
    return Response(problem.body, status=problem.status_code, headers=problem.headers)


def flatten(errors: Any, path: str = "") -> dict[str, str]:
    """Return the errors of a serializer by the path of each field: lines[0].quantity."""
    if isinstance(errors, Mapping):
        found: dict[str, str] = {}
        for name, inner in errors.items():
            own = path if name == "non_field_errors" else f"{path}.{name}".strip(".")
            found |= flatten(inner, own)
        return found
    if isinstance(errors, Sequence) and not isinstance(errors, str):
        if any(isinstance(one, Mapping) for one in errors):
            found = {}
            for index, inner in enumerate(errors):
                found |= flatten(inner, f"{path}[{index}]") if inner else {}
            return found
        return {path: " ".join(str(one) for one in errors)}
    return {path: str(errors)}


def _to_problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotFound | Http404):
        return Problem("not_found")
    if isinstance(error, PermissionDenied):
        return Problem("no_scope")
    if isinstance(error, exceptions.MethodNotAllowed):
        return Problem("wrong_method")
    if isinstance(error, DatabaseError):
        logger.error("a request of the API was not answered", exc_info=error)
        return Problem("unavailable", wait_s=RETRY_S)
    logger.error("a request of the API broke", exc_info=error)
    return Problem("server_error")
