"""Which payouts need a hand now: to be sent, or to be asked about."""

from collections import Counter
from datetime import datetime

from core import fence
from payouts.models import AttemptStatus, Payout, PayoutStatus
from payouts.services import found
from payouts.services.following import follow_submitted, list_due
from payouts.services.rails import Rail
from payouts.services.sending import OtherPayer, Tampered, resolve_payout, send_payout

STOPPED = "balance_insufficient"


def list_open(*, brand_id: int, rail: str) -> list[Payout]:
    """Return payouts that wait to be sent or whose outcome is missing, oldest first."""
    statuses = [PayoutStatus.APPROVED, PayoutStatus.SUBMITTING, PayoutStatus.UNKNOWN]
    rows = Payout.objects.filter(brand_id=brand_id, rail=rail, status__in=statuses)
    return list(rows.order_by("pk"))


def drive_brand(*, brand_id: int, rail: Rail, now: datetime, real_now: datetime) -> Counter[str]:
    """Send and resolve everything open of one brand and rail; returns how many ended how.

    The balance is checked before anything new is sent: a run the balance does not cover waits
    whole, and says so. A row that does not fit what was approved stops there, alone.

    :raises core.fence.Fenced: this database was restored, and what was sent since is not taken in.
    """
    done: Counter[str] = Counter()
    payouts = list_open(brand_id=brand_id, rail=rail.name)
    if payouts:
        fence.advance(now=real_now)
    waiting = [p for p in payouts if p.status == PayoutStatus.APPROVED]
    short = _currencies_short(waiting, rail)
    for payout in payouts:
        if payout.status == PayoutStatus.APPROVED and payout.currency in short:
            Payout.objects.filter(pk=payout.pk, status=PayoutStatus.APPROVED).update(code=STOPPED)
            done["waiting"] += 1
            continue
        done[_drive(payout, rail, now, real_now)] += 1
    done += follow_submitted(brand_id=brand_id, rail=rail, now=now, real_now=real_now)
    return done + found.look_again(brand_id=brand_id, rail=rail, now=now, real_now=real_now)


def has_work(*, brand_id: int, rail: str, real_now: datetime) -> bool:
    """Tell whether a brand has something to send by a rail, or to ask it about."""
    open_ones = Payout.objects.filter(brand_id=brand_id, rail=rail)
    waiting = open_ones.filter(status=PayoutStatus.APPROVED)
    due = open_ones.filter(
        attempts__status__in=[AttemptStatus.CLAIMED, AttemptStatus.UNKNOWN],
        status__in=[PayoutStatus.SUBMITTING, PayoutStatus.UNKNOWN],
    )
    is_open = waiting.exists() or due.exists()
    if is_open or list_due(brand_id=brand_id, rail=rail, real_now=real_now):
        return True
    return found.list_due(brand_id=brand_id, rail=rail, real_now=real_now).exists()


def _drive(payout: Payout, rail: Rail, now: datetime, real_now: datetime) -> str:
    step = send_payout if payout.status == PayoutStatus.APPROVED else resolve_payout
    try:
        status = step(payout_id=payout.pk, rail=rail, now=now, real_now=real_now)
    except (Tampered, OtherPayer) as error:
        code = "tampered" if isinstance(error, Tampered) else "other_payer"
        Payout.objects.filter(pk=payout.pk).update(code=code)
        return code
    return status.value if status else "busy"


def _currencies_short(waiting: list[Payout], rail: Rail) -> set[str]:
    wanted: Counter[str] = Counter()
    for payout in waiting:
        wanted[payout.currency] += payout.sent_minor
    short = set()
    for currency, amount in wanted.items():
        funds = rail.funds(currency=currency)
        if funds is not None and funds < amount:
            short.add(currency)
    return short
