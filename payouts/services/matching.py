"""Compare what a rail says it sent with the payouts here, one by one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from payouts.models import AttemptStatus, Payout, PayoutAttempt, PayoutStatus
from payouts.services.rails import Rail, SentItem, SentList

MARGIN = timedelta(days=1)  # between this clock and the rail's


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A payout or a payment that has not its one counterpart: which, and why, as a code."""

    key: str
    code: str
    diff_minor: int = 0


def find_first_attempt(*, brand_id: int, rail: str) -> datetime | None:
    """Return since when a rail may hold payments of this brand; None when none was ever tried."""
    first = PayoutAttempt.objects.filter(brand_id=brand_id, payout__rail=rail).order_by("pk")
    at = first.values_list("created_at", flat=True).first()
    return at - MARGIN if at else None


def is_of_payout(item: SentItem) -> bool:
    """Tell whether a payment was made for a payout; the account may pay for other things too."""
    return bool(item.payout_public_id or item.attempt)


def compare_sent(
    *, brand_id: int, rail: Rail, sent: SentList, asked_at: datetime
) -> list[Mismatch]:
    """Return what does not match between a rail's list of everything and what is stored.

    `asked_at`: when the list was begun; what was recorded after may not be in it.
    """
    if not sent.is_complete:
        return [Mismatch(rail.name, "list_incomplete")]
    ours = [item for item in sent.items if is_of_payout(item)]
    attempts = {
        str(row.key): row
        for row in PayoutAttempt.objects.filter(
            brand_id=brand_id, payout__rail=rail.name
        ).select_related("payout")
    }
    return [
        *_compare_items(ours, attempts),
        *_find_doubles(ours),
        *_find_missing(brand_id, rail.name, ours, asked_at),
    ]


def _compare_items(
    items: Sequence[SentItem], attempts: dict[str, PayoutAttempt]
) -> Iterator[Mismatch]:
    for item in items:
        attempt = attempts.get(item.attempt)
        if attempt is None:
            yield Mismatch(item.external_id, "no_payout", item.amount_minor)
            continue
        meant = attempt.parameters
        told = (item.amount_minor, item.currency, item.destination)
        if told != (meant["amount_minor"], meant["currency"], meant["destination"]):
            diff = abs(item.amount_minor - meant["amount_minor"])
            yield Mismatch(attempt.payout.public_id, "differs", diff)


def _find_doubles(items: Sequence[SentItem]) -> Iterator[Mismatch]:
    by_payout = defaultdict[str, list[SentItem]](list)
    for item in items:
        if item.reversed_minor < item.amount_minor:
            by_payout[item.payout_public_id].append(item)
    for payout, several in by_payout.items():
        if len(several) > 1:
            yield Mismatch(payout, "double", sum(item.amount_minor for item in several[1:]))


def _find_missing(
    brand_id: int, rail: str, items: Sequence[SentItem], asked_at: datetime
) -> Iterator[Mismatch]:
    standing = {i.external_id for i in items if i.reversed_minor < i.amount_minor}
    standing_keys = {i.attempt for i in items if i.reversed_minor < i.amount_minor}
    paid = Payout.objects.filter(brand_id=brand_id, rail=rail, status=PayoutStatus.PAID)
    accepted = PayoutAttempt.objects.filter(
        payout__in=paid, status=AttemptStatus.ACCEPTED, closed_at__lt=asked_at
    ).select_related("payout")
    for attempt in accepted.order_by("pk"):
        if attempt.external_id not in standing or str(UUID(str(attempt.key))) not in standing_keys:
            yield Mismatch(attempt.payout.public_id, "not_sent", attempt.payout.sent_minor)
