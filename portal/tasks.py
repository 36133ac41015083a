"""Checks that run by themselves."""

import logging
from pathlib import Path
from zoneinfo import ZoneInfo

from celery import shared_task
from django.conf import settings

from affiliates.models import Goal
from affiliates.services.goals import follow_goal
from brands.models import ReportReader
from core import fence
from core.clock import brand_now, database_now
from core.jobs import run_once
from core.models import Brand, BrandStatus
from portal import trial
from portal.backups import making
from portal.backups.envelope import read_key
from portal.backups.making import list_backups
from portal.backups.restoring import verify
from portal.books import prove_and_keep
from portal.goals import count_one
from portal.privacy import forgetting
from portal.saved_reports import mail_due
from tracking.models import TrialRun

logger = logging.getLogger(__name__)

# Every order is priced again: minutes where there are a million. Below an hour, when the scheduler
# asks once more.
PROVING_S = 50 * 60


@shared_task(
    name="portal.check_books",
    acks_late=True,
    ignore_result=True,
    time_limit=PROVING_S,
    soft_time_limit=PROVING_S - 60,
)
def check_books() -> None:
    """Prove the books of every brand, once a day; the outcome is kept as a job run."""
    now = database_now()
    run_once(name="check_books", window=now.strftime("%Y-%m-%d"), now=now, work=_prove_all)


@shared_task(
    name="portal.prove_brand",
    acks_late=True,
    ignore_result=True,
    time_limit=PROVING_S,
    soft_time_limit=PROVING_S - 60,
)
def prove_brand(*, brand_id: int, asked: str) -> None:
    """Prove the books of one brand because somebody asked, once for each minute of asking.

    The broker hands a task out again that takes long: the window holds the second one.
    """
    now = database_now()
    run_once(
        name="prove_brand",
        window=f"{brand_id} {asked}",
        now=now,
        work=lambda: _prove_one(Brand.objects.get(pk=brand_id)) or "balanced",
    )


@shared_task(name="portal.run_trial", acks_late=True, ignore_result=True)
def run_trial(*, trial_id: int) -> None:
    """Send a test order through the sandbox; one that was begun before is not begun again."""
    if TrialRun.objects.filter(pk=trial_id, finished_at__isnull=True, hops=[]).exists():
        trial.run_trial(trial_id=trial_id)


@shared_task(name="portal.forget_old", acks_late=True, ignore_result=True)
def forget_old() -> None:
    """Forget what need not be kept of clicks, sessions, rails and archived images, once a day."""
    now = database_now()
    run_once(
        name="forget_old",
        window=now.strftime("%Y-%m-%d"),
        now=now,
        work=lambda: forgetting.forget_old(now=now),
    )


@shared_task(name="portal.follow_goals", acks_late=True, ignore_result=True)
def follow_goals() -> None:
    """Note goals that are reached, and close those whose days are over, each by its brand's day."""
    real_now = database_now()
    waiting = Goal.objects.filter(closed_at__isnull=True, brand__archived_at__isnull=True)
    for goal in waiting.select_related("brand").order_by("pk"):
        now = brand_now(goal.brand, real_now)
        today = now.astimezone(ZoneInfo(goal.brand.time_zone)).date()
        follow_goal(goal_id=goal.pk, count=count_one, today=today, now=now)


@shared_task(name="portal.mail_reports", acks_late=True, ignore_result=True)
def mail_reports() -> None:
    """Mail saved reports whose period is over, each once to each of its readers."""
    real_now = database_now()
    readers = ReportReader.objects.filter(
        report__brand__archived_at__isnull=True, report__brand__status=BrandStatus.ACTIVE
    )
    for reader in readers.select_related("report__brand").order_by("pk"):
        mail_due(reader, now=brand_now(reader.report.brand, real_now))


@shared_task(
    name="portal.make_backup",
    acks_late=True,
    ignore_result=True,
    time_limit=PROVING_S,
    soft_time_limit=PROVING_S - 60,
)
def make_backup() -> None:
    """Make a backup once a day, where a folder for them is set."""
    now, folder = database_now(), Path(settings.BACKUP_DIR)
    if not settings.BACKUP_DIR or fence.find_standing() is not fence.Standing.OPEN:
        return

    def work() -> str:
        path = making.make_backup(folder=folder, key=read_key(settings.BACKUP_KEY), now=now)
        making.turn_over(folder=folder)
        return path.name

    run_once(name="backup", window=now.strftime("%Y-%m-%d"), now=now, work=work)


@shared_task(
    name="portal.verify_backup",
    acks_late=True,
    ignore_result=True,
    time_limit=PROVING_S,
    soft_time_limit=PROVING_S - 60,
)
def verify_backup() -> None:
    """Restore the newest backup apart once a week, where a folder for them is set."""
    now, found = database_now(), list_backups(Path(settings.BACKUP_DIR))
    if settings.BACKUP_DIR and found:
        window = now.strftime("%G-%V")
        run_once(name="backup_verify", window=window, now=now, work=lambda: verify(found[-1]))


def _prove_all() -> str:
    found = (_prove_one(brand) for brand in Brand.objects.filter(archived_at__isnull=True))
    return ", ".join(filter(None, found)) or "balanced"


def _prove_one(brand: Brand) -> str:
    """Prove the books of a brand; returns what is wrong, nothing where all is well."""
    proof = prove_and_keep(brand_id=brand.pk, now=database_now())
    if not proof.is_balanced:
        logger.error("books of %s differ in %s places", brand.slug, proof.differences)
    return f"{brand.slug}: {', '.join(one.code for one in proof.red)}" if proof.red else ""
