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
from core.clock import brand_now
from core.edges import door
from core.models import Brand
from portal.cohorts import SHOWN_MONTHS, list_cohorts
from portal.figures import ON_REPORT, show_figures
from portal.funnel import count_funnel
from portal.joining import list_joining
from portal.performance import (
    GROUPINGS,
    ROWS,
    WITH_CLICKS,
    answer,
    compare,
    list_currencies,
)
from portal.report_asked import Choice, read_choice
from portal.report_charts import draw_steps
from portal.report_rows import list_rows, measure
from portal.report_words import (
    COMPARE_LABELS,
    GROUP_LABELS,
    STEP_LABELS,
    explain_change,
    list_tabs,
    name_rest,
)
from tracking.models import Commission


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
        figures=show_figures(choice, measures, was, slug=slug, names=ON_REPORT),
        orders_query=choice.order_filters(asked.span),
        chart=draw_steps(
            choice,
            now,
            before,
            lambda one: one.revenue,
            title=_("Revenue, %(currency)s") % {"currency": asked.currency},
            today=_today(brand),
        ),
        rows=list_rows(brand, choice, now, before),
        rest=measure(choice, now.rest) if now.rest else None,
        rest_label=name_rest(choice.question.group),
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
        joining=list_joining(access.brand, asked.span),
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
