"""One decision about many applications, each in a transaction of its own.

A row that somebody decided meanwhile holds no other up, and a repeated press finds its work done.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime

from affiliates.models import (
    Affiliation,
    AffiliationStatus,
    Application,
    ApplicationStatus,
    Enrollment,
)
from affiliates.selectors import count_creators
from affiliates.services.applications import (
    AlreadyDecided,
    approve_application,
    reject_application,
)
from affiliates.services.bulk import LeftOut, Selection
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    ProgramClosed,
    ProgramFull,
)
from brands.models import Program, ProgramStatus

_OBSTACLES: Mapping[type[Exception], LeftOut] = {
    AlreadyMember: LeftOut.MEMBER,
    AffiliationSuspended: LeftOut.SUSPENDED,
    ProgramClosed: LeftOut.CLOSED,
    ProgramFull: LeftOut.NO_ROOM,
}


def select_to_approve(applications: Collection[Application]) -> Selection[Application]:
    """Tell apart who can be taken in as things stand."""
    people = [row.affiliate_id for row in applications]
    brands = {row.brand_id for row in applications}
    creators = Affiliation.objects.filter(brand__in=brands, affiliate__in=people)
    suspended = set(
        creators.filter(status=AffiliationStatus.SUSPENDED).values_list("brand", "affiliate")
    )
    places = set(
        Enrollment.objects.filter(affiliation__in=creators).values_list(
            "program", "affiliation__affiliate"
        )
    )
    room = _count_room({row.program for row in applications})
    selection: Selection[Application] = Selection()
    for row in applications:
        why = _say_decided(row, ApplicationStatus.APPROVED)
        if why is None and row.program.status == ProgramStatus.CLOSED:
            why = LeftOut.CLOSED
        if why is None and (row.brand_id, row.affiliate_id) in suspended:
            why = LeftOut.SUSPENDED
        if why is None and (row.program_id, row.affiliate_id) in places:
            why = LeftOut.MEMBER
        if why is None and row.program_id in room:
            room[row.program_id] -= 1
            why = LeftOut.NO_ROOM if room[row.program_id] < 0 else None
        selection.put(row, why)
    return selection


def select_to_reject(applications: Iterable[Application]) -> Selection[Application]:
    """Tell apart which still wait."""
    selection: Selection[Application] = Selection()
    for row in applications:
        selection.put(row, _say_decided(row, ApplicationStatus.REJECTED))
    return selection


def approve_applications(
    *,
    applications: Iterable[Application],
    groups: Mapping[int, int],
    actor_id: int,
    now: datetime,
) -> Selection[Application]:
    """Take each in, into the group given for its program (by their ids) or else its default one.

    :raises affiliates.services.errors.GroupOfOtherProgram: a group is not of its program.
    """

    def approve(row: Application) -> None:
        group_id = groups.get(row.program_id)
        approve_application(application_id=row.pk, group_id=group_id, actor_id=actor_id, now=now)

    return _decide_each(applications, approve, ApplicationStatus.APPROVED)


def reject_applications(
    *,
    applications: Iterable[Application],
    reason: str,
    note: str,
    actor_id: int,
    now: datetime,
) -> Selection[Application]:
    """Refuse each with the same reason and words; everybody is told by a mail of his own.

    :raises affiliates.services.applications.ReasonUnknown: the reason is not in the list.
    """

    def reject(row: Application) -> None:
        reject_application(
            application_id=row.pk, reason=reason, note=note, actor_id=actor_id, now=now
        )

    return _decide_each(applications, reject, ApplicationStatus.REJECTED)


def _count_room(programs: Collection[Program]) -> dict[int, int]:
    """Return how many more creators each program takes that takes no more than so many."""
    inside = count_creators(programs)
    return {
        one.pk: one.max_creators - inside.get(one.pk, 0)
        for one in programs
        if one.max_creators is not None
    }


def _decide_each(
    applications: Iterable[Application],
    decide: Callable[[Application], None],
    wanted: ApplicationStatus,
) -> Selection[Application]:
    selection: Selection[Application] = Selection()
    for row in applications:
        why = None
        try:
            decide(row)
        except AlreadyDecided as error:
            why = LeftOut.ALREADY if error.status == wanted else LeftOut.DECIDED
        except tuple(_OBSTACLES) as error:
            why = _OBSTACLES[type(error)]
        selection.put(row, why)
    return selection


def _say_decided(row: Application, wanted: ApplicationStatus) -> LeftOut | None:
    if row.status == ApplicationStatus.SUBMITTED:
        return None
    return LeftOut.ALREADY if row.status == wanted else LeftOut.DECIDED
