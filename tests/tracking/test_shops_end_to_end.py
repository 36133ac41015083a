"""From each of the newer shops to a commission: posted and proven, or asked for."""

import base64
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from brands.models import StoreConnection
from brands.services.connections import set_api_keys
from core.signing import sign_standard_webhooks
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
)
from tests.tracking.adapting import document
from tests.tracking.keys import key_set, pem, private_key, sign
from tests.tracking.payloads import own
from tests.tracking.test_saleor import detached
from tests.tracking.test_shop_sources import ecwid, magento, prestashop, squarespace
from tests.tracking.test_wix import token
from tests.tracking.wooshop import soon
from tracking.integrations import get_adapter
from tracking.integrations.ecwid.pull import EcwidSource
from tracking.integrations.magento.pull import MagentoSource
from tracking.integrations.prestashop.pull import PrestaSource
from tracking.integrations.squarespace.pull import SquarespaceSource
from tracking.models import Commission, Order, OrderPull, StoreEvent, UnreadOrder
from tracking.services import processing, pulling
from tracking.services.sources import Source

pytestmark = pytest.mark.django_db

Posted = tuple[bytes, dict[str, str]]


def yesterday(found: Any) -> Any:
    """Return a document whose day is yesterday: a creator is only credited once he is there."""
    day = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
    text = json.dumps(found).replace("2026-03-02", day).replace("2026-03-05", day)
    return json.loads(text)


def connect(platform: str, secret: str | None = None) -> StoreConnection:
    program = make_program(make_brand())
    make_code(make_enrollment(program), "LENA10")
    return make_connection(program.brand, platform=platform, secret=secret, now=soon(-4320))


def post_wix(_store: StoreConnection) -> Posted:
    now = int(datetime.now(UTC).timestamp())
    return token(yesterday(document("wix", "order_paid")), iat=now, exp=now + 60), {}


def post_saleor(_store: StoreConnection) -> Posted:
    body = json.dumps(yesterday(document("saleor", "order_paid"))).encode()
    return body, detached(body)


def post_magento(_store: StoreConnection) -> Posted:
    body = json.dumps(yesterday(document("magento", "event_order_saved"))).encode()
    signature = sign(private_key("shop"), base64.b64encode(body))
    header = base64.b64encode(signature).decode()
    return body, {"X-Adobe-Commerce-Webhook-Signature": header}


def post_medusa(store: StoreConnection) -> Posted:
    body = json.dumps(yesterday(document("medusa", "order_v2_paid"))).encode()
    now = datetime.now(UTC)
    headers = sign_standard_webhooks(secrets=[store.secret], event_id="e-1", body=body, now=now)
    return body, headers


@pytest.mark.parametrize(
    ("platform", "secret", "make"),
    [
        ("wix", lambda: pem(private_key("app")), post_wix),
        ("saleor", lambda: key_set(private_key("shop")), post_saleor),
        ("magento", lambda: pem(private_key("shop")), post_magento),
        ("medusa", lambda: None, post_medusa),
    ],
)
def test_a_posted_order_earns_once_and_a_forged_one_is_turned_away(
    client: Any,
    platform: str,
    secret: Callable[[], str | None],
    make: Callable[[StoreConnection], Posted],
):
    store = connect(platform, secret())
    body, headers = make(store)
    hook = f"/hooks/{store.public_id}"

    forged = client.post(hook, body[:-1] + b" ", "application/json", headers=headers)
    answers = [client.post(hook, body, "application/json", headers=headers) for _ in range(2)]

    assert forged.status_code == 401
    assert [answer.status_code for answer in answers] == [200, 200]
    assert StoreEvent.objects.get().status == "processed"
    order = Order.objects.get(connection=store)
    assert (order.total_minor, order.currency) == (13400, "EUR")
    assert Commission.objects.get().amount_minor > 0


def ask_squarespace() -> Source:
    return SquarespaceSource(squarespace([yesterday(document("squarespace", "order_paid"))]))


def ask_ecwid() -> Source:
    order = document("ecwid", "order_paid")["order"]
    times = dict.fromkeys(("createTimestamp", "updateTimestamp"), int(soon(-30).timestamp()))
    return EcwidSource(ecwid([order | times]))


def ask_magento() -> Source:
    found = yesterday(document("magento", "order_partly_refunded"))
    return MagentoSource(magento([found["order"]], found["creditmemos"]))


def ask_prestashop() -> Source:
    order = yesterday(document("prestashop", "order_paid"))["order"]
    del order["a_field_of_tomorrow"]
    slips = yesterday(document("prestashop", "order_partly_refunded"))["order_slips"]
    return PrestaSource(prestashop([order], slips))


@pytest.mark.parametrize(
    ("platform", "keys", "ask", "refunded"),
    [
        ("squarespace", ["key"], ask_squarespace, 0),
        ("ecwid", ["1003", "secret_token"], ask_ecwid, 0),
        ("magento", ["token"], ask_magento, 6200),
        ("prestashop", ["KEY"], ask_prestashop, 6600),
    ],
)
def test_an_order_that_is_asked_for_earns_once(
    platform: str, keys: list[str], ask: Callable[[], Source], refunded: int
):
    store = connect(platform)
    adapter = get_adapter(platform)
    set_api_keys(
        connection_id=store.pk,
        traits=adapter.traits,
        keys=keys,
        actor_id=get_owner(store.brand).pk,
        now=soon(-60),
    )
    for minutes in (0, 6):
        real_now = soon(minutes)
        pulling.list_due(platforms=[platform], real_now=real_now)
        pull = OrderPull.objects.get(connection=store)
        taken = pulling.claim(pull_id=pull.pk, real_now=real_now)
        assert taken is not None
        stored = pulling.pull_orders(
            pull=taken, source=ask(), adapter=adapter, now=real_now, real_now=real_now
        )
        for event_id in stored:
            processing.process_store_event(event_id=event_id, adapter=adapter, now=real_now)

    assert OrderPull.objects.get().code == ""
    assert StoreEvent.objects.get().status == "processed"
    order = Order.objects.get(connection=store)
    assert order.refunded_minor == refunded
    assert Commission.objects.get().amount_minor > 0


def test_a_notice_that_only_names_its_order_has_it_fetched(client: Any):
    secret = "00" * 31 + "ff"
    store = connect("squarespace", secret)
    body = own("squarespace", "notification")
    mac = hmac.new(bytes.fromhex(secret), body, "sha256").hexdigest()
    headers = {"Squarespace-Signature": mac}

    answer = client.post(f"/hooks/{store.public_id}", body, "application/json", headers=headers)

    assert answer.status_code == 200
    assert not Order.objects.exists()
    told = UnreadOrder.objects.get(connection=store)
    assert told.external_order_id == json.loads(body)["data"]["orderId"]
    assert StoreEvent.objects.get().code == "fetching"
