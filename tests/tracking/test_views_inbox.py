"""The inbox of a store: its state, each delivery with its result, replay, who reads the body."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.models import Role, StoreConnection
from core.models import AuditEvent
from tests.brands.pages import sign_in, sign_in_as, text_of
from tests.makers import (
    get_owner,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
    make_user,
)
from tests.orders import make_click
from tests.portal.text import plain
from tests.shop import Shop, code
from tracking.domain.token import make_token
from tracking.inbox import count_signals, get_health
from tracking.models import StoreEvent, Verdict
from tracking.tasks import sweep_store_events

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


def test_filters_find_a_delivery_by_order_kind_and_state():
    shop = make_shop()
    shop.send("order.paid", shop.order("A-1") | {"number": "1042"})
    shop.refund("A-1", "r1", "10.00")
    shop.pay("A-2")
    shop.post(b"not json", event_id="bad")
    client = sign_in_as(shop.connection.brand)

    def found(query: str) -> int:
        rows = client.get(url(shop.connection, query)).context["events"]
        return len(rows)

    assert found("?q=%231042") == found("?q=A-1") == 2
    assert found("?q=A-1&kind=refund") == 1
    assert found("?kind=other") == 1
    assert found("?state=refused") == found("?tab=open") == 1
    assert found("?from=2001-01-01&to=2001-01-02") == 0
    assert "Clear filters" in text_of(client.get(url(shop.connection, "?q=nothing")))
    assert client.get(url(shop.connection, "?q=%00&from=x&kind=x&state=x")).status_code == 200


def test_everything_that_came_to_nothing_is_replayed_at_once_as_the_filters_show_it():
    shop = make_shop()
    shop.pay("A-1")
    for number in range(3):
        shop.post(b"not json", event_id=f"bad-{number}")
    shop.post(b'{"type": "refund.created", "data": {}}', event_id="no-order")
    gone = StoreEvent.objects.filter(status="refused")[0]
    StoreEvent.objects.filter(pk=gone.pk).update(body=None)
    client = sign_in_as(shop.connection.brand, Role.MANAGER)
    where = url(shop.connection, "replay/")
    assert "Replay 3 deliveries" in text_of(client.get(url(shop.connection, "?tab=open")))

    client.post(f"{where}?tab=open&kind=refund")
    assert StoreEvent.objects.filter(status="stored").count() == 1
    page = client.post(where, follow=True)

    assert "are taken once more" in text_of(page)
    assert StoreEvent.objects.filter(status="stored").count() == 3
    sweep_store_events()
    assert StoreEvent.objects.filter(status="refused").count() == 4
    assert StoreEvent.objects.filter(status="processed").count() == 1
    assert AuditEvent.objects.filter(action="store_event.all_replayed").count() == 2
    assert sign_in_as(shop.connection.brand, Role.FINANCE).post(where).status_code == 403


def test_orders_are_shared_out_by_what_they_came_with_and_the_last_of_each_is_told():
    shop = make_shop()
    place = make_enrollment(shop.connection.brand.programs.get())
    make_code(place, "ANNA")
    link = make_link(place)
    made = make_click(link, at=shop.now - timedelta(hours=1))
    click = make_token(settings.CLICK_TOKEN_KEYS, made.id, link.pk)
    make_click(link, at=shop.now, verdict=Verdict.NO_CONSENT)
    shop.pay("1", discounts=code("ANNA"))
    shop.pay("2", discounts=code("ANNA"), click=click)
    shop.pay("3", click=click)
    shop.pay("4")
    shop.pay("5")

    counts = count_signals(shop.connection, shop.now)
    page = plain(sign_in_as(shop.connection.brand).get(url(shop.connection)))

    assert counts == {"click": 1, "code": 1, "both": 1, "none": 2}
    assert "2 · 40 %" in page
    assert "Consent refused: 1 visit without token" in page
    last = get_health(shop.connection, shop.now).kinds
    assert [name for name, at in last.items() if at is None] == ["refund"]


def test_the_line_that_waits_for_the_first_event_gives_way_to_it():
    shop = make_shop()
    client = sign_in_as(shop.connection.brand)
    watch = url(shop.connection, "?watch")
    assert "HX-Refresh" not in client.get(watch)

    shop.pay("A-1")

    assert client.get(watch)["HX-Refresh"] == "true"


def test_a_quiet_store_says_for_how_long_and_how_often_it_usually_speaks():
    shop = make_shop()
    shop.pay("A-1")
    shop.pay("A-2")
    first, last = StoreEvent.objects.order_by("pk")
    heard_at = shop.now - timedelta(hours=26, minutes=5)
    for event, at in ((first, heard_at - timedelta(minutes=40)), (last, heard_at)):
        StoreEvent.objects.filter(pk=event.pk).update(received_at=at)

    page = plain(sign_in_as(shop.connection.brand).get(url(shop.connection)))

    assert "The last delivery came 26 hours ago; usual is one every 40 minutes." in page
