"""Reads of work for a fee, for both sides."""

from collections.abc import Collection
from datetime import date

from django.db.models import Count, Q, QuerySet

from affiliates.models import Affiliation, AffiliationStatus, Enrollment
from core.models import Brand
from tracking.models import Commission, CommissionKind, Deliverable, Work, WorkStatus, WorkStep
from tracking.models.deliverables import HOLDS_A_PLACE


def list_offered_to(deliverable: Deliverable) -> QuerySet[Enrollment]:
    """Return the places an offer is for, of creators who are active."""
    rows = Enrollment.objects.filter(
        program=deliverable.program_id,
        affiliation__status=AffiliationStatus.ACTIVE,
        affiliation__affiliate__erased_at__isnull=True,
    )
    if deliverable.enrollment_id is not None:
        rows = rows.filter(pk=deliverable.enrollment_id)
    else:
        rows = rows.filter(group=deliverable.group_id)
    related = rows.select_related("affiliation__affiliate__user", "program__brand", "group")
    return related.order_by("pk")


def list_deliverables(brand: Brand) -> QuerySet[Deliverable]:
    """Return a brand's offers, newest first, each with `taken` and `waiting` works."""
    rows = Deliverable.objects.filter(brand=brand).annotate(
        taken=Count("works", filter=Q(works__status__in=HOLDS_A_PLACE)),
        waiting=Count("works", filter=Q(works__status=WorkStatus.SUBMITTED)),
    )
    related = rows.select_related(
        "brand", "program", "group", "enrollment__affiliation__affiliate", "offered_by"
    )
    return related.order_by("-pk")


def list_works(brand: Brand) -> QuerySet[Work]:
    """Return what creators made of a brand's offers, the latest change first."""
    rows = Work.objects.filter(brand=brand)
    return _with_all(rows).order_by("-status_at", "-pk")


def list_own_works(places: Collection[Affiliation]) -> QuerySet[Work]:
    """Return a creator's works, the latest change first."""
    rows = Work.objects.filter(enrollment__affiliation__in=places)
    return _with_all(rows).order_by("-status_at", "-pk")


def list_own_offers(places: Collection[Affiliation]) -> QuerySet[Deliverable]:
    """Return what is or was offered to a creator: to him, to a group he is in, or taken by him."""
    own = Enrollment.objects.filter(affiliation__in=places)
    rows = Deliverable.objects.filter(
        Q(enrollment__in=own)
        | Q(group__in=own.filter(affiliation__status=AffiliationStatus.ACTIVE).values("group"))
        | Q(works__enrollment__in=own)
    )
    related = rows.select_related("brand", "program__brand", "group", "enrollment")
    return related.distinct().order_by("-pk")


def list_open_offers(places: Collection[Affiliation], *, today: date) -> list[Deliverable]:
    """Return the offers a creator can take today and did not answer."""
    own = Enrollment.objects.filter(affiliation__in=places)
    rows = list_own_offers(places).filter(withdrawn_at__isnull=True, due_on__gte=today)
    rows = rows.exclude(works__enrollment__in=own)
    return [one for one in rows if has_place_left(one)]


def has_place_left(deliverable: Deliverable) -> bool:
    """Say whether one more creator may take an offer."""
    if deliverable.max_takers is None:
        return True
    taken = deliverable.works.filter(status__in=HOLDS_A_PLACE).count()
    return taken < deliverable.max_takers


def _with_all(rows: QuerySet[Work]) -> QuerySet[Work]:
    return rows.select_related(
        "brand",
        "deliverable__program__brand",
        "deliverable__group",
        "enrollment__affiliation__affiliate",
        "enrollment__program",
    )


def list_paid(works: Collection[Work]) -> dict[int, Commission]:
    """Return the commissions that approved works became, by the works' keys."""
    keys = {f"fee:{work.public_id}": work.pk for work in works}
    rows = Commission.objects.filter(kind=CommissionKind.FEE, award__key__in=keys)
    rows = rows.filter(brand__in={work.brand_id for work in works}).select_related("award")
    return {keys[row.award.key]: row for row in rows if row.award is not None}


def list_steps(works: Collection[Work]) -> list[tuple[Work, list[WorkStep]]]:
    """Return works with what happened to each, the first step on top: one query."""
    found: dict[int, list[WorkStep]] = {work.pk: [] for work in works}
    for step in WorkStep.objects.filter(work__in=found).order_by("pk"):
        found[step.work_id].append(step)
    return [(work, found[work.pk]) for work in works]
