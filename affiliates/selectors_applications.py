"""The queue of applications, narrowed by the filters of its address."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from affiliates.models import Application, ApplicationStatus, Tick
from affiliates.selectors import list_applications, list_waiting_applications
from brands.models import VettingPoint
from core.asked import Asked, read_text
from core.models import Brand

FILTERS = ("q", "program", "checks")
TABS = {"waiting": ApplicationStatus.SUBMITTED, "rejected": ApplicationStatus.REJECTED}


def read_tab(asked: Asked) -> str:
    """Return which of TABS is asked for: those that wait, unless others are named."""
    return asked.get("tab", "") if asked.get("tab", "") in TABS else "waiting"


def pick_applications(brand: Brand, asked: Asked) -> QuerySet[Application]:
    """Return what tab and filters leave of the applications to a brand."""
    said = {name: read_text(asked, name) for name in FILTERS}
    rows = list_applications(brand).filter(status=TABS[read_tab(asked)])
    if said["q"]:
        rows = rows.filter(
            Q(affiliate__display_name__icontains=said["q"])
            | Q(affiliate__user__email__icontains=said["q"])
            | Q(publishes_at__icontains=said["q"])
            | Q(public_id=said["q"])
        )
    if said["program"]:
        rows = rows.filter(program__public_id=said["program"])
    if said["checks"] in {"open", "done"}:
        has_open = Exists(_open_points())
        rows = rows.filter(has_open if said["checks"] == "open" else ~has_open)
    return rows


def find_neighbours(application: Application) -> tuple[Application | None, Application | None]:
    """Return the waiting applications to the brand that came just before and just after one."""
    waiting = list_waiting_applications(application.brand).exclude(pk=application.pk)
    at, pk = application.submitted_at, application.pk
    earlier = waiting.filter(Q(submitted_at__lt=at) | Q(submitted_at=at, pk__lt=pk))
    later = waiting.filter(Q(submitted_at__gt=at) | Q(submitted_at=at, pk__gt=pk))
    return earlier.last(), later.first()


def find_refusals(
    brand: Brand, applications: Collection[Application]
) -> dict[int, list[Application]]:
    """Return what the brand refused these people before, by person, the latest first."""
    refused = list_applications(brand).filter(
        status=ApplicationStatus.REJECTED,
        affiliate__in={row.affiliate_id for row in applications},
    )
    own = {row.pk for row in applications}
    found: dict[int, list[Application]] = {}
    for row in refused.order_by("-decided_at", "-pk"):
        if row.pk not in own:
            found.setdefault(row.affiliate_id, []).append(row)
    return found


def has_checklists(brand: Brand) -> bool:
    """Tell whether the team of any program checks anything."""
    return VettingPoint.objects.filter(brand=brand, retired_at=None).exists()


def _open_points() -> QuerySet[VettingPoint]:
    """Return the points of the application's program that nobody ticked on it."""
    ticked = Tick.objects.filter(point=OuterRef("pk"), application=OuterRef(OuterRef("pk")))
    points = VettingPoint.objects.filter(program=OuterRef("program"), retired_at=None)
    return points.filter(~Exists(ticked))
