"""Do the books balance: checks over the ledger and what it stands for.

Each check is one query that returns, of each row that differs, how it is known and by how much;
none means it holds.
"""

from django.utils.translation import gettext_lazy as _

from portal.books.checks import Check
from portal.books.paid import GONE

ENTRIES = "ledger_entry WHERE brand_id = %(brand)s"
POSTINGS = "ledger_posting WHERE brand_id = %(brand)s"
ACCOUNTS = "ledger_account WHERE brand_id = %(brand)s"
COMMISSIONS = "tracking_commission WHERE brand_id = %(brand)s"

# Every account of the brand with its balance.
_BALANCES = """
    balances AS (
        SELECT a.id, a.kind, a.party_id AS party, a.currency, sum(p.amount_minor) AS amount
          FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
         WHERE a.brand_id = %(brand)s GROUP BY a.id
    )"""

# How an account is known: its kind, whose it is, its currency.
_ACCOUNT = "concat_ws(' ', kind, party, currency)"

MONEY = (
    Check(
        "entries_balance",
        "RC1",
        _("Every entry has two postings or more and they sum to zero"),
        ENTRIES,
        """
        SELECT e.key, abs(coalesce(sum(p.amount_minor), 0)) AS diff
          FROM ledger_entry e LEFT JOIN ledger_posting p ON p.entry_id = e.id
         WHERE e.brand_id = %(brand)s
         GROUP BY e.id HAVING coalesce(sum(p.amount_minor), 0) <> 0 OR count(p.id) < 2
        """,
    ),
    Check(
        "earned_is_somewhere",
        "RC2",
        _(
            "What each creator earned, with VAT and what was written off, is pending, released, on "
            "hold, in payout, sent or withheld"
        ),
        COMMISSIONS,
        f"""
        WITH {_BALANCES}, earned AS (
            SELECT affiliation_id AS party, currency, sum(amount_minor) AS amount
              FROM tracking_commission WHERE brand_id = %(brand)s GROUP BY 1, 2
        ), standing AS (
            SELECT party, currency, sum(amount) AS amount
              FROM balances WHERE party IS NOT NULL GROUP BY 1, 2
        ), away AS (
            SELECT p.affiliation_id AS party, p.currency,
                   sum(p.amount_minor + p.vat_minor - p.withheld_minor) AS amount
              FROM payouts_payout p WHERE p.brand_id = %(brand)s AND {GONE}
             GROUP BY 1, 2
        ), added AS (
            SELECT a.party_id AS party, a.currency, sum(p.amount_minor) AS amount
              FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
              JOIN ledger_entry e ON e.id = p.entry_id
             WHERE a.brand_id = %(brand)s AND a.party_id IS NOT NULL
               AND e.kind IN ('write_off', 'vat', 'withhold') GROUP BY 1, 2
        )
        SELECT concat_ws(' ', party, currency) AS key,
               abs(coalesce(earned.amount, 0) + coalesce(added.amount, 0)
                   - coalesce(standing.amount, 0) - coalesce(away.amount, 0)) AS diff
          FROM earned FULL JOIN standing USING (party, currency)
          LEFT JOIN away USING (party, currency)
          LEFT JOIN added USING (party, currency)
         WHERE coalesce(earned.amount, 0) + coalesce(added.amount, 0)
               - coalesce(standing.amount, 0) - coalesce(away.amount, 0) <> 0
        """,  # noqa: S608  # of parts written here
    ),
    Check(
        "no_overdraft",
        "RC3",
        _("Pending, on hold and in payout are never below zero"),
        ACCOUNTS,
        f"""
        WITH {_BALANCES}
        SELECT {_ACCOUNT} AS key, -amount AS diff FROM balances
         WHERE kind IN ('pending', 'on_hold', 'in_payout') AND amount < 0
        """,  # noqa: S608  # of parts written here
    ),
    Check(
        "no_payout_overdraws",
        "RC3",
        _("No payout ever left released money below zero"),
        POSTINGS,
        """
        SELECT key, -balance AS diff FROM (
            SELECT e.key, e.kind, p.amount_minor,
                   sum(p.amount_minor) OVER (PARTITION BY a.id ORDER BY p.id) AS balance
              FROM ledger_posting p JOIN ledger_account a ON a.id = p.account_id
              JOIN ledger_entry e ON e.id = p.entry_id
             WHERE a.brand_id = %(brand)s AND a.kind = 'payable'
        ) running WHERE kind = 'approve_payout' AND amount_minor < 0 AND balance < 0
        """,
    ),
    Check(
        "owed_only_by_recovery",
        "RC3",
        _("Nobody owes more than was recovered from released money"),
        ACCOUNTS,
        f"""
        WITH {_BALANCES}
        SELECT {_ACCOUNT} AS key, -balances.amount - recovered.amount AS diff
          FROM balances CROSS JOIN LATERAL (
            SELECT coalesce(-sum(p.amount_minor), 0) AS amount
              FROM ledger_posting p JOIN ledger_entry e ON e.id = p.entry_id
             WHERE p.account_id = balances.id AND e.kind IN ('clawback', 'found_paid')
          ) recovered
         WHERE kind = 'payable' AND balances.amount < 0
           AND -balances.amount > recovered.amount
        """,  # noqa: S608  # of parts written here
    ),
    Check(
        "commission_is_posted",
        "RC4",
        _("Each commission equals the sum posted for it"),
        COMMISSIONS,
        """
        WITH posted AS (
            SELECT e.cause_id, sum(p.amount_minor) AS amount
              FROM ledger_entry e JOIN ledger_posting p ON p.entry_id = e.id
              JOIN ledger_account a ON a.id = p.account_id
             WHERE e.brand_id = %(brand)s AND e.cause_type = 'commission'
               AND e.kind <> 'write_off' AND a.party_id IS NOT NULL GROUP BY 1
        )
        SELECT c.public_id AS key, abs(c.amount_minor - coalesce(posted.amount, 0)) AS diff
          FROM tracking_commission c LEFT JOIN posted ON posted.cause_id = c.public_id
         WHERE c.brand_id = %(brand)s AND c.amount_minor <> coalesce(posted.amount, 0)
        """,
    ),
    Check(
        "totals_are_sums",
        "RC4",
        _("The total kept for caps is what each creator's commissions of a program come to"),
        "tracking_earnedtotal WHERE brand_id = %(brand)s",
        """
        WITH sums AS (
            SELECT enrollment_id, currency, sum(amount_minor) AS amount
              FROM tracking_commission WHERE brand_id = %(brand)s GROUP BY 1, 2
        ), kept AS (
            SELECT enrollment_id, currency, amount_minor
              FROM tracking_earnedtotal WHERE brand_id = %(brand)s
        ), compared AS (
            SELECT enrollment_id, currency,
                   abs(coalesce(amount_minor, 0) - coalesce(amount, 0)) AS diff
              FROM sums FULL JOIN kept USING (enrollment_id, currency)
        )
        SELECT concat_ws(' ', e.public_id, currency) AS key, diff
          FROM compared JOIN affiliates_enrollment e ON e.id = enrollment_id WHERE diff <> 0
        """,
    ),
    Check(
        "commission_is_explained",
        "RC4",
        _("Each commission's changes lead, one after the other, to what it is"),
        COMMISSIONS,
        """
        WITH steps AS (
            SELECT c.commission_id, c.after_minor, c.before_minor,
                   lag(c.after_minor, 1, 0) OVER w AS was,
                   lead(c.id) OVER w IS NULL AS is_last
              FROM tracking_commissionchange c WHERE c.brand_id = %(brand)s
            WINDOW w AS (PARTITION BY c.commission_id ORDER BY c.seq)
        ), wrong AS (
            SELECT commission_id AS id, abs(before_minor - was) AS diff
              FROM steps WHERE before_minor <> was
            UNION ALL
            SELECT c.id, abs(c.amount_minor - coalesce(s.after_minor, 0))
              FROM tracking_commission c
              LEFT JOIN steps s ON s.commission_id = c.id AND s.is_last
             WHERE c.brand_id = %(brand)s AND c.amount_minor <> coalesce(s.after_minor, 0)
        )
        SELECT c.public_id AS key, max(diff) AS diff
          FROM wrong JOIN tracking_commission c USING (id) GROUP BY 1
        """,
    ),
    Check(
        "award_is_priced",
        "RC5",
        _("Each commission without an order is what its award was priced at, as adjusted"),
        "tracking_award WHERE brand_id = %(brand)s",
        """
        WITH adjusted AS (
            SELECT commission_id AS id, sum(delta_minor) AS delta
              FROM tracking_adjustment WHERE brand_id = %(brand)s GROUP BY 1
        ), meant AS (
            SELECT a.public_id, c.amount_minor,
                   CASE WHEN c.rejected_at IS NOT NULL THEN 0 ELSE
                       greatest(0, (a.pricing ->> 'total')::bigint + coalesce(adjusted.delta, 0))
                   END AS amount
              FROM tracking_award a LEFT JOIN tracking_commission c ON c.award_id = a.id
              LEFT JOIN adjusted ON adjusted.id = c.id
             WHERE a.brand_id = %(brand)s AND c.has_unposted_change IS NOT TRUE
        )
        SELECT public_id AS key, abs(amount - coalesce(amount_minor, 0)) AS diff
          FROM meant WHERE amount_minor IS DISTINCT FROM amount
        """,
    ),
    Check(
        "released_when_due",
        "RC6",
        _("No commission is released before its date"),
        COMMISSIONS,
        """
        SELECT public_id AS key, amount_minor AS diff FROM tracking_commission
         WHERE brand_id = %(brand)s AND released_at IS NOT NULL
           AND (release_at IS NULL OR released_at < release_at)
        """,
    ),
    Check(
        "released_is_posted",
        "RC6",
        _("What is released has left pending, and nothing else has"),
        COMMISSIONS,
        """
        WITH pending AS (
            SELECT e.cause_id, sum(p.amount_minor) AS amount
              FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
              JOIN ledger_entry e ON e.id = p.entry_id
             WHERE a.brand_id = %(brand)s AND a.kind = 'pending'
               AND e.cause_type = 'commission' GROUP BY 1
        ), due AS (
            SELECT public_id,
                   CASE WHEN released_at IS NULL THEN amount_minor ELSE 0 END AS amount
              FROM tracking_commission WHERE brand_id = %(brand)s
        )
        SELECT due.public_id AS key, abs(due.amount - coalesce(pending.amount, 0)) AS diff
          FROM due LEFT JOIN pending ON pending.cause_id = due.public_id
         WHERE due.amount <> coalesce(pending.amount, 0)
        """,
    ),
    Check(
        "accounts_have_parties",
        "RC11",
        _("Each creator account belongs to a creator of this brand"),
        ACCOUNTS,
        """
        SELECT concat_ws(' ', a.kind, a.party_id, a.currency) AS key, 0 AS diff
          FROM ledger_account a
          LEFT JOIN affiliates_affiliation f ON f.id = a.party_id AND f.brand_id = a.brand_id
         WHERE a.brand_id = %(brand)s AND a.party_id IS NOT NULL AND f.id IS NULL
        """,
    ),
)
