"""Everything creators earn is in every figure of what they earn, and all of it is in the ledger."""

from datetime import timedelta

import pytest
from django.urls import reverse

from affiliates.models import Measure
from affiliates.services.membership import suspend_affiliation
from brands.services.rules import RuleDraft
from core import formats
from core.money import Money
from ledger.models import AccountKind
from ledger.selectors import list_brand_totals, list_party_balances
from portal.books import prove_books
from portal.breakdown import DIMENSIONS, break_down
from portal.goals import count_goals
from portal.performance import GROUPINGS, Measures, answer
from tests.awards import make_award
from tests.makers import (
    get_creator,
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_goal,
    make_link,
    make_program,
    percent_rule,
)
from tests.orders import make_click
from tests.portal.test_performance import ANYTIME, ask
from tests.shop import Shop, code, stamp
from tests.world import World
from tracking.models import AwardKind, Commission
from tracking.services.counting import count_days
from tracking.services.review import adjust_commission, credit_order
from tracking.services.testmarks import mark_test

RULES = [
    percent_rule(),
    RuleDraft(name="Leads", kind="lead", amounts={"EUR": 700}),
    RuleDraft(name="Visits", kind="click", amounts={"EUR": 5}),
]


@pytest.fixture
def world(db):
    """Make an order, one refunded in part, and an earning of every other kind."""
    brand = make_brand()
    program = make_program(brand, RULES)
    anna, ben = make_enrollment(program), make_enrollment(program)
    make_code(anna, "COFFEE10")
    make_code(ben, "TEA10")
    shop = Shop(make_connection(brand))
    made = World(brand, anna, ben, shop)
    shop.pay("1", discounts=code("COFFEE10"))
    shop.pay("2", discounts=code("TEA10"))
    shop.refund("2", "r2", "25.00")
    _send_lead(shop, "COFFEE10")
    _visit(anna, shop)
    make_award(anna, 5000, at=shop.now)
    make_award(ben, 1200, key="fee:1", kind=AwardKind.FEE, title="A video", at=shop.now)
    make_award(ben, 30, key="view:1", kind=AwardKind.IMPRESSION, title="", at=shop.now)
    return made


def _send_lead(shop, text):
    facts = {
        "id": "L1",
        "at": stamp(shop.now - timedelta(minutes=2)),
        "customer": {"email": "lead@mail.example"},
        "code": text,
    }
    assert shop.send("lead.created", facts) == 200


def _visit(place, shop):
    link, at = make_link(place), shop.now - timedelta(days=4)
    for _ in range(3):
        make_click(link, at=at)
    count_days(brand=place.brand, now=shop.now)


def in_ledger(brand):
    kinds = list_brand_totals(brand_id=brand.pk)["EUR"]
    return sum(kinds.get(kind, 0) for kind in (AccountKind.PENDING, AccountKind.PAYABLE))


def balance_of(brand, place):
    balances = list_party_balances(brand_id=brand.pk, party_ids=[place.affiliation_id])
    kinds = balances[place.affiliation_id, "EUR"]
    return sum(kinds.get(kind, 0) for kind in (AccountKind.PENDING, AccountKind.PAYABLE))


def test_every_kind_is_there_and_the_books_balance(world):
    kinds = set(Commission.objects.values_list("kind", flat=True))
    assert kinds == {"sale", "lead", "click", "impression", "bonus", "fee"}
    assert prove_books(brand_id=world.brand.pk).is_balanced


@pytest.mark.parametrize("group", GROUPINGS)
def test_reports_come_to_what_the_ledger_holds_and_their_rows_to_that(world, group):
    found = answer(world.brand, ask(group=group), ANYTIME)

    parts = [*found.by_key.values(), *([found.rest] if found.rest else [])]
    assert found.total.commission == in_ledger(world.brand)
    assert sum(part.commission for part in parts) == found.total.commission
    assert found.total.orders == 2


@pytest.mark.parametrize("group", ["creator", "group", "type"])
def test_behind_each_row_stands_all_that_was_earned(client, world, group):
    client.force_login(get_owner(world.brand))
    page = client.get(reverse("portal:report-list", args=[world.brand.slug]), {"by": group})
    address = reverse("tracking:commission-list", args=[world.brand.slug])

    total = client.get(f"{address}?tab=all&{page.context['orders_query']}")
    assert total.context["sums"] == [page.context["total"].commission]
    for row in page.context["rows"]:
        rows = client.get(f"{address}?tab=all&{row['query']}")
        assert rows.context["sums"] == [row["measures"].commission]


def test_pages_of_both_sides_show_the_same_sum(client, world):
    brand, total = world.brand, Money(in_ledger(world.brand), "EUR")
    client.force_login(get_owner(brand))

    home = client.get(reverse("portal:brand-home", args=[brand.slug]))
    creators = client.get(reverse("affiliates:creator-list", args=[brand.slug]))
    listed = client.get(reverse("tracking:commission-list", args=[brand.slug]), {"tab": "all"})

    tile = next(one for one in home.context["figures"] if one.name == "commission")
    assert tile.text == formats.money_text(total, language="en")
    assert creators.context["commission"] == [total]
    assert listed.context["sums"] == [total]
    own = 0
    for place in (world.anna, world.ben):
        client.force_login(get_creator(place))
        mine = client.get(reverse("portal:creator-home"))
        earned = client.get(reverse("portal:creator-earnings"))
        assert mine.context["period"].earned == earned.context["sums"]
        own += earned.context["sums"][0].amount_minor
        for by in DIMENSIONS:
            parts = break_down([place], by=by, since=world.shop.now - timedelta(days=30))
            assert parts.total.amounts == earned.context["sums"]
    assert own == total.amount_minor


def test_the_commission_per_click_is_of_all_that_was_earned(world):
    found = answer(world.brand, ask(), ANYTIME)
    measures = Measures("EUR", False, found.total)
    assert measures.per_click.amount_minor == round(in_ledger(world.brand) / found.total.clicks)


def test_a_goal_of_commission_counts_all_of_it(world):
    today = world.shop.now.date()
    goal = make_goal(
        world.anna.program,
        measure=Measure.COMMISSION,
        currency="EUR",
        since=today - timedelta(days=20),
        until=today + timedelta(days=2),
    )
    assert count_goals([goal])[goal.pk].value == in_ledger(world.brand)


def test_what_is_changed_by_hand_on_an_order_that_does_not_count_is_earned_too(world):
    shop = world.shop
    adjust_commission(
        commission_id=shop.commission("2").pk,
        delta_minor=250,
        reason="As agreed",
        actor_id=get_owner(world.brand).pk,
        now=shop.now,
    )
    shop.send("order.cancelled", shop.order("2", status="cancelled", cancelled_at=stamp(shop.now)))
    found = answer(world.brand, ask(), ANYTIME)
    assert (found.total.orders, found.total.commission) == (1, in_ledger(world.brand))


@pytest.mark.parametrize("change", ["credited to another", "marked as a test"])
def test_what_the_ledger_keeps_for_a_suspended_creator_is_in_every_figure(client, world, change):
    """His order is somebody else's, or none, and he is suspended: nothing is posted for him."""
    shop, anna = world.shop, world.anna
    by_owner = {"actor_id": get_owner(world.brand).pk, "now": shop.now, "reason": "A look"}
    suspend_affiliation(affiliation_id=anna.affiliation_id, **by_owner)
    if change == "marked as a test":
        mark_test(order_id=shop.get("1").pk, **by_owner)
    else:
        credit_order(order_id=shop.get("1").pk, enrollment_id=world.ben.pk, **by_owner)
    kept = Commission.objects.get(order__external_order_id="1", enrollment=anna)
    assert (kept.amount_minor, kept.has_unposted_change) == (1_000, True)

    for group in GROUPINGS:
        found = answer(world.brand, ask(group=group), ANYTIME)
        parts = [*found.by_key.values(), *([found.rest] if found.rest else [])]
        assert found.total.commission == in_ledger(world.brand)
        assert sum(part.commission for part in parts) == found.total.commission, group
    client.force_login(get_creator(anna))
    for place in (anna, world.ben):
        for by in DIMENSIONS:
            broken_down = break_down([place], by=by, since=shop.now - timedelta(days=30))
            owned = balance_of(world.brand, place)
            assert broken_down.total.minor == {"EUR": owned}, by
            assert sum(row.minor.get("EUR", 0) for row in broken_down.rows) == owned, by
            assert sum(row.orders for row in broken_down.rows) == broken_down.total.orders, by
    assert client.get(reverse("portal:creator-home")).context["period"].earned == [
        Money(balance_of(world.brand, anna), "EUR")
    ]


def test_a_creator_whose_order_became_another_ones_earned_no_product_by_it(world):
    credit_order(
        order_id=world.shop.get("1").pk,
        enrollment_id=world.ben.pk,
        reason="His post",
        actor_id=get_owner(world.brand).pk,
        now=world.shop.now,
    )
    parts = break_down([world.anna], by="product", since=world.shop.now - timedelta(days=30))
    (rest,) = parts.rows
    assert (rest.is_rest, rest.minor, parts.total.orders) == (True, parts.total.minor, 0)


def test_visits_of_the_last_day_of_a_month_are_of_that_month(world):
    award = Commission.objects.get(kind="click").award
    last = (award.at - timedelta(hours=3)).date()
    span = type(ANYTIME)(last, last)
    of_day = answer(world.brand, ask(span, step="day"), span)
    assert of_day.by_step == {last: of_day.total}
    assert of_day.total.commission == 15


def test_lists_are_narrowed_to_a_kind_and_an_award_is_found_by_its_title(client, world):
    client.force_login(get_owner(world.brand))
    address = reverse("tracking:commission-list", args=[world.brand.slug])

    fees = client.get(address, {"tab": "all", "kind": "fee"})
    titled = client.get(address, {"tab": "all", "q": "a VIDEO"})
    odd = client.get(address, {"tab": "all", "kind": "'\0x"})
    searched = client.get(reverse("portal:search", args=[world.brand.slug]), {"q": "video"})
    client.force_login(get_creator(world.ben))
    own = client.get(reverse("portal:creator-earnings"), {"kind": "fee"})

    assert [fees.context["total"], titled.context["total"]] == [1, 1]
    assert odd.context["total"] == 7
    (group,) = searched.context["found"]
    assert (group["name"], len(group["rows"])) == ("commission", 1)
    assert own.context["count"] == 1
