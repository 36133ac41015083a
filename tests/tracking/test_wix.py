"""What a Wix order means, and that only the key of the app can say so."""

import json

import pytest

from core.signing import Refusal, Verified
from tests.tracking.adapting import (
    at,
    changed,
    document,
    money_of,
    needs_shared,
    read,
    read_raw,
    refused,
    shared,
    with_value,
)
from tests.tracking.keys import base64url, key_set, make_token, pem, private_key, sign
from tests.tracking.payloads import SHARED
from tracking.domain import merge, standing
from tracking.domain.events import ClickSignal
from tracking.integrations import wix
from tracking.services.adapters import IRRELEVANT, UNINSTALLED, PayloadRefused

NOW = at(2026, 3, 2, 9, 1)
KEY = private_key("app")
ISSUED = int(NOW.timestamp())


def token(order, slug="updated", *, as_text=True, **payload):
    place = {"created": ("createdEvent", "entity"), "updated": ("updatedEvent", "currentEntity")}
    event, name = place.get(slug, ("actionEvent", "body"))
    entity = {"order": order} if event == "actionEvent" else order
    inner = {
        "id": "7c9d1a20-0000-4000-8000-00000000abcd",
        "entityFqdn": "wix.ecom.v1.order",
        "slug": slug,
        "entityId": order["id"],
        "eventTime": "2026-03-02T09:00:42.000Z",
        event: {f"{name}AsJson": json.dumps(entity)} if as_text else {name: entity},
    }
    data = {
        "data": json.dumps(inner),
        "instanceId": "in-1",
        "eventType": f"wix.ecom.v1.order_{slug}",
    }
    content = {"data": json.dumps(data), "iat": ISSUED, "exp": ISSUED + 3600}
    return make_token(KEY, content | payload)


def verify(body, secrets=None, now=NOW):
    return wix.verify(headers={}, body=body, secrets=secrets or [pem(KEY)], now=now, address="")


def order(name, change=lambda _: None):
    return read(wix, changed("wix", name, change))


def test_a_token_of_the_app_is_verified_by_any_form_of_its_key():
    body = token(document("wix", "order_paid"))
    other = pem(private_key("other"))
    assert verify(body) == Verified(0)
    assert verify(body + b"\n") == Verified(0)
    assert verify(body, [other, pem(KEY)]) == Verified(1)
    assert verify(body, [key_set(private_key("other"), KEY)]) == Verified(0)
    assert verify(body, [other + pem(KEY)]) == Verified(0)
    assert verify(body, [pem(KEY).replace("\n", "")]) == Verified(0)
    assert verify(body, [other]) == Refusal("signature_mismatch")
    assert verify(body, ["a shared secret"]) == Refusal("no_secret")


def test_a_token_of_another_make_is_refused():
    body = token(document("wix", "order_paid"))
    first, payload, last = body.split(b".")
    none = base64url(b'{"alg":"none"}').encode()
    hs256 = base64url(b'{"alg":"HS256"}').encode()
    crit = make_token(KEY, {}, crit=["exp"])
    assert verify(b".".join((none, payload, b""))) == Refusal("bad_signature")
    assert verify(b".".join((hs256, payload, last))) == Refusal("bad_signature")
    assert verify(crit) == Refusal("bad_signature")
    assert verify(b".".join((first, payload[:-4], last))) == Refusal("signature_mismatch")
    for broken in (b"", b"..", b"a.b", b"{}", b"\xff.a.b", body + b".x", b"!" + body):
        assert verify(broken) == Refusal("bad_signature")


def test_a_short_key_is_no_key():
    weak = private_key("weak", 1024)
    assert verify(make_token(weak, {}), [pem(weak)]) == Refusal("no_secret")


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"exp": ISSUED - 301}, "timestamp_too_old"),
        ({"iat": ISSUED + 301}, "timestamp_in_future"),
        ({"exp": "soon"}, "bad_timestamp"),
        ({"iat": -1}, "bad_timestamp"),
        ({"exp": 10**30}, "bad_timestamp"),
    ],
)
def test_the_age_of_a_token_counts(claims, code):
    assert verify(token(document("wix", "order_paid"), **claims)) == Refusal(code)
    assert verify(token(document("wix", "order_paid"), exp=None, iat=None)) == Verified(0)


@pytest.mark.parametrize("slug", ["created", "updated", "payment_status_updated"])
@pytest.mark.parametrize("as_text", [True, False])
def test_every_event_carries_the_order(slug, as_text):
    body = token(document("wix", "order_paid"), slug, as_text=as_text)
    delivery = wix.describe(headers={}, body=body)
    assert delivery.topic == f"wix.ecom.v1.order_{slug}"
    assert delivery.event_id == "7c9d1a20-0000-4000-8000-00000000abcd"
    assert delivery.triggered_at == at(2026, 3, 2, 9, 0, 42)
    assert read_raw(wix, body, delivery.topic).events == order("order_paid")


def test_other_events_are_noted():
    def of(event_type, inner):
        data = {"data": json.dumps(inner), "eventType": event_type}
        body = make_token(KEY, {"data": json.dumps(data)})
        return read_raw(wix, body, wix.describe(headers={}, body=body).topic)

    assert of("AppRemoved", {}).note == UNINSTALLED
    assert of("wix.stores.v1.product_created", {"entityFqdn": "x"}).note == IRRELEVANT
    assert wix.describe(headers={}, body=b"no token").topic == ""
    with pytest.raises(PayloadRefused) as caught:
        of("wix.ecom.v1.order_deleted", {"entityFqdn": "wix.ecom.v1.order"})
    assert (caught.value.code, caught.value.detail) == ("missing_field", "createdEvent")


def test_what_is_signed_may_still_be_garbage():
    first = base64url(b'{"alg": "RS256"}')
    text = f"{first}.***"
    body = f"{text}.{base64url(sign(KEY, text.encode()))}".encode()
    assert verify(body) == Refusal("bad_timestamp")
    for payload in ({}, {"data": 7}, {"data": "no json"}, {"data": '{"eventType":"x"}'}):
        with pytest.raises(PayloadRefused):
            read_raw(wix, make_token(KEY, payload), "")


def test_a_paid_order():
    [found] = order("order_paid")
    assert money_of(found) == [(10000, 1000, 9000, 1800), (2000, 0, 2000, 0)]
    assert (found.total, found.shipping, found.shipping_tax, found.tax_total) == (
        13400,
        500,
        100,
        1900,
    )
    assert [line.is_gift_card for line in found.lines] == [False, True]
    assert (found.lines[0].sku, found.lines[0].title) == ("L-1", "Reading lamp")
    assert (found.status, found.paid_at) == ("paid", at(2026, 3, 2, 9, 0, 41, 900000))
    assert [(d.kind, d.code, d.amount) for d in found.discounts] == [("code", "lena10", 1000)]
    assert found.customer.email_hash == "hash of mara.quill@example.com"
    assert (found.customer.country, found.external_number) == ("AT", "10019")
    assert found.clicks == (
        ClickSignal("fs-click-token", "custom_field"),
        ClickSignal("app-token", "custom_field"),
    )


def test_placed_is_not_paid():
    [found] = order("order_placed")
    assert (found.status, found.paid_at) == ("pending", None)


def test_tax_in_the_price_leaves_the_base():
    [found] = order("order_tax_included")
    assert money_of(found) == [(10000, 1000, 7500, 1500), (2000, 0, 2000, 0)]
    assert (found.shipping, found.shipping_tax) == (417, 83)


def test_no_digits_and_discounts_that_are_no_codes():
    [found] = order("order_yen")
    assert (found.total, found.lines[0].net_ex_tax, found.shipping) == (1250, 1250, 0)
    assert [d.kind for d in found.discounts] == ["manual", "automatic"]


def test_a_renewal_does_not_bring_the_click_of_its_first_order():
    [found] = order("order_renewal")
    assert (found.subscription.kind, found.clicks) == ("renewal", ())
    [first] = order("order_renewal", lambda body: body["subscriptionInfo"].update(cycleNumber=1))
    assert (first.subscription.kind, len(first.clicks)) == ("initial", 2)


def test_refunds_and_cancellation_converge_in_any_order():
    deliveries = [order("order_placed"), order("order_paid"), order("order_partly_refunded")]
    states = []
    for sequence in (deliveries, deliveries[::-1], deliveries * 2):
        state = merge.EMPTY
        for event in (event for events in sequence for event in events):
            state = merge.merge_event(state, event, received_at=NOW)
        states.append(state)
    assert states[0] == states[1] == states[2]
    assert standing.refund_totals(states[0]).unassigned == 2700
    assert order("order_cancelled")[0].status == "cancelled"


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("priceSummary.total.amount", "1.234", "bad_amount"),
        ("priceSummary.total.amount", 134.0, "amount_not_text"),
        ("lineItems[0].totalPriceBeforeTax", None, "missing_field"),
        ("lineItems[0].totalPriceAfterTax", {"amount": "1"}, "inconsistent_money"),
        ("currency", "XXX", "unknown_currency"),
        ("paymentStatus", "BARTERED", "unknown_word"),
        ("taxIncludedPrices", None, "missing_field"),
        ("updatedDate", None, "missing_field"),
    ],
)
def test_garbled_money_is_refused(path, value, code):
    body = with_value(document("wix", "order_paid"), path, value)
    assert refused(wix, body) == (code, path)


@needs_shared
def test_the_event_object_of_a_sites_own_code_is_no_order():
    """It has another shape than a webhook, no signature, and a tax equal to its price."""
    real = shared("wix", "stores_onOrderPaid")
    assert refused(wix, real) == ("missing_field", "taxIncludedPrices")
    with pytest.raises(PayloadRefused) as caught:
        read_raw(wix, (SHARED / "wix__stores_onOrderPaid.json").read_bytes(), "onOrderPaid")
    assert caught.value.code == "not_a_token"
    assert {path.stem for path in SHARED.glob("wix__*")} == {"wix__stores_onOrderPaid"}
