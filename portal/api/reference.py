"""Pages for programmers: the reference, every error, and what an unknown address answers."""

from functools import cache

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET

from portal.api.errors import ERRORS, Problem
from portal.api.operations import operations
from portal.api.schema import make_schema


@require_GET
def show_docs(request: HttpRequest) -> HttpResponse:
    """Draw the reference from its file."""
    return render(request, "portal/api_docs.html", {"operations": _list_operations()})


@require_GET
def show_errors(request: HttpRequest) -> HttpResponse:
    """List every error: the address in an answer leads here."""
    rows = [(code, status, message) for code, (status, message) in sorted(ERRORS.items())]
    return render(request, "portal/api_errors.html", {"errors": rows})


@require_GET
def show_schema(_request: HttpRequest) -> HttpResponse:
    """Give the reference as OpenAPI."""
    return JsonResponse(read_schema())


@csrf_exempt
def refuse_address(_request: HttpRequest) -> HttpResponse:
    """Say that there is nothing at an address under /api/."""
    problem = Problem("not_found")
    return JsonResponse(problem.body, status=problem.status_code)


@cache
def read_schema() -> dict[str, object]:
    """Return the reference of every operation: made once, because it is the same for all."""
    return make_schema(operations)


def _list_operations() -> list[dict[str, str]]:
    """Return each operation with its address, for whoever reads without scripts."""
    return [
        {
            "method": method,
            "path": f"/{str(pattern.pattern).replace('<str:', '{').replace('>', '}')}",
            "summary": operation.summary,
            "scope": operation.scope.value,
        }
        for pattern in operations
        for method, operation in pattern.callback.cls.operations.items()  # type: ignore[attr-defined]
    ]
