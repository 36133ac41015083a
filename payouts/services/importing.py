"""Take in what a rail sent and this database does not know, after it was restored from a backup.

Each payment becomes what it would have been: its payout, its attempt with the same key, and its
entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from core import audit
from core.models import Brand
from ledger.models import AccountKind, Posting
from ledger.selectors import get_balance
from ledger.services import open_accounts
from payouts.domain.plan import PlanLine, hash_lines, write_line
from payouts.domain.tax import TaxTerms
from payouts.models import (
    OPEN_STATUSES,
    AttemptStatus,
    Payout,
    PayoutAttempt,
    PayoutMethod,
    PayoutPlan,
    PayoutStatus,
    PlanStatus,
)
from payouts.selectors_tax import list_tax_standings
from payouts.services import approval, moves
from payouts.services.matching import is_of_payout
from payouts.services.rails import Found, Payer, Rail, SentItem
from payouts.services.sending import make_parameters, open_attempt, record_found


class NotTaken(Exception):
    """A payment that cannot be booked as it is; the first argument is a code."""


@dataclass(slots=True)
class Imported:
    """What became of the payments of one rail; `left`: those that a person must look at."""

    known: int = 0
    settled: int = 0
    made: int = 0
    foreign: int = 0
    left: list[tuple[str, str]] = field(default_factory=list)


def import_sent(
    *, brand_id: int, rail: Rail, items: Sequence[SentItem], now: datetime, real_now: datetime
) -> Imported:
    """Book every payment of a list, of payouts that are here first, then the oldest first.

    A creator has one open payout: the one that stands here must be settled before a later one is
    made anew. A second run finds them all known.
    """
    done, payer = Imported(), rail.payer()
    ids = [item.payout_public_id for item in items]
    here = Payout.objects.filter(brand_id=brand_id, public_id__in=ids)
    known = set(here.values_list("public_id", flat=True))
    for item in sorted(items, key=lambda one: (one.payout_public_id not in known, one.created_at)):
        if not is_of_payout(item):
            done.foreign += 1
            continue
        try:
            with transaction.atomic():
                outcome = _import_one(brand_id, rail.name, item, payer, (now, real_now))
        except NotTaken as reason:
            done.left.append((item.external_id, str(reason)))
            continue
        setattr(done, outcome, getattr(done, outcome) + 1)
    return done


def _import_one(
    brand_id: int, rail: str, item: SentItem, payer: Payer | None, times: tuple[datetime, datetime]
) -> str:
    now, real_now = times
    attempt = PayoutAttempt.objects.filter(brand_id=brand_id, key=item.attempt).first()
    if attempt is not None and attempt.status == AttemptStatus.ACCEPTED:
        return "known"
    outcome = "settled"
    if attempt is None:
        payout = Payout.objects.filter(brand_id=brand_id, public_id=item.payout_public_id).first()
        if payout is None:
            payout, outcome = _make_payout(brand_id, rail, item, times), "made"
        attempt = _claim(payout, item, payer, real_now)
    found = Found(item.external_id, item.amount_minor, item.currency, item.reversed_minor)
    status = record_found(attempt=attempt, found=found, now=now, real_now=real_now)
    if status not in {PayoutStatus.PAID, PayoutStatus.RETURNED}:
        raise NotTaken("differs")
    return outcome


def _claim(
    payout: Payout, item: SentItem, payer: Payer | None, real_now: datetime
) -> PayoutAttempt:
    payout = moves.lock_payout(payout.pk)
    told = (item.amount_minor, item.currency, item.destination)
    if told != (payout.sent_minor, payout.currency, payout.destination):
        raise NotTaken("differs")
    if payout.status != PayoutStatus.APPROVED:
        raise NotTaken(f"payout_is_{payout.status}")
    return open_attempt(
        payout=payout,
        parameters=make_parameters(payout, payer),
        key=UUID(item.attempt),
        real_now=real_now,
    )


def _make_payout(
    brand_id: int, rail: str, item: SentItem, times: tuple[datetime, datetime]
) -> Payout:
    """Approve anew what was approved after the backup: its payee is known by where it went."""
    now, real_now = times
    method = PayoutMethod.objects.filter(
        brand_id=brand_id, rail=rail, external_account=item.destination
    ).first()
    if method is None:
        raise NotTaken("unknown_destination")
    party = UUID(str(method.affiliation_id))
    keys = [(kind, party, item.currency) for kind in (AccountKind.PAYABLE, AccountKind.IN_PAYOUT)]
    open_accounts(brand_id=brand_id, keys=keys)
    amount, terms = _find_commission(method, item, now - (real_now - item.created_at))
    payout = Payout(
        public_id=item.payout_public_id,
        brand_id=brand_id,
        affiliation_id=method.affiliation_id,
        method=method,
        rail=rail,
        currency=item.currency,
        amount_minor=amount,
        vat_minor=terms.vat_of(amount) if terms else 0,
        withheld_minor=terms.withheld_of(amount) if terms else 0,
        tax=terms.to_json() if terms else None,
        destination=item.destination,
        destination_hint=method.hint,
        approved_at=now,
    )
    postings = _fit(list(approval.list_uncovered(payout)), amount)
    payout.plan = _make_plan(payout, terms, sum(posting.amount_minor for posting in postings), now)
    payout.save()
    approval.cover(payout, postings, now)
    approval.post_approval(payout, now)
    audit.record(
        brand_id=brand_id,
        actor_id=None,
        action="payout.imported",
        target=payout,
        after={"amount_minor": payout.amount_minor, "reference": item.external_id},
        now=now,
    )
    return payout


def _find_commission(
    method: PayoutMethod, item: SentItem, sent_at: datetime
) -> tuple[int, TaxTerms | None]:
    """Return the commission that was sent for, under the terms of the day on which it left.

    `sent_at` is by the brand's clock. What the restored books cannot have paid is refused: orders
    since the backup are missing, or a tax rate or declaration is.
    """
    party = UUID(str(method.affiliation_id))
    if Payout.objects.filter(
        affiliation_id=party, currency=item.currency, status__in=OPEN_STATUSES
    ).exists():
        raise NotTaken("another_is_open")
    payable = get_balance(
        brand_id=method.brand_id, kind=AccountKind.PAYABLE, currency=item.currency, party_id=party
    )
    most = max(payable, 0)
    standing = list_tax_standings(brand=method.brand, parties=[party], now=sent_at)[party]
    if any(gate.code == "gate.tax_rate" for gate in standing.gates):
        raise NotTaken("tax_rate_missing")
    terms = standing.terms
    if (terms.sent_of(most) if terms else most) < item.amount_minor:
        raise NotTaken("released_too_little")
    found = terms.commission_of(item.amount_minor, most_minor=most) if terms else item.amount_minor
    if found is None:
        raise NotTaken("tax_differs")
    return found, terms


def _fit(postings: list[Posting], amount: int) -> list[Posting]:
    """Return the oldest postings that make the amount; all of them where none do exactly."""
    total = 0
    for count, posting in enumerate(postings, start=1):
        total += posting.amount_minor
        if total == amount:
            return postings[:count]
    return postings


def _make_plan(payout: Payout, terms: TaxTerms | None, covered: int, now: datetime) -> PayoutPlan:
    """Store the run it would have been in, of this one line."""
    payable = max(covered, payout.amount_minor)
    line = PlanLine(
        affiliation_id=UUID(str(payout.affiliation_id)),
        name=payout.affiliation.affiliate.display_name,
        payable_minor=payable,
        amount_minor=payout.amount_minor,
        remainder_minor=payable - payout.amount_minor,
        currency=payout.currency,
        rail=payout.rail,
        destination=payout.destination,
        tax=terms,
    )
    return PayoutPlan.objects.create(
        brand=Brand.objects.get(pk=payout.brand_id),
        currency=payout.currency,
        period=now.strftime("%Y-%m"),
        status=PlanStatus.APPROVED,
        content={"lines": [write_line(line, recovered_minor=0)], "left_out": []},
        content_hash=hash_lines([line]),
        total_minor=line.sent_minor,
        planned_at=now,
        approved_at=now,
    )
