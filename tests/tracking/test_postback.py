"""A shop that cannot post JSON says its orders in an address; it is the same webhook behind."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from brands.models import StoreConnection
from core.ids import uuid7
from tests.makers import make_code, make_connection, make_link
from tests.shop import stamp
from tracking.domain.token import make_token
from tracking.models import Attribution, Commission, Order, RefusedDelivery, StoreEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def link():
    return make_link(slug="anna")


@pytest.fixture
def store(link):
    return make_connection(link.brand)


def sign(store: StoreConnection, query: str, secret: str = "") -> str:
    mac = hmac.new((secret or store.secret).encode(), query.encode(), hashlib.sha256)
    return f"{query}&sig={mac.hexdigest()}"


def address(store: StoreConnection) -> str:
    return reverse("tracking:postback", args=[store.public_id])


def send(store: StoreConnection, **fields: Any) -> Any:
    return send_query(store, sign(store, urlencode(fields)))


def send_query(store: StoreConnection, query: str, **headers: str) -> Any:
    return Client(headers=headers).get(f"{address(store)}?{query}")


def order(number: str = "1", **changes: Any) -> dict[str, Any]:
    at = stamp(datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=1))
    return {"id": number, "at": at, "currency": "EUR", "amount": "100.00"} | changes


def test_a_signed_address_makes_an_order_with_its_click_and_pays(store, link):
    at = datetime.now(UTC) - timedelta(hours=1)
    token = make_token(settings.CLICK_TOKEN_KEYS, uuid7(at), link.pk)

    answer = send(store, **order(click=token, email="a@mail.example", country="DE"))

    assert (answer.status_code, answer.json()["is_new"]) == (200, True)
    credit = Attribution.objects.get(is_current=True)
    assert credit.enrollment_id == link.enrollment_id
    commission = Commission.objects.get()
    assert (commission.order.external_order_id, commission.amount_minor) == ("1", 1000)


def test_a_code_credits_as_it_does_in_the_webhook(store, link):
    make_code(link.enrollment, "ANNA10")

    send(store, **order(code="anna10"))

    assert Attribution.objects.get(is_current=True).signal == "code"


def test_the_secret_in_a_header_stands_for_a_signature_and_a_form_for_an_address(store):
    query = urlencode(order())
    by_header = send_query(store, query, authorization=f"Bearer {store.secret}")
    form = "application/x-www-form-urlencoded"
    by_form = Client().post(address(store), sign(store, urlencode(order("2"))), content_type=form)

    assert (by_header.status_code, by_form.status_code) == (200, 200)
    assert set(Order.objects.values_list("external_order_id", flat=True)) == {"1", "2"}


def test_the_same_postback_again_changes_nothing(store):
    query = sign(store, urlencode(order()))

    answers = [send_query(store, query).json() for _ in range(3)]

    assert [answer["is_new"] for answer in answers] == [True, False, False]
    assert len({answer["event"] for answer in answers}) == 1
    assert (StoreEvent.objects.count(), Order.objects.count()) == (1, 1)


def test_a_refund_and_a_cancellation_take_back(store, link):
    make_code(link.enrollment, "ANNA10")
    send(store, **order("1", code="anna10"))
    send(store, **order("2", code="anna10"))
    later = stamp(datetime.now(UTC).replace(microsecond=0))

    refunded = send(
        store,
        type="refund.created",
        id="1",
        refund_id="r1",
        amount="10.00",
        currency="EUR",
        at=later,
    )
    cancelled = send(store, **order("2", type="order.cancelled", code="anna10", at=later))

    assert (refunded.status_code, cancelled.status_code) == (200, 200)
    amounts = Commission.objects.order_by("order__external_order_id")
    assert list(amounts.values_list("amount_minor", flat=True)) == [900, 0]


def test_a_lead_is_one(store):
    answer = send(store, type="lead.created", id="L1", at=order()["at"], email="b@mail.example")

    assert answer.status_code == 200
    assert Order.objects.get().external_order_id == "lead:L1"


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"amount": "12.345"}, "bad_amount", "amount"),
        ({"amount": "ten"}, "bad_amount", "amount"),
        ({"currency": "EURO"}, "unknown_currency", "currency"),
        ({"at": "yesterday"}, "bad_time", "at"),
        ({"type": "order.guessed"}, "unknown_word", "type"),
        ({"test": "maybe"}, "unknown_word", "test"),
        ({"status": "sold"}, "unknown_word", "status"),
        ({"id": ""}, "missing_field", "id"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_parameter_and_counts_for_nothing(
    store, fields, code, field
):
    answer = send(store, **order() | fields)

    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["field"]) == (422, code, field)
    assert field in error["message"] or "Refused" in error["message"]
    assert not Order.objects.exists()
    assert StoreEvent.objects.count() + RefusedDelivery.objects.count() == 1


@pytest.mark.parametrize("left_out", ["id", "at", "currency", "amount"])
def test_a_parameter_that_is_missing_is_named(store, left_out):
    fields = order()
    del fields[left_out]

    error = send(store, **fields).json()["error"]

    assert (error["code"], error["field"]) == ("missing_field", left_out)


@pytest.mark.parametrize("query", ["id=1&id=2&at=x", "id=%FF&at=1", "nothing", "=&=&="])
def test_a_query_that_is_none_is_refused(store, query):
    answer = send_query(store, sign(store, query))

    assert answer.status_code == 422
    assert answer.json()["error"]["code"] in {
        "duplicate_key",
        "bad_query",
        "missing_field",
    }


def test_nobody_without_the_secret_is_believed(store):
    query = urlencode(order())
    other = "whsec_" + "A" * 43 + "="
    wrong = [
        send_query(store, query),
        send_query(store, sign(store, query, other)),
        send_query(store, sign(store, query) + "0"),
        send_query(store, sign(store, query).replace("100.00", "900.00")),
        send_query(store, query, authorization=f"Bearer {other}"),
        send_query(store, query, authorization="Bearer "),
        send_query(store, f"{query}&sig="),
        send_query(store, f"{query}&sig=%00é"),
    ]

    assert {answer.status_code for answer in wrong} == {401}
    assert not StoreEvent.objects.exists()
    assert RefusedDelivery.objects.count() == len(wrong)


def test_only_a_store_without_a_platform_takes_them_and_only_these_ways(link, store):
    woo = make_connection(link.brand, platform="woocommerce", secret="s" * 40)

    assert send_query(woo, sign(woo, urlencode(order()))).status_code == 404
    assert Client().get(reverse("tracking:postback", args=["con_none"])).status_code == 404
    assert Client().put(address(store)).status_code == 405
    assert send_query(store, sign(store, "id=" + "1" * 9000)).status_code == 413
