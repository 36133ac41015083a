"""What a report's page, file and mail are made of: its figures, and the rows of its grouping."""

from typing import Any

from core.models import Brand
from core.money import Money
from portal.performance import ROWS, Answer, Measures, Sums, compare, list_keys
from portal.report_asked import Choice
from portal.report_words import name_keys


def measure(choice: Choice, sums: Sums) -> Measures:
    return Measures(choice.question.currency, choice.question.is_gross, sums)


def list_figures(now: Measures, before: Measures | None) -> list[tuple[str, Any, int | None]]:
    """Return each measure by name with its change; None where nothing stands beside it."""
    values, old = _values(now), _values(before) if before else {}
    return [
        (name, value, compare(_plain(value), _plain(old[name]) if old else None))
        for name, value in values.items()
    ]


def _values(measures: Measures) -> dict[str, Money | int | None]:
    return {
        "revenue": measures.revenue,
        "commission": measures.commission,
        "orders": measures.sums.orders,
        "average": measures.average,
        "clicks": measures.sums.clicks,
        "conversion": measures.conversion_bps,
        "per_click": measures.per_click,
    }


def _plain(value: Money | int | None) -> int:
    return value.amount_minor if isinstance(value, Money) else value or 0


def list_rows(
    brand: Brand, choice: Choice, now: Answer, before: Answer | None
) -> list[dict[str, Any]]:
    """Return the rows of the grouping, each with the query that shows what is behind it."""
    asked = choice.question
    keys = list_keys(asked, now)[:ROWS]
    names = name_keys(brand, asked.group, keys, now)
    return [
        {
            "key": key,
            "name": names[key],
            "measures": measure(choice, now.by_key[key]),
            "change": compare(
                measure(choice, now.by_key[key]).revenue.amount_minor,
                measure(choice, before.by_key.get(key, Sums())).revenue.amount_minor
                if before
                else None,
            ),
            "query": choice.order_filters(asked.span, **{asked.group: key or "none"}),
        }
        for key in keys
    ]
