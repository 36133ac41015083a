"""What a brand owes its creators as of the end of a day, by state and age, from ledger postings.

The oldest money of an account is taken as gone first: what stands there is the newest part of what
came in. Age is counted from the entry that brought it. Currencies stand apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from affiliates.models import Affiliation
from core.models import Brand
from core.money import Money
from core.periods import end_of_day

STATES = ("pending", "released", "on_hold", "in_payout", "to_recover", "written_off")
AGES = ("0_30", "31_60", "61_90", "91_more")
"""In days, the youngest first."""

_PARTS = """
WITH posted AS (
    SELECT a.id AS account, a.kind, a.party_id, a.currency, p.id, p.amount_minor AS amount, e.at
      FROM ledger_account a
      JOIN ledger_posting p ON p.account_id = a.id
      JOIN ledger_entry e ON e.id = p.entry_id
     WHERE a.brand_id = %(brand)s AND e.at < %(until)s
       AND a.kind IN ('pending', 'payable', 'on_hold', 'in_payout', 'write_off')
), standing AS (
    SELECT account, sum(amount) AS balance FROM posted GROUP BY 1 HAVING sum(amount) <> 0
), running AS (
    SELECT posted.*, balance,
           sum(abs(amount)) OVER (PARTITION BY account ORDER BY at DESC, id DESC) AS reached
      FROM posted JOIN standing USING (account) WHERE sign(amount) = sign(balance)
)
SELECT party_id, currency,
       CASE WHEN kind = 'payable' AND balance > 0 THEN 'released'
            WHEN kind = 'payable' THEN 'to_recover'
            WHEN kind = 'write_off' THEN 'written_off' ELSE kind END AS state,
       CASE WHEN at >= %(until)s - interval '30 days' THEN 0
            WHEN at >= %(until)s - interval '60 days' THEN 1
            WHEN at >= %(until)s - interval '90 days' THEN 2 ELSE 3 END AS age,
       sum(least(abs(amount), greatest(0, abs(balance) - (reached - abs(amount)))))::bigint
  FROM running GROUP BY 1, 2, 3, 4
"""
_LEDGER = """
SELECT a.currency,
       coalesce(sum(p.amount_minor) FILTER (WHERE a.kind <> 'write_off'), 0)::bigint,
       coalesce(-sum(p.amount_minor) FILTER (WHERE a.kind = 'write_off'), 0)::bigint
  FROM ledger_account a
  JOIN ledger_posting p ON p.account_id = a.id
  JOIN ledger_entry e ON e.id = p.entry_id
 WHERE a.brand_id = %(brand)s AND e.at < %(until)s
   AND a.kind IN ('pending', 'payable', 'on_hold', 'in_payout', 'write_off')
 GROUP BY 1
"""


@dataclass(slots=True)
class Aged:
    """Minor units of one state by age, the youngest first."""

    by_age: list[int] = field(default_factory=lambda: [0] * len(AGES))

    @property
    def total(self) -> int:
        return sum(self.by_age)


@dataclass(slots=True)
class Owed:
    """What is owed in one currency. `difference`: from the ledger's own balances; 0 is right."""

    currency: str
    states: dict[str, Aged] = field(default_factory=lambda: {name: Aged() for name in STATES})
    by_party: dict[Any, dict[str, Aged]] = field(default_factory=dict)
    difference: int = 0

    @property
    def total(self) -> Money:
        """Return what is owed in all, less what creators owe back."""
        return Money(net_of(self.states), self.currency)


def net_of(states: Mapping[str, Aged]) -> int:
    """Return what states come to: what was written off is no longer owed by either side."""
    owed = sum(states[name].total for name in states if name not in {"to_recover", "written_off"})
    return owed - (states["to_recover"].total if "to_recover" in states else 0)


def list_owed_as_of(brand: Brand, day: date) -> list[Owed]:
    """Return what was owed when a day ended, by currency: two queries."""
    until = end_of_day(day, ZoneInfo(brand.time_zone))
    found: dict[str, Owed] = {}
    for party, currency, state, age, minor in _rows(_PARTS, brand, until):
        owed = found.setdefault(currency, Owed(currency))
        owed.states[state].by_age[age] += minor
        if party is not None:
            states = owed.by_party.setdefault(party, {})
            states.setdefault(state, Aged()).by_age[age] += minor
    for currency, standing, written_off in _rows(_LEDGER, brand, until):
        owed = found.setdefault(currency, Owed(currency))
        owed.difference = abs(net_of(owed.states) - standing) + abs(
            owed.states["written_off"].total - written_off
        )
    return [found[currency] for currency in sorted(found)]


def name_parties(brand: Brand, owed: Owed) -> list[tuple[Affiliation, dict[str, Aged]]]:
    """Return the creators of a currency with their states, the largest amount first."""
    people = Affiliation.objects.filter(brand=brand).select_related("affiliate")
    by_id = people.in_bulk(list(owed.by_party))
    rows = [(by_id[party], states) for party, states in owed.by_party.items()]
    return sorted(rows, key=lambda row: (-net_of(row[1]), row[0].public_id))


def _rows(sql: str, brand: Brand, until: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"brand": brand.pk, "until": until})
        return list(cursor.fetchall())
