"""Reads of the groups a creator was in."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from affiliates.models import Enrollment, GroupMove
from brands.models import Group


def find_group_at(enrollment: Enrollment, at: datetime) -> Group:
    """Return the group that orders placed at a time are of."""
    group: Group = enrollment.group
    moves = GroupMove.objects.filter(enrollment=enrollment).select_related("from_group", "to_group")
    for position, move in enumerate(moves.order_by("pk")):
        if position == 0:
            group = move.from_group
        if move.effective_from <= at:
            group = move.to_group
    return group


def list_moves(places: Collection[Enrollment]) -> QuerySet[GroupMove]:
    """Return the moves of these places, newest first."""
    rows = GroupMove.objects.filter(enrollment__in=places)
    return rows.select_related(
        "from_group", "to_group", "by", "ladder", "enrollment__program__brand"
    ).order_by("-pk")


def list_moves_of_program(program_id: int) -> QuerySet[GroupMove]:
    """Return every move in a program, newest first."""
    rows = GroupMove.objects.filter(enrollment__program=program_id)
    return rows.select_related(
        "from_group", "to_group", "by", "ladder", "enrollment__affiliation__affiliate"
    ).order_by("-pk")
