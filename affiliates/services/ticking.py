"""Going through the checklist of a program on an application."""

from datetime import datetime

from django.db import transaction

from affiliates.models import Application, ApplicationStatus, Tick
from affiliates.services.applications import AlreadyDecided
from brands.models import VettingPoint
from core import audit
from core.locks import lock_row


@transaction.atomic
def tick_point(*, application_id: int, point_id: int, actor_id: int, now: datetime) -> Tick:
    """Note that a point holds, in the words it has now; one ticked already stays as it is.

    :raises AlreadyDecided: the application was decided.
    """
    application = _lock_waiting(application_id)
    point = VettingPoint.objects.get(pk=point_id, program=application.program_id)
    tick, is_new = Tick.objects.get_or_create(
        application=application,
        point=point,
        defaults={
            "brand_id": application.brand_id,
            "words": point.words,
            "ticked_by_id": actor_id,
            "ticked_at": now,
        },
    )
    if is_new:
        _record(application, "application.checked", tick.words, actor_id, now)
    return tick


@transaction.atomic
def untick_point(*, application_id: int, point_id: int, actor_id: int, now: datetime) -> None:
    """Take a tick back; where there is none nothing changes.

    :raises AlreadyDecided: the application was decided.
    """
    application = _lock_waiting(application_id)
    tick = Tick.objects.filter(application=application, point=point_id).first()
    if tick is not None:
        tick.delete()
        _record(application, "application.unchecked", tick.words, actor_id, now)


def _lock_waiting(application_id: int) -> Application:
    application = lock_row(Application, application_id)
    if application.status != ApplicationStatus.SUBMITTED:
        raise AlreadyDecided(application)
    return application


def _record(
    application: Application, action: str, words: str, actor_id: int, now: datetime
) -> None:
    audit.record(
        brand_id=application.brand_id,
        actor_id=actor_id,
        action=action,
        target=application,
        now=now,
        after={"vetting_point": words},
    )
