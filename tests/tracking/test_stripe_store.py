"""Stripe as a store: one order a sale, whatever events tell it."""

import json
from datetime import UTC, datetime

import pytest

from core.egress import Answer
from core.signing import Refusal, Verified, sign_stripe
from tests.tracking.payloads import SHARED, hash_email, own
from tracking.domain.events import DisputeEvent, OrderSnapshot, RefundEvent
from tracking.integrations.reading import load_object
from tracking.integrations.stripe import describe, parse, verify
from tracking.integrations.stripe.fields import Told
from tracking.integrations.stripe.invoice import read_invoice
from tracking.integrations.stripe.pull import StripeSource
from tracking.services.adapters import IRRELEVANT, NO_REVENUE, SAME_SALE, PayloadRefused
from tracking.services.sources import PullFailed

NOW = datetime(2026, 1, 2, 10, tzinfo=UTC)
CLICK = "Ab3" * 16 + "xy"


def read(name, **changes):
    body = own("stripe", name)
    if changes:
        document = json.loads(body)
        document["data"]["object"] |= changes
        body = json.dumps(document).encode()
    topic = "order.fetched" if name.startswith("fetched") else describe(headers={}, body=body).topic
    return parse(topic=topic, headers={}, body=body, hash_email=hash_email)


def only(name, **changes):
    [event] = read(name, **changes).events
    return event


def test_a_signature_of_any_live_secret_counts_and_of_no_other():
    body = own("stripe", "session_paid")
    headers = sign_stripe(secrets=["whsec_a"], body=body, now=NOW)

    assert verify(headers=headers, body=body, secrets=["x", "whsec_a"], now=NOW) == Verified(
        1, None, NOW
    )
    refused = verify(headers=headers, body=body + b" ", secrets=["whsec_a"], now=NOW)
    assert refused == Refusal("signature_mismatch")
    assert describe(headers={}, body=body).event_id == "evt_1"


def test_a_payment_is_one_order_under_its_payment_intent():
    parsed = read("session_paid")
    [order] = parsed.events
    [line] = order.lines

    assert parsed.fetch == ("cs_live_1",) and parsed.is_provisional
    assert (order.external_order_id, order.status, order.currency) == ("pi_1", "paid", "EUR")
    assert (line.gross, line.discount, line.net_ex_tax, line.tax) == (5000, 500, 4500, 465)
    assert (order.shipping, order.total, order.is_test) == (500, 5465, False)
    assert [(one.token, one.carrier) for one in order.clicks] == [(CLICK, "client_reference")]
    assert order.customer.email_hash == "hash of mia@shop.example"
    assert order.customer.country == "DE"


def test_what_is_fetched_has_lines_codes_and_the_time_of_the_charge_and_is_newer():
    told, order = only("session_paid"), only("fetched_session")

    assert [(line.product_ref, line.net_ex_tax, line.tax) for line in order.lines] == [
        ("prod_1", 2700, 279),
        ("prod_2", 1800, 186),
    ]
    assert [(one.kind, one.code, one.raw_code) for one in order.discounts] == [
        ("code", "lena10", "Lena10")
    ]
    assert order.external_order_id == told.external_order_id and order.version > told.version
    assert order.paid_at == datetime(2026, 1, 1, 9, 55, tzinfo=UTC)
    assert [one.carrier for one in order.clicks] == ["client_reference", "metadata"]


def test_a_payment_that_takes_days_is_pending_until_it_succeeds():
    waiting, paid = only("session_unpaid"), only("session_paid_later")

    assert (waiting.status, waiting.paid_at) == ("pending", None)
    assert (paid.status, paid.paid_at) == ("paid", datetime(2026, 1, 3, 10, tzinfo=UTC))
    assert waiting.external_order_id == paid.external_order_id and waiting.version < paid.version


def test_tax_inside_the_prices_is_taken_out_and_a_total_that_fits_neither_way_is_refused():
    [line] = only("session_tax_included").lines

    assert (line.gross, line.net_ex_tax, line.tax) == (1000, 1000, 190)
    with pytest.raises(PayloadRefused, match="inconsistent_money"):
        read("session_paid", amount_total=4321)


def test_a_subscription_is_its_invoices_and_its_session_lends_the_first_its_click():
    start, first = only("session_of_subscription"), only("invoice_first")
    renewal = only("invoice_renewal_old_shape")

    assert (start.external_order_id, start.status, start.lines) == ("in_1", "pending", ())
    assert first.external_order_id == "in_1" and first.version > start.version
    assert (first.status, first.subscription.kind, first.subscription.external_id) == (
        "paid",
        "initial",
        "sub_1",
    )
    assert [one.token for one in (*start.clicks, *first.clicks)] == [CLICK, CLICK]
    assert (renewal.subscription.kind, renewal.subscription.external_id) == ("renewal", "sub_1")
    assert renewal.clicks == ()
    assert [(line.product_ref, line.net_ex_tax, line.tax) for line in renewal.lines] == [
        ("prod_m", 2000, 380)
    ]


def test_credit_for_unused_time_comes_off_the_new_plan():
    [line] = only("invoice_switch_with_credit").lines

    assert (line.gross, line.discount, line.net_ex_tax) == (4000, 1000, 3000)


def test_an_invoice_of_nothing_earns_nothing_and_one_paid_by_credit_is_set_aside():
    trial, credit = only("invoice_of_a_trial"), read("invoice_paid_by_credit")

    assert (trial.total, sum(line.net_ex_tax for line in trial.lines)) == (0, 0)
    assert (credit.events, credit.note) == ((), NO_REVENUE)


def test_a_long_invoice_is_read_from_its_lines_fetched_apart():
    order = only("fetched_invoice")

    assert [(line.gross, line.discount) for line in order.lines] == [(2000, 200)]
    assert [one.code for one in order.discounts] == ["lena10"]


def test_refunds_go_by_their_ids_or_by_their_total():
    total, listed = only("charge_refunded_total_only"), read("charge_refunded_listed")

    assert (total.external_order_id, total.cumulative_total) == ("pi_1", 1000)
    assert read("charge_refunded_total_only").fetch == ("pi_1",)
    assert listed.fetch == ()
    rows = [(one.external_order_id, one.external_refund_id, one.status) for one in listed.events]
    assert rows == [
        ("in_2", "re_1", "succeeded"),
        ("in_2", "re_2", "pending"),
    ]
    assert [only("refund_created").status, only("refund_failed").status] == ["succeeded", "failed"]
    assert only("refund_created").external_refund_id == only("refund_failed").external_refund_id


def test_a_fetched_payment_says_whose_refund_it_is():
    refund = only("fetched_payment")

    assert (refund.external_order_id, refund.external_refund_id, refund.total) == (
        "in_9",
        "re_9",
        500,
    )


@pytest.mark.parametrize("word", ["opened", "won", "lost"])
def test_disputes_open_and_end(word):
    event = only(f"dispute_{word}")

    assert isinstance(event, DisputeEvent)
    assert (event.status, event.external_order_id, event.amount) == (word, "pi_1", 5465)


def test_currencies_that_stripe_counts_otherwise_are_brought_to_iso():
    assert only("session_isk").total == 1500
    with pytest.raises(PayloadRefused, match="bad_amount"):
        read("session_isk", amount_total=150050)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_total": "54.65"}, "bad_amount"),
        ({"amount_total": 54.65}, "bad_amount"),
        ({"amount_total": -1}, "negative_amount"),
        ({"amount_total": None}, "missing_field"),
        ({"currency": "xxx"}, "unknown_currency"),
        ({"payment_status": "maybe"}, "unknown_word"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(changes, code):
    with pytest.raises(PayloadRefused) as refused:
        read("session_paid", **changes)
    assert refused.value.code == code


def test_another_account_is_refused_and_a_thin_event_is_not_misread():
    with pytest.raises(PayloadRefused, match="foreign_account"):
        read("connected_account")
    assert read("thin_v2").note == IRRELEVANT


ANSWERS = {
    "checkout/sessions/cs_1": b'{"id":"cs_1"}',
    "invoices/in_1": b'{"id":"in_1","lines":{"has_more":true}}',
    "invoices/in_1/lines": b'{"data":[]}',
    "payment_intents/pi_1": b'{"id":"pi_1"}',
    "invoice_payments": b"{}",
    "refunds": b"{}",
    "disputes": b"{}",
}


def answer(path):
    body = ANSWERS.get(path.partition("?")[0])
    return Answer(200 if body else 404, {}, body or b"{}")


def test_each_kind_of_id_is_asked_for_where_it_is_kept():
    source = StripeSource(answer)

    assert source.get_order("cs_1").body == b'{"session":{"id":"cs_1"}}'
    assert b'"lines":{"data":[]}' in source.get_order("in_1").body
    assert set(json.loads(source.get_order("pi_1").body)) == {
        "payment_intent",
        "invoices",
        "refunds",
        "disputes",
    }
    assert source.get_order("cs_2") is None
    with pytest.raises(PullFailed, match="no_order"):
        source.get_order("ch_1")


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_every_real_body_is_read_or_set_aside_with_a_reason():
    """The expected values were read from the files by hand."""
    found: dict[str, object] = {}
    for path in sorted(SHARED.glob("stripe__*.json")):
        body = path.read_bytes()
        topic = describe(headers={}, body=body).topic
        try:
            parsed = parse(topic=topic, headers={}, body=body, hash_email=hash_email)
        except PayloadRefused as refusal:
            found[path.stem.removeprefix("stripe__")] = refusal.code
            continue
        found[path.stem.removeprefix("stripe__")] = [sum_up(one) for one in parsed.events] or (
            parsed.note
        )
    assert {name: told for name, told in found.items() if name in REAL} == REAL
    assert {str(told) for name, told in found.items() if name not in REAL} == OTHERS


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_a_real_invoice_of_the_newer_shape_adds_up():
    invoice = load_object((SHARED / "stripe__pay_invoice.json").read_bytes())

    [order] = read_invoice(invoice, Told(hash_email, is_test=True, at=NOW)).events

    assert [(one.gross, one.discount, one.net_ex_tax, one.tax) for one in order.lines] == [
        (17400, 1740, 15660, 1245),
        (8700, 1653, 7047, 560),
    ]
    assert order.total == sum(one.net_ex_tax + one.tax for one in order.lines) == 24512


def sum_up(event):
    if isinstance(event, OrderSnapshot):
        net = sum(line.net_ex_tax for line in event.lines)
        return ("order", event.external_order_id[:12], event.status, event.currency, net)
    if isinstance(event, RefundEvent):
        return ("refund", event.external_order_id[:12], event.status, event.currency, event.total)
    return ("dispute", event.external_order_id[:12], event.status, event.amount)


REAL = {
    "evt_charge_dispute_closed": [("dispute", "pi_1IqtG9JDP", "opened", 1000)],
    "evt_charge_dispute_created": [("dispute", "pi_1IqtG9JDP", "opened", 1000)],
    "evt_charge_dispute_funds_withdrawn": [("dispute", "pi_1IqtG9JDP", "opened", 1000)],
    "evt_charge_failed": IRRELEVANT,
    "evt_charge_refunded": [("refund", "in_1KJdKkJDP", "succeeded", "USD", 2500)],
    "evt_charge_succeeded": SAME_SALE,
    "evt_checkout_session_completed": [("order", "pi_1IqxJOJDP", "paid", "EUR", 934)],
    "evt_credit_note_created": IRRELEVANT,
    "evt_early_fraud_warning_created": IRRELEVANT,
    "evt_invoice_finalized": SAME_SALE,
    "evt_invoice_paid": [("order", "in_1KJqKBJDP", "paid", "USD", 0)],
    "evt_refund_created": [("refund", "pi_1GszsK2eZ", "succeeded", "USD", 1000)],
    "evt_subscription_created": IRRELEVANT,
    "evt_subscription_deleted": IRRELEVANT,
    "mock_charge_refund_updated": [("refund", "ch_000000000", "succeeded", "USD", 100)],
    "mock_charge_refunded": [("refund", "ch_000000000", "succeeded", "USD", 100)],
    "mock_checkout_session_completed_payment_mode": [
        ("order", "pi_000000000", "paid", "USD", 25000)
    ],
    "mock_invoice_payment_succeeded": SAME_SALE,
}
# Events of the account itself, and objects that stand in the collection without their event.
OTHERS = {IRRELEVANT, "unknown_word", "wrong_type"}
