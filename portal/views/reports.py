"""A brand's reports: over time and by what, from a click to a payout, and by month joined."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from brands.access import BrandAccess, get_brand_for, list_reports_for
from brands.context import brand_page
from core import formats
from core.charts import Point
from core.clock import brand_now
from core.edges import door
from core.models import Brand
from core.wording import current_language
from portal.cohorts import SHOWN_MONTHS, list_cohorts
from portal.funnel import count_funnel
from portal.joining import list_joining, say_duration
from portal.performance import (
    GROUPINGS,
    ROWS,
    WITH_CLICKS,
    Answer,
    answer,
    compare,
    list_currencies,
)
from portal.report_asked import Choice, read_choice
from portal.report_rows import list_figures, list_rows, measure
from portal.report_words import (
    COMPARE_LABELS,
    GROUP_LABELS,
    REST_LABEL,
    STEP_LABELS,
    explain_change,
    list_tabs,
)
from tracking.models import Commission

LABELS_SHOWN = 4


@door
@require_GET
def show_performance(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one period beside another: a sentence, figures, one chart, and rows by one thing."""
    access = get_brand_for(request.user, slug)
    brand, choice = access.brand, _read(request, access)
    asked = choice.question
    if not asked.currency:  # without a program there is nothing to count yet
        return render(
            request, "portal/report_performance.html", _page(access, choice, "performance")
        )
    now = answer(brand, asked, asked.span)
    before = answer(brand, asked, asked.before) if asked.before else None
    measures = measure(choice, now.total)
    was = measure(choice, before.total) if before else None
    context = _page(
        access,
        choice,
        "performance",
        has_orders=bool(measures.sums.orders or measures.sums.clicks),
        has_history=Commission.objects.filter(brand=brand).exists(),
        sentences=explain_change(measures, was),
        figures=list_figures(measures, was),
        orders_query=choice.order_filters(asked.span),
        chart=_draw(choice, now, before, _today(brand)),
        rows=list_rows(brand, choice, now, before),
        rest=measure(choice, now.rest) if now.rest else None,
        rest_label=REST_LABEL,
        total=measures,
        total_change=compare(
            measures.revenue.amount_minor, was.revenue.amount_minor if was else None
        ),
        number_of_rows=len(now.by_key),
        saved=list(list_reports_for(access)),
        is_more=len(now.by_key) > ROWS,
        has_clicks=asked.group in WITH_CLICKS,
    )
    return render(request, "portal/report_performance.html", context)


@door
@require_GET
def show_funnel(request: HttpRequest, slug: str) -> HttpResponse:
    """Show how many went from a click to an order, to a release and to a payout."""
    access = get_brand_for(request.user, slug)
    choice = _read(request, access)
    asked = choice.question
    context = _page(
        access,
        choice,
        "funnel",
        steps=count_funnel(access.brand, asked),
        orders_query=choice.order_filters(asked.span),
        joining=[(row, say_duration(row.took)) for row in list_joining(access.brand, asked.span)],
    )
    return render(request, "portal/report_funnel.html", context)


@door
@require_GET
def show_cohorts(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the creators of each month: how many of them brought an order in each month since."""
    access = get_brand_for(request.user, slug)
    choice = _read(request, access)
    found = list_cohorts(access.brand, today=_today(access.brand))
    context = _page(access, choice, "cohorts", cohorts=found, months=range(SHOWN_MONTHS))
    return render(request, "portal/report_cohorts.html", context)


def _page(access: BrandAccess, choice: Choice, current: str, **context: Any) -> dict[str, Any]:
    return brand_page(
        access,
        nav_current="portal:report-list",
        tabs=list_tabs(access.brand.slug, current),
        choice=choice,
        asked=choice.question,
        currencies=list_currencies(access.brand),
        steps_offered=STEP_LABELS.items(),
        groups_offered=[(name, GROUP_LABELS[name]) for name in GROUPINGS],
        compares_offered=COMPARE_LABELS.items(),
        group_label=GROUP_LABELS[choice.question.group],
        **context,
    )


def _read(request: HttpRequest, access: BrandAccess) -> Choice:
    brand = access.brand
    return read_choice(request.GET.dict(), currencies=list_currencies(brand), today=_today(brand))


def _today(brand: Brand) -> date:
    return brand_now(brand).astimezone(ZoneInfo(brand.time_zone)).date()


def _draw(choice: Choice, now: Answer, before: Answer | None, today: date) -> dict[str, Any]:
    """Return revenue by step, with the period compared as a dashed line."""
    asked, language = choice.question, current_language()
    days = list(now.by_step)
    old = [measure(choice, sums).revenue for sums in before.by_step.values()] if before else []
    every = max(1, len(days) // LABELS_SHOWN)
    points = []
    for index, day in enumerate(days):
        revenue = measure(choice, now.by_step[day]).revenue
        was = old[index] if index < len(old) else None
        points.append(
            Point(
                label=_name_step(day, asked.step),
                value=revenue.amount_minor,
                text=formats.money_text(revenue, language=language),
                short=_short_step(day, asked.step) if index % every == every // 2 else "",
                before=was.amount_minor if was else None,
                before_text=formats.money_text(was, language=language) if was else "",
                is_unfinished=asked.span.until >= today and index == len(days) - 1,
            )
        )
    best = max(points, key=lambda point: point.value)
    caption = _("Highest: %(value)s on %(day)s.") % {"value": best.text, "day": best.label}
    title = _("Revenue, %(currency)s") % {"currency": asked.currency}
    return {"title": title, "points": points, "caption": caption if best.value else ""}


def _name_step(day: date, step: str) -> str:
    language = current_language()
    if step == "month":
        return formats.month_text(day, language=language)
    text = formats.day_text(day, language=language)
    return _("Week of %(day)s") % {"day": text} if step == "week" else text


def _short_step(day: date, step: str) -> str:
    language = current_language()
    if step == "month":
        return formats.month_text(day, language=language)
    return formats.day_short_text(day, language=language)
