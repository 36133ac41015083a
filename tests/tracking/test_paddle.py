"""Paddle Billing: transactions, and adjustments once they are approved."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from core.signing import Refusal, Verified
from tests.tracking.payloads import SHARED, hash_email, own
from tests.tracking.vectors import list_vectors
from tracking.domain.events import DisputeEvent
from tracking.integrations.paddle import describe, parse, verify
from tracking.services.adapters import IRRELEVANT, NO_ORDER, PayloadRefused

CLICK = "Ab3" * 16 + "xy"


def read(name, **changes):
    document = json.loads(own("paddle", name))
    if changes:
        document["data"] |= changes
    body = json.dumps(document).encode()
    topic = "order.fetched" if name.startswith("fetched") else document["event_type"]
    return parse(topic=topic, headers={}, body=body, hash_email=hash_email)


def only(name, **changes):
    [event] = read(name, **changes).events
    return event


@pytest.mark.parametrize("vector", list_vectors("paddle"), ids=lambda one: one.name)
def test_the_vendors_own_signatures_are_believed_for_five_minutes(vector):
    signed_at = datetime.fromtimestamp(
        int(vector.headers["Paddle-Signature"].partition(";")[0].removeprefix("ts=")), UTC
    )
    asked = {"headers": vector.headers, "secrets": ["other", vector.key], "now": signed_at}

    assert verify(body=vector.body, **asked) == Verified(1)
    assert verify(body=vector.body + b" ", **asked) == Refusal("signature_mismatch")
    late = asked | {"now": signed_at + timedelta(seconds=301)}
    assert verify(body=vector.body, **late) == Refusal("timestamp_too_old")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", "missing_header"),
        ("ts=1;ts=1;h1=00", "bad_timestamp"),
        ("h1=00", "bad_timestamp"),
        ("ts=1767261600", "bad_signature"),
        ("ts=1767261600;h1=zz", "bad_signature"),
    ],
)
def test_a_signature_out_of_form_is_refused(header, code):
    now = datetime(2026, 1, 1, 10, tzinfo=UTC)

    refused = verify(headers={"Paddle-Signature": header}, body=b"", secrets=["s"], now=now)

    assert refused == Refusal(code)


def test_a_completed_transaction_is_an_order():
    parsed = read("transaction_completed")
    [order] = parsed.events

    assert (parsed.fetch, parsed.is_provisional) == (("txn_1",), True)
    assert (order.external_order_id, order.status, order.currency) == ("txn_1", "paid", "EUR")
    assert [(one.product_ref, one.quantity, one.net_ex_tax, one.tax) for one in order.lines] == [
        ("pro_1", 2, 3600, 684),
        ("pro_2", 1, 900, 171),
    ]
    assert (order.total, order.tax_total) == (5355, 855)
    assert order.paid_at == datetime(2026, 1, 1, 9, 59, 30, tzinfo=UTC)
    assert [(one.token, one.carrier) for one in order.clicks] == [(CLICK, "custom_data")]
    assert (order.subscription.kind, order.subscription.external_id) == ("initial", "sub_1")


def test_what_is_fetched_knows_code_customer_and_country():
    told, order = only("transaction_completed"), only("fetched_transaction")

    assert [(one.kind, one.code, one.amount) for one in order.discounts] == [
        ("code", "lena10", 500)
    ]
    assert order.customer.email_hash == "hash of mia@shop.example"
    assert (order.customer.country, order.is_test) == ("DE", True)
    assert order.version > told.version


def test_states_follow_the_transaction():
    billed, canceled = only("transaction_billed"), only("transaction_canceled")

    assert (billed.status, billed.paid_at) == ("pending", None)
    assert canceled.status == "cancelled" and canceled.cancelled_at is not None
    assert canceled.version > billed.version
    assert read("transaction_opened").note == NO_ORDER
    assert only("transaction_renewal").subscription.kind == "renewal"
    assert only("transaction_renewal").clicks == ()
    assert only("transaction_jpy").total == 3300


def test_only_an_approved_adjustment_is_money():
    states = [only(f"adjustment_{word}") for word in ("waiting", "approved", "rejected")]

    assert [one.status for one in states] == ["pending", "succeeded", "cancelled"]
    assert {one.external_refund_id for one in states} == {"adj_11"}
    [line] = states[1].lines
    assert (line.external_line_id, line.net_ex_tax, line.tax) == ("txnitm_2", 900, 171)
    assert (states[1].external_order_id, states[1].total) == ("txn_1", 1071)


def test_a_chargeback_reverses_and_its_reversal_restores():
    lost, won = only("chargeback"), only("chargeback_reversed")

    assert isinstance(lost, DisputeEvent) and isinstance(won, DisputeEvent)
    assert (lost.status, won.status) == ("lost", "won")
    assert lost.external_dispute_id == won.external_dispute_id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "odd"}, "unknown_word"),
        ({"updated_at": "yesterday"}, "bad_time"),
        ({"details": {"totals": {"currency_code": "EUR", "total": "53.55"}}}, "bad_amount"),
        ({"details": {"totals": {"currency_code": "EUR"}}}, "missing_field"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(changes, code):
    with pytest.raises(PayloadRefused) as refused:
        read("transaction_completed", **changes)
    assert refused.value.code == code


def test_a_notification_of_something_else_is_set_aside():
    body = b'{"event_id":"evt_1","event_type":"customer.created","data":{}}'

    assert describe(headers={}, body=body).event_id == "evt_1"
    told = parse(topic="customer.created", headers={}, body=body, hash_email=hash_email)
    assert told.note == IRRELEVANT


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_every_real_body_is_read_or_set_aside_with_a_reason():
    """The expected values were read from the files by hand."""
    found: dict[str, object] = {}
    for path in sorted(SHARED.glob("paddle__*.json")):
        document = json.loads(path.read_bytes())
        name = path.stem.removeprefix("paddle__").removeprefix("entity_")
        kind = document.get("event_type") or ".".join(name.split("_", 1))
        data = document if "event_id" in document else {"event_type": kind, "data": document}
        if "classic" in name:
            data = document
        try:
            parsed = parse(
                topic=kind, headers={}, body=json.dumps(data).encode(), hash_email=hash_email
            )
        except PayloadRefused as refusal:
            found[name] = refusal.code
            continue
        found[name] = [
            (one.status, one.total, sum(line.net_ex_tax for line in one.lines))
            for one in parsed.events
        ] or parsed.note

    assert found == {
        "adjustment_created": [("pending", 100, 92)],
        "paddle_billing_subscription_created": IRRELEVANT,
        "paddle_classic_subscription_payment_succeeded": "missing_field",
        "payout_paid": IRRELEVANT,
        "subscription_canceled": IRRELEVANT,
        "subscription_created": IRRELEVANT,
        "subscription_updated": IRRELEVANT,
        "transaction_billed": REAL_BILLED,
        "transaction_canceled": [("cancelled", 2763149, 2537910)],
        "transaction_completed": [("paid", 65215, 59900)],
        "transaction_paid": [("paid", 65215, 59900)],
    }


REAL_BILLED = [("pending", 2763149, 2537910)]
