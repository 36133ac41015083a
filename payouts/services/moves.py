"""How a payout moves: each state with its facts, its entry and its notices in one transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from core import audit, fence, outbox
from ledger.models import AccountKind, Entry, EntryKind
from ledger.services import Cause, Draft, Leg, post_entries, post_entry
from payouts.domain.kinds import MANUAL
from payouts.domain.states import IllegalMove, PayoutState, check_move
from payouts.emails import mail_payout
from payouts.models import Payout, PayoutItem, PayoutStatus
from payouts.selectors import find_covers
from payouts.services.invoices import issue_credit_note, issue_invoice
from payouts.services.statements import issue_payout_statement
from tracking.models import Commission
from tracking.services.release import (
    keep_covered,
    lock_commissions,
    mark_paid,
    mark_uncovered,
)


def lock_payout(payout_id: int) -> Payout:
    """Return the payout under its row lock."""
    return (
        Payout.objects.select_for_update(of=("self",))
        .select_related("affiliation", "brand")
        .get(pk=payout_id)
    )


def mark_submitting(*, payout: Payout) -> None:
    """Let the call be made: its claim was committed."""
    _move(payout, PayoutStatus.SUBMITTING, code="", detail="")


def mark_submitted(*, payout: Payout, now: datetime) -> None:
    """Note that the rail, or a person with the file, has it; the last word comes later."""
    payout.sent_at = payout.sent_at or now
    _move(payout, PayoutStatus.SUBMITTED, code="", detail="")
    _tell(payout, "payout.submitted", now)


def mark_unknown(*, payout: Payout, code: str, detail: str) -> None:
    """Note a missing answer: nothing is booked and nothing sent until it is looked up."""
    _move(payout, PayoutStatus.UNKNOWN, code=code, detail=detail)


def mark_waiting(*, payout: Payout, code: str, detail: str) -> None:
    """Leave it approved for another attempt: nothing left, for a cause of the brand's."""
    _move(payout, PayoutStatus.APPROVED, code=code, detail=detail)


def mark_paid_out(*, payout: Payout, reference: str, now: datetime) -> None:
    """Book that the money left: in_payout to the rail's clearing account."""
    payout.sent_at = payout.sent_at or now
    payout.paid_at, payout.closed_at, payout.reference = now, now, reference[:120]
    _move(payout, PayoutStatus.PAID, code="", detail="")
    commissions = _lock_commissions(payout)
    _post_paid(payout, now)
    issue_payout_statement(payout=payout, now=now)
    issue_invoice(payout=payout, now=now)
    mark_paid(commission_ids=commissions, now=now)
    _tell(payout, "payout.paid", now)


def mark_failed(*, payout: Payout, code: str, detail: str, now: datetime) -> None:
    """Book a definite no: the exact amount is payable again and its items are free."""
    payout.closed_at = now
    _move(payout, PayoutStatus.FAILED, code=code, detail=detail)
    _give_back(payout, EntryKind.PAYOUT_FAILED, AccountKind.IN_PAYOUT, now)
    _tell(payout, "payout.failed", now)


def mark_returned(*, payout: Payout, code: str, detail: str, now: datetime) -> None:
    """Book money that came back: the opposite of what was posted."""
    was_paid = payout.status == PayoutStatus.PAID
    payout.closed_at = now
    _move(payout, PayoutStatus.RETURNED, code=code, detail=detail)
    source = _clearing(payout) if was_paid else AccountKind.IN_PAYOUT
    _give_back(payout, EntryKind.PAYOUT_RETURNED, source, now)
    issue_credit_note(payout=payout, now=now)
    _tell(payout, "payout.returned", now)


def cancel_payout(*, payout_id: int, reason: str, actor_id: int, now: datetime) -> Payout:
    """Take back a payout that has not been handed to its rail; its money is payable again.

    :raises payouts.domain.states.IllegalMove: it is on its way or closed.
    """
    with transaction.atomic():
        payout = lock_payout(payout_id)
        if payout.status != PayoutStatus.APPROVED:
            raise IllegalMove(f"payout {payout.public_id} is {payout.status}")
        mark_cancelled(payout=payout, reason=reason, actor_id=actor_id, now=now)
    return payout


def mark_cancelled(*, payout: Payout, reason: str, actor_id: int | None, now: datetime) -> None:
    """Book that nothing was sent and nothing will be: its money is payable again."""
    payout.closed_at = now
    _move(payout, PayoutStatus.CANCELLED, code="payout.cancelled", detail=reason)
    _give_back(payout, EntryKind.PAYOUT_FAILED, AccountKind.IN_PAYOUT, now)
    _audit(payout, "payout.cancelled", actor_id, reason, now)
    _tell(payout, "payout.failed", now)


def hand_over_file(*, file_id: int, actor_id: int, now: datetime) -> None:
    """Note that a person has the payment file: one alone can no longer cancel its payouts.

    :raises core.fence.Fenced: this database was restored, and what was paid since is not taken in.
    """
    fence.check_open()
    with transaction.atomic():
        waiting = Payout.objects.filter(file_id=file_id, status=PayoutStatus.APPROVED).order_by(
            "pk"
        )
        for payout_id in list(waiting.values_list("pk", flat=True)):
            payout = lock_payout(payout_id)
            if payout.status != PayoutStatus.APPROVED:
                continue
            mark_submitting(payout=payout)
            mark_submitted(payout=payout, now=now)
            _audit(payout, "payout.exported", actor_id, "", now)


def confirm_payout(
    *,
    payout_id: int,
    reference: str,
    actor_id: int,
    now: datetime,
    paid_on: date | None = None,
) -> Payout:
    """Book what a person says the bank sent, with its reference and the day he names.

    :raises payouts.domain.states.IllegalMove: its file was not handed over, or it is closed.
    """
    with transaction.atomic():
        payout = lock_payout(payout_id)
        if payout.rail == MANUAL and payout.status == PayoutStatus.APPROVED:
            mark_submitting(payout=payout)
        payout.paid_on = paid_on
        mark_paid_out(payout=payout, reference=reference, now=now)
        _audit(payout, "payout.confirmed", actor_id, reference, now)
    return payout


def report_failure(*, payout_id: int, reason: str, actor_id: int, now: datetime) -> Payout:
    """Book what a person says the bank did not send, or sent back."""
    with transaction.atomic():
        payout = lock_payout(payout_id)
        if payout.status == PayoutStatus.PAID:
            mark_returned(payout=payout, code="bank_returned", detail=reason, now=now)
        else:
            mark_failed(payout=payout, code="bank_refused", detail=reason, now=now)
        _audit(payout, f"payout.{payout.status}", actor_id, reason, now)
    return payout


def _move(payout: Payout, status: PayoutStatus, *, code: str, detail: str) -> None:
    check_move(PayoutState(payout.status), PayoutState(status))
    payout.status, payout.code, payout.detail = status, code[:64], detail[:300]
    payout.save(
        update_fields=[
            "status",
            "code",
            "detail",
            "reference",
            "sent_at",
            "paid_at",
            "paid_on",
            "closed_at",
        ]
    )


def _give_back(payout: Payout, kind: EntryKind, source: AccountKind, now: datetime) -> None:
    commissions = _lock_commissions(payout)
    _post_back(payout, kind, source, now)
    PayoutItem.objects.filter(payout=payout).update(is_covering=False)
    others = find_covers(commissions)
    mark_uncovered(commission_ids=[pk for pk in commissions if pk not in others], now=now)
    for pk, (covered_at, paid_at) in others.items():
        keep_covered(commission_id=pk, covered_at=covered_at, paid_at=paid_at)


def _lock_commissions(payout: Payout) -> list[int]:
    covered = PayoutItem.objects.filter(payout=payout, commission__isnull=False)
    return lock_commissions(Commission.objects.filter(pk__in=covered.values("commission_id")))


def _clearing(payout: Payout) -> AccountKind:
    return AccountKind(f"rail_clearing.{payout.rail}")


def _post_paid(payout: Payout, now: datetime) -> None:
    legs = (
        _leg(AccountKind.IN_PAYOUT, -payout.sent_minor, payout),
        _leg(_clearing(payout), payout.sent_minor, payout),
    )
    post_entry(
        brand_id=payout.brand_id,
        draft=_draft(payout, EntryKind.PAY, EntryKind.PAY.value, legs, None),
        now=now,
    )


def _post_back(payout: Payout, kind: EntryKind, source: AccountKind, now: datetime) -> None:
    """Undo what was posted: what is withheld, the payout, its VAT, each as an entry of its own.

    The commission is payable again. In this order no account goes below zero in between.
    """
    amount, vat, withheld = payout.amount_minor, payout.vat_minor, payout.withheld_minor
    undone = dict(_list_own(payout).values_list("kind", "pk"))
    main = undone.get(EntryKind.PAY, undone[EntryKind.APPROVE_PAYOUT])
    legs = [_leg(AccountKind.PAYABLE, amount, payout)]
    if source == AccountKind.IN_PAYOUT:
        legs.append(_leg(source, -amount, payout))
    else:
        legs.append(_leg(source, -payout.sent_minor, payout))
        legs.append(_leg(AccountKind.IN_PAYOUT, vat - withheld, payout))
    kept = (_leg(AccountKind.TAX_WITHHELD, -withheld, payout), _in_payout(payout, withheld))
    added = (_in_payout(payout, -vat), _leg(AccountKind.VAT, vat, payout))
    drafts = [
        _draft(payout, EntryKind.WITHHOLD, "withhold-undone", kept, undone.get(EntryKind.WITHHOLD)),
        _draft(payout, kind, kind.value, legs, main),
        _draft(payout, EntryKind.VAT, "vat-undone", added, undone.get(EntryKind.VAT)),
    ]
    post_entries(
        brand_id=payout.brand_id, drafts=[draft for draft in drafts if draft.legs], now=now
    )


def _draft(
    payout: Payout, kind: EntryKind, name: str, legs: Sequence[Leg], corrects_id: int | None
) -> Draft:
    return Draft(
        kind=kind,
        key=f"payout:{payout.public_id}:{name}",
        currency=payout.currency,
        legs=tuple(leg for leg in legs if leg.amount_minor),
        cause=Cause("payout", payout.public_id),
        corrects_id=corrects_id,
    )


def _list_own(payout: Payout) -> QuerySet[Entry]:
    return Entry.objects.filter(
        brand_id=payout.brand_id, cause_type="payout", cause_id=payout.public_id
    )


def _in_payout(payout: Payout, amount: int) -> Leg:
    return _leg(AccountKind.IN_PAYOUT, amount, payout)


def _leg(kind: AccountKind, amount: int, payout: Payout) -> Leg:
    is_party = kind in {AccountKind.PAYABLE, AccountKind.IN_PAYOUT}
    return Leg(kind, amount, payout.affiliation_id if is_party else None)


def announce(payout: Payout, topic: str, now: datetime) -> None:
    """Put an event of a payout into the outbox: what was earned, and what leaves for it."""
    payload = {
        "payout": payout.public_id,
        "creator": payout.affiliation.public_id,
        "amount_minor": payout.amount_minor,
        "sent_minor": payout.sent_minor,
        "currency": payout.currency,
    }
    outbox.emit(brand_id=payout.brand_id, topic=topic, payload=payload, now=now)


def _tell(payout: Payout, topic: str, now: datetime) -> None:
    announce(payout, topic, now)
    mail_payout(payout=payout, topic=topic, now=now)


def _audit(payout: Payout, action: str, actor_id: int | None, reason: str, now: datetime) -> None:
    audit.record(
        brand_id=payout.brand_id,
        actor_id=actor_id,
        action=action,
        target=payout,
        after={"status": payout.status},
        reason=reason,
        now=now,
    )
