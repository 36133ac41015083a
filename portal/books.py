"""Do the books balance: read-only checks over the ledger and what it stands for.

Each check is one query that returns the rows that differ; none means it holds.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ledger.services import keep_books_check


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its code, its query and, in words for operators, what it compares."""

    code: str
    about: Promise
    sql: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found: how many rows differ and by how much in minor units at most."""

    code: str
    about: Promise
    differences: int
    largest_minor: int


@dataclass(frozen=True, slots=True)
class Proof:
    """All checks of one brand."""

    entries: int
    results: tuple[Result, ...]

    @property
    def is_balanced(self) -> bool:
        return all(result.differences == 0 for result in self.results)

    @property
    def differences(self) -> int:
        return sum(result.differences for result in self.results)


CHECKS = (
    Check(
        "entries_balance",
        _("Every entry has two postings or more and they sum to zero"),
        """
        SELECT abs(coalesce(sum(p.amount_minor), 0)) AS diff
          FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
         WHERE e.brand_id = %(brand)s
         GROUP BY e.id HAVING coalesce(sum(p.amount_minor), 0) <> 0 OR count(p.id) < 2
        """,
    ),
    Check(
        "no_overdraft",
        _("Pending, on hold and in payout are never below zero"),
        """
        SELECT -sum(p.amount_minor) AS diff
          FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
         WHERE a.brand_id = %(brand)s AND a.kind IN ('pending', 'on_hold', 'in_payout')
         GROUP BY a.id HAVING sum(p.amount_minor) < 0
        """,
    ),
    Check(
        "no_payout_overdraws",
        _("No payout ever left released money below zero"),
        """
        SELECT -balance AS diff FROM (
            SELECT e.kind, p.amount_minor,
                   sum(p.amount_minor) OVER (PARTITION BY a.id ORDER BY p.id) AS balance
              FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
              JOIN ledger_entry e ON e.id = p.entry_id
             WHERE a.brand_id = %(brand)s AND a.kind = 'payable'
        ) running WHERE kind = 'approve_payout' AND amount_minor < 0 AND balance < 0
        """,
    ),
    Check(
        "earned_is_somewhere",
        _("What each creator earned is pending, released, on hold, in payout, paid or written off"),
        """
        WITH earned AS (
            SELECT affiliation_id AS party, currency, sum(amount_minor) AS amount
              FROM tracking_commission WHERE brand_id = %(brand)s GROUP BY 1, 2
        ), standing AS (
            SELECT a.party_id AS party, a.currency, sum(p.amount_minor) AS amount
              FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
             WHERE a.brand_id = %(brand)s AND a.party_id IS NOT NULL GROUP BY 1, 2
        ), away AS (
            SELECT p.affiliation_id AS party, p.currency, sum(p.amount_minor) AS amount
              FROM payouts_payout p WHERE p.brand_id = %(brand)s AND p.status = 'paid'
             GROUP BY 1, 2
        )
        SELECT abs(coalesce(earned.amount, 0) - coalesce(standing.amount, 0)
                   - coalesce(away.amount, 0)) AS diff
          FROM earned FULL JOIN standing USING (party, currency)
          LEFT JOIN away USING (party, currency)
         WHERE coalesce(earned.amount, 0) - coalesce(standing.amount, 0)
               - coalesce(away.amount, 0) <> 0
        """,
    ),
    Check(
        "commission_is_posted",
        _("Each commission equals the sum posted for it"),
        """
        WITH posted AS (
            SELECT e.cause_id, sum(p.amount_minor) AS amount
              FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
              JOIN ledger_account a ON a.id = p.account_id
             WHERE e.brand_id = %(brand)s AND e.cause_type = 'commission'
               AND a.party_id IS NOT NULL GROUP BY 1
        )
        SELECT abs(c.amount_minor - coalesce(posted.amount, 0)) AS diff
          FROM tracking_commission c LEFT JOIN posted ON posted.cause_id = c.public_id
         WHERE c.brand_id = %(brand)s AND c.amount_minor <> coalesce(posted.amount, 0)
        """,
    ),
    Check(
        "in_payout_is_open_payouts",
        _("What stands in payout is the sum of the open payouts"),
        """
        WITH open_ones AS (
            SELECT affiliation_id AS party, currency, sum(amount_minor) AS amount
              FROM payouts_payout WHERE brand_id = %(brand)s
               AND status IN ('approved', 'submitting', 'submitted', 'unknown') GROUP BY 1, 2
        ), standing AS (
            SELECT a.party_id AS party, a.currency, sum(p.amount_minor) AS amount
              FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
             WHERE a.brand_id = %(brand)s AND a.kind = 'in_payout' GROUP BY 1, 2
        )
        SELECT abs(coalesce(open_ones.amount, 0) - coalesce(standing.amount, 0)) AS diff
          FROM open_ones FULL JOIN standing USING (party, currency)
         WHERE coalesce(open_ones.amount, 0) <> coalesce(standing.amount, 0)
        """,
    ),
    Check(
        "sent_is_paid_payouts",
        _("What each rail sent is the sum of its paid payouts"),
        """
        WITH paid AS (
            SELECT 'rail_clearing.' || rail AS kind, currency, sum(amount_minor) AS amount
              FROM payouts_payout WHERE brand_id = %(brand)s AND status = 'paid' GROUP BY 1, 2
        ), standing AS (
            SELECT a.kind, a.currency, sum(p.amount_minor) AS amount
              FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
             WHERE a.brand_id = %(brand)s AND a.kind LIKE 'rail_clearing.%%' GROUP BY 1, 2
        )
        SELECT abs(coalesce(paid.amount, 0) - coalesce(standing.amount, 0)) AS diff
          FROM paid FULL JOIN standing USING (kind, currency)
         WHERE coalesce(paid.amount, 0) <> coalesce(standing.amount, 0)
        """,
    ),
    Check(
        "accounts_have_parties",
        _("Each creator account belongs to a creator of this brand"),
        """
        SELECT 0 AS diff FROM ledger_account a
          LEFT JOIN affiliates_affiliation f ON f.id = a.party_id AND f.brand_id = a.brand_id
         WHERE a.brand_id = %(brand)s AND a.party_id IS NOT NULL AND f.id IS NULL
        """,
    ),
)


def prove_books(*, brand_id: int) -> Proof:
    """Run every check of one brand; reads only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE brand_id = %s", [brand_id])
        (entries,) = cursor.fetchone()
    return Proof(entries, tuple(_run(check, brand_id) for check in CHECKS))


def prove_and_keep(*, brand_id: int, now: datetime) -> Proof:
    """Prove the books of one brand and keep the outcome for those who run the installation."""
    proof = prove_books(brand_id=brand_id)
    keep_books_check(
        brand_id=brand_id,
        entries=proof.entries,
        differences=proof.differences,
        largest_minor=max(result.largest_minor for result in proof.results),
        now=now,
    )
    return proof


def _run(check: Check, brand_id: int) -> Result:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*), coalesce(max(diff), 0) FROM ({check.sql}) differing",  # noqa: S608
            {"brand": brand_id},
        )
        count, largest = cursor.fetchone()
    return Result(check.code, check.about, count, int(largest))
