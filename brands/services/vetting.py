"""What a program's team checks before it approves somebody."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower

from brands.models import Program, VettingPoint
from brands.selectors import list_vetting_points
from brands.services.ordering import move_row
from core import audit
from core.locks import lock_row

MAX_POINTS = 12


class TooManyPoints(ValueError):
    """The checklist is as long as it may be."""


class AlreadyOnList(ValueError):
    """The checklist has a point in these words, in whatever case."""


@transaction.atomic
def add_point(*, program_id: int, words: str, actor_id: int, now: datetime) -> VettingPoint:
    """Check one more thing, after the others.

    :raises TooManyPoints: the checklist is as long as it may be.
    :raises AlreadyOnList: it has a point in these words.
    """
    program = lock_row(Program, program_id)
    points = list_vetting_points(program)
    last = points.last()
    if points.count() >= MAX_POINTS:
        raise TooManyPoints(program.public_id)
    _check_new(points, words)
    point = VettingPoint.objects.create(
        brand_id=program.brand_id,
        program=program,
        words=words,
        position=last.position + 1 if last else 1,
    )
    _record(point, "vetting_point.added", "", actor_id, now)
    return point


@transaction.atomic
def rename_point(*, point_id: int, words: str, actor_id: int, now: datetime) -> VettingPoint:
    """Word a point anew; what was ticked keeps the words it had.

    :raises AlreadyOnList: another point has these words.
    """
    point = _lock(point_id)
    others = list_vetting_points(point.program).exclude(pk=point.pk)
    _check_new(others, words)
    if (before := point.words) != words:
        point.words = words
        point.save(update_fields=["words"])
        _record(point, "vetting_point.renamed", before, actor_id, now)
    return point


@transaction.atomic
def move_point(*, point_id: int, step: int, actor_id: int, now: datetime) -> None:
    """Put a point so many places later; beyond the first or last nothing moves."""
    point = _lock(point_id)
    if move_row(list_vetting_points(point.program), point, step):
        _record(point, "vetting_point.moved", point.words, actor_id, now)


@transaction.atomic
def retire_point(*, point_id: int, actor_id: int, now: datetime) -> None:
    """Check it no longer; what was ticked stays with the applications."""
    point = _lock(point_id)
    if point.retired_at is None:
        point.retired_at = now
        point.save(update_fields=["retired_at"])
        _record(point, "vetting_point.retired", point.words, actor_id, now)


def _lock(point_id: int) -> VettingPoint:
    program_id = VettingPoint.objects.values_list("program_id", flat=True).get(pk=point_id)
    lock_row(Program, program_id)
    return lock_row(VettingPoint, point_id)


def _check_new(points: QuerySet[VettingPoint], words: str) -> None:
    lowered = points.annotate(lowered=Lower("words"))
    if lowered.filter(lowered=Lower(Value(words))).exists():
        raise AlreadyOnList(words)


def _record(point: VettingPoint, action: str, before: str, actor_id: int, now: datetime) -> None:
    audit.record(
        brand_id=point.brand_id,
        actor_id=actor_id,
        action=action,
        target=point,
        now=now,
        before={"words": before} if before else {},
        after={"words": point.words},
    )
