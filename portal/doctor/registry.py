"""All checks in the order they are shown; the first one decides whether the others can look."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import Error
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.doctor import data, place, work
from portal.doctor.findings import Finding, Level, act, literal

GUIDE = "docs/operators.md"


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its code, its name, and the chapter of the guide that says more."""

    code: str
    title: Promise
    look: Callable[[datetime], Finding]
    chapter: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one check found."""

    check: Check
    finding: Finding

    @property
    def level(self) -> Level:
        return self.finding.level

    @property
    def guide(self) -> str:
        """Return where to read on, where there is something to do."""
        return f"{GUIDE}#{self.check.chapter}" if self.finding.mend else ""


CHECKS = (
    Check("database", gettext_lazy("Database"), data.check_database, "settings"),
    Check("migrations", gettext_lazy("Form of the database"), data.check_migrations, "upgrade"),
    Check("clock", gettext_lazy("Clocks"), data.check_clock, "watch"),
    Check(
        "roles",
        gettext_lazy("Roles of the database"),
        data.check_roles,
        "two-roles-of-the-database",
    ),
    Check("redis", gettext_lazy("Redis"), data.check_redis, "run-it-your-own-way"),
    Check("scheduler", gettext_lazy("Scheduler"), work.check_scheduler, "run-it-your-own-way"),
    Check("worker", gettext_lazy("Worker"), work.check_worker, "run-it-your-own-way"),
    Check("jobs", gettext_lazy("Scheduled tasks"), work.check_jobs, "watch"),
    Check("store_events", gettext_lazy("Deliveries of stores"), work.check_store_events, "watch"),
    Check(
        "rail_events",
        gettext_lazy("Messages of payment services"),
        work.check_rail_events,
        "watch",
    ),
    Check("outbox", gettext_lazy("Outbox"), work.check_outbox, "watch"),
    Check("webhooks", gettext_lazy("Webhooks"), work.check_webhooks, "watch"),
    Check("payouts", gettext_lazy("Payouts on their way"), work.check_payouts, "watch"),
    Check("books", gettext_lazy("Books"), data.check_books, "watch"),
    Check("mail_queue", gettext_lazy("Mail that waits"), work.check_mail_queue, "watch"),
    Check("mail_server", gettext_lazy("Mail server"), work.check_mail_server, "settings"),
    Check("stripe", gettext_lazy("Stripe"), work.check_stripe, "watch"),
    Check("fence", gettext_lazy("Fence after a restore"), work.check_fence, "back-up-and-restore"),
    Check("backup", gettext_lazy("Backup"), work.check_backup, "back-up-and-restore"),
    Check(
        "backup_verified",
        gettext_lazy("Backup restored apart"),
        work.check_backup_verified,
        "back-up-and-restore",
    ),
    Check("keys", gettext_lazy("Keys of the database"), data.check_keys, "keys"),
    Check("click_keys", gettext_lazy("Keys of clicks"), data.check_click_keys, "keys"),
    Check("settings", gettext_lazy("Settings"), place.check_settings, "settings"),
    Check("certificate", gettext_lazy("Certificate"), place.check_certificate, "watch"),
    Check("static", gettext_lazy("Files of the pages"), place.check_static, "run-it-your-own-way"),
    Check("disk", gettext_lazy("Disk"), place.check_disk, "watch"),
)


def examine(*, now: datetime, only: str = "") -> list[Outcome]:
    """Run every check, or one; where the database does not answer that is said, and it goes on."""
    checks = [check for check in CHECKS if only in {"", check.code}]
    return [Outcome(check, _look(check, now)) for check in checks]


def _look(check: Check, now: datetime) -> Finding:
    try:
        return check.look(now)
    except Error as error:
        return act(
            _("The database does not answer ({error}).").format(error=type(error).__name__),
            _("Start it, or correct {name}.").format(name=literal("DATABASE_URL")),
        )
