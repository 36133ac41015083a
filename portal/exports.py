"""The lists of a brand that can be taken as a file: which columns, and where the rows come from.

Rows follow the filters of the list's page and are read in batches while the file is sent.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Min

from affiliates.models import LinkSlug
from affiliates.selectors_goals import filter_goals, list_goals
from brands.access import Right
from core.asked import Asked, read_day
from core.exports import Cell, Sheet, amount
from core.models import Brand
from core.paging import read_batches
from payouts.models import Payout
from portal.audit_log import describe_events, pick_events
from portal.exports_people import Rows, read_applications, read_creators
from portal.exports_tax import read_countries, read_invoices
from portal.goals import read_goals
from portal.liability import list_owed_as_of, name_parties
from portal.performance import WITH_CLICKS, answer, list_currencies, list_keys
from portal.report_asked import read_choice
from portal.report_words import name_keys, name_rest
from tracking.filters import pick_commissions, pick_orders
from tracking.models import Click, Verdict
from tracking.selectors_brand import order_badge, with_credit
from tracking.states import derive_state

CLICK_DAYS = timedelta(days=7)
_NO_ISOLATES = dict.fromkeys(map(ord, "\u2066\u2068\u2069"))

_CLICKS = """
SELECT (c.at AT TIME ZONE %(zone)s)::date AS day, c.link_id,
       count(*) FILTER (WHERE c.verdict >= %(counted)s),
       count(DISTINCT c.visitor_key) FILTER (WHERE c.verdict >= %(counted)s),
       count(*) FILTER (WHERE c.verdict < %(counted)s)
  FROM tracking_click c
 WHERE c.brand_id = %(brand)s AND c.at >= %(start)s AND c.at < %(end)s
 GROUP BY 1, 2 ORDER BY 1, 2
"""


@dataclass(frozen=True, slots=True)
class Export:
    """One list: its columns, its rows, and the page that shows it."""

    headings: tuple[str, ...]
    read: Callable[[Brand, Asked, datetime], Rows]
    page: str
    needs: Right = Right.READ

    def open(self, name: str, brand: Brand, asked: Asked, now: datetime) -> Sheet:
        """Return the sheet; nothing is read before it is written."""
        rows = self.read(brand, asked, now)
        return Sheet(name, self.headings, rows, ZoneInfo(brand.time_zone))


def _read_orders(brand: Brand, asked: Asked, _now: datetime) -> Rows:
    for batch in read_batches(with_credit(pick_orders(brand, asked))):
        for order in batch:
            credit = next(iter(order.credit), None)  # type: ignore[attr-defined]
            place = credit.enrollment if credit else None
            earned = [
                one
                for one in order.earned  # type: ignore[attr-defined]
                if place is not None and one.enrollment_id == place.pk
            ]
            yield (
                order.public_id,
                order.number,
                order.connection.name,
                order.placed_at,
                order.paid_at,
                order_badge(order)[0],
                order.country,
                order.currency,
                amount(order.total_minor, order.currency),
                amount(order.refunded_minor, order.currency),
                place.affiliation.public_id if place else "",
                str(place.affiliation) if place else "",
                credit.signal if credit else "",
                credit.code if credit else "",
                amount(earned[0].amount_minor, order.currency) if earned else None,
            )


def _read_commissions(brand: Brand, asked: Asked, _now: datetime) -> Rows:
    for batch in read_batches(pick_commissions(brand, asked)):
        for one in batch:
            state = derive_state(one, has_open_hold=one.has_open_hold)  # type: ignore[attr-defined]
            yield (
                one.public_id,
                one.kind,
                one.order.public_id if one.order else "",
                one.reference,
                one.earned_at,
                one.affiliation.public_id,
                str(one.affiliation),
                one.program.name,
                one.enrollment.group.name,
                state.badge,
                one.currency,
                amount(one.amount_minor, one.currency),
                one.release_at,
                one.released_at,
                one.paid_at,
                one.rejected_at,
                one.reject_reason,
            )


def _read_payouts(brand: Brand, _asked: Asked, _now: datetime) -> Rows:
    rows = Payout.objects.filter(brand=brand).select_related("plan", "affiliation__affiliate")
    for batch in read_batches(rows):
        for payout in batch:
            yield (
                payout.public_id,
                payout.plan.public_id,
                payout.plan.period,
                payout.affiliation.public_id,
                str(payout.affiliation),
                payout.rail,
                payout.status,
                payout.currency,
                amount(payout.sent_minor, payout.currency),
                payout.reference,
                payout.approved_at,
                payout.sent_at,
                payout.paid_at,
                amount(payout.amount_minor, payout.currency),
                amount(payout.vat_minor, payout.currency),
                amount(payout.withheld_minor, payout.currency),
            )


def _read_clicks(brand: Brand, _asked: Asked, now: datetime) -> Rows:
    """Read clicks by day and link, a week a query; who clicked leaves the house in no form."""
    zone = ZoneInfo(brand.time_zone)
    first = Click.objects.filter(brand_id=brand.pk).aggregate(at=Min("at"))["at"]
    day = first.astimezone(zone).date() if first else None
    while day is not None and day <= now.astimezone(zone).date():
        rows = _count_clicks(brand, day, day + CLICK_DAYS)
        links = {row[1] for row in rows}
        slugs = LinkSlug.objects.filter(brand=brand, link__in=links, is_current=True)
        by_link = {
            slug.link_id: slug
            for slug in slugs.select_related("link__enrollment__affiliation__affiliate")
        }
        for on, link_id, *counts in rows:
            slug = by_link[link_id]
            creator = slug.link.enrollment.affiliation
            yield (on, slug.link.public_id, slug.slug, creator.public_id, str(creator), *counts)
        day += CLICK_DAYS


def _read_audit(brand: Brand, asked: Asked, _now: datetime) -> Rows:
    for batch in read_batches(pick_events(brand, asked)):
        for line in describe_events(batch, brand):
            event = line.event
            yield (
                event.at,
                line.who,
                event.action,
                line.sentence.translate(_NO_ISOLATES),
                event.target_type,
                event.target_id,
                json.dumps(event.before, ensure_ascii=False),
                json.dumps(event.after, ensure_ascii=False),
                event.reason,
            )


def _read_report(brand: Brand, asked: Asked, now: datetime) -> Rows:
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    choice = read_choice(asked, currencies=list_currencies(brand), today=today)
    question = choice.question
    found = answer(brand, question, question.span)
    keys = list_keys(question, found)
    names = name_keys(brand, question.group, keys, found)
    rows = [(key, names[key], found.by_key[key]) for key in keys]
    if found.rest is not None:
        rows.append(("", str(name_rest(question.group)), found.rest))
    for key, name, sums in rows:
        yield (
            question.span.since,
            question.span.until,
            question.group,
            key,
            name,
            sums.orders,
            sums.clicks if question.group in WITH_CLICKS else None,
            question.currency,
            amount(sums.gross, question.currency),
            amount(sums.net, question.currency),
            amount(sums.commission, question.currency),
        )


def _read_goals(brand: Brand, asked: Asked, now: datetime) -> Rows:
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    for batch in read_batches(filter_goals(list_goals(brand), asked.get("state", ""))):
        for row in read_goals(batch, today=today):
            goal = row.goal
            figures = (goal.target, row.count.value, goal.closed_value)
            yield (
                goal.public_id,
                goal.name,
                goal.program.name,
                goal.group.name if goal.group else "",
                goal.enrollment.affiliation.public_id if goal.enrollment else "",
                str(goal.enrollment.affiliation) if goal.enrollment else "",
                goal.measure,
                goal.since,
                goal.until,
                row.state,
                goal.currency,
                *(_figure(value, goal.currency) for value in figures),
                goal.reached_at,
                goal.closed_at,
            )


def _figure(value: int | None, currency: str) -> Cell:
    return amount(value, currency) if currency and value is not None else value


def _read_liability(brand: Brand, asked: Asked, now: datetime) -> Rows:
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    day = min(read_day(asked, "on") or today, today)
    for owed in list_owed_as_of(brand, day):
        currency = owed.currency
        for creator, states in name_parties(brand, owed):
            for state, aged in states.items():
                parts = [amount(minor, currency) for minor in [*aged.by_age, aged.total]]
                yield (day, creator.public_id, str(creator), state, currency, *parts)
        written_off = owed.states["written_off"]
        if written_off.total:
            parts = [amount(minor, currency) for minor in [*written_off.by_age, written_off.total]]
            yield (day, "", "", "written_off", currency, *parts)


def _count_clicks(brand: Brand, since: date, until: date) -> list[tuple[Any, ...]]:
    zone = ZoneInfo(brand.time_zone)
    params: dict[str, Any] = {
        "brand": brand.pk,
        "zone": brand.time_zone,
        "counted": Verdict.COUNTED.value,
        "start": datetime.combine(since, time.min, tzinfo=zone).astimezone(UTC),
        "end": datetime.combine(until, time.min, tzinfo=zone).astimezone(UTC),
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLICKS, params)
        return list(cursor.fetchall())


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


EXPORTS: Mapping[str, Export] = {
    "orders": Export(
        _words(
            "order number store placed_at paid_at state country currency total refunded"
            " creator creator_name signal reason commission"
        ),
        _read_orders,
        "tracking:order-list",
    ),
    "commissions": Export(
        _words(
            "commission kind order number placed_at creator creator_name program group state"
            " currency amount release_at released_at paid_at rejected_at reject_reason"
        ),
        _read_commissions,
        "tracking:commission-list",
    ),
    "creators": Export(
        _words(
            "creator name email state joined_at tags places kinds last_order_at currency revenue"
            " commission"
        ),
        read_creators,
        "affiliates:creator-list",
    ),
    "applications": Export(
        _words(
            "application name email program state submitted_at publishes_at message answers"
            " checked not_checked decided_at decided_by reject_reason reject_note"
        ),
        read_applications,
        "affiliates:application-list",
    ),
    "payouts": Export(
        _words(
            "payout run period creator creator_name rail state currency amount reference"
            " approved_at sent_at paid_at commission vat withheld"
        ),
        _read_payouts,
        "payouts:run-list",
    ),
    "clicks": Export(
        _words("day link slug creator creator_name counted unique not_counted"),
        _read_clicks,
        "portal:report-list",
    ),
    "report": Export(
        _words(
            "from to grouping key name orders unique_clicks currency revenue_gross revenue_net"
            " commission"
        ),
        _read_report,
        "portal:report-list",
    ),
    "goals": Export(
        _words(
            "goal name program group creator creator_name measure from to state currency target"
            " counted_now counted_at_close reached_at closed_at"
        ),
        _read_goals,
        "portal:goal-list",
    ),
    "liability": Export(
        _words(
            "as_of creator creator_name state currency days_0_30 days_31_60 days_61_90"
            " days_91_more total"
        ),
        _read_liability,
        "portal:report-liability",
    ),
    "invoices": Export(
        _words(
            "number kind issued_on takes_back creator creator_name legal_name country vat_number"
            " treatment net vat gross withheld currency payout"
        ),
        read_invoices,
        "payouts:invoice-list",
        Right.MONEY,
    ),
    "tax_countries": Export(
        _words("year country currency creators payouts commission vat withheld sent"),
        read_countries,
        "payouts:tax-years",
        Right.MONEY,
    ),
    "audit": Export(
        _words("at who action sentence target_type target before after reason"),
        _read_audit,
        "portal:audit-list",
    ),
}
