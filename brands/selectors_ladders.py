"""Reads of a program's tiers."""

from datetime import datetime

from django.db.models import QuerySet

from brands.models import Ladder, Program, Tier


def find_latest_ladder(program: Program) -> Ladder | None:
    """Return the newest version, in force or announced; None where there never was one."""
    return Ladder.objects.filter(program=program).order_by("-version").first()


def find_ladder_at(program: Program, at: datetime) -> Ladder | None:
    """Return the version in force at a time."""
    rows = Ladder.objects.filter(program=program, effective_from__lte=at)
    return rows.select_related("program").order_by("-version").first()


def list_tiers(ladder: Ladder | None) -> list[Tier]:
    """Return the tiers of a version, the lowest first; none where it switches them off."""
    if ladder is None:
        return []
    rows: QuerySet[Tier] = Tier.objects.filter(ladder=ladder).select_related("group")
    return list(rows.order_by("position"))
