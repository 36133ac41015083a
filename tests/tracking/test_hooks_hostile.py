"""Anything at all at a store's address: no server error, nothing forged believed, no other's row.

Promises I-19, I-20, I-21, I-22, through the real view. Bodies are mutations of our own payloads.
"""

import base64
import json
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from brands.models import StoreConnection
from core.models import InboundStatus
from core.signing import make_secret, sign_shopify, sign_standard_webhooks, sign_woocommerce
from tests.makers import (
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
)
from tests.orders import make_click
from tests.shop import Shop, code
from tests.tracking.payloads import OWN
from tests.tracking.test_hostile_payloads import (
    ODD,
    SHOPIFY_TOPICS,
    WOOCOMMERCE_TOPICS,
    paths,
    replaced,
)
from tracking.domain.token import make_token
from tracking.models import Attribution, Commission, Order, RefusedDelivery, StoreEvent
from tracking.views.hooks import receive_delivery

pytestmark = pytest.mark.django_db

PLATFORMS = ("generic", "shopify", "woocommerce")
ENDS_OF_TIME = ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "1970-01-01T00:00:00-00:00"]
STRANGE = [*ODD, *ENDS_OF_TIME, "9" * 15, "10000000000000.00", "refunded", "cancelled", True]
STRANGE_HEADERS = [
    "",
    " ",
    "\u00e9",
    "v1,",
    "v1," + "A" * 44,
    "0",
    "-1",
    "9" * 400,
    "\ud800",
    "a\nb",
]
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(1, 50))]
SIGNED, FORGED = 200, 600  # a seed


@dataclass
class Target:
    """A store's address, and what it takes to be believed there."""

    store: StoreConnection
    rng: random.Random

    def sign(self, body: bytes, secret: str = "") -> dict[str, str]:
        secret = secret or self.store.secret
        event_id = f"evt_{self.rng.getrandbits(64):x}"
        if self.store.platform == "shopify":
            topic = self.rng.choice(SHOPIFY_TOPICS)
            told = {"X-Shopify-Topic": topic, "X-Shopify-Event-Id": event_id}
            return sign_shopify(secret=secret, body=body) | told
        if self.store.platform == "woocommerce":
            topic = self.rng.choice(WOOCOMMERCE_TOPICS)
            return sign_woocommerce(secret=secret, body=body) | {"X-WC-Webhook-Topic": topic}
        return sign_standard_webhooks(
            secrets=[secret], event_id=event_id, body=body, now=datetime.now(UTC)
        )

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        """Call the view itself; returns the status."""
        request = RequestFactory().post("/hooks/x", body, "application/json", headers=headers)
        return receive_delivery(request, self.store.public_id).status_code


@pytest.fixture(params=PLATFORMS)
def target(request) -> Target:
    program = make_program(make_brand())
    make_code(make_enrollment(program), "LENA10")
    store = make_connection(program.brand, platform=request.param)
    return Target(store, random.Random(request.getfixturevalue("seed")))


def seeds(store: StoreConnection) -> list[bytes]:
    return [path.read_bytes() for path in sorted(OWN.glob(f"{store.platform}/*.json"))]


def mutate(rng: random.Random, body: bytes) -> bytes:
    """Change a field, some bytes or the length of a payload."""
    kind = rng.random()
    if kind < 0.75:
        document = json.loads(body)
        for _ in range(rng.randint(1, 2)):
            places = [path for path in paths(document) if path]
            document = replaced(document, rng.choice(places), rng.choice(STRANGE))
        return json.dumps(document).encode()
    if kind < 0.9:
        changed = bytearray(body)
        for _ in range(rng.randint(1, 3)):
            changed[rng.randrange(len(changed))] = rng.randrange(256)
        return bytes(changed)
    return body[: rng.randrange(len(body))] * rng.randint(1, 2)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_a_store_signs_is_kept_answered_and_never_chokes_on(target, seed):
    bodies = seeds(target.store)
    statuses = Counter[int]()
    for _ in range(SIGNED):
        body = mutate(target.rng, target.rng.choice(bodies))
        statuses[target.post(body, target.sign(body))] += 1

    assert statuses == {200: SIGNED}
    stuck = StoreEvent.objects.filter(status__in=[InboundStatus.FAILED, InboundStatus.STORED])
    assert set(stuck.values_list("detail", flat=True)) == set()
    assert StoreEvent.objects.filter(status=InboundStatus.PROCESSED).exists()
    assert StoreEvent.objects.filter(status=InboundStatus.REFUSED).exists()


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_forged_is_believed(target, seed):
    bodies, statuses = seeds(target.store), Counter[int]()
    for _ in range(FORGED):
        body, headers = forge(target, target.rng.choice(bodies))
        statuses[target.post(body, headers)] += 1

    assert statuses == {401: FORGED}
    assert not StoreEvent.objects.exists() and not Order.objects.exists()


def forge(target: Target, body: bytes) -> tuple[bytes, dict[str, str]]:
    """Return a request that somebody without the secret could make, also from one he overheard."""
    rng, headers = target.rng, target.sign(body)
    signed = next(name for name in headers if "signature" in name.lower() or "Hmac" in name)
    way = rng.randrange(7)
    if way == 0:
        return mutate_surely(rng, body), headers
    if way == 1:
        return body, target.sign(body, secret=make_secret())
    if way == 2:
        return body, {name: value for name, value in headers.items() if name != signed}
    if way == 3:
        return body, headers | {signed: flip(rng, headers[signed])}
    if way == 4:
        return body, headers | {signed: base64.b64encode(rng.randbytes(32)).decode()}
    if way == 5 and target.store.platform == "generic":
        name = rng.choice(["webhook-id", "webhook-timestamp"])
        return body, headers | {name: rng.choice(STRANGE_HEADERS)}
    return body, headers | {signed: rng.choice(STRANGE_HEADERS)}


def mutate_surely(rng: random.Random, body: bytes) -> bytes:
    changed = mutate(rng, body)
    return changed if changed != body else body + b" "


def flip(rng: random.Random, text: str) -> str:
    """Change one character of a signature to another of its alphabet, but for its last bits."""
    at = rng.randrange(3, len(text) - 2)
    other = rng.choice([char for char in "ABCDwxyz0189+/" if char != text[at]])
    return text[:at] + other + text[at + 1 :]


@pytest.mark.parametrize(
    ("seconds", "status"),
    [(-301, 401), (-300, 200), (0, 200), (300, 200), (301, 401), (31_536_000, 401), (-9e9, 401)],
)
def test_a_signature_is_five_minutes_old_at_most_and_never_from_the_future(
    monkeypatch, seconds, status
):
    store = make_connection()
    now = datetime(2026, 9, 1, 12, tzinfo=UTC)
    monkeypatch.setattr("tracking.views.hooks.database_now", lambda: now)
    signed_at = max(now + timedelta(seconds=seconds), datetime(1970, 1, 2, tzinfo=UTC))
    headers = sign_standard_webhooks(
        secrets=[store.secret], event_id="evt_1", body=b"{}", now=signed_at
    )

    assert Target(store, random.Random(1)).post(b"{}", headers) == status


def test_the_unsigned_greeting_of_woocommerce_is_answered_and_nothing_is_kept():
    target = Target(make_connection(platform="woocommerce"), random.Random(1))
    other = Target(make_connection(), random.Random(1))

    assert target.post(b"webhook_id=12", {}) == 200
    assert target.post(b"webhook_id=12&id=1", {}) == 401
    assert other.post(b"webhook_id=12", {}) == 401
    assert not StoreEvent.objects.exists()


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "options", "head", "trace"])
def test_only_post_is_answered(client, method):
    url = reverse("tracking:hook", args=[make_connection().public_id])

    assert getattr(client, method)(url).status_code == 405


@pytest.mark.parametrize(
    "name",
    [
        "con_0",
        "con_" + "x" * 20,
        "con_" + "0" * 20,
        "x",
        "con_%00",
        "con_٣",
        "c" * 3000,
        "con_..%2f",
    ],
)
def test_an_address_nobody_has_is_not_found_whatever_is_sent(client, name):
    assert client.post(f"/hooks/{name}", b"{}", "application/json").status_code == 404
    assert client.post(f"/hooks/{name}", b"x" * 3_000_000, "text/plain").status_code == 404


def test_a_store_switched_off_and_an_archived_brand_are_not_found():
    target = Target(make_connection(), random.Random(1))
    StoreConnection.objects.update(is_active=False)

    assert target.post(b"{}", target.sign(b"{}")) == 404


def test_two_mebibytes_are_taken_and_a_byte_more_is_not():
    target = Target(make_connection(), random.Random(1))
    limit = settings.STORE_WEBHOOK_MAX_BYTES
    for size, status in ((limit, 200), (limit + 1, 413), (limit * 4, 413)):
        body = b" " * size
        assert target.post(body, target.sign(body)) == status
    assert StoreEvent.objects.get().size_bytes == limit
    assert not RefusedDelivery.objects.exists()


@pytest.mark.parametrize("length", [None, "", "abc", "-5", "1e3", "٣"])
def test_a_body_without_a_plain_length_is_asked_for_one_and_not_read(length):
    store = make_connection()
    request = RequestFactory().post("/hooks/x", b"{}", "application/json")
    request.META["HTTP_TRANSFER_ENCODING"] = "chunked"
    _set_length(request, length)

    assert receive_delivery(request, store.public_id).status_code == 411
    assert not RefusedDelivery.objects.exists()


def test_a_stores_secret_opens_no_other_address():
    ours, theirs = make_connection(), make_connection()
    body = json.dumps({"type": "order.paid", "data": Shop(theirs).order("1")}).encode()

    target = Target(theirs, random.Random(1))

    assert target.post(body, target.sign(body, secret=ours.secret)) == 401
    assert not Order.objects.exists()


def test_a_body_that_names_another_brand_changes_nothing_there(client):
    program = make_program(make_brand())
    enrollment = make_enrollment(program)
    make_code(enrollment, "ANNA10")
    link = make_link(enrollment)
    theirs = Shop(make_connection(program.brand), client)
    theirs.pay("1", discounts=code("ANNA10"))
    ours = Shop(make_connection(), Client())
    token = make_token(settings.CLICK_TOKEN_KEYS, make_click(link, at=ours.now).id, link.pk)
    before = snapshot(theirs.connection)

    order = ours.order("1", discounts=code("ANNA10"), click=token, total="1.00")
    foreign = {"brand": program.brand.public_id, "connection": theirs.connection.public_id}
    assert ours.send("order.paid", order | foreign) == 200
    ours.refund("1", "r1", "1.00", **foreign)

    assert snapshot(theirs.connection) == before
    attribution = Attribution.objects.get(order=ours.get("1"), is_current=True)
    assert attribution.enrollment is None
    assert Order.objects.filter(brand=ours.connection.brand).count() == 1


def snapshot(store: StoreConnection) -> list[Any]:
    models = (StoreEvent, Order, Attribution, Commission)
    return [
        list(model.objects.filter(brand=store.brand).order_by("pk").values()) for model in models
    ]


def _set_length(request: HttpRequest, length: str | None) -> None:
    if length is None:
        del request.META["CONTENT_LENGTH"]
    else:
        request.META["CONTENT_LENGTH"] = length
