"""The page of a shop's codes: its settings, how each stands, what is done about it, the file."""

from datetime import timedelta

import pytest
from django.urls import reverse

from affiliates.services.codes import disable_code
from core.clock import database_now
from core.models import AuditEvent
from tests.brands.pages import text_of
from tests.makers import get_creator, get_owner, make_code, make_connection, make_member
from tests.tracking.codeshops import StripeCodeShop, WooCodeShop
from tests.tracking.test_store_codes import World
from tracking.models import CodeDiscount, CodeSync, StoreCode
from tracking.services.storecodes import Discount

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World(WooCodeShop(), now=database_now())


def url_of(world, name="store-codes", *more):
    return reverse(
        f"tracking:{name}", args=[world.program.brand.slug, world.store.public_id, *more]
    )


def page(client, world, query=""):
    return text_of(client.get(url_of(world) + query))


def test_a_manager_switches_it_on_and_sets_what_codes_give(client, world):
    CodeSync.objects.all().delete()
    CodeDiscount.objects.all().delete()
    client.force_login(get_owner(world.program.brand))
    assert "Not set" in page(client, world)

    client.post(url_of(world), {"action": "on"})
    given = {"is_on": "on", "kind": "percent", "rate_bps": "12.5", "minimums": "25 EUR"}
    client.post(url_of(world, "store-discount", world.program.public_id), given)

    row = CodeDiscount.objects.get()
    assert (row.kind, row.rate_bps, row.minimums, row.amounts) == (
        "percent",
        1250,
        {"EUR": 2500},
        {},
    )
    shown = page(client, world)
    assert "12.5" in shown and "25.00" in shown and "Switched on" in shown
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"connection.codes_switched", "connection.code_discount_set"} <= actions


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "percent", "rate_bps": ""}, "Say what a code gives."),
        ({"kind": "amount", "amounts": ""}, "Say what a code gives."),
        ({"kind": "coupon"}, "Select a valid choice"),
        ({"kind": "amount", "amounts": "5 XXX"}, "XXX is not a currency code."),
    ],
)
def test_a_discount_that_says_nothing_is_refused_with_the_reason(client, world, given, said):
    client.force_login(get_owner(world.program.brand))

    answer = client.post(url_of(world, "store-discount", world.program.public_id), given)

    assert answer.status_code == 422 and said in text_of(answer)
    assert CodeDiscount.objects.get().rate_bps == 1000


def test_stripe_asks_for_a_coupon_and_one_minimum(client):
    world = World(StripeCodeShop())
    client.force_login(get_owner(world.program.brand))
    url = url_of(world, "store-discount", world.program.public_id)

    given = {"is_on": "on", "kind": "coupon", "coupon": "tenoff", "minimums": "5 EUR, 6 USD"}
    answer = client.post(url, given)

    assert answer.status_code == 422
    assert "This shop takes a minimum in one currency." in text_of(answer)


def test_it_shows_how_each_code_stands_and_mends_it(client, world):
    world.shop.put("OTHERS")
    for text in ("ANNA10", "OTHERS", "NEWONE"):
        world.code(text)
    world.turn()
    world.shop.codes.remove(world.shop.find("NEWONE"))
    world.turn(timedelta(days=2))
    client.force_login(get_owner(world.program.brand))

    shown = page(client, world)
    assert "2 codes are not in the shop as they are set here." in shown
    assert "It is not in the shop." in shown and "that was not made here" in shown
    assert "ANNA10" not in page(client, world, "?show=differs")

    client.post(url_of(world), {"action": "make_all"})
    client.post(url_of(world), {"action": "adopt", "code": world.row("OTHERS").public_id})
    world.turn()

    assert world.shop.find("NEWONE").is_on and world.row("OTHERS").is_adopted
    assert "It gives something else in the shop than is set here." in page(client, world)
    client.post(url_of(world), {"action": "make", "code": world.row("OTHERS").public_id})
    world.turn()
    world.turn(timedelta(days=2))
    assert "not in the shop as" not in page(client, world)


def test_it_stands_on_the_list_of_things_to_do(client, world):
    world.code()
    world.turn()
    world.shop.codes.clear()
    world.turn(timedelta(days=2))
    client.force_login(get_owner(world.program.brand))

    shown = text_of(client.get(reverse("portal:brand-home", args=[world.program.brand.slug])))

    assert ": 1 code is not in the shop as it is set here" in shown


def test_creator_and_brand_read_whether_a_code_works_yet(client, world):
    world.code()
    world.follow()
    links = reverse("affiliates:link-list")
    client.force_login(get_creator(world.place))
    assert "Being made in the shop" in text_of(client.get(links))

    world.turn()
    assert "Works in the shop" in text_of(client.get(links))

    world.shop.codes.clear()
    world.turn(timedelta(days=2))
    shown = text_of(client.get(links))
    assert "Not in the shop yet" in shown and "Shop" not in shown.replace("Shopper", "")

    client.force_login(get_owner(world.program.brand))
    detail = reverse(
        "affiliates:creator-detail",
        args=[world.program.brand.slug, world.place.affiliation.public_id],
    )
    assert "Differs in the shop" in text_of(client.get(f"{detail}?tab=links"))


def test_a_shop_that_refuses_the_keys_says_so_on_the_page_and_the_list(client, world):
    world.code()
    world.shop.is_refusing_keys = True
    for minutes in (1, 2, 4):
        world.turn(timedelta(minutes=minutes))
    client.force_login(get_owner(world.program.brand))

    assert "The shop refused the keys" in page(client, world)
    home = text_of(client.get(reverse("portal:brand-home", args=[world.program.brand.slug])))
    assert "Shop: codes cannot be kept in the shop" in home or "1 code is not in the shop" in home


def test_a_reader_of_the_brand_changes_nothing(client, world):
    world.code()
    world.turn()
    client.force_login(make_member(world.program.brand, "analyst").user)

    assert "ANNA10" in page(client, world)
    assert client.post(url_of(world), {"action": "off"}).status_code == 403
    assert client.post(url_of(world, "store-codes-file")).status_code == 403
    assert CodeSync.objects.get().is_on


def test_a_code_of_another_shop_is_not_adopted_from_here(client, world):
    other = World(WooCodeShop())
    other.shop.put("ANNA10")
    other.code()
    other.turn()
    client.force_login(get_owner(world.program.brand))

    answer = client.post(url_of(world), {"action": "adopt", "code": other.row().public_id})
    client.post(url_of(world), {"action": "make", "code": other.row().public_id})

    assert answer.status_code == 404
    assert StoreCode.objects.get().task == "look" and not StoreCode.objects.get().is_adopted


def test_a_shop_without_such_an_interface_gets_a_file_what_is_new_first(client, world):
    store = make_connection(world.program.brand, platform="bigcommerce")
    world.store = store
    world.set(Discount(kind="amount", amounts={"EUR": 500}, minimums={"EUR": 2000}, is_once=True))
    old = world.code("OLDONE")
    gone = world.code("GONE10")
    client.force_login(get_owner(world.program.brand))
    url = url_of(world, "store-codes-file")

    first = b"".join(client.post(url)).decode()
    now = CodeSync.objects.get(connection=store).taken_at + timedelta(minutes=1)
    make_code(world.place, "NEWONE", now=now)
    disable_code(code_id=gone.pk, actor_id=world.owner.pk, now=now)
    second = [row.split(",") for row in b"".join(client.post(url)).decode().splitlines()]

    assert old.text in first and "new" in first.splitlines()[0]
    heads, *rows = [row[:10] for row in second]
    assert heads[:4] == ["code", "status", "is_new", "discount_type"]
    assert {row[0]: row[1:3] for row in rows[:2]} == {
        "NEWONE": ["active", "yes"],
        "GONE10": ["ended", "yes"],
    }
    assert rows[2] == ["OLDONE", "active", "no", "amount", "", "5.00", "20.00", "EUR", "yes", ""]
    assert "What changed since the last file" in page(client, world)
