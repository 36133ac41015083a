"""What counts for bonuses, and how far each creator is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from affiliates.models import Affiliation, AffiliationStatus, Enrollment
from brands.models import TierMeasure
from core.models import Brand
from core.periods import end_of_day, start_of_day
from tracking.domain.bonusplans import Run, count_missing, count_steps, run_at
from tracking.models import Attribution, BonusPlan, Commission, CommissionKind
from tracking.selectors_brand import net_revenue


@dataclass(frozen=True, slots=True)
class BonusProgress:
    """How far one place is in the run of a bonus that a day lies in."""

    plan: BonusPlan
    place: Enrollment
    run: Run
    value: int

    @property
    def steps(self) -> int:
        return count_steps(kind=self.plan.kind, value=self.value, target=self.plan.target)

    @property
    def missing(self) -> int:
        return count_missing(kind=self.plan.kind, value=self.value, target=self.plan.target)

    @property
    def bar(self) -> int:
        """Return what fills a bar up to the target: of every Nth sale the part since the last."""
        return self.plan.target - min(self.missing, self.plan.target)


def count_bonus_figures(
    plan: BonusPlan, places: Collection[Enrollment], run: Run
) -> dict[int, int]:
    """Return the figure of each place that has one, by its key; days are the brand's.

    A sale counts where it is credited now, on the day it was placed, once it is paid, unless it
    is cancelled, refunded whole, rejected or a test. Amounts are net of refunds and of the
    bonus's currency alone.
    """
    zone = ZoneInfo(plan.program.brand.time_zone)
    days = Q(order__placed_at__gte=start_of_day(run.since, zone))
    if run.until is not None:
        days &= Q(order__placed_at__lt=end_of_day(run.until, zone))
    credit = Attribution.objects.filter(
        order=OuterRef("order"), enrollment=OuterRef("enrollment"), is_current=True
    )
    rows = Commission.objects.filter(
        Exists(credit),
        days,
        kind=CommissionKind.SALE,
        enrollment__in=[place.pk for place in places],
        rejected_at__isnull=True,
        order__paid_at__isnull=False,
        order__cancelled_at__isnull=True,
        order__is_test=False,
        order__refunded_minor__lt=F("order__total_minor"),
    ).order_by()
    if plan.measure == TierMeasure.ORDERS:
        return dict(rows.values_list("enrollment").annotate(Count("pk")))
    rows = rows.filter(currency=plan.currency)
    if plan.measure == TierMeasure.REVENUE:
        return dict(rows.values_list("enrollment").annotate(net=net_revenue("order__")))
    return dict(rows.values_list("enrollment").annotate(Sum("amount_minor")))


def list_places(plan: BonusPlan) -> QuerySet[Enrollment]:
    """Return the places of the creators a bonus is for, active or not."""
    rows = Enrollment.objects.filter(
        program=plan.program_id, affiliation__affiliate__erased_at__isnull=True
    )
    if plan.group_id is not None:
        rows = rows.filter(group=plan.group_id)
    related = rows.select_related("affiliation__affiliate__user", "group", "program__brand")
    return related.order_by("pk")


def list_bonus_plans(brand: Brand) -> QuerySet[BonusPlan]:
    """Return the bonuses of a brand, how often each was earned and what it paid, newest first."""
    rows = BonusPlan.objects.filter(brand=brand).annotate(
        earned=Count("awards", filter=Q(awards__commission__amount_minor__gt=0)),
        paid_minor=Coalesce(Sum("awards__commission__amount_minor"), 0),
    )
    return rows.select_related("program__brand", "group").order_by("-pk")


def list_progress(plan: BonusPlan, *, today: date) -> list[BonusProgress]:
    """Return how far active creators are in the run of today, the furthest first."""
    day = min(max(today, plan.since), plan.until or today)
    run = run_at(period=plan.period, since=plan.since, until=plan.until, day=day)
    places = list(list_places(plan).filter(affiliation__status=AffiliationStatus.ACTIVE))
    figures = count_bonus_figures(plan, places, run)
    rows = [BonusProgress(plan, place, run, figures.get(place.pk, 0)) for place in places]
    return sorted(rows, key=lambda row: (-row.value, row.place.pk))


def list_own_progress(places: Collection[Enrollment], *, now: datetime) -> list[BonusProgress]:
    """Return how far a creator is with each bonus that runs for one of his places or is to come."""
    active = {
        place.program_id: place
        for place in places
        if place.affiliation.status == AffiliationStatus.ACTIVE
    }
    rows = BonusPlan.objects.filter(program__in=active, ended_at__isnull=True)
    plans = rows.select_related("program__brand", "group").order_by("since", "pk")
    found = []
    for plan in plans:
        place, today = active[plan.program_id], today_of(plan, now)
        is_over = plan.until is not None and plan.until < today
        if is_over or plan.group_id not in {None, place.group_id}:
            continue
        run = run_at(
            period=plan.period, since=plan.since, until=plan.until, day=max(today, plan.since)
        )
        value = count_bonus_figures(plan, [place], run).get(place.pk, 0)
        found.append(BonusProgress(plan, place, run, value))
    return found


def today_of(plan: BonusPlan, now: datetime) -> date:
    """Return the day it is for a bonus: by its brand's calendar."""
    return now.astimezone(ZoneInfo(plan.program.brand.time_zone)).date()


def list_plan_awards(plan: BonusPlan) -> QuerySet[Commission]:
    """Return the commissions a bonus made, also those it took back, the newest first."""
    rows = Commission.objects.filter(award__bonus_plan=plan)
    related = rows.select_related("award", "enrollment__affiliation__affiliate", "brand", "order")
    return related.order_by("-pk")


def list_earned(affiliations: Collection[Affiliation]) -> QuerySet[Commission]:
    """Return what a creator earned by bonuses, also what was taken back, the newest first."""
    rows = Commission.objects.filter(affiliation__in=affiliations, award__bonus_plan__isnull=False)
    return rows.select_related("award", "brand", "order").order_by("-pk")
