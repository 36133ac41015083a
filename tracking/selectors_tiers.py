"""What counts for the tiers of a program: figures of creators in a run of days."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum

from affiliates.domain import tiers as domain
from affiliates.domain.tiers import Span, Standing
from affiliates.models import AffiliationStatus, Enrollment, GroupMove
from brands.models import Ladder, Tier, TierMeasure
from core.periods import end_of_day, start_of_day
from tracking.models import Attribution, Commission, OrderKind
from tracking.selectors_brand import net_revenue


def count_figures(ladder: Ladder, places: Collection[Enrollment], span: Span) -> dict[int, int]:
    """Return the figure of each place that has one, by its key; days are the brand's.

    An order counts where it is credited, on the day it was placed, once it is paid and unless it
    is cancelled or a test; amounts in the program's currency alone. Commission is all that was
    earned, as reports have it: by orders and leads, and by what needs no order.
    """
    zone = ZoneInfo(ladder.program.brand.time_zone)
    until = end_of_day(span.until, zone)
    since = start_of_day(span.since, zone) if span.since else None
    if ladder.measure == TierMeasure.COMMISSION:
        return _sum_earned(ladder, places, since, until)
    days = Q(order__placed_at__lt=until)
    if since is not None:
        days &= Q(order__placed_at__gte=since)
    rows = Attribution.objects.filter(
        days,
        enrollment__in=[place.pk for place in places],
        is_current=True,
        order__kind=OrderKind.ORDER,
        order__paid_at__isnull=False,
        order__cancelled_at__isnull=True,
        order__is_test=False,
    ).order_by()
    if ladder.measure == TierMeasure.ORDERS:
        return dict(rows.values_list("enrollment").annotate(Count("pk")))
    rows = rows.filter(order__currency=ladder.currency)
    return dict(rows.values_list("enrollment").annotate(net=net_revenue("order__")))


def _sum_earned(
    ladder: Ladder, places: Collection[Enrollment], since: datetime | None, until: datetime
) -> dict[int, int]:
    days = Q(order__placed_at__lt=until) | Q(award__at__lte=until)
    if since is not None:
        days &= Q(order__placed_at__gte=since) | Q(award__at__gt=since)
    rows = Commission.objects.filter(
        days, enrollment__in=[place.pk for place in places], currency=ladder.currency
    ).order_by()
    return dict(rows.values_list("enrollment").annotate(Sum("amount_minor")))


def list_movable(ladder: Ladder) -> list[Enrollment]:
    """Return the places whose group is a tier or may become one, of creators who are active."""
    rows = Enrollment.objects.filter(
        program=ladder.program_id,
        affiliation__status=AffiliationStatus.ACTIVE,
        affiliation__affiliate__erased_at__isnull=True,
    )
    related = rows.select_related("affiliation__affiliate__user", "group", "program__brand")
    return list(related.order_by("pk"))


def to_domain(ladder: Ladder, tiers: Collection[Tier]) -> domain.Ladder:
    """Return stored tiers as the domain judges by them."""
    zone = ZoneInfo(ladder.program.brand.time_zone)
    return domain.Ladder(
        steps=tuple(domain.Step(tier.group_id, tier.threshold) for tier in tiers),
        period=ladder.period,
        is_falling=ladder.is_falling,
        grace_days=ladder.grace_days,
        since=ladder.effective_from.astimezone(zone).date(),
    )


def read_standings(
    ladder: Ladder, places: Collection[Enrollment], *, now: datetime
) -> dict[int, Standing]:
    """Return what is known of each place today, by its key; the same queries for any number."""
    zone = ZoneInfo(ladder.program.brand.time_zone)
    today = now.astimezone(zone).date()
    spans = [
        find(ladder.period, today)
        for find in (domain.span_of, domain.ended_span_of, domain.running_span_of)
    ]
    counted = {span: count_figures(ladder, places, span) for span in set(spans)}
    up, kept, running = (counted[span] for span in spans)
    since = dict(
        GroupMove.objects.filter(enrollment__in=[place.pk for place in places])
        .order_by("pk")
        .values_list("enrollment", "at")
    )
    return {
        place.pk: Standing(
            group_id=place.group_id,
            value=up.get(place.pk, 0),
            kept_value=kept.get(place.pk, 0),
            running_value=running.get(place.pk, 0),
            group_since=since.get(place.pk, place.joined_at).astimezone(zone).date(),
            is_pinned=place.pinned_at is not None,
            falls_on=place.falls_on,
        )
        for place in places
    }
