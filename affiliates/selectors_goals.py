"""Reads of goals: a brand's, and those that a creator is shown."""

from collections.abc import Collection
from datetime import date

from django.db.models import Q, QuerySet

from affiliates.models import Affiliation, Enrollment, Goal
from core.models import Brand

STATES = ("open", "closed")


def list_goals(brand: Brand) -> QuerySet[Goal]:
    """Return the goals of a brand, with those they are set for at hand."""
    return _with_whom(Goal.objects.filter(brand=brand))


def filter_goals(rows: QuerySet[Goal], state: str) -> QuerySet[Goal]:
    """Return those that run or are to come, or those that are over; any other word: all."""
    if state not in STATES:
        return rows
    return rows.filter(closed_at__isnull=state == "open")


def list_nearest(brand: Brand, *, today: date, limit: int) -> list[Goal]:
    """Return the goals that run, the one that ends first on top."""
    running = list_goals(brand).filter(closed_at__isnull=True, since__lte=today, until__gte=today)
    return list(running.order_by("until", "pk")[:limit])


def list_shown_to(places: Collection[Affiliation]) -> QuerySet[Goal]:
    """Return the open goals that a creator is shown: his own, and those of the groups he is in."""
    groups = Enrollment.objects.filter(affiliation__in=places).values("group")
    whose = Q(enrollment__affiliation__in=places) | Q(group__in=groups)
    rows = Goal.objects.filter(whose, is_shown=True, closed_at__isnull=True)
    return _with_whom(rows).order_by("until", "pk")


def _with_whom(rows: QuerySet[Goal]) -> QuerySet[Goal]:
    return rows.select_related("brand", "program", "group", "enrollment__affiliation__affiliate")
