"""How tracking does in a program: each hop with its last success, shares of orders, alarms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from brands.access import BrandAccess, Right, get_brand_for
from brands.context import brand_page, why_not
from brands.models import Program
from brands.selectors import list_connections
from brands.views.common import find_program, program_page
from core import formats
from core.charts import Point
from core.clock import brand_now
from core.edges import door, posted, see_other
from core.wording import current_language
from tracking.access_brand import get_alarm_for
from tracking.domain.hops import Hop, judge_program, judge_store
from tracking.forms_brand import NoteForm
from tracking.models import AlarmKind, TrackingAlarm
from tracking.selectors_health import (
    NEWEST_ALARMS,
    ProgramHealth,
    Shares,
    StoreHealth,
    list_alarms,
    list_new_orders,
    read_program,
    read_stores,
    sum_shares,
    sum_weeks,
)
from tracking.services.alarms import AlarmClosed, dismiss_alarm
from tracking.wording.health import ABOUT, HOPS, name_carrier, say_evidence, say_next

LABEL_EVERY = 3
MOST_STORES = 20


@dataclass(frozen=True, slots=True)
class HopRow:
    """A hop as it is shown; `order_id` names the order that proves it, by its public id."""

    title: str
    about: str
    hop: Hop
    text: str
    order_id: str = ""

    @property
    def step(self) -> str:
        """Return the shape of its step in the list."""
        shapes = {"works": "done", "quiet": "now", "broken": "problem"}
        return shapes.get(self.hop.state, "future")


@dataclass(frozen=True, slots=True)
class AlarmRow:
    alarm: TrackingAlarm
    what: str
    of: str
    figures: str


@dataclass(frozen=True, slots=True)
class StoreRow:
    health: StoreHealth
    hops: list[HopRow]
    carriers: list[tuple[str, int]]


@require_GET
@door
def show_health(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how tracking does in a program, and in each store of its brand."""
    access = get_brand_for(request.user, slug)
    program = find_program(request, access)
    if program is None:
        return see_other(reverse("brands:setup", args=[slug]))
    now, zone = brand_now(access.brand), ZoneInfo(access.brand.time_zone)
    newest = list_new_orders(access.brand)
    health = read_program(program, newest, now=now)
    stores = list(list_connections(access.brand)[:MOST_STORES])
    alarms = _list_alarms(access, program)
    weeks = sum_weeks(program, now=now, zone=zone)
    context = program_page(
        access,
        program,
        "tracking:health",
        health=health,
        hops=_show_program(health, judge_program(health.facts, now=now)),
        stores=[
            _show_store(one, judge_store(one.facts, now=now))
            for one in read_stores(access.brand, stores, newest, now=now)
        ],
        opened=[row for row in alarms if row.alarm.closed_at is None],
        history=[row for row in alarms if row.alarm.closed_at is not None],
        shares=list(sum_shares(program, now=now).items()),
        weeks=list(reversed(weeks.items())),
        points=_draw_weeks(weeks),
        off=why_not(access, Right.MANAGE),
        zone=access.brand.time_zone,
    )
    return render(request, "tracking/health.html", context)


@require_http_methods(["GET", "POST"])
@door
def dismiss(request: HttpRequest, slug: str, alarm_id: str) -> HttpResponse:
    """Say what dismissing an alarm does, then do it, with a reason."""
    access = get_brand_for(request.user, slug, Right.MANAGE)
    alarm = get_alarm_for(access, alarm_id)
    back_url = _back_url(access, alarm)
    form = NoteForm(posted(request))
    if form.is_bound and form.is_valid():
        try:
            dismiss_alarm(
                alarm_id=alarm.pk,
                reason=form.cleaned_data["reason"],
                actor_id=access.member.user_id,
                now=brand_now(access.brand),
            )
            messages.success(request, _("Dismissed. It is not raised again for four weeks."))
        except AlarmClosed:
            messages.info(request, _("This alarm is over already. Nothing was changed."))
        return see_other(back_url)
    context = brand_page(
        access,
        title=_("Dismiss this alarm"),
        text=_(
            "It ends, and one of the same kind is not raised again for four weeks: by then the new "
            "figures are what is usual."
        ),
        facts=[(row.what, f"{row.of}: {row.figures}") for row in [_show_alarm(alarm)]],
        button=_("Dismiss the alarm"),
        form=form,
        back_url=back_url,
        nav_current="brands:program-settings",
    )
    return render(request, "tracking/decision.html", context, status=422 if form.errors else 200)


def _list_alarms(access: BrandAccess, program: Program) -> list[AlarmRow]:
    """Return every open alarm of the brand, then the newest past ones of program and stores."""
    shown = Q(program=program) | Q(program=None) | Q(closed_at=None)
    rows = list_alarms(access.brand).filter(shown)
    newest = rows.order_by(F("closed_at").desc(nulls_first=True), "-pk")
    return [_show_alarm(alarm) for alarm in newest[:NEWEST_ALARMS]]


def _show_alarm(alarm: TrackingAlarm) -> AlarmRow:
    return AlarmRow(
        alarm,
        str(AlarmKind(alarm.kind).label),
        formats.isolate(str(alarm.program or alarm.connection)),
        say_evidence(alarm.evidence),
    )


def _back_url(access: BrandAccess, alarm: TrackingAlarm) -> str:
    query = f"?program={alarm.program.public_id}" if alarm.program else ""
    return f"{reverse('tracking:health', args=[access.brand.slug])}{query}#alarms"


def _show_program(health: ProgramHealth, hops: Sequence[Hop]) -> list[HopRow]:
    proof = {"token": health.last_valid}
    return [
        HopRow(
            str(HOPS[hop.name]),
            str(ABOUT[hop.name]),
            hop,
            say_next(hop.code, count=health.facts.streak),
            order.public_id if (order := proof.get(hop.name)) else "",
        )
        for hop in hops
    ]


def _show_store(health: StoreHealth, hops: Sequence[Hop]) -> StoreRow:
    proof = {"cart": health.last_token}
    rows = [
        HopRow(
            str(HOPS[hop.name]),
            str(ABOUT[hop.name]),
            hop,
            say_next(
                hop.code,
                count=health.facts.streak,
                store=health.store.name,
                platform=health.store.platform,
            ),
            order.public_id if (order := proof.get(hop.name)) else "",
        )
        for hop in hops
    ]
    return StoreRow(
        health, rows, [(name_carrier(carrier), total) for carrier, total in health.carriers]
    )


def _draw_weeks(weeks: dict[date, Shares]) -> list[Point]:
    """Return a bar a week: the part of all orders that carried a token of the program."""
    language = current_language()
    points = []
    for index, (week, shares) in enumerate(weeks.items()):
        bps = shares.part_bps(shares.with_token)
        said: dict[str, Any] = {
            "share": formats.percent_text(bps, language=language),
            "count": formats.number_text(shares.with_token, language=language),
            "total": formats.number_text(shares.orders, language=language),
        }
        points.append(
            Point(
                label=formats.day_text(week, language=language),
                value=bps // 100,
                text=_("%(share)s (%(count)s of %(total)s)") % said,
                short=(
                    formats.day_short_text(week, language=language)
                    if index % LABEL_EVERY == 1
                    else ""
                ),
                is_unfinished=index == len(weeks) - 1,
            )
        )
    return points
