"""Release what is due: pending money becomes payable, once, when its date has come."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from core.models import Brand
from ledger.services import post_entries
from tracking.emails import mail_released
from tracking.models import Award, Commission, Order, ReviewHold
from tracking.services.posting import post_hold, release_draft
from tracking.services.telling import tell_commission

BATCH = 500


def release_commissions(*, brand_id: int, now: datetime, limit: int = BATCH) -> int:
    """Release up to `limit` due commissions of a brand; returns how many.

    One guarded set operation: rows another worker holds are skipped and found the next time. Open
    reviews, suspended creators and unposted changes are left out. The database refuses a release
    before `release_at` and more than once.
    """
    with transaction.atomic():
        rows = list(_due(brand_id, now)[:limit])
        if not rows:
            return 0
        Commission.objects.filter(pk__in=[row.pk for row in rows]).update(released_at=now)
        drafts = [release_draft(row) for row in rows if row.amount_minor]
        if drafts:
            post_entries(brand_id=brand_id, drafts=drafts, now=now)
        for row in rows:
            tell_commission(row, "commission.released", now)
        mail_released(commissions=rows, now=now)
    return len(rows)


def list_brands_with_due(*, real_now: datetime) -> list[Brand]:
    """Return the brands to look at; a sandbox by its own clock, so all open ones with pending."""
    pending = Commission.objects.filter(
        brand=OuterRef("pk"), released_at__isnull=True, rejected_at__isnull=True
    )
    due = pending.filter(release_at__lte=real_now)
    return list(
        Brand.objects.filter(
            Exists(due) | (Q(clock_offset_s__gt=0) & Exists(pending)), archived_at__isnull=True
        ).order_by("pk")
    )


def lock_commissions(rows: QuerySet[Commission]) -> list[int]:
    """Lock commissions in id order and return their ids.

    Whoever posts to their accounts takes them first, as settling does: commission, then account.
    """
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
    return list(locked.values_list("pk", flat=True))


def mark_covered(*, commission_ids: Iterable[int], now: datetime) -> None:
    """Remember that an approved payout holds this money: a review can no longer set it aside."""
    Commission.objects.filter(pk__in=list(commission_ids)).update(covered_at=now)


def mark_paid(*, commission_ids: Iterable[int], now: datetime) -> None:
    """Remember that the payout that holds this money was paid."""
    Commission.objects.filter(pk__in=list(commission_ids)).update(paid_at=now)


def mark_uncovered(*, commission_ids: Iterable[int], now: datetime) -> None:
    """Free money a payout gave back; where a review is open it is set aside again."""
    ids = list(commission_ids)
    with transaction.atomic():
        Commission.objects.filter(pk__in=ids).update(covered_at=None, paid_at=None)
        held = ReviewHold.objects.filter(commission_id__in=ids, closed_at__isnull=True)
        for hold in held.select_related("commission").order_by("commission_id", "pk"):
            hold_id = f"{hold.public_id}:{now.timestamp()}"
            post_hold(commission=hold.commission, hold_id=hold_id, now=now)


def keep_covered(*, commission_id: int, covered_at: datetime, paid_at: datetime | None) -> None:
    """Set a commission of which a payout gave one part back to what holds of its other parts."""
    Commission.objects.filter(pk=commission_id).update(covered_at=covered_at, paid_at=paid_at)


def list_unposted(*, limit: int) -> list[tuple[int, Brand]]:
    """Return orders, with their brand, whose change waited for a creator who is active again."""
    rows = (
        Order.objects.filter(
            commissions__has_unposted_change=True, commissions__affiliation__status="active"
        )
        .select_related("brand")
        .order_by("pk")
        .distinct()[:limit]
    )
    return [(order.pk, order.brand) for order in rows]


def list_unposted_awards(*, limit: int) -> list[tuple[int, Brand]]:
    """Return awards, with their brand, whose change waited for a creator who is active again."""
    rows = (
        Award.objects.filter(
            commission__has_unposted_change=True, commission__affiliation__status="active"
        )
        .select_related("brand")
        .order_by("pk")[:limit]
    )
    return [(award.pk, award.brand) for award in rows]


def _due(brand_id: int, now: datetime) -> QuerySet[Commission]:
    open_hold = ReviewHold.objects.filter(commission=OuterRef("pk"), closed_at__isnull=True)
    return (
        Commission.objects.select_for_update(of=("self", "affiliation"), skip_locked=True)
        .select_related("affiliation", "program", "order", "award")
        .filter(
            ~Exists(open_hold),
            brand_id=brand_id,
            release_at__lte=now,
            released_at__isnull=True,
            rejected_at__isnull=True,
            has_unposted_change=False,
            affiliation__status="active",
        )
        .order_by("pk")
    )
