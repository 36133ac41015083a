"""PayPal behind the Rail Protocol, and the promises of its stand-in that the rail counts on."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from core.signing import Refusal
from payouts.domain.export_paypal import LIMITS, to_value
from payouts.domain.limits import Quote, quote_amount
from payouts.rails.paypal.adapter import KEY_LIFE, PayPalRail, batch_body
from payouts.rails.paypal.amounts import from_value
from payouts.rails.paypal.standin import FATES, TOKEN_LIFE
from payouts.rails.stripe.standin_faults import Fault
from payouts.services.rails import (
    Found,
    Instruction,
    MayRepeat,
    Notice,
    Rail,
    RailUnavailable,
    Refused,
    Sent,
    Unknown,
)
from tests.payouts.paypal_world import ANNA, PayPalWorld, make_instruction, open_paypal

HOOK = "WH-1"


@pytest.fixture
def world() -> Iterator[PayPalWorld]:
    with open_paypal() as opened:
        yield opened


def send(world: PayPalWorld, **changes: object) -> tuple[Instruction, str]:
    """Send a payout; returns what to look it up by, and PayPal's id of it."""
    instruction = make_instruction(**changes)
    sent = world.rail.submit(instruction=instruction)
    assert isinstance(sent, Sent) and not sent.is_paid
    return replace(instruction, external_id=sent.external_id), sent.external_id


def look(world: PayPalWorld, instruction: Instruction) -> Found:
    found = world.rail.lookup(instruction=instruction)
    assert isinstance(found, Found), found
    return found


def test_a_payout_is_one_batch_with_one_item_under_our_ids(world):
    rail: Rail = world.rail
    instruction = make_instruction(amount_minor=1_250)

    rail.submit(instruction=instruction)

    (batch,) = world.standin.list_batches(namespace=world.namespace)
    assert batch["asked"] == batch_body(instruction)
    assert batch["asked"]["sender_batch_header"]["sender_batch_id"] == str(instruction.attempt_key)
    (item,) = batch["asked"]["items"]
    assert (item["receiver"], item["amount"]) == (ANNA, {"value": "12.50", "currency": "EUR"})
    assert item["sender_item_id"] == instruction.payout_public_id


def test_the_same_batch_id_is_paid_once_and_its_link_followed(world):
    instruction, batch_id = send(world)

    again = world.rail.submit(instruction=replace(instruction, external_id="", is_repeat=True))

    assert again == Sent(batch_id, is_paid=False)
    assert len(world.transfers()) == 1


def test_a_batch_that_used_the_id_for_something_else_stops_for_a_person(world):
    instruction, _ = send(world)

    for other in (
        replace(instruction, amount_minor=1),
        replace(instruction, destination=json.dumps({"email": "eve@example.com"})),
    ):
        outcome = world.rail.submit(instruction=other)
        assert isinstance(outcome, Unknown)
        assert (outcome.code, outcome.needs_person) == ("mismatch", True)


def test_without_paypals_own_id_only_repeating_can_tell_and_paypal_forgets_after_thirty_days(world):
    instruction = make_instruction()
    assert world.rail.lookup(instruction=instruction) == MayRepeat(within=KEY_LIFE)
    world.rail.submit(instruction=instruction)

    world.pass_time(KEY_LIFE)
    world.rail.submit(instruction=instruction)
    assert len(world.transfers()) == 1

    world.pass_time(timedelta(days=2))
    world.rail.submit(instruction=instruction)
    assert len(world.transfers()) == 2  # so the rail's window must never be longer


@pytest.mark.parametrize("kind", sorted(FATES))
def test_an_item_moves_with_the_clock_and_is_read_as_what_it_is(world, kind):
    destination = json.dumps({"email": f"{kind}{ANNA}" if kind else ANNA})
    instruction, _ = send(world, destination=destination)
    first = look(world, instruction)
    assert (first.is_paid, first.is_failed, first.code) == (False, False, "pending")

    expected = {
        "SUCCESS": (True, False, False, ""),
        "UNCLAIMED": (False, False, False, "unclaimed"),
        "ONHOLD": (False, False, False, "held"),
        "BLOCKED": (False, True, False, "destination_unusable"),
        "FAILED": (False, True, False, "destination_unusable"),
        "RETURNED": (True, False, True, ""),
        "REFUNDED": (True, False, True, ""),
    }
    passed = timedelta()
    for after, status in FATES[kind]:
        world.pass_time(after - passed)
        passed = after
        found = look(world, instruction)
        assert (
            found.is_paid,
            found.is_failed,
            found.is_reversed,
            found.code,
        ) == expected[status]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("timeout_before", "connection"),
        ("timeout_after", "connection"),
        ("error_unsaved", "server_error"),
        ("error_saved_done", "server_error"),
        ("rate_limited", "rate_limited"),
        ("in_progress", "server_error"),
        ("unreadable", "unreadable"),
    ],
)
def test_no_answer_and_no_sense_are_unknown_never_a_refusal(world, kind, code):
    world.fail(Fault(kind))

    outcome = world.rail.submit(instruction=make_instruction())

    assert isinstance(outcome, Unknown)
    assert outcome.code == code


def test_an_answer_that_comes_too_late_is_unknown_and_the_money_went(world):
    world.fail(Fault("slow", delay_s=60))

    outcome = world.rail.submit(instruction=make_instruction())

    assert outcome == Unknown("timeout", "ReadTimeout")
    assert len(world.transfers()) == 1


def test_a_token_that_ran_out_is_fetched_anew(world):
    send(world)
    world.pass_time(TOKEN_LIFE)
    send(world)
    world.fail(Fault("token_expired"))
    send(world)

    assert len(world.transfers()) == 3


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "KWD"}, "currency_unsupported"),
        ({"amount_minor": 150, "currency": "HUF"}, "amount_invalid"),
        ({"destination": '{"email": "nobody"}'}, "destination_unusable"),
    ],
)
def test_a_first_request_that_is_refused_was_surely_not_paid(world, changes, code):
    outcome = world.rail.submit(instruction=make_instruction(**changes))

    assert isinstance(outcome, Refused)
    assert outcome.code == code
    assert world.transfers() == []


def test_a_refusal_of_a_repeated_request_proves_nothing():
    with open_paypal(funds=0) as world:
        instruction = make_instruction()

        first = world.rail.submit(instruction=instruction)
        repeated = world.rail.submit(instruction=replace(instruction, is_repeat=True))

    assert isinstance(first, Refused) and first.is_brand_cause
    assert isinstance(repeated, Unknown) and repeated.code == "refused_later"


def test_wrong_keys_and_silence_name_no_payer(world):
    assert world.rail.payer() is not None
    world.fail(Fault("timeout_before", method="", path=""))
    assert world.rail.payer() is None
    world.fail(Fault("token_expired", times=2, method="", path=""))
    assert world.rail.payer() is None


def test_amounts_have_the_decimals_paypal_takes():
    assert [to_value(1_250, "EUR"), to_value(150, "JPY"), to_value(15_000, "HUF")] == [
        "12.50",
        "150",
        "150",
    ]
    assert quote_amount(limits=LIMITS, amount_minor=15_050, currency="TWD") == Quote(15_000, 50)
    assert (from_value("150", "HUF"), from_value("12.5", "EUR")) == (15_000, 1_250)
    for wrong in ("12.345", "x", "NaN", "1e40"):
        with pytest.raises(ValueError, match="amount"):
            from_value(wrong, "EUR")


def deliver(world: PayPalWorld, **changes: str) -> Notice | Refusal:
    """Tell of the one event there is, its headers changed."""
    (event,) = world.standin.list_pending_events(namespace=world.namespace)
    signed = world.standin.sign_event(event=event, namespace=world.namespace, webhook_id=HOOK)
    return world.rail.parse_webhook(
        headers={**signed.headers, **changes}, body=signed.body, secrets=[HOOK], now=world.now
    )


def test_a_webhook_is_believed_when_paypal_says_it_is_its_own_and_names_the_batch(world):
    _, batch_id = send(world)
    world.pass_time(timedelta(minutes=1))

    notice = deliver(world)

    assert isinstance(notice, Notice)
    assert (notice.kind, notice.external_ids) == ("transfer", (batch_id,))
    assert deliver(world, **{"Paypal-Transmission-Sig": "0" * 64}) == Refusal("signature_mismatch")
    assert deliver(world, **{"Paypal-Transmission-Sig": ""}) == Refusal("missing_header")
    elsewhere = {"Paypal-Cert-Url": "https://paypal.com.evil.example/cert"}
    assert deliver(world, **elsewhere) == Refusal("bad_header")
    assert isinstance(
        world.rail.parse_webhook(headers={}, body=b"[", secrets=[], now=world.now), Refusal
    )


def test_a_webhook_paypal_does_not_answer_for_is_tried_again_later(world):
    send(world)
    world.pass_time(timedelta(minutes=1))
    world.fail(
        Fault("timeout_before", method="POST", path="/v1/notifications/verify-webhook-signature")
    )

    with pytest.raises(RailUnavailable):
        deliver(world)


def look_at(instruction: Instruction, shown: dict[str, object]) -> object:
    """Look a payout up at a PayPal that shows just this."""

    def answer(request: httpx.Request) -> httpx.Response:
        is_token = request.url.path.endswith("/token")
        return httpx.Response(200, json={"access_token": "t"} if is_token else shown)

    rail = PayPalRail(
        client_id="app", secret="s", is_live=False, transport=httpx.MockTransport(answer)
    )
    return rail.lookup(instruction=instruction)


def test_a_batch_without_items_waits_or_was_denied_and_an_odd_one_proves_nothing():
    instruction = make_instruction(external_id="B1")
    header: dict[str, object] = {
        "payout_batch_id": "B1",
        "batch_status": "DENIED",
        "sender_batch_header": {"sender_batch_id": str(instruction.attempt_key)},
    }

    denied = look_at(instruction, {"batch_header": header})
    waiting = look_at(instruction, {"batch_header": {**header, "batch_status": "PENDING"}})

    assert isinstance(denied, Found) and denied.is_failed
    assert isinstance(waiting, Found) and (waiting.is_failed, waiting.code) == (False, "pending")
    for odd in ({}, {"batch_header": header, "items": [{}]}, {"batch_header": header, "items": 1}):
        assert isinstance(look_at(instruction, odd), Unknown)
