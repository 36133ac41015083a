"""The orders of a shop are compared with what is here: what differs is found, and brought in."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from brands.models import StoreConnection
from core import faults
from core.models import AuditEvent, Brand, Mail
from tests.makers import get_owner, make_brand
from tests.tracking.checking import (
    ask,
    bring_all,
    connect,
    days_ago,
    deliver,
    fetch,
    later,
    run,
    turn,
)
from tests.tracking.wooshop import WooShop, soon
from tracking.integrations.woocommerce import pull
from tracking.integrations.woocommerce.parser import PULLED
from tracking.models import (
    CheckedOrder,
    Commission,
    Order,
    StoreCheck,
    StoreEvent,
    StoreFinding,
)
from tracking.services import checknews, reingesting, storechecks, storefindings

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Iterator[WooShop]:
    shop = WooShop()
    yield shop
    shop.close()


@pytest.fixture
def store(shop: WooShop) -> StoreConnection:
    return connect(shop)


def sell(
    shop: WooShop, store: StoreConnection, number: int, days: float = 3, **changes: Any
) -> None:
    """Sell in the shop, and let the webhook come."""
    at = days_ago(days)
    deliver(store, json.dumps(shop.place(number, at, **changes)).encode(), at)


def the_finding() -> StoreFinding:
    return StoreFinding.objects.get()


@pytest.fixture
def short_pages(monkeypatch) -> None:
    """Let the shop's list come five orders a page."""
    monkeypatch.setattr(pull, "PER_PAGE", 5)


@pytest.mark.usefixtures("short_pages")
def test_a_shop_that_is_equal_gives_no_finding_and_counts_every_order(shop, store):
    for number in range(1, 13):
        sell(shop, store, number, days=1 + number / 3)
    shop.refund_lamp(7, days_ago(1))
    whole = {"order": shop.orders[7], "refunds": shop.refunds[7]}
    deliver(store, json.dumps(whole).encode(), days_ago(1), PULLED)

    check = run(store)

    assert (check.stage, check.counts, check.new) == ("done", {"equal": 12}, 0)
    assert not StoreFinding.objects.exists()
    assert not CheckedOrder.objects.exists()


def test_an_order_whose_webhook_was_lost_is_missing_and_one_click_brings_it_in(shop, store):
    sell(shop, store, 1)
    shop.place(2, days_ago(2))

    check = run(store)
    finding = the_finding()
    assert (check.counts, check.new) == ({"equal": 1, "missing": 1}, 1)
    assert (finding.kind, finding.external_order_id, finding.here) == ("missing", "2", {})

    assert fetch(store, finding) == 1
    finding.refresh_from_db()
    earned = Commission.objects.get(order__external_order_id="2")
    assert finding.state == "settled" and earned.amount_minor > 0
    assert finding.effect == {"before": {}, "after": {earned.currency: earned.amount_minor}}
    assert finding.order == earned.order
    assert AuditEvent.objects.filter(action="store_finding.fetched").count() == 1


def test_bringing_in_twice_changes_nothing_more(shop, store, monkeypatch):
    shop.place(2, days_ago(2))
    run(store)
    finding, owner = the_finding(), get_owner(store.brand).pk
    monkeypatch.setenv("FAULTS", "1")

    def die(name: str) -> None:
        if name == "store_finding.after_store":
            raise faults.Crash

    faults.install(die)
    try:
        with pytest.raises(faults.Crash):
            fetch(store, finding)
    finally:
        faults.install(None)
    assert Commission.objects.count() == 0
    bring_all(store, soon(0))  # another worker has the turn
    assert the_finding().state == "queued"

    bring_all(store, later(3))
    again = reingesting.ask(
        connection=store,
        finding_ids=[finding.pk],
        actor_id=owner,
        now=soon(0),
        real_now=soon(0),
    )

    finding.refresh_from_db()
    assert (finding.state, again) == ("settled", 0)
    assert (StoreEvent.objects.count(), Commission.objects.count()) == (1, 1)
    assert finding.effect["before"] == {} != finding.effect["after"]


def test_a_refund_that_never_came_is_found_with_both_sums_and_lowers_the_commission(shop, store):
    sell(shop, store, 1)
    before = Commission.objects.get().amount_minor
    shop.refund_lamp(1, days_ago(1))

    run(store)
    finding = the_finding()
    assert (finding.kind, finding.fields) == ("refund", ["refunded"])
    assert (finding.told["refunded"], finding.here["refunded"]) == (5355 + 490, 0)

    fetch(store, finding)
    finding.refresh_from_db()
    after = Commission.objects.get().amount_minor
    assert finding.state == "settled" and after < before
    assert finding.effect == {"before": {"EUR": before}, "after": {"EUR": after}}


def test_an_edited_order_differs_by_each_figure(shop, store):
    sell(shop, store, 1)
    edited = shop.orders[1]
    edited["line_items"] = edited["line_items"][:1]
    edited["date_modified_gmt"] = days_ago(1).strftime("%Y-%m-%dT%H:%M:%S")
    edited["total"] = "1.00"

    run(store)

    finding = the_finding()
    assert finding.kind == "different"
    assert {"total", "lines"} <= set(finding.fields)
    assert finding.told["total"] == 100 != finding.here["total"]
    fetch(store, finding)
    finding.refresh_from_db()
    assert finding.state == "settled"


def test_an_order_the_shop_does_not_know_is_told_unless_a_test_or_cancelled(shop, store):
    for number in (1, 2, 3):
        sell(shop, store, number)
    Order.objects.filter(external_order_id="2").update(is_test=True)
    sell(shop, store, 4, status="cancelled")
    sell(shop, store, 9, days=20)
    shop.orders.clear()
    sell(shop, store, 5)

    check = run(store)

    assert check.counts == {"absent": 2, "test": 1, "cancelled": 1, "equal": 1}
    kinds = dict(StoreFinding.objects.values_list("external_order_id", "kind"))
    assert kinds == {"1": "absent", "3": "absent"}
    assert list(reingesting.list_to_fetch(store)) == []


@pytest.mark.parametrize(
    ("currency", "total"), [("JPY", "1250"), ("EUR", "12.50"), ("KWD", "1.250")]
)
def test_figures_are_exact_in_every_currency(shop, store, currency, total):
    line = {"id": 1, "product_id": 1, "quantity": 1, "name": "Lamp", "sku": "L"}
    money = {"subtotal": total, "total": total, "total_tax": "0", "subtotal_tax": "0"}
    facts = {
        "currency": currency,
        "total": total,
        "line_items": [line | money],
        "shipping_lines": [],
        "fee_lines": [],
        "tax_lines": [],
        "coupon_lines": [],
        "discount_total": "0",
        "shipping_total": "0",
        "shipping_tax": "0",
        "total_tax": "0",
        "cart_tax": "0",
    }
    sell(shop, store, 1, **facts)
    shop.place(2, days_ago(2), **facts)

    check = run(store)

    assert check.counts == {"equal": 1, "missing": 1}
    assert (the_finding().told["currency"], the_finding().told["total"]) == (currency, 1250)


def test_another_currency_is_a_difference_of_every_amount(shop, store):
    sell(shop, store, 1)
    shop.orders[1]["currency"] = "USD"

    run(store)

    assert {"currency", "total", "lines"} <= set(the_finding().fields)


def test_what_earns_nothing_or_is_too_fresh_is_counted_with_its_reason(shop, store):
    shop.place(1, days_ago(2), status="pending", date_paid_gmt=None)
    shop.place(2, days_ago(40), date_modified_gmt=days_ago(2).strftime("%Y-%m-%dT%H:%M:%S"))
    shop.place(3, days_ago(2), date_modified_gmt=soon(-5).strftime("%Y-%m-%dT%H:%M:%S"))
    shop.place(4, soon(-120))

    check = run(store)

    assert check.counts == {"unpaid": 1, "before_store": 1, "fresh": 1, "outside": 1}


def test_a_delivery_that_was_refused_is_linked(shop, store):
    body = shop.place(1234, days_ago(2), total="1.2345")
    deliver(store, json.dumps(body).encode(), days_ago(2))

    run(store)
    finding = the_finding()
    event = StoreEvent.objects.get()
    assert (finding.kind, finding.event, event.status) == ("waiting", event, "refused")
    assert finding.code.startswith("store.")

    fetch(store, finding)
    finding.refresh_from_db()
    assert finding.state == "open" and finding.code.startswith("store.")
    shop.place(1234, days_ago(2))
    fetch(store, finding)
    finding.refresh_from_db()
    assert finding.state == "settled"


@pytest.mark.usefixtures("short_pages")
def test_an_order_that_changes_while_it_is_read_is_counted_once(shop, store):
    for number in range(1, 13):
        sell(shop, store, number, days=7 - number / 6)
    check = turn(ask(store))
    assert (check.stage, check.done) == ("list", 5)
    moved = shop.orders[3]
    moved["date_modified_gmt"] = soon(-60).strftime("%Y-%m-%dT%H:%M:%S")
    moved["total"] = "1.00"

    while check.ended_at is None:
        check = turn(check, check.next_at)

    assert check.counts == {"equal": 11, "different": 1}
    assert the_finding().external_order_id == "3"


def test_a_worker_killed_in_the_middle_does_its_page_again(shop, store, monkeypatch):
    for number in range(1, 61):
        shop.place(number, days_ago(7 - number / 60))
    check = ask(store)
    monkeypatch.setenv("FAULTS", "1")
    passed: list[str] = []

    def die(name: str) -> None:
        passed.append(name)
        if passed.count("store_check.before_cursor") == 2:
            raise faults.Crash

    faults.install(die)
    try:
        check = turn(check)
        with pytest.raises(faults.Crash):
            turn(check)
    finally:
        faults.install(None)
    check.refresh_from_db()
    assert (check.done, StoreFinding.objects.count()) == (50, 50)
    assert storechecks.claim(check_id=check.pk, now=soon(0), real_now=soon(1)) is None

    check = turn(check, later(5))
    check = turn(check, check.next_at)

    assert (check.stage, check.counts) == ("done", {"missing": 60})
    assert StoreFinding.objects.count() == 60


def test_two_at_once_find_one_check(store):
    check = ask(store)

    with pytest.raises(storechecks.CheckRuns):
        ask(store)
    assert storechecks.claim(check_id=check.pk, now=soon(0), real_now=soon(0))
    assert storechecks.claim(check_id=check.pk, now=soon(0), real_now=soon(0)) is None


def test_a_shop_that_fails_is_asked_again_and_given_up_in_words(shop, store):
    shop.place(1, days_ago(2))
    shop.failures = [429]
    check = turn(ask(store))
    assert (check.stage, check.code) == ("list", "pull.too_often")
    assert check.next_at is not None and check.next_at > later(50)

    shop.keys = ("ck_other", "cs_other")
    while check.ended_at is None:
        check = turn(check, check.next_at)

    assert (check.stage, check.code, check.failures) == ("failed", "pull.keys_refused", 6)
    assert not StoreFinding.objects.exists()


def test_one_order_that_breaks_its_page_is_counted_apart(shop, store):
    for number in (1, 2, 3):
        sell(shop, store, number)
    shop.broken[2] = 500

    check = ask(store)
    while check.ended_at is None:
        check = turn(check, check.next_at)

    assert (check.stage, check.counts) == ("done", {"equal": 2, "unread": 1})


def test_what_agrees_later_is_settled_by_the_next_check(shop, store):
    shop.place(1, days_ago(2))
    run(store)
    deliver(store, json.dumps(shop.orders[1]).encode(), soon(0))

    check = run(store)

    assert check.counts == {"equal": 1}
    assert (the_finding().state, the_finding().code) == ("settled", "finding.agreed")


def test_what_was_dismissed_stays_so_until_its_figures_change(shop, store):
    shop.place(1, days_ago(2))
    run(store)
    owner = get_owner(store.brand).pk
    args = {"actor_id": owner, "reason": "Sold by hand", "now": soon(0)}
    storefindings.dismiss(finding_id=the_finding().pk, **args)
    with pytest.raises(storefindings.NotOpen):
        storefindings.dismiss(finding_id=the_finding().pk, **args)

    assert run(store).counts == {"dismissed": 1}
    shop.orders[1]["total"] = "1.00"
    assert run(store).counts == {"missing": 1}
    assert StoreFinding.objects.count() == 2
    event = AuditEvent.objects.get(action="store_finding.dismissed")
    assert event.after["reason"] == "Sold by hand"


def test_an_order_gone_from_the_shop_stays_with_the_reason(shop, store):
    shop.place(1, days_ago(2))
    run(store)
    shop.orders.clear()

    fetch(store, the_finding())

    assert (the_finding().state, the_finding().code) == ("open", "finding.gone")


def test_a_shop_that_is_down_leaves_the_finding_open_after_some_tries(shop, store):
    shop.place(1, days_ago(2))
    run(store)
    shop.keys = ("ck_other", "cs_other")

    fetch(store, the_finding())
    assert (the_finding().state, the_finding().tries) == ("queued", 1)
    for _ in range(4):
        assert the_finding().next_at
        bring_all(store, the_finding().next_at)

    assert (the_finding().state, the_finding().code) == ("open", "pull.keys_refused")


def test_every_day_each_store_that_can_be_asked_is_compared_once(store):
    at = soon(0).replace(hour=12)

    [begun] = storechecks.begin_daily(platforms=["woocommerce"], real_now=at)
    assert storechecks.begin_daily(platforms=["woocommerce"], real_now=at) == []

    assert (begun.asked_by, begun.until - begun.since) == (None, timedelta(days=6))
    assert begun.until == (at - timedelta(days=1)).date()


@pytest.mark.parametrize("what", ["archived", "sandbox", "off", "no_keys", "night"])
def test_the_daily_run_leaves_out_what_its_neighbours_do(store, what):
    at = soon(0).replace(hour=2 if what == "night" else 12)
    brands = Brand.objects.filter(pk=store.brand_id)
    stores = StoreConnection.objects.filter(pk=store.pk)
    if what == "archived":
        brands.update(archived_at=at)
    elif what == "sandbox":
        brands.update(sandbox_of=make_brand("Other"))
    elif what == "off":
        stores.update(is_active=False)
    elif what == "no_keys":
        stores.update(api_key=None, api_secret=None)

    assert storechecks.begin_daily(platforms=["woocommerce"], real_now=at) == []


def test_the_team_is_mailed_once_a_day_and_only_of_what_is_new(shop, store):
    shop.place(1, days_ago(2))
    run(store)
    assert [brand.pk for brand in checknews.list_brands_with_news()] == [store.brand_id]

    assert checknews.tell_team(brand_id=store.brand_id, now=soon(0)) == 1
    shop.place(2, days_ago(2))
    run(store)
    assert checknews.tell_team(brand_id=store.brand_id, now=soon(1)) == 0
    assert checknews.tell_team(brand_id=store.brand_id, now=soon(24 * 60)) == 1
    assert checknews.list_brands_with_news() == []
    assert Mail.objects.filter(kind="team_store_check").count() == 2


def test_days_out_of_order_or_too_many_are_refused(store):
    for since, until in (
        (days_ago(1), days_ago(2)),
        (days_ago(99), soon(0)),
        (soon(0), days_ago(-3)),
    ):
        with pytest.raises(storechecks.BadPeriod):
            storechecks.ask_check(
                connection=store,
                asked=storechecks.Asked(since.date(), until.date()),
                actor_id=get_owner(store.brand).pk,
                now=soon(0),
                real_now=soon(0),
            )
    assert not StoreCheck.objects.exists()
