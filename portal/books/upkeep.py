"""Does anything lie about: checks of what should have been done by now, or be forgotten.

Rows of a sandbox are dated by its own clock, which runs ahead: they are overdue later, never
earlier.
"""

from django.utils.translation import gettext_lazy as _

from portal.books.checks import Check, Matter

PAYOUTS = "payouts_payout WHERE brand_id = %(brand)s"
DELIVERIES = "tracking_storeevent WHERE brand_id = %(brand)s"
CLICKS = "tracking_click WHERE brand_id = %(brand)s"

UPKEEP = (
    Check(
        "payouts_move",
        "RC9",
        _("No payout has waited an hour for an answer, or a day to be sent"),
        PAYOUTS,
        """
        SELECT p.public_id AS key, p.amount_minor AS diff FROM payouts_payout p
         WHERE p.brand_id = %(brand)s AND NOT p.rail = ANY(%(hands)s)
           AND ((p.status IN ('submitting', 'unknown') AND EXISTS (
                    SELECT FROM payouts_payoutattempt a WHERE a.payout_id = p.id
                       AND a.status IN ('claimed', 'unknown')
                       AND a.created_at < %(now)s - interval '1 hour'))
                OR (p.status = 'approved' AND p.approved_at < %(now)s - interval '1 day'))
        """,
        Matter.UPKEEP,
    ),
    Check(
        "deliveries_are_done",
        "RC10",
        _("No delivery of a store or rail has waited 10 minutes longer than it should"),
        DELIVERIES,
        """
        SELECT key, 0 AS diff FROM (
            SELECT public_id AS key, status, next_attempt_at, upload_id
              FROM tracking_storeevent WHERE brand_id = %(brand)s
            UNION ALL
            SELECT event_id, status, next_attempt_at, NULL
              FROM payouts_railevent WHERE brand_id = %(brand)s
        ) waiting
         WHERE status IN ('stored', 'failed') AND upload_id IS NULL
           AND next_attempt_at < %(now)s - interval '10 minutes'
        """,
        Matter.UPKEEP,
    ),
    Check(
        "outbox_is_empty",
        "RC10",
        _("No fact for others has waited 10 minutes"),
        "core_outboxevent WHERE brand_id = %(brand)s",
        """
        SELECT public_id AS key, 0 AS diff FROM core_outboxevent
         WHERE brand_id = %(brand)s AND processed_at IS NULL
           AND at < %(now)s - interval '10 minutes'
        """,
        Matter.UPKEEP,
    ),
    Check(
        "mail_leaves",
        "RC10",
        _("No mail has waited 10 minutes longer than it should"),
        "core_mail WHERE brand_id = %(brand)s",
        """
        SELECT id::text AS key, 0 AS diff FROM core_mail
         WHERE brand_id = %(brand)s AND status = 'waiting'
           AND next_attempt_at < %(now)s - interval '10 minutes'
        """,
        Matter.UPKEEP,
    ),
    Check(
        "clicks_are_blanked",
        "RC14",
        _("No click is known in more detail than its days allow"),
        CLICKS,
        """
        SELECT id::text AS key, 0 AS diff FROM tracking_click
         WHERE brand_id = %(brand)s AND net_key <> 0
           AND at < %(now)s - make_interval(days => %(click_days)s) - interval '2 days'
        """,
        Matter.UPKEEP,
    ),
    Check(
        "bodies_are_forgotten",
        "RC14",
        _("No message of a store or rail, no file of orders is kept longer than its days"),
        DELIVERIES,
        """
        SELECT key, 0 AS diff FROM (
            SELECT public_id AS key, received_at AS at FROM tracking_storeevent
             WHERE brand_id = %(brand)s AND body IS NOT NULL
               AND status IN ('processed', 'ignored', 'refused')
            UNION ALL
            SELECT event_id, received_at FROM payouts_railevent
             WHERE brand_id = %(brand)s AND body IS NOT NULL
               AND status IN ('processed', 'ignored', 'refused')
            UNION ALL
            SELECT public_id, created_at FROM tracking_orderupload
             WHERE brand_id = %(brand)s AND body IS NOT NULL
               AND (confirmed_at IS NULL OR taken_at IS NOT NULL)
        ) kept
         WHERE at < %(now)s - make_interval(days => %(body_days)s) - interval '2 days'
        """,
        Matter.UPKEEP,
    ),
    Check(
        "letters_are_forgotten",
        "RC14",
        _("No text of a letter is kept longer than its days"),
        "core_mail WHERE brand_id = %(brand)s",
        """
        SELECT id::text AS key, 0 AS diff FROM core_mail
         WHERE brand_id = %(brand)s AND text <> '' AND status IN ('sent', 'kept', 'failed')
           AND created_at < %(now)s - make_interval(days => %(mail_days)s) - interval '2 days'
        """,
        Matter.UPKEEP,
    ),
)
