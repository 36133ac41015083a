"""The inbox of a store: its state, each delivery with its result, replay, who reads the body."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.models import Role, StoreConnection
from core.models import AuditEvent
from tests.brands.pages import sign_in, sign_in_as, text_of
from tests.makers import get_owner, make_connection, make_program, make_user
from tests.shop import Shop
from tracking.inbox import get_health
from tracking.models import StoreEvent

pytestmark = pytest.mark.django_db


def make_shop() -> Shop:
    return Shop(make_connection(make_program().brand))


def url(store: StoreConnection, rest: str = "") -> str:
    return f"/b/{store.brand.slug}/program/stores/{store.public_id}/{rest}"


def first_event(shop: Shop) -> StoreEvent:
    return StoreEvent.objects.filter(connection=shop.connection).order_by("pk")[0]


def test_an_empty_inbox_says_what_is_missing():
    store = make_shop().connection

    page = text_of(sign_in_as(store.brand).get(url(store)))

    assert "Nothing has arrived yet." in page
    assert "Waits for the first event" in page


def test_each_delivery_stands_with_its_result():
    shop = make_shop()
    shop.pay("A-1")
    shop.post(b"not json", event_id="bad")
    shop.send("product.updated", {})
    assert shop.post(b"{}", event_id="forged", secret="whsec_" + "A" * 32) == 401
    client = sign_in_as(shop.connection.brand)

    everything = text_of(client.get(url(shop.connection)))
    unprocessed = text_of(client.get(url(shop.connection, "?tab=open")))
    refused = text_of(client.get(url(shop.connection, "?tab=refused")))

    assert "Applied to its order." in everything
    assert "this topic changes no order" in everything
    assert "the body is not JSON" in unprocessed
    assert "Applied to its order." not in unprocessed
    assert "the signature does not fit the secret stored here" in refused


def test_a_body_is_for_those_who_manage_and_never_markup():
    shop = make_shop()
    order = shop.order("A-1") | {"number": "<script>alert(1)</script>"}
    shop.send("order.paid", order)
    event = first_event(shop)
    where = url(shop.connection, f"events/{event.public_id}/")

    managed = sign_in_as(shop.connection.brand, Role.MANAGER).get(where).content.decode()
    read = sign_in_as(shop.connection.brand, Role.ANALYST).get(where).content.decode()

    assert "&lt;script&gt;alert(1)" in managed
    assert "<script>alert(1)" not in managed
    assert "shopper-A-1@mail.example" in managed
    assert "shopper-A-1@mail.example" not in read
    assert "Needs the manager role" in read


def test_replaying_counts_nothing_twice():
    shop = make_shop()
    before = shop.pay("A-1")
    event = first_event(shop)
    client = sign_in_as(shop.connection.brand)

    response = client.post(url(shop.connection, f"events/{event.public_id}/replay/"), follow=True)

    assert "Replayed. Applied to its order." in text_of(response)
    after = shop.get("A-1")
    assert (after.total_minor, after.pk) == (before.total_minor, before.pk)
    assert AuditEvent.objects.filter(action="store_event.replayed").count() == 1


def test_a_forgotten_body_cannot_be_replayed():
    shop = make_shop()
    shop.pay("A-1")
    event = first_event(shop)
    StoreEvent.objects.update(body=None)
    client = sign_in_as(shop.connection.brand)

    page = text_of(client.get(url(shop.connection, f"events/{event.public_id}/")))
    response = client.post(url(shop.connection, f"events/{event.public_id}/replay/"), follow=True)

    assert "cannot be replayed" in page
    assert "was deleted when its time was over" in text_of(response)


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ANALYST, 403), (Role.FINANCE, 403), (Role.MANAGER, 303)]
)
def test_only_who_manages_replays(role: str, status: int):
    shop = make_shop()
    shop.pay("A-1")
    where = url(shop.connection, f"events/{first_event(shop).public_id}/replay/")

    assert sign_in_as(shop.connection.brand, role).post(where).status_code == status


def test_strangers_and_other_stores_find_nothing():
    shop, other = make_shop(), make_shop()
    shop.pay("A-1")
    event = first_event(shop)
    stranger, neighbour = sign_in(make_user()), sign_in(get_owner(other.connection.brand))

    for client in (stranger, neighbour):
        assert client.get(url(shop.connection)).status_code == 404
        assert client.get(url(shop.connection, f"events/{event.public_id}/")).status_code == 404
        assert (
            client.post(url(shop.connection, f"events/{event.public_id}/replay/")).status_code
            == 404
        )
    assert neighbour.get(url(other.connection, f"events/{event.public_id}/")).status_code == 404
    assert neighbour.get(url(other.connection, "?tab=none")).status_code == 404


def test_the_inbox_comes_in_pages_of_fifty_and_asks_no_more_for_more_rows():
    shop = make_shop()
    client = sign_in_as(shop.connection.brand)
    shop.pay("A-1")
    client.get(url(shop.connection))
    with CaptureQueriesContext(connection) as few:
        client.get(url(shop.connection))
    for number in range(55):
        shop.send("product.updated", {}, event_id=f"e{number}")

    with CaptureQueriesContext(connection) as many:
        page = client.get(url(shop.connection))

    assert len(many) == len(few)
    assert page.content.decode().count("product.updated") == 50
    cursor = StoreEvent.objects.order_by("-pk")[49].pk
    older = client.get(url(shop.connection, f"?before={cursor}")).content.decode()
    assert older.count("product.updated") == 5
    assert "Show older" in page.content.decode()
    assert "Show older" not in older
    assert client.get(url(shop.connection, f"?before={'9' * 30}")).status_code == 200


def test_a_store_is_quiet_when_it_says_nothing_for_long():
    shop = make_shop()
    shop.pay("A-1")
    store, now = shop.connection, shop.now

    assert get_health(store, now).state == "receiving"
    assert get_health(store, now + timedelta(hours=25)).state == "quiet"


def test_a_store_fails_while_its_latest_delivery_was_refused():
    shop = make_shop()
    shop.pay("A-1")
    shop.post(b"{}", event_id="forged", secret="whsec_" + "A" * 32)
    store = shop.connection
    assert get_health(store, shop.now).state == "failing"

    shop.pay("A-2")

    assert get_health(store, shop.now).state == "receiving"
    store.is_active = False
    assert get_health(store, shop.now).state == "switched_off"
