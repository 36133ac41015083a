"""Gumroad: nothing is signed, so a sale counts once it was looked up."""

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from core.egress import Answer
from core.signing import Refusal, Verified
from tests.tracking.payloads import SHARED, hash_email, own
from tracking.integrations.gumroad import describe, parse, verify
from tracking.integrations.gumroad.pull import GumroadSource
from tracking.services.adapters import NO_REVENUE, PayloadRefused
from tracking.services.sources import PullFailed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLICK = "Ab3" * 16 + "xy"
HOOK = "https://fairshare.example/hooks/con_1"
PING = {"sale_id": "FO8==", "currency": "eur", "price": "1000", "url_params[fs_click]": CLICK}


def read_ping(**changes):
    body = urlencode(PING | changes).encode()
    topic = describe(headers={}, body=body).topic
    return parse(topic=topic, headers={}, body=body, hash_email=hash_email)


def read(name, **changes):
    document = json.loads(own("gumroad", name))
    document["answer"]["sale"] |= changes
    body = json.dumps(document).encode()
    return parse(topic="order.fetched", headers={}, body=body, hash_email=hash_email).events


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"{HOOK}/s2", Verified(1)),
        (f"{HOOK}/s3", Refusal("signature_mismatch")),
        (HOOK, Refusal("missing_header")),
        (f"{HOOK}/", Refusal("missing_header")),
        (f"{HOOK}/x/s2", Refusal("missing_header")),
    ],
)
def test_the_end_of_the_address_is_the_secret(address, expected):
    told = verify(headers={}, body=b"", secrets=["s1", "s2"], now=NOW, address=address)

    assert told == expected


def test_a_ping_keeps_the_click_and_names_the_sale():
    parsed = read_ping()
    [waiting] = parsed.events

    assert (parsed.fetch, parsed.is_provisional) == (("EUR/FO8==",), False)
    assert (waiting.status, waiting.total, waiting.lines) == ("pending", 0, ())
    assert [(one.token, one.carrier) for one in waiting.clicks] == [(CLICK, "url_params")]
    assert read_ping(is_recurring_charge="true").events == ()
    assert read_ping(resource_name="refund").fetch == ("EUR/FO8==",)
    assert (read_ping(test="true").fetch, read_ping(test="true").note) == ((), NO_REVENUE)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"currency": "gold"}, "unknown_currency"),
        ({"sale_id": ""}, "bad_identifier"),
        ({"sale_id": "a b"}, "bad_identifier"),
        ({"sale_id": "x" * 75}, "bad_identifier"),
    ],
)
def test_a_ping_that_names_no_sale_is_refused(changes, code):
    with pytest.raises(PayloadRefused) as refused:
        read_ping(**changes)
    assert refused.value.code == code


def test_a_sale_is_what_was_paid_with_its_code():
    [order] = read("fetched_sale")

    assert (order.external_order_id, order.status, order.currency) == ("FO8TXN-dv==", "paid", "EUR")
    assert [(one.product_ref, one.net_ex_tax) for one in order.lines] == [("prod-1==", 1000)]
    assert [one.code for one in order.discounts] == ["lena10"]
    assert order.customer.email_hash == "hash of mia@shop.example"
    assert read("fetched_yen")[0].total == 1500
    assert read("fetched_renewal")[0].subscription.kind == "renewal"


def test_refunds_and_disputes_are_flags_of_the_sale():
    whole, part = read("fetched_refunded"), read("fetched_refunded_partly")

    assert (whole[0].status, whole[1].cumulative_total) == ("refunded", 1000)
    assert (part[0].status, part[1].cumulative_total) == ("paid", 250)
    assert read("fetched_disputed")[1].status == "opened"
    assert read("fetched_dispute_won")[1].status == "won"
    assert read("fetched_disputed", chargedback=True)[1].status == "lost"
    assert read("fetched_disputed")[0].version > read("fetched_sale")[0].version


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"price": "10.00"}, "bad_amount"),
        ({"price": -1}, "negative_amount"),
        ({"partially_refunded": True, "amount_refundable_in_currency": "99"}, "inconsistent_money"),
        ({"created_at": "now"}, "bad_time"),
    ],
)
def test_what_cannot_be_read_exactly_is_refused(changes, code):
    with pytest.raises(PayloadRefused) as refused:
        read("fetched_sale", **changes)
    assert refused.value.code == code


def test_the_answer_must_be_the_sale_that_was_asked_for():
    def answer(path):
        found = b'{"success":true,"sale":{"id":"A=="}}'
        return Answer(200, {}, found) if path.startswith("sales/") else Answer(404, {}, b"")

    source = GumroadSource(answer)

    assert json.loads(source.get_order("EUR/A==").body)["currency"] == "EUR"
    with pytest.raises(PullFailed, match="no_order"):
        source.get_order("EUR/B==")


@pytest.mark.skipif(not SHARED.exists(), reason="the shared payloads are not here")
def test_every_real_sale_is_read():
    sale = json.loads((SHARED / "gumroad__sale.json").read_bytes())
    listed = json.loads((SHARED / "gumroad__sales.json").read_bytes())["sales"]
    for one in (sale["sale"], *listed):
        raw = json.dumps({"currency": "USD", "answer": {"sale": one}}).encode()
        [order] = parse(topic="order.fetched", headers={}, body=raw, hash_email=hash_email).events
        assert (order.total, order.status, order.subscription.kind) == (1000, "paid", "initial")
