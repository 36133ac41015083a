"""Reads of what a team found out about applicants before it decided."""

from collections.abc import Collection
from dataclasses import dataclass, field

from affiliates.models import Application, ApplicationStatus, Tick
from brands.models import VettingPoint


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the checklist of an application; `point_id` is empty where it cannot change."""

    words: str
    point_id: str
    tick: Tick | None


@dataclass(frozen=True, slots=True)
class Checklist:
    """What is checked of an application while it waits, or what was before it was decided."""

    checks: list[Check] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Count what stands on the list now: a point that was taken off it no longer counts."""
        return sum(1 for check in self.checks if check.point_id)

    @property
    def done(self) -> int:
        return self.total - len(self.missing)

    @property
    def missing(self) -> list[str]:
        return [check.words for check in self.checks if check.tick is None]


def find_checklists(applications: Collection[Application]) -> dict[int, Checklist]:
    """Return the checklist of each application, by its id."""
    waiting = [row for row in applications if row.status == ApplicationStatus.SUBMITTED]
    points: dict[int, list[VettingPoint]] = {}
    open_points = VettingPoint.objects.filter(
        program__in={row.program_id for row in waiting}, retired_at=None
    )
    for point in open_points.order_by("position", "pk"):
        points.setdefault(point.program_id, []).append(point)
    ticks: dict[int, dict[int, Tick]] = {}
    found = Tick.objects.filter(application__in=applications).select_related("ticked_by")
    for tick in found.order_by("ticked_at", "pk"):
        ticks.setdefault(tick.application_id, {})[tick.point_id] = tick
    return {
        row.pk: _list_checks(
            points.get(row.program_id, []) if row.status == ApplicationStatus.SUBMITTED else [],
            ticks.get(row.pk, {}),
        )
        for row in applications
    }


def _list_checks(points: list[VettingPoint], ticks: dict[int, Tick]) -> Checklist:
    """Put the list of now first; then what was ticked and is no longer on it."""
    on_it = {point.pk for point in points}
    checks = []
    for point in points:
        tick = ticks.get(point.pk)
        checks.append(Check(tick.words if tick else point.words, point.public_id, tick))
    checks += [Check(tick.words, "", tick) for key, tick in ticks.items() if key not in on_it]
    return Checklist(checks)
