"""Write off what could not be recovered: at the end of its window, or earlier by hand.

An entry write_off → payable brings a balance up to zero and never above it. The account is locked
before it is looked at, so that what is earned or approved meanwhile comes before or after.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from affiliates.models import Affiliation
from core import audit
from core.models import Brand
from ledger.models import AccountKind, Entry, EntryKind
from ledger.services import Cause, Draft, Leg, open_accounts, post_entries
from payouts.domain.recovery import is_over
from payouts.selectors_recovery import Recovery, list_recoveries


class NothingToWriteOff(Exception):
    """The balance is not below zero, or the creator is suspended, so nothing is posted."""


class AmountChanged(Exception):
    """Another amount is to recover than the person saw."""


def write_off_due(*, brand: Brand, now: datetime) -> int:
    """Write off whatever of a brand's clawbacks has outlived its window; returns the entries."""
    zone = ZoneInfo(brand.time_zone)
    due = {
        (one.affiliation_id, one.amount.currency)
        for one in list_recoveries(brand=brand)
        if is_over(last_day=one.last_day, zone=zone, now=now)
    }
    return sum(
        _write_off_over(brand=brand, affiliation_id=party, currency=currency, now=now)
        for party, currency in sorted(due, key=str)
    )


@transaction.atomic
def write_off_by_hand(
    *,
    affiliation_id: UUID,
    currency: str,
    seen_minor: int,
    reason: str,
    actor_id: int,
    now: datetime,
) -> None:
    """Write off all that is to recover from a creator in a currency.

    :raises NothingToWriteOff: nothing is, or the creator is suspended.
    :raises AmountChanged: it is no longer what was seen.
    """
    affiliation = Affiliation.objects.select_related("brand").get(pk=affiliation_id)
    left = _lock_left(affiliation, currency)
    if not left:
        raise NothingToWriteOff(affiliation.public_id)
    if sum(one.amount.amount_minor for one in left) != seen_minor:
        raise AmountChanged(affiliation.public_id)
    _post(affiliation, left, actor_id=actor_id, reason=reason, now=now)


@transaction.atomic
def _write_off_over(*, brand: Brand, affiliation_id: UUID, currency: str, now: datetime) -> int:
    affiliation = Affiliation.objects.select_related("brand").get(pk=affiliation_id)
    zone = ZoneInfo(brand.time_zone)
    over = [
        one
        for one in _lock_left(affiliation, currency)
        if is_over(last_day=one.last_day, zone=zone, now=now)
    ]
    if over:
        _post(affiliation, over, actor_id=None, reason="", now=now)
    return len(over)


def _lock_left(affiliation: Affiliation, currency: str) -> list[Recovery]:
    """Lock the balance and return what is below zero; of a suspended creator nothing is posted."""
    key = (AccountKind.PAYABLE, affiliation.pk, currency)
    open_accounts(brand_id=affiliation.brand_id, keys=[key])
    affiliation.refresh_from_db(fields=["suspended_at"])
    if affiliation.suspended_at is not None:
        return []
    left = list_recoveries(brand=affiliation.brand, affiliation_ids=[affiliation.pk])
    return [one for one in left if one.amount.currency == currency]


def _post(
    affiliation: Affiliation,
    parts: Iterable[Recovery],
    *,
    actor_id: int | None,
    reason: str,
    now: datetime,
) -> None:
    parts = list(parts)
    drafts = [_draft(affiliation, one, nth) for nth, one in enumerate(parts)]
    post_entries(brand_id=affiliation.brand_id, drafts=drafts, now=now)
    audit.record(
        brand_id=affiliation.brand_id,
        actor_id=actor_id,
        action="write_off.made",
        target=affiliation,
        after={
            "amount_minor": sum(one.amount.amount_minor for one in parts),
            "currency": parts[0].amount.currency,
        },
        reason=reason,
        now=now,
    )


def _draft(affiliation: Affiliation, part: Recovery, nth: int) -> Draft:
    """Return the entry of one clawback; its number counts the write-offs of the same cause."""
    cause = {"cause_type": part.cause_type, "cause_id": part.cause_id}
    before = Entry.objects.filter(
        brand_id=affiliation.brand_id, kind=EntryKind.WRITE_OFF, **cause
    ).count()
    minor = part.amount.amount_minor
    return Draft(
        kind=EntryKind.WRITE_OFF,
        key=f"{part.cause_type}:{part.cause_id}:write_off:{before + nth}",
        currency=part.amount.currency,
        legs=(
            Leg(AccountKind.WRITE_OFF, -minor),
            Leg(AccountKind.PAYABLE, minor, affiliation.pk),
        ),
        cause=Cause(part.cause_type, part.cause_id),
    )
