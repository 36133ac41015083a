"""The brand's first page: what waits, how it goes, what is owed, and whether the books balance."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from affiliates.selectors_goals import list_nearest
from affiliates.selectors_resources import list_sent_titles
from brands.access import BrandAccess, get_brand_for
from brands.context import brand_page
from brands.services.team import note_arrival
from core.clock import brand_now
from core.edges import door
from core.fence import Standing, find_standing
from core.models import Brand
from payouts.selectors import find_next_run
from payouts.wording import FENCED
from portal.books import find_kept
from portal.figures import ON_HOME, show_figures
from portal.goal_words import describe_goal
from portal.goals import read_goals
from portal.performance import answer, list_currencies
from portal.report_asked import Choice, read_home
from portal.report_charts import draw_home
from portal.report_rows import list_rows, measure
from portal.report_words import COMPARE_LABELS
from portal.todo import find_setup, list_owed, list_tasks
from tracking.models import Order
from tracking.selectors_budgets import list_budgets

NEWS = 10
GOALS = 3
TOP_CREATORS = 5
PERIODS: Mapping[str, str | Promise] = {
    "7": gettext_lazy("Last 7 days"),
    "30": gettext_lazy("Last 30 days"),
    "90": gettext_lazy("Last 90 days"),
    "month": gettext_lazy("This month"),
    "last_month": gettext_lazy("The last whole month"),
}


@door
@require_GET
def show_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the home of a brand; the address picks period, comparison and currency."""
    access = get_brand_for(request.user, slug)
    brand, now = access.brand, brand_now(access.brand)
    if access.member.joined_at is None:  # the fact that the team asks for; his invitation led here
        note_arrival(member_id=access.member.pk, now=now)
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    currencies = list_currencies(brand)
    period, choice = read_home(request.GET.dict(), currencies=currencies, today=today)
    owed = list_owed(brand)
    context = brand_page(
        access,
        now=now,
        tasks=list_tasks(brand=brand, owed=owed, now=now),
        setup=find_setup(brand),
        next_run=find_next_run(brand=brand, currency=choice.question.currency, now=now),
        owed=owed,
        budgets=list_budgets(brand),
        goals=[
            describe_goal(row)
            for row in read_goals(list_nearest(brand, today=today, limit=GOALS), today=today)
        ],
        fenced=FENCED if find_standing() is not Standing.OPEN else "",
        books_check=find_kept(brand_id=brand.pk)[0],
        period=period,
        periods=PERIODS.items(),
        compares=COMPARE_LABELS.items(),
        currencies=currencies,
        choice=choice,
        asked=choice.question,
        is_asked=bool(request.GET.dict()),
        **_read_figures(access, choice, today),
    )
    return render(request, "portal/brand_home.html", context)


def _read_figures(access: BrandAccess, choice: Choice, today: date) -> dict[str, Any]:
    """Return what the period shows; nothing before the first order or click."""
    brand, asked = access.brand, choice.question
    if not asked.currency:
        return {}
    now = answer(brand, asked, asked.span)
    if not now.total.clicks and not Order.objects.filter(brand=brand).exists():
        return {}
    before = answer(brand, asked, asked.before) if asked.before else None
    measures = measure(choice, now.total)
    was = measure(choice, before.total) if before else None
    return {
        "figures": show_figures(choice, measures, was, slug=brand.slug, names=ON_HOME),
        "charts": draw_home(choice, now, before, today=today, news=_list_news(brand)),
        "top": [
            row for row in list_rows(brand, choice, now, before) if row["measures"].sums.orders
        ][:TOP_CREATORS],
        "rows_query": choice.order_filters(asked.span),
    }


def _list_news(brand: Brand) -> dict[date, list[str]]:
    """Return what was announced last, by the brand's day."""
    zone, news = ZoneInfo(brand.time_zone), dict[date, list[str]]()
    for title, sent_at in list_sent_titles(brand)[:NEWS]:
        if sent_at:
            news.setdefault(sent_at.astimezone(zone).date(), []).append(title)
    return news
