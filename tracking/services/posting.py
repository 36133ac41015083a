"""What a commission posts: the one place that knows its accounts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Sum

from ledger.models import AccountKind, Entry, EntryKind, Posting
from ledger.selectors import get_balance
from ledger.services import Cause as EntryCause
from ledger.services import Draft, Leg, open_accounts, post_entry
from tracking.models import Commission, StoreEvent

CAUSE_TYPE = "commission"
CORRECTING = (EntryKind.REVERSE, EntryKind.RAISE, EntryKind.CLAWBACK)


@dataclass(frozen=True, slots=True)
class Cause:
    """What made a change: a store's event, or a person."""

    store_event: StoreEvent | None = None
    actor_id: int | None = None
    code: str = ""
    params: dict[str, Any] | None = None


def post_change(*, commission: Commission, delta_minor: int, seq: int, now: datetime) -> Entry:
    """Post the difference of a locked commission.

    Before its release on pending; after it on payable, where what a review holds is taken first.
    What rises after it was written off is no longer written off, for it was never lost.
    """
    if commission.released_at is None:
        kind = EntryKind.ACCRUE if delta_minor > 0 else EntryKind.REVERSE
        legs = _two(commission, AccountKind.PENDING, delta_minor)
    elif delta_minor > 0:
        kind, legs = EntryKind.RAISE, _two(commission, AccountKind.PAYABLE, delta_minor)
    else:
        kind, legs = EntryKind.CLAWBACK, _take_back(commission, -delta_minor)
    entry = _post(commission, kind, f"change:{seq}", legs, now)
    if kind == EntryKind.RAISE:
        _undo_write_off(commission, delta_minor, seq, now)
    return entry


def post_hold(*, commission: Commission, hold_id: str, now: datetime) -> None:
    """Move released, unpaid money of a commission to on_hold."""
    party, currency = commission.affiliation_id, commission.currency
    if commission.released_at is None or commission.covered_at is not None:
        return
    open_accounts(brand_id=commission.brand_id, keys=[(AccountKind.PAYABLE, party, currency)])
    payable = get_balance(
        brand_id=commission.brand_id,
        kind=AccountKind.PAYABLE,
        currency=currency,
        party_id=party,
    )
    amount = min(commission.amount_minor - held_minor(commission), max(0, payable))
    if amount <= 0:
        return
    legs = (Leg(AccountKind.PAYABLE, -amount, party), Leg(AccountKind.ON_HOLD, amount, party))
    _post(commission, EntryKind.HOLD, f"hold:{hold_id}", legs, now)


def post_unhold(*, commission: Commission, hold_id: str, now: datetime) -> None:
    """Give back what a review held."""
    amount = held_minor(commission)
    if amount <= 0:
        return
    party = commission.affiliation_id
    legs = (Leg(AccountKind.ON_HOLD, -amount, party), Leg(AccountKind.PAYABLE, amount, party))
    _post(commission, EntryKind.UNHOLD, f"unhold:{hold_id}", legs, now)


def release_draft(commission: Commission) -> Draft:
    """Return the entry that makes a pending commission payable."""
    party, amount = commission.affiliation_id, commission.amount_minor
    return Draft(
        kind=EntryKind.RELEASE,
        key=f"commission:{commission.public_id}:release",
        currency=commission.currency,
        legs=(Leg(AccountKind.PENDING, -amount, party), Leg(AccountKind.PAYABLE, amount, party)),
        cause=EntryCause(CAUSE_TYPE, commission.public_id),
    )


def held_minor(commission: Commission) -> int:
    """Return what of this commission stands in on_hold, in minor units."""
    total: int | None = Posting.objects.filter(
        account__kind=AccountKind.ON_HOLD,
        entry__brand_id=commission.brand_id,
        entry__cause_type=CAUSE_TYPE,
        entry__cause_id=commission.public_id,
    ).aggregate(total=Sum("amount_minor"))["total"]
    return total or 0


def _two(commission: Commission, kind: AccountKind, amount: int) -> tuple[Leg, ...]:
    return (
        Leg(AccountKind.COMMISSION_EXPENSE, -amount),
        Leg(kind, amount, commission.affiliation_id),
    )


def _take_back(commission: Commission, amount: int) -> tuple[Leg, ...]:
    held = min(amount, held_minor(commission))
    party = commission.affiliation_id
    legs = [Leg(AccountKind.COMMISSION_EXPENSE, amount)]
    if held:
        legs.append(Leg(AccountKind.ON_HOLD, -held, party))
    if amount > held:
        legs.append(Leg(AccountKind.PAYABLE, held - amount, party))
    return tuple(legs)


def _undo_write_off(commission: Commission, raised: int, seq: int, now: datetime) -> None:
    """Take back what was written off of a commission that rose again.

    The raise has locked the account, so no write-off comes between. What newer refunds left below
    zero stays so: only a clawback takes a balance there.
    """
    party = commission.affiliation_id
    written: int | None = Posting.objects.filter(
        account__kind=AccountKind.PAYABLE,
        entry__brand_id=commission.brand_id,
        entry__kind=EntryKind.WRITE_OFF,
        entry__cause_type=CAUSE_TYPE,
        entry__cause_id=commission.public_id,
    ).aggregate(total=Sum("amount_minor"))["total"]
    payable = get_balance(
        brand_id=commission.brand_id,
        kind=AccountKind.PAYABLE,
        currency=commission.currency,
        party_id=party,
    )
    amount = min(raised, written or 0, payable)
    if amount > 0:
        legs = (Leg(AccountKind.PAYABLE, -amount, party), Leg(AccountKind.WRITE_OFF, amount))
        _post(commission, EntryKind.WRITE_OFF, f"written_back:{seq}", legs, now)


def _post(
    commission: Commission, kind: EntryKind, key: str, legs: tuple[Leg, ...], now: datetime
) -> Entry:
    draft = Draft(
        kind=kind,
        key=f"commission:{commission.public_id}:{key}",
        currency=commission.currency,
        legs=legs,
        cause=EntryCause(CAUSE_TYPE, commission.public_id),
        corrects_id=_find_first(commission) if kind in CORRECTING else None,
    )
    return post_entry(brand_id=commission.brand_id, draft=draft, now=now)


def _find_first(commission: Commission) -> int | None:
    """Return the entry by which it was earned: what a later change corrects, in an open month."""
    earned = Entry.objects.filter(
        brand_id=commission.brand_id,
        cause_type=CAUSE_TYPE,
        cause_id=commission.public_id,
        kind=EntryKind.ACCRUE,
    )
    return earned.order_by("pk").values_list("pk", flat=True).first()
