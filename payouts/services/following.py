"""Ask a rail what became of what it has: paid, waiting, failed, or come back."""

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from payouts.models import AttemptStatus, Payout, PayoutAttempt, PayoutStatus
from payouts.services import moves
from payouts.services.found import mark_found_back
from payouts.services.rails import Found, Rail
from payouts.services.sending import instruction_of, wait_before_next

MONEY_BACK = "transfer_reversed"


def list_due(*, brand_id: int, rail: str, real_now: datetime) -> list[PayoutAttempt]:
    """Return accepted attempts without the last word that are to be asked about now."""
    is_due = Q(next_check_at__isnull=True) | Q(next_check_at__lte=real_now)
    rows = PayoutAttempt.objects.filter(
        is_due,
        brand_id=brand_id,
        status=AttemptStatus.ACCEPTED,
        payout__rail=rail,
        payout__status=PayoutStatus.SUBMITTED,
    )
    return list(rows.order_by("pk"))


def follow_submitted(
    *, brand_id: int, rail: Rail, now: datetime, real_now: datetime
) -> Counter[str]:
    """Ask about everything the rail has; returns how many stand how."""
    done: Counter[str] = Counter()
    for attempt in list_due(brand_id=brand_id, rail=rail.name, real_now=real_now):
        status = refresh_sent(payout_id=attempt.payout_id, rail=rail, now=now, real_now=real_now)
        done[status.value] += 1
    return done


def refresh_sent(*, payout_id: int, rail: Rail, now: datetime, real_now: datetime) -> PayoutStatus:
    """Ask the rail about a payout it accepted, and book what it says; no answer changes nothing."""
    payout = Payout.objects.get(pk=payout_id)
    attempt = payout.attempts.filter(status=AttemptStatus.ACCEPTED).latest("pk")
    found = rail.lookup(instruction=instruction_of(attempt))
    with transaction.atomic():
        payout = moves.lock_payout(payout_id)
        if isinstance(found, Found):
            _book(payout, found, now)
        is_open = payout.status == PayoutStatus.SUBMITTED
        attempt.next_check_at = real_now + wait_before_next(attempt, real_now) if is_open else None
        attempt.save(update_fields=["next_check_at"])
    return PayoutStatus(payout.status)


def _book(payout: Payout, found: Found, now: datetime) -> None:
    is_submitted = payout.status == PayoutStatus.SUBMITTED
    is_paid = payout.status == PayoutStatus.PAID
    if payout.found_at and not payout.found_back_at and (found.is_reversed or found.is_failed):
        mark_found_back(payout=payout, code=found.code or MONEY_BACK, now=now)
        return
    if (is_submitted or is_paid) and found.is_reversed:
        moves.mark_returned(payout=payout, code=MONEY_BACK, detail="", now=now)
    elif is_paid and found.is_failed:
        moves.mark_returned(payout=payout, code=found.code, detail="", now=now)
    elif is_submitted and found.is_failed:
        moves.mark_failed(payout=payout, code=found.code, detail="", now=now)
    elif is_submitted and found.is_paid:
        moves.mark_paid_out(payout=payout, reference=found.external_id, now=now)
    elif is_submitted and payout.code != found.code:
        payout.code = found.code
        payout.save(update_fields=["code"])
