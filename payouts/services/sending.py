"""Send a payout once: claim and commit, call, record. An unknown outcome is looked up first.

`now` is the brand's time and dates what is booked; `real_now` is the database's own and dates
keys and look-ups, because a rail forgets by real time.
"""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from core import faults, fence
from payouts.domain.kinds import ACCOUNT_RAILS, CALLED_RAILS
from payouts.domain.plan import Payment, hash_lines, read_line
from payouts.domain.states import (
    AttemptState,
    PayoutState,
    can_declare_absent,
    can_open_attempt,
    can_send_again,
)
from payouts.models import AttemptStatus, Payout, PayoutAttempt, PayoutStatus
from payouts.services import moves
from payouts.services.rails import (
    Found,
    Instruction,
    MayRepeat,
    NotFound,
    Payer,
    Rail,
    Refused,
    Sent,
    Unknown,
)

CLAIM_S = 120
# A rail that pays from an account must say which: without an answer nothing is sent or concluded.
NAMES_ITS_PAYER = frozenset(CALLED_RAILS)
LOOK_AGAIN_MIN = timedelta(seconds=15)
LOOK_AGAIN_MAX = timedelta(hours=1)


class Tampered(Exception):
    """The stored payout is not what was approved, or the parameters are not those committed."""


class OtherPayer(Exception):
    """The brand's rail now pays from another account than the attempt was made for."""


def send_payout(
    *, payout_id: int, rail: Rail, now: datetime, real_now: datetime
) -> PayoutStatus | None:
    """Send one approved payout; returns its state after, or None when it was not ours to send.

    A process may die at any line: the claim is committed before the call, so whoever comes next
    finds an open attempt and looks it up before anything is sent.

    :raises core.fence.Fenced: this database was restored, and what was sent since is not taken in.
    """
    fence.check_open()
    payer = rail.payer()
    if payer is None and rail.name in NAMES_ITS_PAYER:
        return None
    attempt = _claim(payout_id, rail, payer, real_now)
    if attempt is None:
        return None
    faults.point("payout.after_claim")
    return _call_and_record(attempt, rail, now, real_now)


def resolve_payout(
    *, payout_id: int, rail: Rail, now: datetime, real_now: datetime
) -> PayoutStatus | None:
    """Find out what became of an attempt whose answer is missing; send again only if it may be.

    Found: recorded. Not there, and the list is complete: the same key and parameters again while
    the rail surely remembers the key; after that, and a full day, the attempt is declared absent.
    A rail that cannot be asked is sent the same again while it remembers, and never after.

    :raises core.fence.Fenced: this database was restored, and what was sent since is not taken in.
    """
    fence.check_open()
    payer = rail.payer()
    if payer is None and rail.name in NAMES_ITS_PAYER:
        return None
    attempt = _take_open(payout_id, real_now)
    if attempt is None:
        return None
    _check_payer(attempt, payer)
    result = rail.lookup(instruction=instruction_of(attempt))
    faults.point("payout.after_lookup")
    if isinstance(result, Found):
        return record_found(attempt=attempt, found=result, now=now, real_now=real_now)
    if isinstance(result, Unknown):
        return _record_unknown(attempt, result, real_now)
    return _follow_absence(attempt, result, rail, now, real_now)


def instruction_of(attempt: PayoutAttempt) -> Instruction:
    """Return exactly what was committed before the first call.

    Details of a creator are kept encrypted with the payout; the parameters seal them.

    :raises Tampered: the stored parameters do not have the stored hash.
    """
    parameters = attempt.parameters
    if _hash(parameters) != attempt.parameters_hash:
        raise Tampered(str(attempt.key))
    payout = attempt.payout
    if payout.destination and _sealed(payout) != parameters["destination"]:
        raise Tampered(str(attempt.key))
    return Instruction(
        payout_public_id=parameters["payout"],
        attempt_key=UUID(str(attempt.key)),
        amount_minor=parameters["amount_minor"],
        currency=parameters["currency"],
        destination=payout.destination,
        description=parameters["description"],
        group=parameters["payout"],
        external_id=attempt.external_id,
        is_repeat=attempt.calls > 1,
    )


def wait_before_next(attempt: PayoutAttempt, real_now: datetime) -> timedelta:
    """Look soon, then ever more rarely: after a quarter of the time it has been open."""
    return min(max((real_now - attempt.created_at) / 4, LOOK_AGAIN_MIN), LOOK_AGAIN_MAX)


def open_attempt(
    *, payout: Payout, parameters: dict[str, Any], key: UUID, real_now: datetime
) -> PayoutAttempt:
    """Commit key and exact parameters of a locked payout, ahead of the call."""
    moves.mark_submitting(payout=payout)
    return PayoutAttempt.objects.create(
        brand_id=payout.brand_id,
        payout=payout,
        key=key,
        parameters=parameters,
        parameters_hash=_hash(parameters),
        calls=1,
        created_at=real_now,
        claimed_until=real_now + timedelta(seconds=CLAIM_S),
    )


def make_parameters(payout: Payout, payer: Payer | None) -> dict[str, Any]:
    """Return all that the call for a payout says, and which account it is made from."""
    return {
        "payout": payout.public_id,
        "amount_minor": payout.sent_minor,
        "currency": payout.currency,
        "destination": _sealed(payout),
        "description": f"{payout.brand.name} {payout.plan.period}"[:200],
        "payer": payer.account_id if payer else "",
    }


def record_found(
    *, attempt: PayoutAttempt, found: Found, now: datetime, real_now: datetime
) -> PayoutStatus:
    """Record what a rail says it has of an attempt; another amount stays unknown, for a person."""
    parameters = attempt.parameters
    expected = (parameters["amount_minor"], parameters["currency"])
    if (found.amount_minor, found.currency) != expected:
        return _record_unknown(attempt, Unknown("mismatch", found.external_id), real_now)
    return _record_sent(attempt, found, now, real_now)


def _claim(
    payout_id: int, rail: Rail, payer: Payer | None, real_now: datetime
) -> PayoutAttempt | None:
    with transaction.atomic():
        payout = (
            Payout.objects.select_for_update(of=("self",), skip_locked=True)
            .select_related("plan", "brand")
            .filter(pk=payout_id, rail=rail.name)
            .first()
        )
        if payout is None:
            return None
        states = [AttemptState(a.status) for a in payout.attempts.all()]
        if not can_open_attempt(payout=PayoutState(payout.status), attempts=states):
            return None
        _check_approval(payout)
        parameters = make_parameters(payout, payer)
        return open_attempt(payout=payout, parameters=parameters, key=uuid4(), real_now=real_now)


def _check_approval(payout: Payout) -> None:
    """Compare what leaves with what was approved, tax and destination included."""
    stored = payout.plan.content["lines"]
    lines = [read_line(line, currency=payout.currency) for line in stored]
    party = UUID(str(payout.affiliation_id))
    line = next((one for one in lines if one.affiliation_id == party), None)
    if line is None:
        raise Tampered(payout.public_id)
    leaving: Payment = (party, payout.amount_minor, payout.currency, payout.rail, _sealed(payout))
    if payout.tax is not None:
        leaving += (payout.vat_minor, payout.withheld_minor, payout.tax["treatment"])
    if line.payment != leaving or hash_lines(lines) != payout.plan.content_hash:
        raise Tampered(payout.public_id)


def _sealed(payout: Payout) -> str:
    if payout.rail not in ACCOUNT_RAILS:
        return "sha256:" + hashlib.sha256(payout.destination.encode()).hexdigest()
    destination: str = payout.destination
    return destination


def _hash(parameters: dict[str, Any]) -> str:
    text = json.dumps(parameters, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _call_and_record(
    attempt: PayoutAttempt, rail: Rail, now: datetime, real_now: datetime
) -> PayoutStatus:
    outcome = rail.submit(instruction=instruction_of(attempt))
    faults.point("payout.after_call")
    if isinstance(outcome, Sent):
        found = Found(outcome.external_id, 0, "", is_paid=outcome.is_paid)
        return _record_sent(attempt, found, now, real_now)
    if isinstance(outcome, Refused):
        return _record_refused(attempt, outcome, now, real_now)
    return _record_unknown(attempt, outcome, real_now)


def _record_sent(
    attempt: PayoutAttempt, found: Found, now: datetime, real_now: datetime
) -> PayoutStatus:
    with transaction.atomic():
        payout = _close_attempt(attempt, AttemptStatus.ACCEPTED, real_now, found.external_id)
        if payout is None:
            return PayoutStatus(Payout.objects.get(pk=attempt.payout_id).status)
        if found.is_reversed and found.amount_minor:
            moves.mark_returned(payout=payout, code="transfer_reversed", detail="", now=now)
        elif found.is_failed:
            moves.mark_failed(payout=payout, code=found.code, detail="", now=now)
        elif found.is_paid:
            moves.mark_paid_out(payout=payout, reference=found.external_id, now=now)
        else:
            moves.mark_submitted(payout=payout, now=now)
        faults.point("payout.before_record_commit")
    return PayoutStatus(payout.status)


def _record_refused(
    attempt: PayoutAttempt, refused: Refused, now: datetime, real_now: datetime
) -> PayoutStatus:
    with transaction.atomic():
        payout = _close_attempt(attempt, AttemptStatus.REFUSED, real_now)
        if payout is None:
            return PayoutStatus(Payout.objects.get(pk=attempt.payout_id).status)
        if refused.is_brand_cause:
            moves.mark_waiting(payout=payout, code=refused.code, detail=refused.detail)
        else:
            moves.mark_failed(payout=payout, code=refused.code, detail=refused.detail, now=now)
    return PayoutStatus(payout.status)


def _record_unknown(attempt: PayoutAttempt, unknown: Unknown, real_now: datetime) -> PayoutStatus:
    with transaction.atomic():
        payout = moves.lock_payout(attempt.payout_id)
        attempt = PayoutAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
        if attempt.closed_at is not None:
            return PayoutStatus(payout.status)
        attempt.status = AttemptStatus.UNKNOWN
        attempt.code, attempt.detail = unknown.code, unknown.detail[:300]
        attempt.next_check_at = real_now + wait_before_next(attempt, real_now)
        attempt.save(update_fields=["status", "code", "detail", "next_check_at"])
        if payout.status == PayoutStatus.SUBMITTING:
            moves.mark_unknown(payout=payout, code=unknown.code, detail=unknown.detail)
        elif unknown.needs_person:
            payout.code, payout.detail = unknown.code, unknown.detail[:300]
            payout.save(update_fields=["code", "detail"])
    return PayoutStatus(payout.status)


def _close_attempt(
    attempt: PayoutAttempt, status: AttemptStatus, real_now: datetime, external_id: str = ""
) -> Payout | None:
    """Lock payout and attempt and close the attempt; None when someone else has closed it."""
    payout = moves.lock_payout(attempt.payout_id)
    current = PayoutAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
    if current.closed_at is not None:
        return None
    current.status, current.closed_at, current.external_id = status, real_now, external_id[:120]
    current.next_check_at = None
    current.save(update_fields=["status", "closed_at", "external_id", "next_check_at"])
    return payout


def _take_open(payout_id: int, real_now: datetime) -> PayoutAttempt | None:
    """Take the open attempt whose claim has run out, so that one worker at a time resolves it."""
    with transaction.atomic():
        attempt = (
            PayoutAttempt.objects.select_for_update(of=("self",), skip_locked=True)
            .filter(
                payout_id=payout_id,
                status__in=[AttemptStatus.CLAIMED, AttemptStatus.UNKNOWN],
            )
            .first()
        )
        if attempt is None or _is_busy(attempt, real_now):
            return None
        attempt.claimed_until = real_now + timedelta(seconds=CLAIM_S)
        attempt.save(update_fields=["claimed_until"])
    return attempt


def _is_busy(attempt: PayoutAttempt, real_now: datetime) -> bool:
    if attempt.status == AttemptStatus.UNKNOWN:
        return attempt.next_check_at is not None and attempt.next_check_at > real_now
    return attempt.claimed_until > real_now


def _check_payer(attempt: PayoutAttempt, payer: Payer | None) -> None:
    if attempt.parameters["payer"] != (payer.account_id if payer else ""):
        raise OtherPayer(str(attempt.key))


def _follow_absence(
    attempt: PayoutAttempt,
    absence: NotFound | MayRepeat,
    rail: Rail,
    now: datetime,
    real_now: datetime,
) -> PayoutStatus:
    if isinstance(absence, MayRepeat):
        if real_now - attempt.created_at >= absence.within:
            return _record_unknown(attempt, Unknown("key_expired", ""), real_now)
        return _send_again(attempt, rail, now, real_now)
    if can_declare_absent(
        claimed_at=attempt.created_at, now=real_now, is_complete=absence.is_complete
    ):
        return _declare_absent(attempt, real_now)
    if not absence.is_complete or not can_send_again(claimed_at=attempt.created_at, now=real_now):
        return _record_unknown(attempt, Unknown("unreadable", "not found yet"), real_now)
    return _send_again(attempt, rail, now, real_now)


def _send_again(
    attempt: PayoutAttempt, rail: Rail, now: datetime, real_now: datetime
) -> PayoutStatus:
    """Send the same with the same key, unless somebody has settled the attempt meanwhile."""
    with transaction.atomic():
        payout = moves.lock_payout(attempt.payout_id)
        current = PayoutAttempt.objects.select_for_update(of=("self",)).get(pk=attempt.pk)
        if current.closed_at is not None:
            return PayoutStatus(payout.status)
        if payout.status == PayoutStatus.UNKNOWN:
            moves.mark_submitting(payout=payout)
        current.status, current.calls = AttemptStatus.CLAIMED, current.calls + 1
        current.save(update_fields=["status", "calls"])
    return _call_and_record(current, rail, now, real_now)


def _declare_absent(attempt: PayoutAttempt, real_now: datetime) -> PayoutStatus:
    with transaction.atomic():
        payout = _close_attempt(attempt, AttemptStatus.ABSENT, real_now)
        if payout is None:
            return PayoutStatus(Payout.objects.get(pk=attempt.payout_id).status)
        if payout.status == PayoutStatus.SUBMITTING:
            moves.mark_unknown(payout=payout, code="absent", detail="")
        moves.mark_waiting(payout=payout, code="absent", detail="")
    return PayoutStatus(payout.status)
