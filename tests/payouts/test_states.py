"""The state tables: what may follow what, and when a payout may be tried again."""

from datetime import UTC, datetime, timedelta

import pytest

from payouts.domain.states import (
    ATTEMPT_TRANSITIONS,
    GIVEN_BACK_STATES,
    OPEN_ATTEMPT_STATES,
    OPEN_STATES,
    TRANSITIONS,
    AttemptState,
    IllegalMove,
    PayoutState,
    can_declare_absent,
    can_open_attempt,
    can_send_again,
    check_attempt_move,
    check_move,
)

AT = datetime(2026, 9, 5, tzinfo=UTC)
P, A = PayoutState, AttemptState


def test_every_state_has_its_row_and_one_place_for_its_money() -> None:
    assert set(TRANSITIONS) == set(PayoutState)
    assert set(ATTEMPT_TRANSITIONS) == set(AttemptState)
    assert OPEN_STATES | {P.PAID} | GIVEN_BACK_STATES == set(PayoutState)
    assert not OPEN_STATES & GIVEN_BACK_STATES


def test_money_given_back_is_never_taken_again() -> None:
    for state in GIVEN_BACK_STATES:
        assert TRANSITIONS[state] == frozenset()
    assert TRANSITIONS[P.PAID] == {P.RETURNED}


def test_nothing_is_cancelled_while_the_rail_may_have_it() -> None:
    assert P.CANCELLED not in TRANSITIONS[P.SUBMITTING]
    assert P.CANCELLED not in TRANSITIONS[P.UNKNOWN]


def test_every_state_can_be_reached_from_approved() -> None:
    reached = {P.APPROVED}
    for _ in PayoutState:
        reached |= {after for state in reached for after in TRANSITIONS[state]}
    assert reached == set(PayoutState)


@pytest.mark.parametrize("before", PayoutState)
@pytest.mark.parametrize("after", PayoutState)
def test_a_move_is_checked_against_the_table(before: PayoutState, after: PayoutState) -> None:
    if after in TRANSITIONS[before]:
        check_move(before, after)
    else:
        with pytest.raises(IllegalMove, match=f"{before} to {after}"):
            check_move(before, after)


def test_an_attempt_that_ended_stays_ended() -> None:
    check_attempt_move(A.UNKNOWN, A.CLAIMED)
    check_attempt_move(A.ABSENT, A.ACCEPTED)
    for state in set(AttemptState) - OPEN_ATTEMPT_STATES:
        with pytest.raises(IllegalMove):
            check_attempt_move(state, A.CLAIMED)


@pytest.mark.parametrize(
    ("payout", "attempts", "expected"),
    [
        (P.APPROVED, [], True),
        (P.APPROVED, [A.REFUSED, A.ABSENT], True),
        (P.APPROVED, [A.REFUSED, A.UNKNOWN], False),
        (P.APPROVED, [A.CLAIMED], False),
        (P.APPROVED, [A.ACCEPTED], False),
        (P.UNKNOWN, [A.ABSENT], False),
        (P.PAID, [], False),
    ],
)
def test_a_new_attempt_needs_every_earlier_one_settled(
    payout: PayoutState, attempts: list[AttemptState], expected: bool
) -> None:
    assert can_open_attempt(payout=payout, attempts=attempts) is expected


def test_the_retry_window_ends_before_the_key_does_and_absence_comes_after() -> None:
    def ask(hours: float) -> tuple[bool, bool, bool]:
        now = AT + timedelta(hours=hours)
        return (
            can_send_again(claimed_at=AT, now=now),
            can_declare_absent(claimed_at=AT, now=now, is_complete=True),
            can_declare_absent(claimed_at=AT, now=now, is_complete=False),
        )

    assert ask(0) == (True, False, False)
    assert ask(19.99) == (True, False, False)
    assert ask(20) == (False, False, False)
    assert ask(23.99) == (False, False, False)
    assert ask(24) == (False, True, False)
