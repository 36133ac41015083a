"""States of a payout and of an attempt, and the moves a person, a rail or a job may make."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

RETRY_WINDOW = timedelta(hours=20)
"""How long an attempt may be sent again with its key.

Stripe may forget a key 24 hours after its first use (docs.stripe.com/api/idempotent_requests);
after that the same key is a new payment. Four hours are left for clocks and slow queues.
"""

SETTLE_WINDOW = timedelta(hours=24)
"""After this long a complete look-up that finds nothing may free a payout for a new attempt."""


class PayoutState(StrEnum):
    """Where a payout stands.

    unknown: the answer of the rail is missing; only a look-up leaves it.
    submitted: the rail, or a person with the exported file, has it; not yet the last word.
    paid: accepted on the last hop that can be seen; the bank may still send it back.
    """

    APPROVED = "approved"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    PAID = "paid"
    FAILED = "failed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class AttemptState(StrEnum):
    """Where one attempt to send a payout stands.

    claimed: key and exact parameters are committed, the call may or may not have been made.
    absent: a complete look-up after the settle window found nothing, and that was accepted.
    """

    CLAIMED = "claimed"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    ABSENT = "absent"


class IllegalMove(ValueError):
    """The state table has no such move."""


_P, _A = PayoutState, AttemptState

# submitting -> approved: refused for a cause of the brand's (empty balance, revoked key).
# unknown -> approved: the attempt is absent, so a new one may be made.
# unknown -> returned: found, and already reversed in full.
# absent -> accepted: people settled it as never left, and it had left after all.
TRANSITIONS: Mapping[PayoutState, frozenset[PayoutState]] = MappingProxyType(
    {
        _P.APPROVED: frozenset({_P.SUBMITTING, _P.CANCELLED}),
        _P.SUBMITTING: frozenset({_P.SUBMITTED, _P.PAID, _P.UNKNOWN, _P.FAILED, _P.APPROVED}),
        _P.UNKNOWN: frozenset(
            {_P.SUBMITTING, _P.SUBMITTED, _P.PAID, _P.FAILED, _P.RETURNED, _P.APPROVED}
        ),
        _P.SUBMITTED: frozenset({_P.PAID, _P.FAILED, _P.RETURNED, _P.CANCELLED}),
        _P.PAID: frozenset({_P.RETURNED}),
        _P.FAILED: frozenset(),
        _P.RETURNED: frozenset(),
        _P.CANCELLED: frozenset(),
    }
)

ATTEMPT_TRANSITIONS: Mapping[AttemptState, frozenset[AttemptState]] = MappingProxyType(
    {
        _A.CLAIMED: frozenset({_A.ACCEPTED, _A.REFUSED, _A.UNKNOWN}),
        _A.UNKNOWN: frozenset({_A.CLAIMED, _A.ACCEPTED, _A.REFUSED, _A.ABSENT}),
        _A.ACCEPTED: frozenset(),
        _A.REFUSED: frozenset(),
        _A.ABSENT: frozenset({_A.ACCEPTED}),
    }
)

OPEN_STATES = frozenset({_P.APPROVED, _P.SUBMITTING, _P.SUBMITTED, _P.UNKNOWN})
"""The money rests in the account in_payout; at most one such payout a creator and currency."""

GIVEN_BACK_STATES = frozenset({_P.FAILED, _P.RETURNED, _P.CANCELLED})
"""The exact amount is payable again."""

OPEN_ATTEMPT_STATES = frozenset({_A.CLAIMED, _A.UNKNOWN})
"""The rail may hold or yet receive this attempt; at most one such attempt a payout."""


def check_move(before: PayoutState, after: PayoutState) -> None:
    """Refuse a move of a payout that the table does not have.

    :raises IllegalMove: naming both states.
    """
    if after not in TRANSITIONS[before]:
        raise IllegalMove(f"a payout does not go from {before} to {after}")


def check_attempt_move(before: AttemptState, after: AttemptState) -> None:
    """Refuse a move of an attempt that the table does not have.

    :raises IllegalMove: naming both states.
    """
    if after not in ATTEMPT_TRANSITIONS[before]:
        raise IllegalMove(f"an attempt does not go from {before} to {after}")


def can_open_attempt(*, payout: PayoutState, attempts: Collection[AttemptState]) -> bool:
    """Tell whether a new attempt, with a new key, may be claimed without paying twice."""
    is_settled = all(state in {_A.REFUSED, _A.ABSENT} for state in attempts)
    return payout is _P.APPROVED and is_settled


def can_send_again(*, claimed_at: datetime, now: datetime) -> bool:
    """Tell whether an attempt may be sent again with its own key and parameters."""
    return now - claimed_at < RETRY_WINDOW


def can_declare_absent(*, claimed_at: datetime, now: datetime, is_complete: bool) -> bool:
    """Tell whether a look-up that found nothing may end the attempt."""
    return is_complete and now - claimed_at >= SETTLE_WINDOW
