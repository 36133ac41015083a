"""Pages for anyone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old to trust and that nothing was changed."""
    return render(request, "portal/csrf_failure.html", {"reason": reason}, status=403)
