"""A creator's code is made, renamed and ended in the shop itself: once, and nothing else's."""

from datetime import timedelta

import pytest

from affiliates.models import Code
from affiliates.services.codes import disable_code, rename_code
from affiliates.services.membership import reinstate_affiliation, suspend_affiliation
from brands.models import Program, StoreConnection
from brands.services.connections import set_api_keys
from core import faults
from core.money import Money
from tests.makers import NOW, get_owner, make_code, make_connection, make_enrollment, make_program
from tests.racing import race
from tests.tracking.codeshops import ShopifyCodeShop, StripeCodeShop, WooCodeShop
from tests.tracking.serving import Told, serve
from tracking.domain.storecodes import Drift
from tracking.integrations import get_adapter, list_code_platforms, open_codes
from tracking.models import CodeSync, StoreCode
from tracking.services import codework, storecodes
from tracking.services.storecodes import Discount

pytestmark = pytest.mark.django_db

SHOPS = (ShopifyCodeShop, WooCodeShop, StripeCodeShop)
LATER = timedelta(hours=7)
TEN = Discount(kind="percent", rate_bps=1000)
COUPON = Discount(kind="coupon", coupon="tenoff")


class World:
    """A program whose codes go into a shop, and the turns of a worker."""

    def __init__(self, shop, discount: Discount | None = None, *, now=NOW):
        self.shop, self.now = shop, now
        self.discount = discount or (COUPON if shop.platform == "stripe" else TEN)
        self.program = make_program()
        self.owner = get_owner(self.program.brand)
        self.place = make_enrollment(self.program)
        Code.objects.all().delete()  # the one of the approval
        store = make_connection(self.program.brand, platform=shop.platform)
        StoreConnection.objects.filter(pk=store.pk).update(shop_url="https://shop.example")
        if shop.platform == "shopify":
            address = "https://shop.myshopify.com"
            StoreConnection.objects.filter(pk=store.pk).update(shop_url=address)
        self.store = set_api_keys(
            connection_id=store.pk,
            traits=get_adapter(shop.platform).traits,
            keys=shop.keys,
            actor_id=self.owner.pk,
            now=NOW,
        )
        self.switch(is_on=True)
        self.set(self.discount)

    def switch(self, *, is_on):
        storecodes.set_sync(
            connection_id=self.store.pk, is_on=is_on, actor_id=self.owner.pk, now=NOW
        )

    def set(self, discount):
        storecodes.set_discount(
            connection_id=self.store.pk,
            program_id=self.program.pk,
            discount=discount,
            actor_id=self.owner.pk,
            now=NOW,
            real_now=self.now,
        )

    def code(self, text="ANNA10") -> Code:
        return make_code(self.place, text)

    def follow(self):
        storecodes.follow_codes(platforms=list_code_platforms(), real_now=self.now)

    def work(self):
        if self.store.pk in storecodes.list_due(platforms=list_code_platforms(), real_now=self.now):
            book = self.shop.open(self.now)
            codework.work_on_codes(connection=self.store, book=book, real_now=self.now)

    def turn(self, wait=LATER):
        """Let one turn of the worker pass, some time after the last."""
        self.now += wait
        self.follow()
        self.work()

    def row(self, text="ANNA10") -> StoreCode:
        return StoreCode.objects.get(code__text=text)

    def make_so(self, *texts):
        ids = [self.row(text).public_id for text in texts]
        return storecodes.make_so(
            connection_id=self.store.pk,
            public_ids=ids,
            actor_id=self.owner.pk,
            now=NOW,
            real_now=self.now,
        )

    def adopt(self, text="ANNA10"):
        return storecodes.adopt(
            store_code_id=self.row(text).pk,
            actor_id=self.owner.pk,
            now=NOW,
            real_now=self.now,
        )


@pytest.fixture(params=SHOPS, ids=lambda one: one.platform)
def world(request) -> World:
    return World(request.param())


@pytest.fixture
def woo() -> World:
    return World(WooCodeShop())


def test_a_new_code_is_made_in_the_shop_once_and_then_only_looked_at(world):
    code = world.code()

    world.turn()
    world.turn(timedelta(days=2))

    [kept] = [one for one in world.shop.codes if one.text.upper() == "ANNA10"]
    row = world.row()
    assert kept.is_on and world.shop.calls["create"] == 1
    assert (row.seen, row.drift, row.reason, row.external_id) == ("on", "", "", kept.ref)
    assert (row.code_id, world.shop.calls["update"]) == (code.pk, 0)


def test_the_shop_reads_back_what_was_wanted_to_the_last_figure():
    whole = {"minimums": {"EUR": 2550}, "is_once": True}
    discounts = (
        (ShopifyCodeShop, Discount(kind="percent", rate_bps=1255, **whole)),
        (ShopifyCodeShop, Discount(kind="amount", amounts={"EUR": 505, "USD": 600}, **whole)),
        (WooCodeShop, Discount(kind="percent", rate_bps=1255, **whole)),
        (WooCodeShop, Discount(kind="amount", amounts={"EUR": 505, "USD": 600}, **whole)),
        (StripeCodeShop, Discount(kind="coupon", coupon="fiveoff", **whole)),
    )
    for make_shop, discount in discounts:
        StoreCode.objects.all().delete()
        shop = make_shop()
        world = World(shop, discount)
        world.code()
        world.turn()
        world.turn(timedelta(days=2))

        found = shop.open(world.now)
        found.get_currency("EUR")
        terms = found.find(text="ANNA10", ref="").terms
        assert world.row().drift == ""
        assert (terms.minimum, terms.is_once) == (Money(2550, "EUR"), True)
        assert terms.amount == (Money(505, "EUR") if discount.amounts else None)
        assert (terms.rate_bps, terms.coupon) == (discount.rate_bps, discount.coupon)


@pytest.mark.parametrize("fate", ["lost", "unheard", 500])
def test_a_request_of_unknown_outcome_is_looked_up_and_not_repeated_blindly(world, fate):
    world.code()
    world.shop.faults = [None, fate, "lost"]  # a look, the making, and the look after it

    world.turn()
    assert world.row().seen == "unknown" and world.row().reason == "storecode.timeout"
    world.turn()

    kept = [one for one in world.shop.codes if one.text.upper() == "ANNA10"]
    assert len(kept) == 1 and world.row().seen == "on" and world.row().reason == ""
    assert world.shop.calls["create"] == 1


def test_what_was_made_before_the_answer_was_lost_is_seen_in_the_same_turn(world):
    world.code()
    world.shop.faults = [None, "unheard"]

    world.turn()

    assert world.row().seen == "on" and world.shop.calls["create"] == 1


def test_a_worker_killed_after_the_request_leaves_it_to_the_next(world, monkeypatch):
    world.code()
    monkeypatch.setenv("FAULTS", "1")

    def die(name: str) -> None:
        if name == "store_code.after_call":
            raise faults.Crash

    faults.install(die)
    try:
        with pytest.raises(faults.Crash):
            world.turn()
    finally:
        faults.install(None)
    assert world.row().seen == "unknown"
    world.turn(timedelta(minutes=1))
    assert world.row().seen == "unknown"  # another worker might still be at it

    world.turn(timedelta(minutes=6))

    assert world.row().seen == "on" and world.shop.calls["create"] == 1


def test_a_rename_makes_the_new_one_and_ends_the_old_one(world):
    code = world.code()
    world.turn()

    rename_code(code_id=code.pk, text="ANNA15", actor_id=world.owner.pk, now=NOW)
    world.turn()

    assert world.shop.find("ANNA15").is_on and not world.shop.find("ANNA10").is_on
    assert (world.row("ANNA15").seen, world.row("ANNA10").seen) == ("on", "off")
    assert {row.drift for row in StoreCode.objects.all()} == {""}


def test_a_suspended_creators_code_is_off_until_he_is_back(world):
    world.code()
    world.turn()
    facts = {"affiliation_id": world.place.affiliation_id, "actor_id": world.owner.pk, "now": NOW}

    suspend_affiliation(reason="Bids on the name", **facts)
    world.turn()
    assert not world.shop.find("ANNA10").is_on and world.row().drift == ""

    reinstate_affiliation(reason="He stopped", **facts)
    world.turn()
    assert world.shop.find("ANNA10").is_on and world.shop.calls["create"] == 1


def test_a_code_ended_before_the_shop_was_asked_is_never_made(world):
    code = world.code()
    disable_code(code_id=code.pk, actor_id=world.owner.pk, now=NOW)

    world.turn()

    assert world.shop.find("ANNA10") is None and world.row().drift == ""


def test_a_program_that_is_closed_ends_its_codes_and_a_draft_makes_none(world):
    world.code()
    Program.objects.filter(pk=world.program.pk).update(status="draft")
    world.turn()
    assert world.shop.codes == [] and not StoreCode.objects.exists()

    Program.objects.filter(pk=world.program.pk).update(status="live")
    world.turn()
    Program.objects.filter(pk=world.program.pk).update(status="closed")
    world.turn()

    assert not world.shop.find("ANNA10").is_on


def test_a_code_the_shop_had_before_is_left_alone_until_it_is_adopted(world):
    kept = world.shop.put("ANNA10")
    code = world.code()
    before = dict(kept.said)

    world.turn()
    assert world.row().drift == Drift.FOREIGN
    assert world.make_so("ANNA10") == 0
    world.turn()
    disable_code(code_id=code.pk, actor_id=world.owner.pk, now=NOW)
    world.turn()
    assert kept.is_on and kept.said == before and world.row().drift == Drift.FOREIGN_ON

    world.adopt()
    world.turn()

    assert not world.shop.find("ANNA10").is_on and world.row().drift == ""
    with pytest.raises(storecodes.NotForeign):
        world.adopt()


def test_what_an_adopted_code_gives_is_only_changed_when_the_brand_says_so(world):
    world.shop.put("ANNA10")
    world.code()
    world.turn()

    world.adopt()
    world.turn()
    assert world.row().drift == Drift.DIFFERS and world.shop.calls["update"] == 0

    assert world.make_so("ANNA10") == 1
    world.turn()
    world.turn(timedelta(days=2))
    assert world.row().drift == "" and world.shop.find("ANNA10").is_on


def test_each_way_to_drift_is_seen_within_a_day_and_mended_when_told(world):
    shop = world.shop
    for text in ("GONE1", "OFF1", "OTHER1", "BACK1", "SAME1"):
        world.code(text)
    world.turn()
    disable_code(code_id=world.row("BACK1").code_id, actor_id=world.owner.pk, now=NOW)
    world.turn()
    shop.codes.remove(shop.find("GONE1"))
    if shop.platform == "woocommerce":
        shop.find("OFF1").said["status"] = "draft"
    shop.find("OFF1").is_on = False
    shop.alter(shop.find("OTHER1"))
    shop.find("BACK1").is_on = True
    shop.find("BACK1").said.pop("date_expires_gmt", None)
    calls = shop.calls["create"], shop.calls["update"]

    world.turn(timedelta(days=1))

    # At Stripe a changed code is another code, which somebody made by hand.
    other = Drift.DIFFERS
    drifts = {row.code.text: row.drift for row in StoreCode.objects.select_related("code")}
    assert {text: drift for text, drift in drifts.items() if drift} == {
        "GONE1": Drift.ABSENT,
        "OFF1": Drift.OFF,
        "OTHER1": other,
        "BACK1": Drift.STILL_ON,
    }
    assert (shop.calls["create"], shop.calls["update"]) == calls

    assert world.make_so(*drifts) == 5
    world.turn()
    world.turn(timedelta(days=2))

    assert {row.drift for row in StoreCode.objects.all()} == {""}
    on = {one.text.upper() for one in shop.codes if one.is_on}
    assert on == {"GONE1", "OFF1", "OTHER1", "SAME1"}


def test_another_discount_is_shown_as_drift_and_new_codes_get_it(world):
    world.code()
    world.turn()
    new = Discount(kind="coupon", coupon="fiveoff") if world.discount is COUPON else None

    world.set(new or Discount(kind="percent", rate_bps=2000))
    world.code("ANNA20")
    world.turn(timedelta(minutes=1))

    assert (world.row().drift, world.row("ANNA20").drift) == (Drift.DIFFERS, "")
    world.make_so("ANNA10")
    world.turn(timedelta(minutes=1))
    world.turn(timedelta(days=2))
    assert {row.drift for row in StoreCode.objects.all()} == {""}


def test_switching_off_leaves_the_shop_as_it_is(world):
    code = world.code()
    world.turn()
    world.switch(is_on=False)
    disable_code(code_id=code.pk, actor_id=world.owner.pk, now=NOW)

    world.turn()
    assert world.shop.find("ANNA10").is_on

    world.switch(is_on=True)
    world.turn()
    assert not world.shop.find("ANNA10").is_on


def test_a_shop_that_wants_peace_gets_it_for_all_its_codes(world):
    world.code("ANNA10")
    world.code("ANNA11")
    world.shop.faults = [429]

    world.turn(timedelta(minutes=1))
    sync = CodeSync.objects.get()
    assert (sync.reason, sync.rest_until) == (
        "storecode.too_often",
        world.now + timedelta(hours=1),
    )
    world.turn(timedelta(minutes=59))
    assert world.shop.calls.total() == 0

    world.turn(timedelta(minutes=2))
    assert all(world.shop.find(text).is_on for text in ("ANNA10", "ANNA11"))
    assert CodeSync.objects.get().reason == ""


def test_refused_keys_are_told_and_tried_less_and_less_often(world):
    world.code()
    world.shop.is_refusing_keys = True

    for minutes in (1, 1, 1, 2, 2, 2):
        world.turn(timedelta(minutes=minutes))

    sync = CodeSync.objects.get()
    assert (sync.reason, sync.failures) == ("storecode.keys_refused", 4)
    assert sync.rest_until == world.now + timedelta(minutes=8)
    world.shop.is_refusing_keys = False
    world.turn()
    assert world.shop.find("ANNA10").is_on


def test_one_code_the_shop_refuses_holds_up_none_of_the_others():
    world = World(StripeCodeShop())
    world.code("ANNA_10")
    world.code("ANNA10")

    world.turn()

    assert world.row("ANNA_10").reason == "storecode.bad_text"
    assert world.row("ANNA10").seen == "on"


def test_a_coupon_stripe_does_not_have_is_named():
    world = World(StripeCodeShop(), Discount(kind="coupon", coupon="gone"))
    world.code()

    world.turn()

    assert (world.row().reason, world.row().detail) == ("storecode.no_coupon", "gone")


def test_a_discount_without_the_currency_of_the_shop_says_which_it_is():
    world = World(WooCodeShop(), Discount(kind="amount", amounts={"USD": 500}))
    world.code()

    world.turn()

    assert (world.row().reason, world.row().detail) == ("storecode.no_amount", "EUR")


def test_a_discount_of_nothing_is_refused(woo):
    with pytest.raises(storecodes.NoDiscount):
        woo.set(Discount(kind="percent"))


def test_shopify_says_in_an_answer_of_200_that_it_is_asked_too_often():
    world = World(ShopifyCodeShop())
    world.code()
    world.turn(timedelta(minutes=1))
    told = b'{"errors":[{"message":"Throttled","extensions":{"code":"THROTTLED"}}]}'
    denied = b'{"errors":[{"message":"no","extensions":{"code":"ACCESS_DENIED"}}]}'
    for body, reason in ((told, "too_often"), (denied, "keys_refused")):
        world.shop.answer = lambda asked, body=body: Told(200, body)
        world.turn(timedelta(days=2))
        assert CodeSync.objects.get().reason == f"storecode.{reason}"


def test_the_keys_go_over_the_wire_as_woocommerce_wants_them():
    world = World(WooCodeShop())
    world.code()
    with serve(world.shop.answer_wire) as url:
        StoreConnection.objects.filter(pk=world.store.pk).update(shop_url=url)
        store = StoreConnection.objects.get(pk=world.store.pk)
        world.shop.open = lambda now: open_codes(store, real_now=now, allows_loopback=True)
        world.turn()

    assert world.shop.find("ANNA10").is_on and world.row().seen == "on"


def test_what_is_asked_for_while_a_worker_is_at_it_stays_due(woo):
    code = woo.code()
    woo.now += LATER
    woo.follow()
    ask = woo.shop.answer

    def end_it_meanwhile(asked):
        woo.shop.answer = ask
        disable_code(code_id=code.pk, actor_id=woo.owner.pk, now=NOW)
        woo.follow()
        return ask(asked)

    woo.shop.answer = end_it_meanwhile
    woo.work()
    assert woo.shop.find("ANNA10").is_on and woo.row().next_at <= woo.now

    woo.turn(timedelta(minutes=1))
    assert not woo.shop.find("ANNA10").is_on and woo.row().drift == ""


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_code():
    world = World(WooCodeShop())
    world.code()
    world.now += LATER

    def turn():
        world.follow()
        world.work()

    assert race(turn, turn, refusals=()) == [None, None]
    assert world.shop.calls["create"] == 1 and StoreCode.objects.count() == 1
