"""What refunds after release left below zero, until when it is recovered, and what was written off.

Only a clawback, or a payout that was given back and left after all, takes a balance below zero.
The oldest is taken as recovered first, so what is left belongs to the newest ones.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Max, Sum

from brands.models import PayoutPolicy
from core.models import Brand
from core.money import Money
from ledger.models import AccountKind, EntryKind, Posting
from payouts.domain.recovery import find_last_day

_LEFT = """
WITH below AS (
    SELECT a.id, a.party_id, a.currency, -sum(p.amount_minor) AS owed
      FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
     WHERE a.brand_id = %(brand)s AND a.kind = 'payable'
       AND (%(parties)s::uuid[] IS NULL OR a.party_id = ANY(%(parties)s))
     GROUP BY a.id HAVING sum(p.amount_minor) < 0
), taken AS (
    SELECT below.party_id, below.currency, below.owed, e.cause_type, e.cause_id, e.at, p.id,
           -p.amount_minor AS amount,
           sum(-p.amount_minor) OVER (PARTITION BY below.id ORDER BY p.id DESC) AS reached
      FROM below JOIN ledger_posting p ON p.account_id = below.id
      JOIN ledger_entry e ON e.id = p.entry_id
     WHERE e.kind IN ('clawback', 'found_paid') AND p.amount_minor < 0
)
SELECT party_id, currency, cause_type, cause_id, at,
       least(amount, owed - (reached - amount))::bigint
  FROM taken WHERE owed > reached - amount ORDER BY party_id, currency, id
"""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What is left of one clawback; `last_day`: on which it is still recovered."""

    affiliation_id: UUID
    cause_type: str
    cause_id: str
    amount: Money
    last_day: date


def list_recoveries(
    *, brand: Brand, affiliation_ids: Collection[UUID] | None = None
) -> list[Recovery]:
    """Return what is to recover, of everybody or of these, the oldest of each creator first."""
    policy = PayoutPolicy.objects.filter(brand=brand).first() or PayoutPolicy()
    zone = ZoneInfo(brand.time_zone)
    parties = None if affiliation_ids is None else list(affiliation_ids)
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, {"brand": brand.pk, "parties": parties})
        rows = cursor.fetchall()
    return [
        Recovery(
            affiliation_id=party,
            cause_type=cause_type,
            cause_id=cause_id,
            amount=Money(minor, currency),
            last_day=find_last_day(taken_at=at, days=policy.recovery_days, zone=zone),
        )
        for party, currency, cause_type, cause_id, at, minor in rows
    ]


def sum_written_off(
    *, brand: Brand, affiliation_ids: Collection[UUID]
) -> Mapping[tuple[UUID | None, str], Money]:
    """Return what was written off so far, by creator and currency."""
    rows = (
        Posting.objects.filter(
            brand=brand,
            account__kind=AccountKind.PAYABLE,
            account__party_id__in=affiliation_ids,
            entry__kind=EntryKind.WRITE_OFF,
        )
        .values_list("account__party_id", "account__currency")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    return {(party, currency): Money(total, currency) for party, currency, total in rows if total}


def find_write_off(*, brand: Brand, cause_type: str, cause_id: str) -> tuple[int, datetime] | None:
    """Return how much of what one thing earned was written off, in minor units, and when last."""
    found = Posting.objects.filter(
        brand=brand,
        account__kind=AccountKind.PAYABLE,
        entry__kind=EntryKind.WRITE_OFF,
        entry__cause_type=cause_type,
        entry__cause_id=cause_id,
    ).aggregate(total=Sum("amount_minor"), at=Max("entry__at"))
    return (found["total"], found["at"]) if found["total"] else None
