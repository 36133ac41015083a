"""Is what was paid what the books say: checks of payouts, what each covers and each try."""

from django.utils.translation import gettext_lazy as _

from portal.books.checks import Check

PAYOUTS = "payouts_payout WHERE brand_id = %(brand)s"
ITEMS = "payouts_payoutitem WHERE brand_id = %(brand)s"
COMMISSIONS = "tracking_commission WHERE brand_id = %(brand)s"

GONE = """
(p.status = 'paid' OR (p.found_at IS NOT NULL AND p.found_back_at IS NULL))"""  # no longer here
_SENT = "(p.amount_minor + p.vat_minor - p.withheld_minor)"  # as Payout.sent_minor has it

# The line of the approved list that a payout was made from.
_LINES = """
    lines AS (
        SELECT plan.id AS plan_id, (line ->> 'affiliation')::uuid AS affiliation_id,
               (line ->> 'payable_minor')::bigint AS payable,
               (line ->> 'amount_minor')::bigint AS amount,
               (line ->> 'remainder_minor')::bigint AS remainder
          FROM payouts_payoutplan plan, jsonb_array_elements(plan.content -> 'lines') line
         WHERE plan.brand_id = %(brand)s AND plan.status = 'approved'
    )"""

PAID = (
    Check(
        "in_payout_is_open_payouts",
        "RC2",
        _("What stands in payout is the sum of the open payouts"),
        PAYOUTS,
        f"""
        WITH open_ones AS (
            SELECT affiliation_id AS party, currency, sum({_SENT}) AS amount
              FROM payouts_payout p WHERE brand_id = %(brand)s
               AND status IN ('approved', 'submitting', 'submitted', 'unknown') GROUP BY 1, 2
        ), standing AS (
            SELECT a.party_id AS party, a.currency, sum(p.amount_minor) AS amount
              FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
             WHERE a.brand_id = %(brand)s AND a.kind = 'in_payout' GROUP BY 1, 2
        )
        SELECT concat_ws(' ', party, currency) AS key,
               abs(coalesce(open_ones.amount, 0) - coalesce(standing.amount, 0)) AS diff
          FROM open_ones FULL JOIN standing USING (party, currency)
         WHERE coalesce(open_ones.amount, 0) <> coalesce(standing.amount, 0)
        """,  # noqa: S608  # of parts written here
    ),
    Check(
        "sent_is_paid_payouts",
        "RC2",
        _("What each rail sent is the sum of its paid payouts"),
        PAYOUTS,
        f"""
        WITH paid AS (
            SELECT 'rail_clearing.' || rail AS kind, currency, sum({_SENT}) AS amount
              FROM payouts_payout p WHERE brand_id = %(brand)s AND {GONE} GROUP BY 1, 2
        ), standing AS (
            SELECT a.kind, a.currency, sum(p.amount_minor) AS amount
              FROM ledger_account a JOIN ledger_posting p ON p.account_id = a.id
             WHERE a.brand_id = %(brand)s AND a.kind LIKE 'rail_clearing.%%' GROUP BY 1, 2
        )
        SELECT concat_ws(' ', kind, currency) AS key,
               abs(coalesce(paid.amount, 0) - coalesce(standing.amount, 0)) AS diff
          FROM paid FULL JOIN standing USING (kind, currency)
         WHERE coalesce(paid.amount, 0) <> coalesce(standing.amount, 0)
        """,  # noqa: S608  # of parts written here
    ),
    Check(
        "tax_is_posted",
        "RC2",
        _("VAT and what was withheld are what the payouts that stand say, and nothing of others"),
        PAYOUTS,
        f"""
        WITH posted AS (
            SELECT e.cause_id AS public_id,
                   coalesce(-sum(x.amount_minor) FILTER (WHERE a.kind = 'vat'), 0) AS vat,
                   coalesce(sum(x.amount_minor) FILTER (WHERE a.kind = 'tax_withheld'), 0)
                       AS withheld
              FROM ledger_account a JOIN ledger_posting x ON x.account_id = a.id
              JOIN ledger_entry e ON e.id = x.entry_id
             WHERE a.brand_id = %(brand)s AND a.kind IN ('vat', 'tax_withheld') GROUP BY 1
        ), due AS (
            SELECT p.public_id, stands.one * p.vat_minor AS vat,
                   stands.one * p.withheld_minor AS withheld
              FROM payouts_payout p CROSS JOIN LATERAL (
                SELECT (p.status NOT IN ('failed', 'returned', 'cancelled') OR {GONE})::int AS one
              ) stands
             WHERE p.brand_id = %(brand)s
        ), compared AS (
            SELECT public_id AS key, abs(coalesce(due.vat, 0) - coalesce(posted.vat, 0))
                   + abs(coalesce(due.withheld, 0) - coalesce(posted.withheld, 0)) AS diff
              FROM due FULL JOIN posted USING (public_id)
        )
        SELECT key, diff FROM compared WHERE diff <> 0
        """,  # noqa: S608  # of parts written here
    ),
    Check(
        "tax_is_reckoned",
        "RC7",
        _("VAT and what was withheld are what the approved rates make of each commission"),
        PAYOUTS,
        """
        WITH due AS (
            SELECT p.public_id, p.vat_minor, p.withheld_minor, p.tax,
                   (SELECT line -> 'tax'
                      FROM jsonb_array_elements(plan.content -> 'lines') line
                     WHERE line ->> 'affiliation' = p.affiliation_id::text) AS approved,
                   div(p.amount_minor::numeric * coalesce((p.tax ->> 'vat_bps')::int, 0)
                       + 5000, 10000) AS vat,
                   div(p.amount_minor::numeric
                       * coalesce((p.tax ->> 'withholding_bps')::int, 0) + 5000, 10000)
                       AS withheld
              FROM payouts_payout p JOIN payouts_payoutplan plan ON plan.id = p.plan_id
             WHERE p.brand_id = %(brand)s
        )
        SELECT public_id AS key, abs(vat - vat_minor) + abs(withheld - withheld_minor) AS diff
          FROM due WHERE vat <> vat_minor OR withheld <> withheld_minor
                      OR tax IS DISTINCT FROM approved
        """,
    ),
    Check(
        "covering_is_marked",
        "RC4",
        _("A commission is marked as paid out where a payout covers it, and nowhere else"),
        COMMISSIONS,
        """
        WITH covered AS (
            SELECT i.commission_id AS id, bool_or(p.status = 'paid') AS is_paid
              FROM payouts_payoutitem i JOIN payouts_payout p ON p.id = i.payout_id
             WHERE i.brand_id = %(brand)s AND i.is_covering AND i.commission_id IS NOT NULL
             GROUP BY 1
        )
        SELECT c.public_id AS key, c.amount_minor AS diff
          FROM tracking_commission c LEFT JOIN covered USING (id)
         WHERE c.brand_id = %(brand)s
           AND ((c.covered_at IS NOT NULL) <> (covered.id IS NOT NULL)
                OR (covered.is_paid AND c.paid_at IS NULL)
                OR (covered.id IS NULL AND c.paid_at IS NOT NULL))
        """,
    ),
    Check(
        "covered_once",
        "RC7",
        _("Released money is in one payout at most"),
        ITEMS,
        """
        SELECT posting_id::text AS key, sum(amount_minor) AS diff FROM payouts_payoutitem
         WHERE brand_id = %(brand)s AND is_covering GROUP BY posting_id HAVING count(*) > 1
        """,
    ),
    Check(
        "items_are_postings",
        "RC7",
        _("Each item of a payout is released money of its creator, to the unit"),
        ITEMS,
        """
        SELECT i.id::text AS key, abs(i.amount_minor - p.amount_minor) AS diff
          FROM payouts_payoutitem i JOIN payouts_payout o ON o.id = i.payout_id
          JOIN ledger_posting p ON p.id = i.posting_id
          JOIN ledger_account a ON a.id = p.account_id
         WHERE i.brand_id = %(brand)s
           AND (i.amount_minor <> p.amount_minor OR a.kind <> 'payable'
                OR a.party_id <> o.affiliation_id OR a.currency <> o.currency
                OR i.is_covering <> (o.status NOT IN ('failed', 'returned', 'cancelled')))
        """,
    ),
    Check(
        "payout_is_its_items",
        "RC7",
        _("Each payout's items, with what was carried over, make what was approved"),
        PAYOUTS,
        f"""
        WITH {_LINES}, items AS (
            SELECT payout_id, sum(amount_minor) AS amount
              FROM payouts_payoutitem WHERE brand_id = %(brand)s GROUP BY 1
        ), payouts AS (
            SELECT p.id, p.public_id, p.amount_minor, l.amount AS approved, l.payable,
                   coalesce(items.amount, 0) AS covered,
                   coalesce(sum(l.remainder) OVER (
                       PARTITION BY p.affiliation_id, p.currency ORDER BY p.id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                   ), 0) AS carried_at_most
              FROM payouts_payout p
              LEFT JOIN lines l ON l.plan_id = p.plan_id AND l.affiliation_id = p.affiliation_id
              LEFT JOIN items ON items.payout_id = p.id
             WHERE p.brand_id = %(brand)s
        )
        SELECT public_id AS key,
               greatest(abs(amount_minor - coalesce(approved, 0)),
                        abs(coalesce(payable, 0) - covered) - carried_at_most) AS diff
          FROM payouts
         WHERE approved IS NULL OR amount_minor <> approved
            OR abs(payable - covered) > carried_at_most
        """,  # noqa: S608  # of parts written here
    ),
    Check(
        "paid_has_its_attempt",
        "RC8",
        _("Each payout a rail paid has one accepted attempt of the same amount and destination"),
        PAYOUTS,
        f"""
        WITH accepted AS (
            SELECT payout_id, count(*) AS count, min(external_id) AS external_id,
                   min(parameters ->> 'currency') AS currency,
                   min((parameters ->> 'amount_minor')::bigint) AS amount
              FROM payouts_payoutattempt
             WHERE brand_id = %(brand)s AND status = 'accepted' GROUP BY 1
        )
        SELECT p.public_id AS key, abs({_SENT} - coalesce(a.amount, 0)) AS diff
          FROM payouts_payout p LEFT JOIN accepted a ON a.payout_id = p.id
         WHERE p.brand_id = %(brand)s AND {GONE}
           AND (a.count > 1 OR a.amount <> {_SENT} OR a.currency <> p.currency
                OR a.external_id = '' OR (a.payout_id IS NULL AND NOT p.rail = ANY(%(hands)s)))
        """,  # noqa: S608  # of parts written here
    ),
    Check(
        "invoices_follow",
        "RC12",
        _("Invoices in creators' names are numbered one after the other"),
        "payouts_invoice WHERE brand_id = %(brand)s",
        """
        WITH numbers AS (
            SELECT public_id, number, lag(number, 1, 0) OVER (ORDER BY number) AS before
              FROM payouts_invoice WHERE brand_id = %(brand)s
        )
        SELECT public_id AS key, 0 AS diff FROM numbers WHERE number <> before + 1
        """,
    ),
    Check(
        "statements_stand",
        "RC12",
        _("Each issued statement has the hash it was issued with, and that of the one before"),
        "payouts_statement WHERE brand_id = %(brand)s",
        """
        WITH chain AS (
            SELECT public_id, number, sha256, content, opening_minor, closing_minor,
                   lag(sha256, 1, '') OVER w AS hash_before,
                   lag(number, 1, 0) OVER w AS number_before
              FROM payouts_statement WHERE brand_id = %(brand)s
            WINDOW w AS (PARTITION BY affiliation_id, currency ORDER BY number)
        )
        SELECT public_id AS key, 0 AS diff FROM chain
         WHERE sha256 <> encode(sha256(convert_to(content, 'UTF8')), 'hex')
            OR number <> number_before + 1
            OR content::json ->> 'previous' <> hash_before
            OR (content::json ->> 'number')::int <> number
            OR (content::json ->> 'opening_minor')::bigint <> opening_minor
            OR (content::json ->> 'closing_minor')::bigint <> closing_minor
        """,
    ),
)
