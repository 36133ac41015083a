"""A test order: sent by Fairshare through the sandbox, or placed by hand in the real store."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from brands.access import BrandAccess, Right, get_brand_for, require
from brands.context import brand_page, why_not
from brands.selectors import (
    find_latest_rules,
    find_open_sandbox,
    list_connections,
    was_ever_live,
)
from brands.views.common import find_program
from core.clock import brand_now, database_now
from core.edges import door, see_other
from portal.trial_words import list_hops
from portal.watching import read_since, watch_order
from tracking.models import TrialRun
from tracking.services.trials import start_trial

LATE = timedelta(minutes=1)


@require_http_methods(["GET", "POST"])
@door
def show(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the newest test order, and one in the real store as it comes; POST sends one."""
    access = get_brand_for(request.user, slug)
    program = find_program(request, access)
    if program is None:
        return see_other(reverse("brands:setup", args=[slug]))
    if request.method == "POST":
        require(access, Right.MANAGE)
        start_trial(program_id=program.pk, actor_id=access.member.user_id, now=database_now())
        return see_other(f"{request.path}?program={program.public_id}")
    trial = TrialRun.objects.select_related("brand").filter(program=program).order_by("-pk").first()
    is_running = trial is not None and trial.finished_at is None
    context = brand_page(
        access,
        program=program,
        trial=trial,
        hops=list_hops(trial) if trial else [],
        is_running=is_running,
        is_late=is_running and trial is not None and database_now() - trial.started_at > LATE,
        has_rules=find_latest_rules(program) is not None,
        twin=access.brand if access.brand.is_sandbox else find_open_sandbox(access.brand),
        off=why_not(access, Right.MANAGE),
        is_set_up=was_ever_live(access.brand),
        nav_current="brands:program-settings",
        **_look_at_store(request, access),
    )
    return render(request, "portal/trial.html", context)


def _look_at_store(request: HttpRequest, access: BrandAccess) -> dict[str, Any]:
    """Return the brand's store, and what came of an order that is placed in it now."""
    now = brand_now(access.brand)
    since = read_since(request.GET.get("since", ""), now=now)
    return {
        "store": list_connections(access.brand).filter(is_active=True).first(),
        "since": since,
        "watch": watch_order(access.brand, since=since) if since else None,
        "second": int(now.timestamp()),
    }
