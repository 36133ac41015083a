"""A new store is a new folder and nothing else."""

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from brands.models import StoreConnection
from brands.services.platforms import KeyField, Traits
from tests.brands.pages import make_world, sign_in_as, text_of
from tests.makers import make_connection
from tracking import integrations
from tracking.integrations import csvfile, get_adapter, list_adapters
from tracking.models import Order

ADAPTER = '''
"""A shop that exists in this test alone."""
import hmac
from brands.services.platforms import KeyField, Traits
from core.signing import Refusal, Verified, find_header
from tracking.domain.events import Line, OrderSnapshot
from tracking.integrations.base import check_snapshot
from tracking.integrations.reading import load_object
from tracking.services.adapters import Delivery, Parsed

traits = Traits(
    platform="cornershop",
    name="Corner shop",
    about="Round the corner.",
    secret_name="Key of the till",
    keys=(KeyField("Number of the shop", is_secret=False),),
    keys_why="Nothing yet.",
)

def verify(*, headers, body, secrets, now, address):
    given = find_header(headers, "x-till") or ""
    for index, secret in enumerate(secrets):
        if hmac.compare_digest(given, secret + address.rpartition("/")[2]):
            return Verified(index)
    return Refusal("signature_mismatch")

def describe(*, headers, body):
    return Delivery("sold", "", None)

def is_ping(*, body):
    return body == b"anybody?"

def parse(*, topic, headers, body, hash_email):
    node = load_object(body)
    price = node.amount("price", "EUR")
    line = Line("1", "", "", "", node.text("what"), 1, price, 0, price, 0)
    paid_at = node.time("at")
    return Parsed((check_snapshot(OrderSnapshot(
        external_order_id=node.identifier("id"), external_number="", version=1, status="paid",
        currency="EUR", total=price, lines=(line,), placed_at=paid_at, paid_at=paid_at,
    )),))
'''


@pytest.fixture
def corner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    folder = tmp_path / "corner"
    folder.mkdir()
    (folder / "__init__.py").write_text(ADAPTER, "utf-8")
    (folder / "setup.html").write_text("<li>Ring the bell at {{ hook_url }}</li>", "utf-8")
    (tmp_path / "no_adapter").mkdir()
    (tmp_path / "no_adapter" / "__init__.py").write_text("", "utf-8")
    monkeypatch.setattr(integrations, "__path__", [*integrations.__path__, str(tmp_path)])
    list_adapters.cache_clear()
    yield
    list_adapters.cache_clear()
    for name in ("corner", "no_adapter"):
        sys.modules.pop(f"{integrations.__name__}.{name}", None)


@pytest.mark.django_db
@pytest.mark.usefixtures("corner")
def test_a_folder_is_found_connected_and_read():
    world = make_world()
    client, url = sign_in_as(world.brand), world.url("program/stores/new/")

    choice, form = client.get(url), client.get(url, {"platform": "cornershop"})
    refused = client.post(url, {"platform": "cornershop", "name": "Till"})
    page = client.post(url, {"platform": "cornershop", "name": "Till", "secret": "s1"}, follow=True)

    store = StoreConnection.objects.get(brand=world.brand)
    assert "Corner shop" in text_of(choice) and "Round the corner." in text_of(choice)
    assert "Key of the till" in text_of(form)
    assert refused.status_code == 422
    assert f"Ring the bell at {settings.SITE_URL}/hooks/{store.public_id}" in text_of(page)
    assert "Number of the shop" in text_of(page)

    hook, headers = f"/hooks/{store.public_id}", {"X-Till": f"s1{store.public_id}"}
    body = b'{"id": 7, "what": "Bread", "price": "4.20", "at": "2026-01-01T10:00:00Z"}'
    forged = client.post(hook, body, "application/json", headers={"X-Till": "s2"})
    taken = client.post(hook, body, "application/json", headers=headers)
    greeted = client.post(hook, b"anybody?", "application/json")

    order = Order.objects.get(connection=store)
    assert (forged.status_code, taken.status_code, greeted.status_code) == (401, 200, 200)
    assert (order.external_order_id, order.total_minor) == ("7", 420)
    assert "Corner shop" in text_of(client.get(world.url("program/stores/")))


@pytest.mark.django_db
def test_a_store_whose_folder_went_keeps_its_row_and_lets_its_shop_try_again():
    world = make_world()
    store = make_connection(world.brand)
    StoreConnection.objects.filter(pk=store.pk).update(platform="gone_shop")
    client = sign_in_as(world.brand)

    answer = client.post(f"/hooks/{store.public_id}", b"{}", "application/json")

    assert answer.status_code == 503
    assert "gone_shop" in text_of(client.get(world.url("program/stores/")))
    assert client.get(world.url(f"program/stores/{store.public_id}/settings/")).status_code == 404


@pytest.mark.parametrize("platform", list_adapters())
def test_every_adapter_has_what_is_asked_of_one(platform: str):
    adapter = get_adapter(platform)
    asked = {name: set(inspect.signature(getattr(adapter, name)).parameters) for name in ASKED}

    assert asked == ASKED
    assert adapter.traits.platform == platform
    is_fetched = adapter.traits.is_polled or adapter.traits.needs_fetch
    assert not is_fetched or callable(getattr(adapter, "open_source", None))
    assert (Path(str(adapter.__file__)).parent / "setup.html").is_file() or adapter is csvfile
    docs = Path(__file__).parents[2] / "docs" / "stores"
    assert (docs / f"{platform}.md").is_file()


ASKED = {
    "verify": {"headers", "body", "secrets", "now", "address"},
    "describe": {"headers", "body"},
    "is_ping": {"body"},
    "parse": {"topic", "headers", "body", "hash_email"},
}


def test_two_folders_cannot_read_one_platform(corner: None, tmp_path: Path):
    twin = tmp_path / "twin"
    twin.mkdir()
    (twin / "__init__.py").write_text(ADAPTER, "utf-8")

    with pytest.raises(ValueError, match="reads cornershop, as another does"):
        list_adapters()
    sys.modules.pop(f"{integrations.__name__}.twin", None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"platform": "Shop"},
        {"platform": "shop", "is_polled": True},
        {"platform": "shop", "keys": tuple(KeyField(str(n)) for n in range(4))},
    ],
)
def test_traits_that_cannot_hold_are_refused(wrong: dict[str, object]):
    with pytest.raises(ValueError, match=r"platform|key"):
        Traits(name="Shop", about="A shop.", **wrong)  # type: ignore[arg-type]
