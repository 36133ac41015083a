"""Checks that run by themselves."""

import logging

from celery import shared_task

from core.clock import database_now
from core.jobs import run_once
from core.models import Brand
from portal import trial
from portal.books import prove_and_keep
from portal.privacy import forgetting
from tracking.models import TrialRun

logger = logging.getLogger(__name__)


@shared_task(name="portal.check_books", acks_late=True, ignore_result=True)
def check_books() -> None:
    """Prove the books of every brand, once a day; the outcome is kept as a job run."""
    now = database_now()
    run_once(name="check_books", window=now.strftime("%Y-%m-%d"), now=now, work=_prove_all)


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


def _prove_all() -> str:
    wrong = []
    for brand in Brand.objects.filter(archived_at__isnull=True):
        proof = prove_and_keep(brand_id=brand.pk, now=database_now())
        if not proof.is_balanced:
            wrong.append(f"{brand.slug}: {proof.differences}")
            logger.error("books of %s differ in %s places", brand.slug, proof.differences)
    return ", ".join(wrong) or "balanced"
