"""The redirect inside Django, and the page of a link that is not there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from brands.domain.linkhosts import LINK_HOST
from core.clock import utc_now
from tracking.redirect import handle

PAGE = "tracking/link_not_found.html"


@csrf_exempt
def follow_link(request: HttpRequest, slug: str = "") -> HttpResponse:  # noqa: ARG001  # in META
    """Follow a link; the slug is read from the path, as the WSGI entry does."""
    answer = handle(request.META, now=utc_now())
    if answer.status == 404 and LINK_HOST in request.META:
        text = _("This link is not active")
        response = HttpResponse(text, content_type="text/plain; charset=utf-8", status=404)
    elif answer.status == 404:
        response = render(request, PAGE, status=404)
    else:
        response = HttpResponse(answer.body, status=answer.status)
        del response["Content-Type"]
    for name, value in answer.headers:
        response[name] = value
    return response
