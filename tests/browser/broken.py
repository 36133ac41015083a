"""The addresses of the program, and more under which each kind of error is met."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path

ERRORS: dict[int, type[Exception]] = {
    400: SuspiciousOperation,
    403: PermissionDenied,
    404: Http404,
    500: RuntimeError,
}


def fail(request: HttpRequest, status: int) -> HttpResponse:
    """Fail as a view does; only too many tries are answered by the accounts' library itself."""
    if status in ERRORS:
        raise ERRORS[status]("broken on purpose")
    return render(request, f"{status}.html", status=status)


urlpatterns = [
    path("", include("config.urls")),
    path("broken/<int:status>/", fail),
]
