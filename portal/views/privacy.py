"""A person's own data: a copy of it, and its end."""

from django.contrib.auth import logout
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from affiliates.access import find_affiliate
from core.clock import utc_now
from core.edges import door, posted, see_other
from core.models import User
from portal.forms_privacy import DeletionForm
from portal.privacy.copying import copy_data, name_copy
from portal.privacy.deleting import NotYet, delete_account, find_obstacles, list_owed
from portal.privacy.forgetting import list_kept


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


@require_http_methods(["GET", "POST"])
@door
def delete(request: HttpRequest) -> HttpResponse:
    """Say what deleting the account means, and do it once the person has typed his address."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  # behind the door
    form = DeletionForm(posted(request), address=user.email)
    obstacles = find_obstacles(user)
    if request.method == "POST" and not obstacles and form.is_valid():
        try:
            delete_account(user_id=user.pk, actor_id=user.pk, now=utc_now())
        except NotYet:
            obstacles = find_obstacles(user)
        else:
            logout(request)
            return see_other(reverse("portal:privacy-gone"))
    context = {
        "form": form,
        "obstacles": obstacles,
        "owed": list_owed(user),
        "layout": _layout(request),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "portal/privacy_delete.html", context, status=status)


@require_GET
def show_statement(request: HttpRequest) -> HttpResponse:
    """Say to everybody what is stored of people and how long."""
    return render(request, "portal/privacy_statement.html", {"kept": list_kept()})


@require_GET
def show_gone(request: HttpRequest) -> HttpResponse:
    """Say that an account is deleted."""
    return render(request, "portal/privacy_gone.html")


def _layout(request: HttpRequest) -> str:
    return "layouts/creator.html" if find_affiliate(request.user) else "layouts/public.html"
