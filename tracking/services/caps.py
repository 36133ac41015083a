"""What a commission may take of its program's caps.

First come, first served. A commission takes its part when it is priced. It asks again only when it
would grow: its order is edited up or paid later, a refund fails, more is counted. Then it may take
what the others leave at that moment, and never gets less than it has. What a commission gives back
is there for those that ask after it; none that was limited is raised by that alone. So the
commissions of a creator's period, and those of a program, never come to more than their cap, in
whatever order things happen, but for what a person adds by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet, Sum

from affiliates.models import Enrollment
from brands.domain.pricing import Pricing, cut_beyond
from brands.domain.spans import period_of
from brands.models import Program
from core.locks import lock_row
from core.periods import end_of_day, start_of_day
from tracking.models import Commission, EarnedTotal

LIFETIME = "lifetime"
PERIODS = {
    "creator_week": "week",
    "creator_period": "month",
    "creator_quarter": "quarter",
    "creator_lifetime": LIFETIME,
}
"""The calendar run of each cap of a creator, in the brand's time zone."""


@dataclass(frozen=True, slots=True)
class Share:
    """What was said to a commission about the caps, kept with its decision or award.

    By the keys of brands.domain's CAPS_BEYOND_ORDER in minor units: the `caps` in force when it
    was decided, what they `left` it when it last asked, and what it `asked` for.
    """

    caps: Mapping[str, int]
    left: Mapping[str, int]
    asked: int


def read_caps(program: Program, currency: str) -> dict[str, int]:
    """Return the caps of a program as they are now."""
    by_period = program.caps_creator
    caps = {
        key: by_period[period][currency]
        for key, period in PERIODS.items()
        if currency in by_period[period]
    }
    if program.budget_minor is not None and program.currency == currency:
        caps["budget"] = program.budget_minor
    return caps


def take_share(*, commission: Commission, pricing: Pricing, share: Share) -> Share:
    """Return what a locked commission may take, for a price that its share gave.

    Asks again where the price is above the one in force, or more is wanted than when it last
    asked. A cap that was raised or lifted since counts as it is now; one that is new or lower does
    not reach it. What is taken from stays locked until the end of the transaction. A rejected
    commission asks for nothing: told of anew, it keeps its claim until it is reopened.
    """
    if commission.rejected_at is not None:
        return share
    wanted = pricing.total + cut_beyond(pricing)
    in_force: int = commission.pricing.get("total", 0) if commission.amount_minor else 0
    if pricing.total <= in_force and wanted <= share.asked:
        return share
    now = read_caps(commission.program, commission.currency)
    known = share.caps.keys() | share.left.keys()
    caps = {key: max(share.caps.get(key, 0), now[key]) for key in known & now.keys()}
    _lock(commission, caps)
    left = {key: max(cap - _spent(commission, key), in_force, 0) for key, cap in caps.items()}
    return Share(share.caps, left, wanted)


def add_to_total(commission: Commission, delta_minor: int) -> None:
    """Keep the total of its creator in its program as a locked commission changes.

    Under the locks of whoever asks, where the program has caps, and after them.
    """
    _lock(commission, read_caps(commission.program, commission.currency))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracking_earnedtotal AS known"
            " (brand_id, program_id, enrollment_id, currency, amount_minor)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (enrollment_id, currency)"
            " DO UPDATE SET amount_minor = known.amount_minor + EXCLUDED.amount_minor",
            [
                commission.brand_id,
                commission.program_id,
                commission.enrollment_id,
                commission.currency,
                delta_minor,
            ],
        )


def read_left(*, place: Enrollment, currency: str, now: datetime) -> dict[str, int]:
    """Return what the caps leave a new commission now; only to be shown, for no lock is held."""
    program = place.program
    new = Commission(program=program, enrollment=place, currency=currency, caps_at=now)
    caps = read_caps(program, currency)
    return {key: max(cap - _spent(new, key), 0) for key, cap in caps.items()}


def _lock(commission: Commission, caps: Mapping[str, int]) -> None:
    """Lock the program before the enrollment, whoever asks: nobody waits in a circle."""
    if "budget" in caps:
        lock_row(Program, commission.program_id)
    if caps.keys() & PERIODS.keys():
        lock_row(Enrollment, commission.enrollment_id)


def _spent(commission: Commission, key: str) -> int:
    """Return what the other commissions take of a cap."""
    if key not in PERIODS:
        totals = EarnedTotal.objects.filter(program=commission.program_id)
        return _add_up(totals, commission) - commission.amount_minor
    if PERIODS[key] == LIFETIME:
        totals = EarnedTotal.objects.filter(enrollment=commission.enrollment_id)
        return _add_up(totals, commission) - commission.amount_minor
    zone = ZoneInfo(commission.program.brand.time_zone)
    since, until = period_of(PERIODS[key], commission.caps_at.astimezone(zone).date())
    rows = Commission.objects.filter(
        enrollment=commission.enrollment_id,
        caps_at__gte=start_of_day(since, zone),
        caps_at__lt=end_of_day(until, zone),
    )
    return _add_up(rows.exclude(pk=commission.pk), commission)


def _add_up(rows: QuerySet[EarnedTotal] | QuerySet[Commission], commission: Commission) -> int:
    sums = rows.filter(currency=commission.currency).aggregate(total=Sum("amount_minor"))
    total: int | None = sums["total"]
    return total or 0
