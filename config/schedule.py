"""What runs by itself, and how often; each task is safe to run twice."""

from celery.schedules import crontab


def once_a_day(hour: int, minute: int) -> crontab:
    """Ask every hour from then on: a task of `run_once` that failed is tried again the same day."""
    return crontab(hour=f"{hour}-23", minute=minute)


BEAT = {
    "sweep": {"task": "core.sweep", "schedule": 30.0},
    "sweep-store-events": {"task": "tracking.sweep_store_events", "schedule": 30.0},
    "digests": {"task": "core.send_digests", "schedule": crontab(minute="*/15")},
    "mail-bodies": {"task": "core.forget_mail", "schedule": once_a_day(3, 20)},
    "api-answers": {"task": "brands.forget_api_answers", "schedule": crontab(hour=3, minute=50)},
    "guesses": {"task": "core.forget_guesses", "schedule": crontab(hour=3, minute=30)},
    "sweep-uploads": {"task": "tracking.sweep_uploads", "schedule": 60.0},
    "sweep-what-ifs": {"task": "tracking.sweep_what_ifs", "schedule": 60.0},
    "store-codes": {"task": "tracking.follow_codes", "schedule": 60.0},
    "sweep-told": {"task": "tracking.sweep_told", "schedule": 60.0},
    "store-checks": {"task": "tracking.begin_checks", "schedule": crontab(minute=35)},
    "sweep-checks": {"task": "tracking.sweep_checks", "schedule": 60.0},
    "pull-orders": {"task": "tracking.pull_orders", "schedule": 60.0},
    "catalogues": {"task": "tracking.read_catalogues", "schedule": 60.0},
    "release": {"task": "tracking.release_due", "schedule": 300.0},
    "drive-payouts": {"task": "payouts.drive_open", "schedule": 60.0},
    "statements": {"task": "payouts.issue_statements", "schedule": crontab(minute="*/10")},
    "destinations": {"task": "payouts.check_destinations", "schedule": once_a_day(2, 40)},
    "draft-runs": {"task": "payouts.draft_runs", "schedule": crontab(minute=25)},
    "write-offs": {"task": "payouts.write_off_due", "schedule": once_a_day(1, 20)},
    "announce-terms": {"task": "affiliates.announce_terms", "schedule": 60.0},
    "deliver-events": {"task": "brands.deliver_events", "schedule": 30.0},
    "apply-changes": {"task": "brands.apply_changes", "schedule": 60.0},
    "link-hosts": {"task": "brands.check_link_hosts", "schedule": 60.0},
    "follow-links": {"task": "tracking.follow_links", "schedule": crontab(hour=4, minute=40)},
    "link-checks": {"task": "tracking.check_links", "schedule": 60.0},
    "count-days": {"task": "tracking.count_days", "schedule": crontab(minute=25)},
    "partitions": {"task": "tracking.prepare_partitions", "schedule": crontab(hour=2, minute=10)},
    "retention": {"task": "tracking.forget_old", "schedule": crontab(hour=3, minute=10)},
    "privacy": {"task": "portal.forget_old", "schedule": once_a_day(3, 40)},
    "announcements": {"task": "affiliates.send_announcements", "schedule": 60.0},
    "reports": {"task": "portal.mail_reports", "schedule": crontab(minute="*/15")},
    "goals": {"task": "portal.follow_goals", "schedule": crontab(minute="*/10")},
    "bonuses": {"task": "tracking.follow_bonuses", "schedule": crontab(minute="*/10")},
    "budgets": {"task": "tracking.watch_budgets", "schedule": crontab(minute="*/10")},
    "watch-tracking": {"task": "tracking.watch_tracking", "schedule": crontab(minute=10)},
    "works": {"task": "tracking.expire_works", "schedule": crontab(minute=15)},
    "tiers": {"task": "tracking.move_tiers", "schedule": crontab(minute=5)},
    "backup": {"task": "portal.make_backup", "schedule": once_a_day(1, 50)},
    "backup-verify": {
        "task": "portal.verify_backup",
        "schedule": crontab(day_of_week="sun", hour="5-23", minute=20),
    },
    "books": {"task": "portal.check_books", "schedule": once_a_day(4, 10)},
}
