"""Saved reports: which days one is about today, and what its readers are mailed."""

from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from brands.domain import spans
from brands.models import Every, ReportReader, SavedReport, SpanKind
from brands.services.reports import mail_report
from core import formats
from core.asked import Asked, read_text
from core.mail import language_of
from core.models import Brand
from core.money import Money
from portal.emails import mail_saved_report
from portal.performance import Measures, Span, answer, list_currencies
from portal.report_asked import Choice, read_choice
from portal.report_rows import list_figures, list_rows, measure
from portal.report_words import FIGURE_LABELS, GROUP_LABELS, explain_change

KEPT = ("from", "to", "compare", "step", "by", "amounts", "currency", "creator")
MAILED_FROM_HOUR = 7
ROWS_MAILED = 5

_MOVING = {
    SpanKind.WEEK: spans.last_week,
    SpanKind.MONTH: spans.this_month,
    SpanKind.LAST_MONTH: spans.last_month,
    SpanKind.QUARTER: spans.this_quarter,
    SpanKind.YEAR: spans.this_year,
}


def keep_query(asked: Asked) -> str:
    """Return what of a report's address is kept: its filters, and nothing else."""
    found = {name: read_text(asked, name) for name in KEPT}
    return urlencode({name: value for name, value in found.items() if value})


def read_saved(report: SavedReport, *, today: date) -> Choice:
    """Return what a saved report asks on a day."""
    choice = _read(report.brand, dict(parse_qsl(report.query)), today)
    return _with_days(report, span_of(report, choice.question.span, today), today)


def span_of(report: SavedReport, kept: Span, today: date) -> Span:
    """Return the days a saved report is about; `kept` are those it was saved with."""
    if report.span == SpanKind.FIXED:
        return kept
    if report.span == SpanKind.DAYS:
        return Span(date.fromordinal(today.toordinal() - kept.days + 1), today)
    return Span(*_MOVING[SpanKind(report.span)](today))


def page_url(report: SavedReport, choice: Choice) -> str:
    """Return the address of the report's page for a choice."""
    days = choice.question.span
    asked = dict(parse_qsl(report.query)) | {
        "from": days.since.isoformat(),
        "to": days.until.isoformat(),
    }
    path = reverse("portal:report-list", args=[report.brand.slug])
    return f"{path}?{urlencode(asked)}"


def mailed_span(every: str, today: date) -> Span:
    """Return the last whole period before a day, for which a mail is due."""
    is_weekly = every == Every.WEEK
    return Span(*(spans.last_week(today) if is_weekly else spans.last_month(today)))


def mail_due(reader: ReportReader, *, now: datetime) -> bool:
    """Mail the last whole period of a report to a reader, once, from the morning after it on."""
    report = reader.report
    local = now.astimezone(ZoneInfo(report.brand.time_zone))
    if local.hour < MAILED_FROM_HOUR or not list_currencies(report.brand):
        return False
    days = mailed_span(report.every, local.date())
    return mail_report(
        reader_id=reader.pk,
        until=days.until,
        write=lambda one: _write(one, days, local.date(), now),
    )


def _write(reader: ReportReader, days: Span, today: date, now: datetime) -> None:
    """Write one mail, in its reader's language: the sentence, a table, the first rows, a link."""
    report = reader.report
    choice = _with_days(report, days, today)
    asked, brand = choice.question, report.brand
    found = answer(brand, asked, asked.span)
    before = answer(brand, asked, asked.before) if asked.before else None
    measures = measure(choice, found.total)
    was = measure(choice, before.total) if before else None
    with translation.override(language_of(reader.user.language)):
        rows = list_rows(brand, choice, found, before)[:ROWS_MAILED]
        mail_saved_report(
            reader=reader,
            since=days.since,
            until=days.until,
            sentence=" ".join(explain_change(measures, was)),
            figures="\n".join(_figure_lines(measures, was)),
            rows="\n".join(
                [
                    _line(
                        GROUP_LABELS[asked.group], FIGURE_LABELS["orders"], FIGURE_LABELS["revenue"]
                    ),
                    *(
                        _line(
                            row["name"],
                            _text(row["measures"].sums.orders),
                            _text(row["measures"].revenue),
                        )
                        for row in rows
                    ),
                ]
            )
            if rows
            else "",
            url=f"{settings.SITE_URL}{page_url(report, choice)}",
            now=now,
        )


def _figure_lines(measures: Measures, was: Measures | None) -> list[str]:
    language = language_of(translation.get_language() or "")
    return [
        _line(
            FIGURE_LABELS[name],
            formats.percent_text(value, language=language)
            if name == "conversion" and isinstance(value, int)
            else _text(value),
            formats.percent_change_text(change, language=language)
            if change is not None
            else formats.UNKNOWN,
        )
        for name, value, change in list_figures(measures, was)
    ]


def _line(*cells: object) -> str:
    """Return a row of a table in a letter: no cell of it breaks out."""
    return "\t".join(" ".join(str(cell).split()) for cell in cells)


def _text(value: Money | int | None) -> str:
    language = language_of(translation.get_language() or "")
    if isinstance(value, Money):
        return formats.money_text(value, language=language)
    return formats.UNKNOWN if value is None else formats.number_text(value, language=language)


def _with_days(report: SavedReport, days: Span, today: date) -> Choice:
    asked = dict(parse_qsl(report.query)) | {
        "from": days.since.isoformat(),
        "to": days.until.isoformat(),
    }
    return _read(report.brand, asked, today)


def _read(brand: Brand, asked: Asked, today: date) -> Choice:
    return read_choice(asked, currencies=list_currencies(brand), today=today)
