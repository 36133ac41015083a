"""Issue statements: a month of a brand is closed by issuing them, a payout gets its own when paid.

All statements of a month and its closing are one transaction: a process that dies leaves none.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from core import audit, faults
from core.models import Brand
from ledger.services import close_period, lock_periods
from payouts.domain.statement import (
    StatementFacts,
    fingerprint,
    read_statement,
    write_statement,
)
from payouts.emails_tax import mail_statement
from payouts.models import Payout, Statement
from payouts.selectors_statements import (
    Key,
    Span,
    list_latest,
    list_open_spans,
    read_again,
    read_labels,
    read_month,
    read_payout,
)

TELL_WITHIN = timedelta(days=7)  # a mail that is later than that tells no news
GRACE = timedelta(hours=1)  # for what was dated in the last minute of a month


def has_month_due(*, brand: Brand, now: datetime) -> bool:
    """Say whether a month is over and not closed."""
    return _find_due(brand, now) is not None


def close_next_month(*, brand_id: int, now: datetime) -> int | None:
    """Close the first month that is over and issue its statements; returns how many.

    None where no month is due, also because somebody else just closed it.
    """
    with transaction.atomic():
        brand = Brand.objects.get(pk=brand_id)
        lock_periods(brand_id=brand_id)
        span = _find_due(brand, now)
        if span is None:
            return None
        facts = read_month(brand=brand, span=span)
        issued = _issue(brand, facts, now)
        close_period(
            brand_id=brand_id,
            month=span.month,
            starts_at=span.starts_at,
            ends_at=span.ends_at,
            now=now,
        )
        audit.record(
            brand_id=brand_id,
            actor_id=None,
            action="period.closed",
            target=brand,
            after={"month": f"{span.month:%Y-%m}", "count": len(issued)},
            now=now,
        )
        faults.point("statements.before_commit")
    return len(issued)


def tell_statements(*, brand: Brand, now: datetime) -> None:
    """Mail each creator the months issued to him of late, each once."""
    untold = Statement.objects.filter(
        brand=brand, month__isnull=False, told_at__isnull=True, issued_at__gt=now - TELL_WITHIN
    )
    for pk in list(untold.order_by("pk").values_list("pk", flat=True)):
        with transaction.atomic():
            row = untold.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
            if row is None:
                continue
            mail_statement(statement=row, now=now)
            row.told_at = now
            row.save(update_fields=["told_at"])


def issue_payout_statement(*, payout: Payout, now: datetime) -> Statement:
    """Issue the statement of a payout that was just paid, in the same transaction."""
    key = (UUID(str(payout.affiliation_id)), payout.currency)
    return _issue(payout.brand, {key: read_payout(payout)}, now, payout)[0]


def is_true_to_books(statement: Statement) -> bool:
    """Say whether the books of today still make the very text that was issued."""
    facts = read_again(statement)
    before = Statement.objects.filter(
        affiliation=statement.affiliation_id,
        currency=statement.currency,
        number=statement.number - 1,
    ).first()
    if facts is None:
        return False
    if not read_statement(statement.content).taxes:
        facts = replace(facts, taxes=())  # issued before months said how payouts were taxed
    text = write_statement(facts, number=statement.number, previous=before.sha256 if before else "")
    return text == statement.content and fingerprint(text) == statement.sha256


def _find_due(brand: Brand, now: datetime) -> Span | None:
    spans = list_open_spans(brand=brand, now=now)
    return spans[0] if spans and spans[0].ends_at + GRACE <= now else None


def _issue(
    brand: Brand, facts: Mapping[Key, StatementFacts], now: datetime, payout: Payout | None = None
) -> list[Statement]:
    latest = list_latest(brand.pk, facts.keys())
    labels = read_labels(brand, facts.values())
    rows = []
    for key, one in sorted(facts.items(), key=lambda item: str(item[0])):
        before = latest.get(key)
        number = before.number + 1 if before else 1
        text = write_statement(one, number=number, previous=before.sha256 if before else "")
        rows.append(
            Statement(
                brand=brand,
                affiliation_id=key[0],
                currency=key[1],
                number=number,
                month=one.month,
                payout=payout,
                opening_minor=one.opening_minor,
                closing_minor=one.closing_minor,
                content=text,
                sha256=fingerprint(text),
                labels=labels[one.affiliation],
                issued_at=now,
            )
        )
    return Statement.objects.bulk_create(rows, batch_size=500)
