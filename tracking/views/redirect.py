"""The redirect inside Django, and the page of a link that is not there."""

from django.http import HttpRequest, HttpResponse
from django.template.loader import select_template
from django.views.decorators.csrf import csrf_exempt

from core.clock import utc_now
from tracking.redirect import Answer, handle

LAYOUTS = ("layouts/public.html", "tracking/bare.html")


@csrf_exempt
def follow_link(request: HttpRequest, slug: str = "") -> HttpResponse:  # noqa: ARG001  # in META
    """Follow a link; the slug is read from the path, as the WSGI entry does."""
    answer = handle(request.META, now=utc_now())
    return _draw_not_found(request, answer) if answer.status == 404 else _copy(answer)


def _copy(answer: Answer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status)
    del response["Content-Type"]
    for name, value in answer.headers:
        response[name] = value
    return response


def _draw_not_found(request: HttpRequest, answer: Answer) -> HttpResponse:
    page = select_template(["tracking/link_not_found.html"])
    text = page.render({"layout": select_template(LAYOUTS).template}, request)
    return HttpResponse(text, status=answer.status, headers=dict(answer.headers))
