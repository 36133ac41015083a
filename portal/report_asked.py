"""What a report's address asks: period, comparison, step, grouping, currency, gross or net."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from brands.domain import spans
from core.asked import Asked, read_day, read_text
from portal.performance import (
    GROUPINGS,
    STEPS,
    Question,
    Span,
    Step,
    list_steps,
    span_before,
    span_year_before,
)

DAYS = 30
HOME_DAYS = ("7", "30", "90")
MAX_DAYS = 731
MAX_BARS = 100
HOME_MONTHS = {"month": spans.this_month, "last_month": spans.last_month}


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with the words of its address."""

    question: Question
    compare: str
    is_cut: bool

    def order_filters(self, span: Span, **more: str) -> str:
        """Return the query of the lists' pages that show the rows behind a number."""
        asked = {
            "counted": "1",
            "from": span.since.isoformat(),
            "to": span.until.isoformat(),
            "currency": self.question.currency,
            "creator": self.question.creator,
        }
        return urlencode({name: value for name, value in {**asked, **more}.items() if value})

    @property
    def page_query(self) -> str:
        """Return the query of the report's page for the same days, comparison and currency."""
        span = self.question.span
        return urlencode(
            {
                "from": span.since.isoformat(),
                "to": span.until.isoformat(),
                "compare": self.compare,
                "currency": self.question.currency,
            }
        )


def read_choice(asked: Asked, *, currencies: Sequence[str], today: date) -> Choice:
    """Read what is asked; whatever is missing or odd is what most people want to see.

    A period is at most two years, and a step makes at most a hundred bars.
    """
    until = read_day(asked, "to") or today
    since = read_day(asked, "from") or until - timedelta(days=DAYS - 1)
    since = min(since, until)
    span = Span(max(since, until - timedelta(days=MAX_DAYS - 1)), until)
    currency = read_text(asked, "currency")
    compare = asked.get("compare", "previous")
    group = asked.get("by", "creator")
    question = Question(
        span=span,
        before=_find_before(span, compare),
        step=pick_step(asked.get("step", ""), span),
        group=group if group in GROUPINGS else "creator",
        currency=currency if currency in currencies else next(iter(currencies), ""),
        is_gross=asked.get("amounts") == "gross",
        creator=read_text(asked, "creator"),
    )
    return Choice(question, compare, is_cut=span.since != since)


def read_home(asked: Asked, *, currencies: Sequence[str], today: date) -> tuple[str, Choice]:
    """Read what the home is asked: the name of a period that moves with the calendar, and it.

    Each is at most three months of days.
    """
    period = asked.get("period", "")
    if period in HOME_MONTHS:
        span = Span(*HOME_MONTHS[period](today))
    else:
        period = period if period in HOME_DAYS else str(DAYS)
        span = Span(today - timedelta(days=int(period) - 1), today)
    days = {"from": span.since.isoformat(), "to": span.until.isoformat()}
    kept = {name: asked[name] for name in ("compare", "currency") if name in asked}
    choice = read_choice({**kept, **days}, currencies=currencies, today=today)
    return period, replace(choice, question=replace(choice.question, has_key_clicks=False))


def _find_before(span: Span, compare: str) -> Span | None:
    if compare == "none":
        return None
    return span_year_before(span) if compare == "year" else span_before(span)


def pick_step(text: str, span: Span) -> Step:
    """Return the step asked for, or the next larger one that makes at most a hundred bars."""
    wanted = next((place for place, step in enumerate(STEPS) if step == text), 0)
    fitting = [step for step in STEPS[wanted:] if len(list_steps(span, step)) <= MAX_BARS]
    return fitting[0]
