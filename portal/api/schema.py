"""The reference of the API, made from what each operation says of itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.settings import patched_settings
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework import serializers
from rest_framework.serializers import Serializer

from brands.models import Scope
from portal.api.errors import ERRORS, Problem
from portal.api.fields import Query

ALWAYS = ("no_key", "wrong_key", "no_scope", "brand_closed", "too_many_requests", "unavailable")
OF_LISTS = ("invalid_query",)
OF_ONE = ("not_found",)
OF_POSTS = (
    *("not_json", "repeated_key", "no_idempotency_key", "idempotency_key_reused"),
    *("no_length", "too_large", "unsupported_type", "invalid"),
)
SETTINGS = {
    "TITLE": "Fairshare",
    "DESCRIPTION": "The REST API of one brand.",
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
EXAMPLE_KEY = "order-1042-first-try"


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of an address, for whoever calls it and for the reference.

    `takes` is the body of a POST, `query` the parameters of a list. `problems`: what it may refuse
    beside what every operation may.
    """

    name: str
    summary: str
    words: str
    scope: Scope
    out: type[Serializer[Any]]
    takes: type[Serializer[Any]] | None = None
    query: type[Query] | None = None
    status: int = 200
    problems: tuple[str, ...] = ()


class ErrorFieldOut(serializers.Serializer[Any]):
    """What is wrong with one field."""

    field = serializers.CharField()
    message = serializers.CharField()


class ErrorBodyOut(serializers.Serializer[Any]):
    """Why the answer is no."""

    code = serializers.ChoiceField(choices=sorted(ERRORS), help_text="Never changes its meaning.")
    message = serializers.CharField(help_text="For a programmer; it may be worded anew.")
    doc_url = serializers.URLField()
    fields = serializers.ListField(child=ErrorFieldOut(), required=False)  # type: ignore[assignment]


class ErrorOut(serializers.Serializer[Any]):
    """Every answer that is not 2xx."""

    error = ErrorBodyOut()


@cache
def page_of(out: type[Serializer[Any]]) -> type[Serializer[Any]]:
    """Return the serializer of a page of rows."""
    name = f"{out.__name__.removesuffix('Out')}PageOut"
    parts = {
        "__doc__": "A page, the newest first.",
        "data": out(many=True),
        "next_cursor": serializers.CharField(
            allow_null=True, help_text="Where the next page begins; null on the last one."
        ),
        "EXAMPLE": {"data": [out.EXAMPLE], "next_cursor": None},  # type: ignore[attr-defined]
    }
    return type(name, (serializers.Serializer,), parts)


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a key is sent."""

    target_class = "portal.api.door.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, _auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key of the brand: fs_live_… or, of a sandbox, fs_test_…",
        }


class KeySchema(AutoSchema):
    """One operation as OpenAPI has it."""

    @property
    def operation(self) -> Operation:
        found: Operation = self.view.operations[self.method]  # type: ignore[attr-defined]
        return found

    def get_operation_id(self) -> str:
        return self.operation.name

    def get_summary(self) -> str:
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        return f"{self.operation.words}\n\nScope: `{self.operation.scope.value}`"

    def get_tags(self) -> list[str]:
        return [self.view.tag]  # type: ignore[attr-defined]

    def get_extensions(self) -> dict[str, Any]:
        return {"x-scope": self.operation.scope.value}

    def get_serializer_name(self, serializer: Any, _direction: Any) -> str:
        return str(type(serializer).__name__).removesuffix("Out")

    def map_parsers(self) -> list[str]:
        return ["application/json"]

    def get_request_serializer(self) -> Any:
        return self.operation.takes

    def get_response_serializers(self) -> Any:
        found: dict[int, Any] = {
            self.operation.status: OpenApiResponse(
                self._answer, description=self.operation.summary, examples=[self._example()]
            )
        }
        by_status: dict[int, list[str]] = {}
        for code in self._list_problems():
            by_status.setdefault(ERRORS[code][0], []).append(code)
        for status, codes in sorted(by_status.items()):
            found[status] = OpenApiResponse(
                ErrorOut,
                description=" ".join(f"`{code}`: {ERRORS[code][1]}" for code in codes),
                examples=[OpenApiExample(code, _error_example(code)) for code in codes],
            )
        return found

    def get_override_parameters(self) -> list[Any]:
        if self.operation.takes is None:
            return [self.operation.query] if self.operation.query else []
        words = "Names this request: sent again with the same body it does nothing more."
        return [
            OpenApiParameter(
                "Idempotency-Key",
                {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
                OpenApiParameter.HEADER,
                required=True,
                description=f"{words} Kept for 30 days.",
                examples=[OpenApiExample("of an order", EXAMPLE_KEY)],
            )
        ]

    def get_examples(self) -> list[OpenApiExample]:
        takes = self.operation.takes
        if takes is None:
            return []
        return [OpenApiExample("request", takes.EXAMPLE, request_only=True)]  # type: ignore[attr-defined]

    def _is_list_view(self, _serializer: Any = None) -> bool:
        return False

    @property
    def _answer(self) -> type[Serializer[Any]]:
        return page_of(self.operation.out) if self.operation.query else self.operation.out

    def _example(self) -> OpenApiExample:
        return OpenApiExample("answer", self._answer.EXAMPLE)  # type: ignore[attr-defined]

    def _list_problems(self) -> Iterator[str]:
        yield from ALWAYS
        if self.operation.takes is not None:
            yield from OF_POSTS
        yield from OF_LISTS if self.operation.query else ()
        yield from OF_ONE if "{" in self.path else ()
        yield from self.operation.problems


def make_schema(patterns: Any) -> dict[str, Any]:
    """Return the whole reference, the same on every installation."""
    with patched_settings(SETTINGS):
        generator = SchemaGenerator(patterns=patterns)  # type: ignore[no-untyped-call]
        found: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


def _error_example(code: str) -> Mapping[str, Any]:
    body = Problem(code).body
    body["error"]["doc_url"] = f"https://fairshare.example/api/errors/#{code}"
    return body
