"""A person says what became of a payout of which its rail can no longer be asked.

That it arrived, one person says with the reference of the payment. That it never left, one says
and another agrees, for the money is payable again: if it did leave, it would be paid twice.
"""

from datetime import datetime

from django.db import transaction

from core import audit, fence
from payouts.domain.states import AttemptState, check_attempt_move
from payouts.models import AttemptStatus, Payout, PayoutAttempt
from payouts.selectors import find_lost_attempt
from payouts.services import moves


class NotLost(Exception):
    """The rail can still be asked, or the payout is settled; nobody has to say anything."""


class ReferenceTaken(Exception):
    """The reference stands with another payout of the brand."""


class AskedAlready(Exception):
    """Somebody says already that it never left."""


class NotAsked(Exception):
    """Nobody says that it never left."""


class SamePerson(Exception):
    """Whoever says that it never left cannot agree as well."""


@transaction.atomic
def settle_arrived(
    *, payout_id: int, reference: str, actor_id: int, now: datetime, real_now: datetime
) -> Payout:
    """Book that it was paid, with the reference of the payment.

    :raises NotLost: it is not for a person to say.
    :raises ReferenceTaken: another payout has it.
    :raises core.fence.Fenced: this database was restored, and what was paid since is not taken in.
    """
    payout, attempt = _lock_lost(payout_id)
    if PayoutAttempt.objects.filter(brand=payout.brand_id, external_id=reference).exists():
        raise ReferenceTaken(payout.public_id)
    _close(attempt, AttemptStatus.ACCEPTED, real_now, reference)
    moves.mark_paid_out(payout=payout, reference=reference, now=now)
    _record(payout, "payout.settled_arrived", actor_id, reference, now)
    return payout


@transaction.atomic
def say_never_left(*, payout_id: int, reason: str, actor_id: int, now: datetime) -> None:
    """Note that somebody says it never left, and why; another person must agree.

    :raises NotLost: it is not for a person to say.
    :raises AskedAlready: somebody says so already.
    """
    payout, attempt = _lock_lost(payout_id)
    if attempt.absence_said_at is not None:
        raise AskedAlready(payout.public_id)
    attempt.absence_said_at, attempt.absence_said_by_id = now, actor_id
    attempt.absence_reason = reason
    _save(attempt)
    _record(payout, "payout.absence_said", actor_id, reason, now)


@transaction.atomic
def agree_never_left(*, payout_id: int, actor_id: int, now: datetime, real_now: datetime) -> Payout:
    """Book that nothing left: the exact amount is payable again, and the next run pays it.

    :raises NotLost: it is not for a person to say, or was settled meanwhile.
    :raises NotAsked: nobody says so.
    :raises SamePerson: it is the one who says so.
    :raises core.fence.Fenced: this database was restored, and what was paid since is not taken in.
    """
    payout, attempt = _lock_lost(payout_id)
    if attempt.absence_said_at is None:
        raise NotAsked(payout.public_id)
    if attempt.absence_said_by_id == actor_id:
        raise SamePerson(payout.public_id)
    attempt.absence_agreed_by_id = actor_id
    _save(attempt)
    _close(attempt, AttemptStatus.ABSENT, real_now)
    moves.mark_failed(payout=payout, code="never_left", detail=attempt.absence_reason, now=now)
    _record(payout, "payout.absence_agreed", actor_id, attempt.absence_reason, now)
    return payout


@transaction.atomic
def withdraw_never_left(*, payout_id: int, actor_id: int, now: datetime) -> None:
    """Take back, or refuse, what was said; the payout stays as it is.

    :raises NotLost: it was settled meanwhile.
    :raises NotAsked: nobody says so.
    """
    payout, attempt = _lock_lost(payout_id)
    if attempt.absence_said_at is None:
        raise NotAsked(payout.public_id)
    attempt.absence_said_at, attempt.absence_said_by, attempt.absence_reason = None, None, ""
    _save(attempt)
    _record(payout, "payout.absence_withdrawn", actor_id, "", now)


def _lock_lost(payout_id: int) -> tuple[Payout, PayoutAttempt]:
    """Lock payout and attempt, in the order in which whoever records an answer does."""
    fence.check_open()
    payout = moves.lock_payout(payout_id)
    found = find_lost_attempt(payout)
    if found is None:
        raise NotLost(payout.public_id)
    return payout, PayoutAttempt.objects.select_for_update(of=("self",)).get(pk=found.pk)


def _save(attempt: PayoutAttempt) -> None:
    attempt.save(
        update_fields=[
            "absence_reason",
            "absence_said_at",
            "absence_said_by",
            "absence_agreed_by",
        ]
    )


def _close(
    attempt: PayoutAttempt, status: AttemptStatus, real_now: datetime, external_id: str = ""
) -> None:
    check_attempt_move(AttemptState(attempt.status), AttemptState(status))
    attempt.status, attempt.closed_at, attempt.next_check_at = status, real_now, None
    attempt.external_id = external_id
    attempt.save(update_fields=["status", "closed_at", "next_check_at", "external_id"])


def _record(payout: Payout, action: str, actor_id: int, said: str, now: datetime) -> None:
    audit.record(
        brand_id=payout.brand_id,
        actor_id=actor_id,
        action=action,
        target=payout,
        after={"status": payout.status},
        reason=said,
        now=now,
    )
