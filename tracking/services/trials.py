"""Test orders as they go: started, each hop noted, finished."""

from datetime import datetime
from typing import Any

from django.db import transaction

from brands.models import Program
from core import audit
from core.jobs import enqueue
from core.locks import lock_row
from tracking.models import TrialRun


class TrialOver(ValueError):
    """The test order has ended; nothing is added to it."""


@transaction.atomic
def start_trial(*, program_id: int, actor_id: int, now: datetime) -> TrialRun:
    """Ask for a test order of a program; a worker sends it."""
    program = Program.objects.get(pk=program_id)
    trial = TrialRun.objects.create(
        brand_id=program.brand_id, program=program, started_at=now, started_by_id=actor_id
    )
    audit.record(
        brand_id=program.brand_id,
        actor_id=actor_id,
        action="trial.started",
        target=trial,
        now=now,
        after={"program": program.public_id},
    )
    enqueue("portal.run_trial", trial_id=trial.pk)
    return trial


@transaction.atomic
def note_copy(*, trial_id: int, copy_id: str, fingerprint: str) -> TrialRun:
    """Keep which program of the sandbox the test order runs in."""
    trial = _lock(trial_id)
    trial.copy_id, trial.fingerprint = copy_id, fingerprint
    trial.save(update_fields=["copy_id", "fingerprint"])
    return trial


@transaction.atomic
def note_hop(
    *, trial_id: int, code: str, params: dict[str, Any], now: datetime, cause: str = ""
) -> TrialRun:
    """Add a hop; one with a cause has failed and is the last.

    :raises TrialOver: it has ended.
    """
    trial = _lock(trial_id)
    trial.hops = [
        *trial.hops,
        {"code": code, "cause": cause, "params": params, "at": now.isoformat()},
    ]
    trial.finished_at = now if cause else None
    trial.save(update_fields=["hops", "finished_at"])
    return trial


@transaction.atomic
def pass_trial(*, trial_id: int, now: datetime) -> TrialRun:
    """Say that every hop was reached.

    :raises TrialOver: it has ended.
    """
    trial = _lock(trial_id)
    trial.is_passed, trial.finished_at = True, now
    trial.save(update_fields=["is_passed", "finished_at"])
    return trial


def _lock(trial_id: int) -> TrialRun:
    trial = lock_row(TrialRun, trial_id)
    if trial.finished_at is not None:
        raise TrialOver(trial.public_id)
    return trial
