"""The Stripe rail over real sockets: what each answer proves, and that nothing is paid twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from payouts.rails.stripe.accounts import StripeOnboarding
from payouts.rails.stripe.adapter import StripeRail
from payouts.rails.stripe.client import WrongKey, check_key, make_client
from payouts.rails.stripe.standin_faults import Fault, FaultKind
from payouts.services.rails import (
    Found,
    NotFound,
    Refused,
    Sent,
    Unknown,
    UnknownCode,
)
from tests.payouts.stripe_world import (
    KEY,
    START,
    World,
    another_attempt,
    make_instruction,
    open_world,
)


@pytest.fixture
def world() -> Iterator[World]:
    with open_world() as opened:
        yield opened


def test_a_payout_is_sent_and_the_look_up_finds_it(world: World) -> None:
    instruction = make_instruction(world)
    assert world.rail.lookup(instruction=instruction) == NotFound(is_complete=True)

    sent = world.rail.submit(instruction=instruction)

    assert isinstance(sent, Sent)
    assert sent.is_paid
    assert sent.summary["amount"] == 4_250
    found = world.rail.lookup(instruction=instruction)
    assert found == Found(sent.external_id, 4_250, "EUR")
    assert len(world.transfers()) == 1


def test_the_transfer_carries_the_payout_and_the_attempt(world: World) -> None:
    instruction = make_instruction(world)
    world.rail.submit(instruction=instruction)

    [transfer] = world.transfers()

    assert transfer["transfer_group"] == instruction.group
    assert transfer["metadata"] == {
        "payout_id": instruction.payout_public_id,
        "attempt": str(instruction.attempt_key),
    }
    [request] = [seen for seen in world.server.seen if seen.path == "/v1/transfers"]
    assert request.headers["Idempotency-Key"] == str(instruction.attempt_key)


UNKNOWNS: list[tuple[FaultKind, UnknownCode, int]] = [
    ("timeout_before", "connection", 0),
    ("timeout_after", "connection", 1),
    ("error_saved", "server_error", 0),
    ("error_saved_done", "server_error", 1),
    ("error_unsaved", "server_error", 0),
    ("rate_limited", "rate_limited", 0),
    ("in_progress", "in_progress", 0),
    ("unreadable", "unreadable", 1),
    ("other_mode", "wrong_mode", 1),
]


@pytest.mark.parametrize(("kind", "code", "made"), UNKNOWNS)
def test_a_doubtful_answer_is_unknown_and_the_look_up_tells_the_truth(
    world: World, kind: FaultKind, code: UnknownCode, made: int
) -> None:
    instruction = make_instruction(world)
    world.fail(Fault(kind))

    outcome = world.rail.submit(instruction=instruction)

    assert isinstance(outcome, Unknown)
    assert outcome.code == code
    assert len(world.transfers()) == made
    expected = Found if made else NotFound
    assert isinstance(world.rail.lookup(instruction=instruction), expected)


@pytest.mark.parametrize(("kind", "code", "made"), UNKNOWNS)
def test_sending_again_with_the_same_key_never_pays_twice(
    world: World, kind: FaultKind, code: UnknownCode, made: int
) -> None:
    instruction = make_instruction(world)
    world.fail(Fault(kind, times=2))

    outcomes = [world.rail.submit(instruction=instruction) for _ in range(4)]

    assert len(world.transfers()) == (0 if kind == "error_saved" else 1)
    is_saved_error = kind in {"error_saved", "error_saved_done"}
    assert isinstance(outcomes[-1], Unknown if is_saved_error else Sent)


def test_a_slow_answer_is_unknown_and_meanwhile_the_key_is_busy(world: World) -> None:
    instruction = make_instruction(world)
    world.fail(Fault("slow", delay_s=2.6))

    first = world.rail.submit(instruction=instruction)
    second = world.rail.submit(instruction=instruction)
    world.pass_time(timedelta(seconds=3))
    third = world.rail.submit(instruction=instruction)

    assert isinstance(first, Unknown)
    assert first.code == "timeout"
    assert isinstance(second, Unknown)
    assert second.code == "in_progress"
    assert isinstance(third, Sent)
    assert len(world.transfers()) == 1


def test_an_expired_key_pays_twice_which_is_why_there_is_a_retry_window(world: World) -> None:
    instruction = make_instruction(world)
    world.fail(Fault("timeout_after"))
    world.rail.submit(instruction=instruction)
    world.pass_time(timedelta(hours=24))

    world.rail.submit(instruction=instruction)

    assert len(world.transfers()) == 2
    seen = world.rail.lookup(instruction=instruction)
    assert isinstance(seen, Unknown)
    assert seen.code == "duplicate_transfers"
    assert seen.needs_person


def test_the_same_key_with_another_amount_proves_nothing(world: World) -> None:
    instruction = make_instruction(world)
    world.fail(Fault("timeout_after"))
    world.rail.submit(instruction=instruction)

    outcome = world.rail.submit(instruction=replace(instruction, amount_minor=9_900))

    assert isinstance(outcome, Unknown)
    assert outcome.code == "key_reused"
    assert outcome.needs_person
    assert len(world.transfers()) == 1


def test_an_empty_balance_is_the_brands_cause_and_keeps_the_payout() -> None:
    with open_world(funds=100) as world:
        outcome = world.rail.submit(instruction=make_instruction(world))

    assert isinstance(outcome, Refused)
    assert outcome.code == "balance_insufficient"
    assert outcome.is_brand_cause


def test_stripe_remembers_an_empty_balance_so_a_new_attempt_needs_a_new_key() -> None:
    with open_world(funds=100) as world:
        instruction = make_instruction(world)
        world.rail.submit(instruction=instruction)
        world.standin.fund(namespace=world.namespace, currency="EUR", amount=10_000)

        same_key = world.rail.submit(instruction=instruction)
        new_key = world.rail.submit(instruction=another_attempt(instruction))

    assert isinstance(same_key, Refused)
    assert isinstance(new_key, Sent)


@pytest.mark.parametrize("state", ["restricted", "revoked", "foreign"])
def test_an_account_that_cannot_receive_is_refused_for_good(world: World, state: str) -> None:
    instruction = make_instruction(world)
    if state == "restricted":
        world.standin.restrict(namespace=world.namespace, account=world.account)
    elif state == "revoked":
        world.standin.deauthorize(namespace=world.namespace, account=world.account)
    else:
        instruction = replace(instruction, destination="acct_nobody")

    outcome = world.rail.submit(instruction=instruction)

    assert isinstance(outcome, Refused)
    assert outcome.code == "destination_unusable"
    assert not outcome.is_brand_cause


def test_a_refusal_of_a_second_send_is_not_believed_when_the_first_one_paid(world: World) -> None:
    """The key was forgotten and the account restricted: a 400, although the money is there."""
    instruction = make_instruction(world)
    world.fail(Fault("timeout_after"), Fault("key_expired"))
    world.rail.submit(instruction=instruction)
    world.standin.restrict(namespace=world.namespace, account=world.account)

    outcome = world.rail.submit(instruction=instruction)

    assert isinstance(outcome, Sent)
    assert outcome.external_id == world.transfers()[0]["id"]


def test_a_key_that_stripe_does_not_know_leaves_the_outcome_unknown(world: World) -> None:
    """A 401 is given before Stripe looks at the idempotency key: it proves nothing."""
    client = make_client(key="sk_other", base_url=world.server.url)
    rail = StripeRail(key=KEY, expects_live=False, client=client)

    outcome = rail.submit(instruction=make_instruction(world))

    assert isinstance(outcome, Unknown)
    assert outcome.code == "not_authorized"
    assert "sk_other" not in outcome.detail
    assert rail.payer() is None


def test_a_dead_address_is_unknown() -> None:
    client = make_client(key=KEY, base_url="http://127.0.0.1:9", connect_timeout_s=0.5)
    rail = StripeRail(key=KEY, expects_live=False, client=client)
    with open_world() as world:
        instruction = make_instruction(world)

    outcome = rail.submit(instruction=instruction)

    assert isinstance(outcome, Unknown)
    assert not outcome.needs_person
    assert rail.funds(currency="EUR") is None
    assert not rail.list_sent(since=START).is_complete


def test_an_amount_between_two_steps_never_reaches_stripe(world: World) -> None:
    before = len(world.server.seen)

    outcome = world.rail.submit(
        instruction=make_instruction(world, amount_minor=1_045, currency="HUF")
    )

    assert outcome == Refused("amount_invalid", "the amount is not a multiple of Stripe's step")
    assert len(world.server.seen) == before


@pytest.mark.parametrize(
    ("currency", "amount_minor", "wire"),
    [("EUR", 1_234, 1_234), ("HUF", 1_200, 1_200), ("ISK", 5, 500), ("JPY", 7, 7), ("KWD", 50, 50)],
)
def test_amounts_go_out_in_stripes_units_and_come_back_in_ours(
    world: World, currency: str, amount_minor: int, wire: int
) -> None:
    instruction = make_instruction(world, amount_minor=amount_minor, currency=currency)

    sent = world.rail.submit(instruction=instruction)

    assert isinstance(sent, Sent), sent
    assert world.transfers()[0]["amount"] == wire
    found = world.rail.lookup(instruction=instruction)
    assert isinstance(found, Found)
    assert (found.amount_minor, found.currency) == (amount_minor, currency)


def test_a_reversal_in_part_and_in_full_is_seen(world: World) -> None:
    instruction = make_instruction(world)
    sent = world.rail.submit(instruction=instruction)
    assert isinstance(sent, Sent)

    world.reverse(sent.external_id, 1_000)
    in_part = world.rail.lookup(instruction=instruction)
    world.reverse(sent.external_id)
    in_full = world.rail.lookup(instruction=instruction)

    assert isinstance(in_part, Found)
    assert isinstance(in_full, Found)
    assert (in_part.reversed_minor, in_part.is_reversed) == (1_000, False)
    assert (in_full.reversed_minor, in_full.is_reversed) == (4_250, True)


def test_money_of_another_attempt_in_the_group_needs_a_person(world: World) -> None:
    first = make_instruction(world)
    world.rail.submit(instruction=first)

    seen = world.rail.lookup(instruction=another_attempt(first))

    assert isinstance(seen, Unknown)
    assert seen.code == "foreign_transfer"
    assert seen.needs_person


def test_money_of_another_attempt_that_came_back_does_not_matter(world: World) -> None:
    first = make_instruction(world)
    sent = world.rail.submit(instruction=first)
    assert isinstance(sent, Sent)
    world.reverse(sent.external_id)

    assert world.rail.lookup(instruction=another_attempt(first)) == NotFound(is_complete=True)


def test_the_look_up_reads_every_page(world: World) -> None:
    first = make_instruction(world)
    world.rail.submit(instruction=first)
    for _ in range(230):
        sent = world.rail.submit(instruction=replace(first, attempt_key=uuid4()))
        assert isinstance(sent, Sent)
        world.reverse(sent.external_id)

    found = world.rail.lookup(instruction=first)

    assert isinstance(found, Found)
    assert len(world.rail.list_sent(since=START - timedelta(days=1)).items) == 231
    assert world.rail.list_sent(since=START + timedelta(days=1)).items == ()


def test_a_look_up_that_fails_half_way_proves_nothing(world: World) -> None:
    instruction = make_instruction(world)
    world.fail(Fault("error_unsaved", method="GET"))

    assert isinstance(world.rail.lookup(instruction=instruction), Unknown)


def test_the_list_says_that_a_page_is_missing(world: World) -> None:
    for _ in range(120):
        world.rail.submit(instruction=make_instruction(world))
    world.fail(Fault("timeout_before", method="GET", skip=1))

    listed = world.rail.list_sent(since=START - timedelta(days=1))

    assert not listed.is_complete
    assert len(listed.items) == 100


def test_funds_are_what_is_left_of_the_balance(world: World) -> None:
    world.rail.submit(instruction=make_instruction(world))

    assert world.rail.funds(currency="EUR") == 100_000_000 - 4_250
    assert world.rail.funds(currency="ISK") == 1_000_000
    assert world.rail.funds(currency="SEK") == 0


def test_the_payer_is_the_account_and_not_the_key(world: World) -> None:
    payer = world.rail.payer()

    assert payer is not None
    assert payer.account_id.startswith("acct_")
    assert payer.country == "DE"


def test_a_key_of_the_other_mode_is_refused_and_not_shown() -> None:
    with pytest.raises(WrongKey, match="a live key is needed here"):
        check_key("sk_test_secret", expects_live=True)
    with pytest.raises(WrongKey) as caught:
        StripeRail(key="rk_live_secret", expects_live=False)
    assert "secret" not in str(caught.value)
    with pytest.raises(WrongKey):
        StripeOnboarding(key="pk_test_secret", expects_live=False)


def test_a_live_platform_sends_live_transfers() -> None:
    with open_world(key="rk_live_standin") as world:
        sent = world.rail.submit(instruction=make_instruction(world))

    assert isinstance(sent, Sent)
    assert sent.summary["livemode"] is True
