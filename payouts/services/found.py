"""A payout that was given back, and then its rail shows that it went out after all.

What was given back is never taken again from the payout: its items may be in a later one by now.
The money that is gone is booked as it is, against what is released, which may go below zero by it:
then it was paid twice, and later commissions make up for it. A later payout that was not handed
over yet is cancelled first, so that nothing more leaves.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from core import audit, fence
from ledger.models import AccountKind, Entry, EntryKind
from ledger.services import Cause, Draft, Leg, post_entries
from payouts.domain.kinds import CALLED_RAILS
from payouts.domain.states import AttemptState, check_attempt_move
from payouts.emails_runs import mail_payout_found
from payouts.models import AttemptStatus, Payout, PayoutAttempt, PayoutStatus
from payouts.selectors import may_be_found
from payouts.services import moves
from payouts.services.invoices import issue_credit_note, issue_invoice
from payouts.services.rails import Found, Rail
from payouts.services.sending import instruction_of

WATCH = timedelta(days=180)
"""For how long a rail is asked about what people settled as never left."""

LOOK_EVERY = timedelta(days=1)


class NotGivenBack(Exception):
    """The payout stands, was never handed over, or was found already."""


class NotFoundPaid(Exception):
    """The payout was not found to be paid after all."""


class ReferenceTaken(Exception):
    """The reference stands with another payout of the brand."""


def list_due(*, brand_id: int, rail: str, real_now: datetime) -> QuerySet[PayoutAttempt]:
    """Return attempts to be asked about again now: settled as never left, or found on their way."""
    is_due = Q(next_check_at__isnull=True) | Q(next_check_at__lte=real_now)
    settled = Q(status=AttemptStatus.ABSENT) & (
        is_due & Q(closed_at__gt=real_now - WATCH, payout__found_at__isnull=True)
    )
    on_its_way = Q(
        status=AttemptStatus.ACCEPTED,
        next_check_at__lte=real_now,
        payout__found_at__isnull=False,
        payout__found_back_at__isnull=True,
    )
    rows = PayoutAttempt.objects.filter(brand_id=brand_id, payout__rail=rail)
    return _of_people(rows).filter(settled | on_its_way).order_by("pk")


def look_again(*, brand_id: int, rail: Rail, now: datetime, real_now: datetime) -> Counter[str]:
    """Ask about everything that is due, once a day each; returns how many stand how."""
    due = list(list_due(brand_id=brand_id, rail=rail.name, real_now=real_now))
    return Counter(_ask(one, one.external_id, rail, now, real_now) for one in due)


def ask_about(
    *, brand_id: int, rail: Rail, external_id: str, now: datetime, real_now: datetime
) -> bool:
    """Ask whether a payment that a message names is one that was settled as never left."""
    rows = PayoutAttempt.objects.filter(
        brand_id=brand_id, payout__rail=rail.name, status=AttemptStatus.ABSENT
    )
    for attempt in _of_people(rows).filter(payout__found_at__isnull=True).order_by("pk"):
        if _ask(attempt, external_id, rail, now, real_now) == "found":
            return True
    return False


@transaction.atomic
def report_found(*, payout_id: int, reference: str, actor_id: int, now: datetime) -> Payout:
    """Book what a person saw in the account of the payment service, or at the bank.

    :raises NotGivenBack: nothing was given back, or it was found already.
    :raises ReferenceTaken: another payout has it.
    :raises core.fence.Fenced: this database was restored, and what was paid since is not taken in.
    """
    fence.check_open()
    payout = moves.lock_payout(payout_id)
    if not may_be_found(payout):
        raise NotGivenBack(payout.public_id)
    if PayoutAttempt.objects.filter(brand=payout.brand_id, external_id=reference).exists():
        raise ReferenceTaken(payout.public_id)
    attempt = payout.attempts.select_for_update(of=("self",)).order_by("-pk").first()
    if attempt is not None and attempt.status == AttemptStatus.ABSENT:
        attempt.next_check_at = None
        _accept(attempt, reference)
    _book(payout, reference, actor_id, now)
    return payout


@transaction.atomic
def mark_seen(*, payout_id: int, actor_id: int, now: datetime) -> None:
    """Note that somebody has looked after it; the home of the brand stops to say it.

    :raises NotFoundPaid: there is nothing to be looked after.
    """
    payout = moves.lock_payout(payout_id)
    if payout.found_at is None or payout.found_seen_at is not None:
        raise NotFoundPaid(payout.public_id)
    payout.found_seen_at = now
    payout.save(update_fields=["found_seen_at"])
    _audit(payout, "payout.found_seen", actor_id, "", now)


def mark_found_back(*, payout: Payout, code: str, now: datetime) -> None:
    """Book that what was found came back, or failed in the end: the opposite of what was posted."""
    payout.found_back_at, payout.detail = now, code[:300]
    payout.save(update_fields=["found_back_at", "detail"])
    steps = _list_steps(payout)
    pay = Entry.objects.get(brand_id=payout.brand_id, key=_key(payout, "pay"))
    drafts = [
        _draft(
            payout,
            EntryKind.PAYOUT_RETURNED if kind == EntryKind.PAY else kind,
            f"{name}-back",
            [Leg(leg.kind, -leg.amount_minor, leg.party_id) for leg in legs],
            pay.pk if kind == EntryKind.PAY else None,
        )
        for kind, name, legs in reversed(steps)
    ]
    post_entries(brand_id=payout.brand_id, drafts=drafts, now=now)
    issue_credit_note(payout=payout, now=now)
    _audit(payout, "payout.found_back", None, code, now)
    moves.announce(payout, "payout.returned", now)


def _of_people(rows: QuerySet[PayoutAttempt]) -> QuerySet[PayoutAttempt]:
    return rows.filter(absence_agreed_by__isnull=False)


def _ask(
    attempt: PayoutAttempt, external_id: str, rail: Rail, now: datetime, real_now: datetime
) -> str:
    """Ask the rail, outside any transaction, and book what it shows; say how the payout stands."""
    answer = rail.lookup(instruction=replace(instruction_of(attempt), external_id=external_id))
    with transaction.atomic():
        payout = moves.lock_payout(attempt.payout_id)
        current = PayoutAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
        current.next_check_at = real_now + LOOK_EVERY
        if isinstance(answer, Found):
            _follow(payout, current, answer, now)
        current.save(update_fields=["next_check_at"])
    return "found" if payout.found_at else "not_found"


def _follow(payout: Payout, attempt: PayoutAttempt, found: Found, now: datetime) -> None:
    is_gone = not (found.is_failed or found.is_reversed)
    if payout.found_at is None and is_gone:
        _accept(attempt, found.external_id)
        _book(payout, found.external_id, None, now)
    elif payout.found_at is not None and payout.found_back_at is None and not is_gone:
        mark_found_back(payout=payout, code=found.code or "transfer_reversed", now=now)
    if payout.found_at is not None and (found.is_paid or not is_gone):
        attempt.next_check_at = None


def _accept(attempt: PayoutAttempt, external_id: str) -> None:
    check_attempt_move(AttemptState(attempt.status), AttemptState.ACCEPTED)
    attempt.status, attempt.external_id = AttemptStatus.ACCEPTED, external_id[:120]
    attempt.save(update_fields=["status", "external_id", "next_check_at"])


def _book(payout: Payout, reference: str, actor_id: int | None, now: datetime) -> None:
    _cancel_unsent(payout, now)
    payout.found_at, payout.reference = now, reference[:120]
    payout.save(update_fields=["found_at", "reference"])
    drafts = [_draft(payout, kind, name, legs, None) for kind, name, legs in _list_steps(payout)]
    post_entries(brand_id=payout.brand_id, drafts=drafts, now=now)
    issue_invoice(payout=payout, now=now)
    _audit(payout, "payout.found", actor_id, reference, now)
    moves.announce(payout, "payout.paid", now)
    mail_payout_found(payout=payout, now=now)


def _cancel_unsent(payout: Payout, now: datetime) -> None:
    """Take back the creator's next payout while no rail has it: it would pay the same again."""
    later = Payout.objects.filter(
        affiliation=payout.affiliation_id,
        currency=payout.currency,
        rail__in=CALLED_RAILS,
        status=PayoutStatus.APPROVED,
    ).exclude(pk=payout.pk)
    for payout_id in list(later.values_list("pk", flat=True)):
        other = moves.lock_payout(payout_id)
        if other.status == PayoutStatus.APPROVED:
            moves.mark_cancelled(payout=other, reason=payout.public_id, actor_id=None, now=now)


Step = tuple[EntryKind, str, list[Leg]]


def _list_steps(payout: Payout) -> list[Step]:
    """Return what is posted, in the order in which nothing between goes below zero."""
    party = payout.affiliation_id
    sources = (
        (EntryKind.FOUND_PAID, "found", AccountKind.PAYABLE, payout.amount_minor),
        (EntryKind.VAT, "vat-found", AccountKind.VAT, payout.vat_minor),
        (EntryKind.WITHHOLD, "withhold-found", AccountKind.TAX_WITHHELD, -payout.withheld_minor),
        (EntryKind.PAY, "pay", AccountKind(f"rail_clearing.{payout.rail}"), -payout.sent_minor),
    )
    return [
        (
            kind,
            name,
            [
                Leg(account, -minor, party if account == AccountKind.PAYABLE else None),
                Leg(AccountKind.IN_PAYOUT, minor, party),
            ],
        )
        for kind, name, account, minor in sources
        if minor
    ]


def _draft(
    payout: Payout, kind: EntryKind, name: str, legs: Sequence[Leg], corrects_id: int | None
) -> Draft:
    return Draft(
        kind=kind,
        key=_key(payout, name),
        currency=payout.currency,
        legs=tuple(legs),
        cause=Cause("payout", payout.public_id),
        corrects_id=corrects_id,
    )


def _key(payout: Payout, name: str) -> str:
    return f"payout:{payout.public_id}:{name}"


def _audit(payout: Payout, action: str, actor_id: int | None, said: str, now: datetime) -> None:
    audit.record(
        brand_id=payout.brand_id,
        actor_id=actor_id,
        action=action,
        target=payout,
        after={"status": payout.status, "sent_minor": payout.sent_minor},
        reason=said,
        now=now,
    )
