"""One decision about many creators, all of it or none; whom it does not fit is left out."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar
from uuid import UUID

from django.db import transaction

from affiliates.models import Affiliation, AffiliationStatus, Enrollment
from affiliates.services.membership import move_to_group, suspend_affiliation
from affiliates.services.vetting import MAX_TAGS, add_tag, clean_tag
from brands.models import Group

Row = TypeVar("Row")


class LeftOut(StrEnum):
    """Why a decision does not fit a creator or an application."""

    ALREADY = "already"
    NO_PLACE = "no_place"
    FULL = "full"
    DECIDED = "decided"
    MEMBER = "member"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    NO_ROOM = "no_room"


@dataclass(frozen=True, slots=True)
class Selection(Generic[Row]):
    fits: list[Row] = field(default_factory=list)
    left_out: list[tuple[Row, LeftOut]] = field(default_factory=list)

    def put(self, row: Row, why: LeftOut | None) -> None:
        if why is None:
            self.fits.append(row)
        else:
            self.left_out.append((row, why))


def select_to_suspend(creators: Iterable[Affiliation]) -> Selection[Affiliation]:
    """Tell apart whom a suspension changes."""
    selection: Selection[Affiliation] = Selection()
    for creator in creators:
        is_so = creator.status == AffiliationStatus.SUSPENDED
        selection.put(creator, LeftOut.ALREADY if is_so else None)
    return selection


def select_to_move(creators: Iterable[Affiliation], group: Group) -> Selection[Affiliation]:
    """Tell apart whose place in the group's program is in another group."""
    selection: Selection[Affiliation] = Selection()
    for creator in creators:
        place = _find_place(creator, group)
        in_it = place is not None and place.group_id == group.pk
        why = LeftOut.ALREADY if in_it else None
        selection.put(creator, why if place else LeftOut.NO_PLACE)
    return selection


def select_to_tag(creators: Iterable[Affiliation], tag: str) -> Selection[Affiliation]:
    """Tell apart who may still have the tag."""
    selection: Selection[Affiliation] = Selection()
    tag = clean_tag(tag)
    for creator in creators:
        why = LeftOut.FULL if len(creator.tags) >= MAX_TAGS else None
        selection.put(creator, LeftOut.ALREADY if tag in creator.tags else why)
    return selection


@transaction.atomic
def suspend_creators(
    *, affiliation_ids: Collection[UUID], reason: str, actor_id: int, now: datetime
) -> Selection[Affiliation]:
    """Suspend those who are not, each with the reason."""
    selection = select_to_suspend(_lock(affiliation_ids))
    for creator in selection.fits:
        suspend_affiliation(affiliation_id=creator.pk, reason=reason, actor_id=actor_id, now=now)
    return selection


@transaction.atomic
def move_creators(
    *, affiliation_ids: Collection[UUID], group_id: int, actor_id: int, now: datetime
) -> Selection[Affiliation]:
    """Put into a group those whose place in its program is in another, for orders from now on."""
    group = Group.objects.get(pk=group_id)
    selection = select_to_move(_lock(affiliation_ids), group)
    for creator in selection.fits:
        place = _find_place(creator, group)
        assert place is not None  # noqa: S101  # it fits
        move_to_group(enrollment_id=place.pk, group_id=group.pk, actor_id=actor_id, now=now)
    return selection


@transaction.atomic
def tag_creators(
    *, affiliation_ids: Collection[UUID], tag: str, actor_id: int, now: datetime
) -> Selection[Affiliation]:
    """Put a tag on those who do not have it."""
    selection = select_to_tag(_lock(affiliation_ids), tag)
    for creator in selection.fits:
        add_tag(affiliation_id=creator.pk, tag=tag, actor_id=actor_id, now=now)
    return selection


def _lock(affiliation_ids: Collection[UUID]) -> list[Affiliation]:
    rows = Affiliation.objects.select_for_update(of=("self",), no_key=True)
    related = rows.select_related("affiliate").prefetch_related("enrollments")
    return list(related.filter(pk__in=affiliation_ids).order_by("pk"))


def _find_place(creator: Affiliation, group: Group) -> Enrollment | None:
    return next(
        (one for one in creator.enrollments.all() if one.program_id == group.program_id), None
    )
