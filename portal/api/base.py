"""What every address of the API does: a key opens it, a scope allows it, a problem refuses it."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.request import RawPostDataException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from brands.access import BrandAccess, open_with_key
from brands.models import ApiKey
from brands.services.apianswers import OtherQuestion, answer_once
from core.audit import by_key
from core.clock import brand_now, utc_now
from core.strictjson import MAX_BYTES, NotStrict, read_json
from portal.api.door import KeyAuthentication, take_turn
from portal.api.errors import Problem, answer_error, flatten
from portal.api.fields import DEFAULT_LIMIT
from portal.api.refusals import REFUSED, to_problem
from portal.api.schema import KeySchema, Operation

SERVER_ERROR = 500

_LENGTH = re.compile(r"[0-9]{1,15}")
_JSON = re.compile(r"application/json(?: *; *charset *= *\"?utf-?8\"?)? *", re.IGNORECASE)
_IDEMPOTENCY_KEY = re.compile(r"[!-~]{1,255}")


class OnlyJSON(BaseContentNegotiation):
    """Answer in JSON, whatever is asked for: there is nothing else."""

    def select_parser(self, _request: Request, _parsers: Any) -> Any:
        return None

    def select_renderer(
        self, _request: Request, renderers: Any, _format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """An address; its operations by method say what each does and needs."""

    operations: ClassVar[Mapping[str, Operation]] = {}
    tag: ClassVar[str] = ""
    authentication_classes = (KeyAuthentication,)
    permission_classes = ()
    throttle_classes = ()
    renderer_classes = (JSONRenderer,)
    parser_classes = ()
    content_negotiation_class = OnlyJSON
    metadata_class = None
    schema = KeySchema()

    @property
    def operation(self) -> Operation:
        return self.operations[_method(self.request)]

    @property
    def key(self) -> ApiKey:
        found: ApiKey = self.request.auth  # type: ignore[assignment]  # KeyAuthentication gave it
        return found

    @cached_property
    def access(self) -> BrandAccess:
        return open_with_key(self.key)

    @cached_property
    def now(self) -> datetime:
        """Return the time of the brand."""
        return brand_now(self.key.brand)

    def get_exception_handler(self) -> Callable[..., Response]:
        return answer_error

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        """Keep who the browser's session is: he is nobody here, and goes on to be himself."""
        self.visitor = getattr(request, "user", None)  # the reference is made without any
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.auth is None:
            raise Problem("no_key")
        take_turn(self.key)
        operation = self.operations.get(_method(request))
        if operation is not None and operation.scope not in self.key.scopes:
            raise Problem("no_scope", {"scope": operation.scope.value})

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Response:
        found = super().finalize_response(request, response, *args, **kwargs)
        request._request.user = self.visitor
        found.headers.setdefault("Cache-Control", "no-store, private")
        return found

    def read_query(self) -> dict[str, Any]:
        """Return the parameters of a list."""
        given, query = self.request.query_params, self.operation.query
        assert query is not None  # noqa: S101
        twice = {name: "This is there twice." for name in given if len(given.getlist(name)) > 1}
        form = query(data=given.dict())
        if twice or not form.is_valid():
            raise Problem("invalid_query", twice or flatten(form.errors))
        return dict(form.validated_data)

    def answer_page(
        self,
        rows: QuerySet[Any],
        asked: Mapping[str, Any],
        show: Callable[[list[Any]], list[Any]] = list,
    ) -> Response:
        """Answer a page of rows, newest first, from the row of the cursor on."""
        size = asked.get("limit", DEFAULT_LIMIT)
        if "cursor" in asked:
            rows = rows.filter(pk__lt=self.find_place(asked["cursor"]))
        found = list(rows.order_by("-pk")[: size + 1])
        shown = found[:size]
        return Response(
            {
                "data": self.operation.out(show(shown), many=True).data,
                "next_cursor": self.name_place(shown[-1]) if len(found) > size else None,
            }
        )

    def list_all(self) -> QuerySet[Any]:
        """Return every row of the brand that this address may show."""
        raise NotImplementedError

    def find_place(self, cursor: str) -> Any:
        """Return the primary key of the row after which a page begins; one of this brand."""
        place = self.list_all().filter(public_id=cursor).values_list("pk", flat=True).first()
        if place is None:
            raise Problem("invalid_query", {"cursor": "This is no cursor of this list."})
        return place

    def name_place(self, row: Any) -> str:
        """Return the cursor of a row."""
        return str(row.public_id)

    def answer_post(self, work: Callable[[dict[str, Any]], Any]) -> Response:
        """Do what the body asks for, once for each Idempotency-Key, and answer with the outcome."""
        name = self.request.headers.get("Idempotency-Key", "")
        if not _IDEMPOTENCY_KEY.fullmatch(name):
            raise Problem("no_idempotency_key")
        value, takes = self._read_body(), self.operation.takes
        assert takes is not None  # noqa: S101
        form = takes(data=value)
        if not form.is_valid():
            raise Problem("invalid", flatten(form.errors))
        said = json.dumps([self.request.path, value], sort_keys=True)
        try:
            status, text, is_repeat = answer_once(
                key=self.key,
                idempotency_key=name,
                request_hash=hashlib.sha256(said.encode()).hexdigest(),
                now=utc_now(),
                work=lambda: self._work(work, dict(form.validated_data)),
            )
        except OtherQuestion:
            raise Problem("idempotency_key_reused") from None
        headers = {"Idempotent-Replayed": "true"} if is_repeat else {}
        return Response(json.loads(text), status=status, headers=headers)

    def _work(
        self, work: Callable[[dict[str, Any]], Any], asked: dict[str, Any]
    ) -> tuple[int, str]:
        """Return status and text of the outcome; a refusal is one, and leaves nothing behind."""
        try:
            with transaction.atomic(), by_key(f"{self.key.name} ({self.key.prefix}…)"):
                data = self.operation.out(work(asked)).data
            return self.operation.status, _render(data)
        except REFUSED as error:
            problem = to_problem(error)
        if problem.status_code >= SERVER_ERROR:
            raise problem  # nothing is kept, so that it may be asked again
        return problem.status_code, _render(problem.body)

    def _read_body(self) -> object:
        request = self.request._request
        if not _JSON.fullmatch(request.headers.get("Content-Type") or ""):
            raise Problem("unsupported_type")
        length = request.headers.get("Content-Length") or ""
        if not _LENGTH.fullmatch(length):
            raise Problem("no_length")
        if int(length) > MAX_BYTES:
            raise Problem("too_large")
        try:
            return read_json(request.read(MAX_BYTES + 1))
        except (OSError, RawPostDataException):
            raise Problem("not_json") from None
        except NotStrict as refusal:
            raise Problem(refusal.code) from None


def _method(request: Request) -> str:
    return "GET" if request.method == "HEAD" else str(request.method)


def _render(data: Any) -> str:
    text: bytes = JSONRenderer().render(data)
    return text.decode()
