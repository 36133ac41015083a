"""What is left of a program's caps, read under a lock of what it is taken from."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q, Sum

from affiliates.models import Enrollment
from brands.models import Program
from core.locks import lock_row
from tracking.models import Commission


def read_caps_left(
    *, enrollment: Enrollment, currency: str, at: datetime, without: int = 0
) -> dict[str, int]:
    """Return minor units left at a time, by the keys of brands.domain's CAPS_BEYOND_ORDER.

    What one order took may be left out, to price it anew.
    What it is taken from stays locked until the end of the transaction: the enrollment or program.
    """
    program, left = enrollment.program, {}
    others = ~Q(order=without)
    if currency in program.cap_creator_month:
        lock_row(Enrollment, enrollment.pk)
        month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        after = (month + timedelta(days=31)).replace(day=1)
        within = Q(order__placed_at__gte=month, order__placed_at__lt=after)
        within |= Q(award__at__gte=month, award__at__lt=after)
        spent = _spent(within, others, enrollment=enrollment, currency=currency)
        left["creator_period"] = max(0, program.cap_creator_month[currency] - spent)
    if program.budget_minor is not None and program.currency == currency:
        lock_row(Program, program.pk)
        spent = _spent(others, program=program, currency=currency)
        left["budget"] = max(0, program.budget_minor - spent)
    return left


def _spent(*conditions: Q, **filters: object) -> int:
    rows = Commission.objects.filter(*conditions, **filters)
    total: int | None = rows.aggregate(t=Sum("amount_minor"))["t"]
    return total or 0
