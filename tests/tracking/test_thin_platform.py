"""A platform whose posts prove and tell little, from its post over the worker to the order."""

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.brands.pages import make_world, sign_in_as, text_of
from tests.makers import make_connection
from tracking import integrations, tasks
from tracking.integrations import list_adapters
from tracking.models import Order, StoreEvent, UnreadOrder

pytestmark = pytest.mark.django_db

ADAPTER = '''
"""A shop that only says which order changed, and is asked for it."""
from brands.services.platforms import KeyField, Traits
from core.signing import Refusal, Verified
from tracking.domain.events import Line, OrderSnapshot
from tracking.integrations.reading import load_object
from tracking.services.adapters import Delivery, Parsed
from tracking.services.sources import Found, PullFailed

traits = Traits(
    platform="thinshop", name="Thin shop", about="Says little.", has_secret_address=True,
    has_plain_secret=True, keys=(KeyField("Token"),), keys_why="Needed.", needs_fetch=True,
)
ORDERS = {}

def verify(*, headers, body, secrets, now, address):
    end = address.rpartition("/")[2]
    return Verified(0) if end in secrets else Refusal("signature_mismatch")

def describe(*, headers, body):
    return Delivery("changed", "", None)

def is_ping(*, body):
    return False

def parse(*, topic, headers, body, hash_email):
    node = load_object(body)
    if topic == "changed":
        return Parsed((), fetch=(node.identifier("id"),))
    price, at = node.amount("price", "EUR"), node.time("at")
    line = Line("1", "", "", "", "", 1, price, 0, price, 0)
    return Parsed((OrderSnapshot(
        external_order_id=node.identifier("id"), external_number="", version=1, status="paid",
        currency="EUR", total=price, lines=(line,), placed_at=at, paid_at=at,
    ),))

class Source:
    topic = "order.fetched"

    def __init__(self, token):
        self.token = token

    def get_order(self, order_id):
        if self.token != "t1":
            raise PullFailed("keys_refused")
        body = ORDERS.get(order_id)
        return Found(body, order_id, None) if body else None

    def complete(self, found, refunds):
        return found.body

def open_source(connection, *, allows_loopback):
    return Source(connection.api_key)
'''


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, bytes]]:
    (tmp_path / "thin").mkdir()
    (tmp_path / "thin" / "__init__.py").write_text(ADAPTER, "utf-8")
    monkeypatch.setattr(integrations, "__path__", [*integrations.__path__, str(tmp_path)])
    list_adapters.cache_clear()
    adapter = list_adapters()["thinshop"]
    yield vars(adapter)["ORDERS"]
    list_adapters.cache_clear()
    sys.modules.pop(f"{integrations.__name__}.thin", None)


def test_from_the_post_to_the_order(orders: dict[str, bytes]):
    world = make_world()
    store = make_connection(world.brand, platform="thinshop")
    client = sign_in_as(world.brand)
    settings = world.url(f"program/stores/{store.public_id}/settings/")
    inbox = world.url(f"program/stores/{store.public_id}/")
    body, hook = b'{"id": "A-1"}', f"/hooks/{store.public_id}"

    bare = client.post(hook, body, "application/json")
    wrong = client.post(f"{hook}/guess", body, "application/json")
    taken = client.post(f"{hook}/{store.secret}", body, "application/json")

    assert (bare.status_code, wrong.status_code, taken.status_code) == (401, 401, 200)
    assert StoreEvent.objects.get(connection=store).code == "fetching"
    assert "The keys of the shop are missing." in text_of(client.get(inbox, {"tab": "open"}))
    assert "the keys of the shop are missing" in text_of(client.get(settings))

    client.post(settings, {"action": "keys", "key_1": "t1"})
    tasks.fetch_told(connection_id=store.pk)  # it does not know the order yet
    row = UnreadOrder.objects.get(connection=store)
    assert (row.code, row.failures) == ("pull.gone", 1)

    orders["A-1"] = b'{"id": "A-1", "price": "4.20", "at": "2026-01-01T10:00:00Z"}'
    tasks.fetch_told(connection_id=store.pk)  # before its time: nothing is asked
    assert not Order.objects.filter(connection=store).exists()
    client.post(world.url(f"program/stores/{store.public_id}/unread/{row.public_id}/"))
    tasks.fetch_told(connection_id=store.pk)

    assert Order.objects.get(connection=store).total_minor == 420
    assert not UnreadOrder.objects.filter(connection=store).exists()


def test_a_new_store_shows_its_whole_address_once(orders: dict[str, bytes]):
    world = make_world()
    client = sign_in_as(world.brand)
    asked = {"platform": "thinshop", "name": "Shop"}

    page = client.post(world.url("program/stores/new/"), asked, follow=True)

    [store] = world.brand.connections.filter(platform="thinshop")
    assert not orders
    assert store.secret.isalnum()
    detail = world.url(f"program/stores/{store.public_id}/settings/")
    assert store.secret not in text_of(client.get(detail))
    assert page.status_code == 200


def test_gumroads_ping_waits_for_the_look_up(orders: dict[str, bytes]):
    world = make_world()
    store = make_connection(world.brand, platform="gumroad")
    ping = urlencode({"sale_id": "FO8==", "currency": "usd", "price": "1000"}).encode()
    form = "application/x-www-form-urlencoded"

    answer = sign_in_as(world.brand).post(
        f"/hooks/{store.public_id}/{store.secret}", ping, content_type=form
    )

    assert not orders
    assert answer.status_code == 200
    assert [row.external_order_id for row in UnreadOrder.objects.all()] == ["USD/FO8=="]
    assert not Order.objects.filter(connection=store).exists()
