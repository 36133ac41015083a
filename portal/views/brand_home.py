"""The brand's first page: what waits, how it goes, what is owed, and whether the books balance."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from affiliates.models import Affiliation
from affiliates.selectors_goals import list_nearest
from affiliates.selectors_resources import list_sent_titles
from brands.access import get_brand_for
from brands.context import brand_page
from brands.services.team import note_arrival
from core import formats
from core.charts import Point
from core.clock import brand_now
from core.edges import door
from core.models import Brand
from core.money import Money
from core.templatetags.fairshare import current_language
from payouts.selectors import find_next_run
from portal.books import prove_books
from portal.goal_words import describe_goal
from portal.goals import GoalRow, read_goals
from portal.reports import Comparison, Day, change_bps, compare_periods, list_top_creators
from portal.todo import find_setup, list_owed, list_tasks
from tracking.models import Order

LABEL_EVERY = 7
NEWS = 10
GOALS = 3

News = dict[date, list[str]]


@door
@require_GET
def show_home(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the home of a brand; `?currency=` picks whose figures stand first."""
    access = get_brand_for(request.user, slug)
    brand, now = access.brand, brand_now(access.brand)
    if access.member.joined_at is None:  # the fact that the team asks for; his invitation led here
        note_arrival(member_id=access.member.pk, now=now)
    owed = list_owed(brand)
    compared = compare_periods(brand=brand, now=now)
    currencies = _list_currencies(compared, owed)
    asked = request.GET.get("currency", "")
    currency = asked if asked in currencies else next(iter(currencies), "")
    context = brand_page(
        access,
        now=now,
        tasks=list_tasks(brand=brand, owed=owed, now=now),
        setup=find_setup(brand),
        next_run=find_next_run(brand=brand, currency=currency, now=now),
        has_orders=bool(compared.now.orders or compared.before.orders or _has_orders(brand)),
        currency=currency,
        currencies=currencies,
        figures=_figures(compared, currency),
        charts=_charts(compared, currency, _list_news(brand)),
        top=_name_creators(compared, currency),
        rows_query=_rows_query(compared),
        owed=owed,
        goals=[describe_goal(row) for row in _list_goals(brand, now)],
        books=prove_books(brand_id=brand.pk),
    )
    return render(request, "portal/brand_home.html", context)


def _list_goals(brand: Brand, now: datetime) -> list[GoalRow]:
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    return read_goals(list_nearest(brand, today=today, limit=GOALS), today=today)


def _list_currencies(compared: Comparison, owed: list[Any]) -> list[str]:
    seen = [*compared.now.currencies, *compared.before.currencies, *(one.currency for one in owed)]
    return list(dict.fromkeys(seen))


def _rows_query(compared: Comparison) -> str:
    """Return the query of the lists that show what the period's figures are made of."""
    days = compared.now.days
    since, until = days[0].day.isoformat(), days[-1].day.isoformat()
    return urlencode({"counted": "1", "from": since, "to": until})


def _has_orders(brand: Brand) -> bool:
    return Order.objects.filter(brand=brand).exists()


def _figures(compared: Comparison, currency: str) -> dict[str, Any]:
    """Return each measure of the period with its change against the period before."""
    now, before = compared.now, compared.before
    found: dict[str, Any] = {
        "orders": (now.orders, change_bps(now.orders, before.orders)),
        "clicks": (now.unique, change_bps(now.unique, before.unique)),
        "raw_clicks": now.clicks,
        "conversion": (
            now.conversion_bps,
            change_bps(now.conversion_bps or 0, before.conversion_bps or 0),
        ),
    }
    if currency:
        total, was = now.total(currency), before.total(currency)
        per_click = now.per_click(currency)
        was_per_click = before.per_click(currency)
        found |= {
            "revenue": (Money(total.revenue, currency), change_bps(total.revenue, was.revenue)),
            "commission": (
                Money(total.commission, currency),
                change_bps(total.commission, was.commission),
            ),
            "per_click": (
                per_click,
                change_bps(
                    per_click.amount_minor if per_click else 0,
                    was_per_click.amount_minor if was_per_click else 0,
                ),
            ),
        }
    return found


def _list_news(brand: Brand) -> News:
    """Return what was announced last, by the brand's day."""
    zone, news = ZoneInfo(brand.time_zone), News()
    for title, sent_at in list_sent_titles(brand)[:NEWS]:
        if sent_at:
            news.setdefault(sent_at.astimezone(zone).date(), []).append(title)
    return news


def _charts(compared: Comparison, currency: str, news: News) -> list[dict[str, Any]]:
    """Return the four panels, one measure each; amounts only where there is a currency."""
    panels: list[dict[str, Any]] = []
    if currency:
        panels = [
            _panel(
                compared,
                _("Revenue, %(currency)s, by day") % {"currency": currency},
                lambda day: day.of(currency).revenue,
                currency,
                news,
            ),
            _panel(
                compared,
                _("Commission, %(currency)s, by day") % {"currency": currency},
                lambda day: day.of(currency).commission,
                currency,
            ),
        ]
    return [
        *panels,
        _panel(compared, _("Unique clicks by day"), lambda day: day.unique, ""),
        _panel(compared, _("Orders credited by day"), lambda day: day.orders, ""),
    ]


def _panel(
    compared: Comparison, title: str, measure: Any, currency: str, news: News | None = None
) -> dict[str, Any]:
    pairs = list(zip(compared.now.days, compared.before.days, strict=True))
    points = [
        replace(
            _point(index, day, measure(day), measure(before), currency),
            is_unfinished=index == len(pairs) - 1,
            note=_note(day, (news or {}).get(day.day, [])),
        )
        for index, (day, before) in enumerate(pairs)
    ]
    best = max(points, key=lambda point: point.value)
    caption = ""
    if best.value:
        caption = _("Highest: %(value)s on %(day)s.") % {"value": best.text, "day": best.label}
    return {"title": title, "points": points, "caption": caption, "currency": currency}


def _point(index: int, day: Day, value: int, before: int, currency: str) -> Point:
    language = current_language()
    return Point(
        label=formats.day_text(day.day, language=language),
        value=value,
        text=_text(value, currency),
        short=formats.day_short_text(day.day, language=language)
        if index % LABEL_EVERY == LABEL_EVERY // 2
        else "",
        before=before,
        before_text=_text(before, currency),
    )


def _note(day: Day, titles: list[str]) -> str:
    if not titles:
        return ""
    return _("Announced on %(day)s: %(titles)s") % {
        "day": formats.day_short_text(day.day, language=current_language()),
        "titles": ", ".join(titles),
    }


def _text(value: int, currency: str) -> str:
    language = current_language()
    if not currency:
        return formats.number_text(value, language=language)
    return formats.money_text(Money(value, currency), language=language)


def _name_creators(compared: Comparison, currency: str) -> list[tuple[Affiliation, Any]]:
    rows = list_top_creators(compared, currency=currency) if currency else []
    people = Affiliation.objects.select_related("affiliate").in_bulk(
        [row.affiliation_id for row in rows]
    )
    return [(people[row.affiliation_id], row) for row in rows]
