"""A person's own data: what is kept, and a copy of it."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from affiliates.access import find_affiliate
from core.clock import utc_now
from core.edges import door
from core.models import User
from portal.privacy.copying import copy_data, name_copy


@require_GET
@door
def show(request: HttpRequest) -> HttpResponse:
    """Show what a person may do with what is kept about him."""
    return render(request, "portal/privacy.html", {"layout": _layout(request)})


@require_POST
@door
def take_copy(request: HttpRequest) -> FileResponse:
    """Send the person everything that is kept about him."""
    user, now = request.user, utc_now()
    assert isinstance(user, User)  # noqa: S101  # behind the door
    file = copy_data(user_id=user.pk, actor_id=user.pk, now=now)
    return FileResponse(file, as_attachment=True, filename=name_copy(now))


def _layout(request: HttpRequest) -> str:
    return "layouts/creator.html" if find_affiliate(request.user) else "layouts/public.html"
