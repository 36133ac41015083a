"""A genuine event names what to fetch; anything else is refused, whatever it says."""

import json
from datetime import timedelta
from typing import Any

import pytest

from core.signing import Refusal, sign_stripe
from payouts.rails.stripe.webhook import parse_webhook
from payouts.services.rails import Notice, NoticeKind
from tests.payouts.stripe_world import START, make_instruction, open_world

SECRET, CONNECT_SECRET = "whsec_platform", "whsec_connect"


def parse(body: bytes, *, secret: str = SECRET, live: bool = False, **changes: Any) -> Any:
    headers = sign_stripe(secrets=[secret], body=body, now=START)
    given = {
        "headers": headers,
        "body": body,
        "secrets": [SECRET, CONNECT_SECRET],
        "now": START,
        "expects_live": live,
    }
    return parse_webhook(**{**given, **changes})


def make_event(event_type: str, thing: dict[str, Any], **more: Any) -> bytes:
    event = {
        "id": "evt_1",
        "object": "event",
        "created": int(START.timestamp()),
        "livemode": False,
        "type": event_type,
        "data": {"object": thing},
        **more,
    }
    return json.dumps(event).encode()


TRANSFER = {"id": "tr_1", "object": "transfer", "amount": 5}


@pytest.mark.parametrize(
    ("event_type", "thing", "more", "kind", "ids", "account"),
    [
        ("transfer.reversed", TRANSFER, {}, "transfer", ("tr_1",), ""),
        ("transfer.created", TRANSFER, {}, "transfer", ("tr_1",), ""),
        (
            "account.updated",
            {"id": "acct_1", "object": "account"},
            {"account": "acct_1"},
            "account",
            (),
            "acct_1",
        ),
        (
            "account.external_account.created",
            {"id": "ba_1", "object": "bank_account"},
            {"account": "acct_1"},
            "account",
            (),
            "acct_1",
        ),
        (
            "account.application.deauthorized",
            {"id": "ca_1", "object": "application"},
            {"account": "acct_2"},
            "account_closed",
            (),
            "acct_2",
        ),
        (
            "payout.failed",
            {"id": "po_1", "object": "payout"},
            {"account": "acct_3"},
            "creator_payout",
            ("po_1",),
            "acct_3",
        ),
        ("balance.available", {"object": "balance"}, {}, "ignored", (), ""),
    ],
)
def test_an_event_names_what_to_fetch(
    event_type: str, thing: Any, more: Any, kind: NoticeKind, ids: Any, account: str
) -> None:
    assert parse(make_event(event_type, thing, **more)) == Notice(
        "evt_1", kind, ids, account, START
    )


def test_either_secret_will_do_and_no_other() -> None:
    body = make_event("transfer.created", TRANSFER)

    assert isinstance(parse(body, secret=CONNECT_SECRET), Notice)
    assert parse(body, secret="whsec_other") == Refusal("signature_mismatch")
    assert parse(body, headers={}) == Refusal("missing_header")


def test_an_old_event_is_refused() -> None:
    body = make_event("transfer.created", TRANSFER)

    assert isinstance(parse(body, now=START + timedelta(seconds=300)), Notice)
    assert parse(body, now=START + timedelta(seconds=301)) == Refusal("timestamp_too_old")


@pytest.mark.parametrize(("is_live", "kind"), [(False, "transfer"), (True, "ignored")])
def test_an_event_of_the_other_mode_is_genuine_and_ignored(is_live: bool, kind: str) -> None:
    notice = parse(make_event("transfer.created", TRANSFER), live=is_live)

    assert notice.kind == kind


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff",
        b'{"object": "event"}',
        make_event("transfer.created", {}),
        make_event("account.application.deauthorized", {"object": "application"}),
        make_event("transfer.created", TRANSFER, created=10**30),
        make_event("transfer.created", TRANSFER, livemode="false"),
        make_event("transfer.created", TRANSFER, data=[]),
    ],
)
def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    assert isinstance(parse(body), Refusal)


def test_the_events_of_the_stand_in_reach_the_rail() -> None:
    with open_world() as world:
        instruction = make_instruction(world)
        sent = world.rail.submit(instruction=instruction)
        world.reverse(sent.external_id)  # type: ignore[union-attr]
        notices = []
        for event in world.standin.list_pending_events(namespace=world.namespace):
            delivery = world.standin.sign_event(event=event, secrets=[SECRET], now=START)
            notices.append(
                world.rail.parse_webhook(
                    headers=delivery.headers, body=delivery.body, secrets=[SECRET], now=START
                )
            )
            world.standin.mark_delivered(namespace=world.namespace, event_id=delivery.event_id)

        assert [notice.kind for notice in notices] == ["account", "transfer", "transfer"]  # type: ignore[union-attr]
        assert world.standin.list_pending_events(namespace=world.namespace) == []
