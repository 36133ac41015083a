"""An order a person marks as a test: it earns nothing, whatever the store says, until undone."""

import pytest
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from affiliates.services.membership import suspend_affiliation
from brands.models import Role
from core.models import AuditEvent, Mail
from ledger.models import AccountKind
from ledger.selectors import get_balance
from portal.books import prove_books
from tests.brands.pages import sign_in, sign_in_as
from tests.makers import (
    get_creator,
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_group,
    make_program,
)
from tests.portal.text import plain
from tests.racing import race
from tests.shop import Shop, code
from tracking.models import Attribution, CustomerBinding
from tracking.services.review import credit_order
from tracking.services.testmarks import AlreadyTest, NotMarked, mark_test, unmark_test
from tracking.tasks import release_brand

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    """A creator who earns ten percent by the code ANNA."""
    place = make_enrollment(make_program(make_brand()))
    make_code(place, "ANNA")
    return place


@pytest.fixture
def shop(anna):
    return Shop(make_connection(anna.affiliation.brand))


def mark(shop, number="1"):
    return mark_test(order_id=shop.get(number).pk, reason="Our own check", **by_owner(shop))


def unmark(shop, number="1"):
    return unmark_test(order_id=shop.get(number).pk, reason="A customer's", **by_owner(shop))


def by_owner(shop):
    return {"actor_id": get_owner(shop.connection.brand).pk, "now": shop.now}


def payable(commission):
    return get_balance(
        brand_id=commission.brand_id,
        kind=AccountKind.PAYABLE,
        currency=commission.currency,
        party_id=commission.affiliation_id,
    )


def is_balanced(shop):
    connection.check_constraints()
    return prove_books(brand_id=shop.connection.brand_id).is_balanced


def credit_of(shop, number="1"):
    return Attribution.objects.get(order=shop.get(number), is_current=True)


def test_whatever_the_store_sends_about_a_marked_order_it_earns_nothing(shop):
    order = shop.order("1", discounts=code("ANNA"))
    shop.send("order.paid", order, event_id="first")

    mark(shop)
    shop.send("order.paid", order, event_id="again")
    shop.pay("1", discounts=code("ANNA"), total="200.00")
    shop.refund("1", "r1", "10.00")

    assert shop.commission("1").amount_minor == 0
    assert shop.get("1").is_test
    assert (credit_of(shop).code, credit_of(shop).enrollment) == ("attr.test", None)
    assert is_balanced(shop)


def test_undoing_gives_back_exactly_what_it_would_have_been(shop):
    shop.pay("1", discounts=code("ANNA"))
    mark(shop)
    shop.refund("1", "r1", "10.00")

    unmark(shop)

    commission = shop.commission("1")
    codes = [change.code for change in commission.changes.order_by("seq")]
    assert commission.amount_minor == 900
    assert codes[-2:] == ["attr.test_marked", "attr.test_undone"]
    assert credit_of(shop).code == "attr.won_code"
    assert not shop.get("1").is_test
    assert is_balanced(shop)


def test_money_released_before_is_taken_from_what_comes_later_and_given_back(anna):
    shop = Shop(make_connection(anna.affiliation.brand))
    with override_settings(HOLD_DAYS_MIN=0):
        fast = make_group(anna.program, "Fast", hold_days=0)
    make_code(make_enrollment(anna.program, group=fast), "FAST")
    shop.pay("1", discounts=code("FAST"))
    release_brand(anna.affiliation.brand)
    commission = shop.commission("1")
    assert payable(commission) == 1000

    mark(shop)
    assert payable(commission) == 0
    assert commission.changes.latest("seq").entry.kind == "clawback"
    assert is_balanced(shop)

    unmark(shop)
    assert payable(commission) == 1000
    assert is_balanced(shop)


def test_who_was_credited_by_hand_has_it_again(shop, anna):
    ben = make_enrollment(anna.program)
    order = shop.pay("1", discounts=code("ANNA"))
    credit_order(order_id=order.pk, enrollment_id=ben.pk, reason="His post", **by_owner(shop))

    mark(shop)
    unmark(shop)

    assert (credit_of(shop).enrollment, credit_of(shop).reason) == (ben, "His post")
    assert [row.amount_minor for row in order.commissions.order_by("pk")] == [0, 1000]
    assert is_balanced(shop)


def test_what_the_store_said_meanwhile_decides_after_the_undoing(shop, anna):
    make_code(make_enrollment(anna.program), "BEN")
    shop.pay("1", discounts=code("ANNA"))

    mark(shop)
    shop.pay("1", discounts=code("BEN"))
    unmark(shop)

    assert [row.amount_minor for row in shop.get("1").commissions.order_by("pk")] == [0, 1000]
    assert is_balanced(shop)


def test_a_test_binds_no_customer(shop, anna):
    anna.program.is_binding_customers = True
    anna.program.save(update_fields=["is_binding_customers"])
    shop.pay("1", discounts=code("ANNA"))
    assert CustomerBinding.objects.count() == 1

    mark(shop)
    assert not CustomerBinding.objects.exists()

    unmark(shop)
    assert CustomerBinding.objects.count() == 1


def test_marking_twice_and_undoing_what_nobody_marked_are_refused(shop):
    shop.pay("1", discounts=code("ANNA"))
    shop.send("order.paid", shop.order("2", test=True))
    with pytest.raises(NotMarked):
        unmark(shop)
    mark(shop)

    with pytest.raises(AlreadyTest):
        mark(shop)
    with pytest.raises(AlreadyTest):
        mark(shop, "2")


@pytest.mark.django_db(transaction=True)
def test_two_people_and_the_store_at_once_end_the_same(shop):
    shop.pay("1", discounts=code("ANNA"))
    edited = shop.order("1", discounts=code("ANNA"), total="80.00")
    edited["lines"][0]["gross"] = "80.00"

    outcomes = race(
        lambda: mark(shop),
        lambda: mark(shop),
        lambda: Shop(shop.connection).send("order.paid", edited),
        refusals=(AlreadyTest,),
    )

    assert outcomes.count(AlreadyTest) == 1
    assert (shop.commission("1").amount_minor, shop.get("1").total_minor) == (0, 8000)
    unmark(shop)
    assert shop.commission("1").amount_minor == 800
    assert is_balanced(shop)


def test_both_sides_read_it_and_the_page_says_first_what_it_changes(shop, anna):
    order = shop.pay("1", discounts=code("ANNA"))
    url = reverse("tracking:order-test", args=[order.brand.slug, order.public_id])
    client = sign_in_as(order.brand, Role.MANAGER)
    assert "−10.00 EUR" in plain(client.get(url))
    assert client.post(url, {"reason": " "}).status_code == 422
    assert not AuditEvent.objects.filter(action="order.marked_test").exists()

    page = client.post(url, {"reason": "Our own check"}, follow=True)
    late = client.post(url, {"reason": "Too late"}, follow=True)

    assert "This is a test order. It earns nothing and counts nowhere." in plain(page)
    assert "Our own check" in plain(page) and "Not a test" in plain(page)
    assert "Somebody decided this meanwhile" in plain(late)
    story = reverse("portal:commission-story", args=[shop.commission("1").public_id])
    told = plain(sign_in(get_creator(anna)).get(story))
    assert "marked this order as a test" in told and "Our own check" in told
    assert "Our own check" in Mail.objects.filter(kind="commission_reversed").get().text
    assert sign_in_as(order.brand, Role.ANALYST).get(url).status_code == 403

    back = client.post(url, {"undo": "1", "reason": "A customer's"}, follow=True)
    assert "counts again" in plain(back)
    assert shop.commission("1").amount_minor == 1000


def test_a_suspended_creator_loses_it_only_when_reinstated_and_the_page_says_so(shop, anna):
    order = shop.pay("1", discounts=code("ANNA"))
    suspend_affiliation(affiliation_id=anna.affiliation_id, reason="A look", **by_owner(shop))
    url = reverse("tracking:order-test", args=[order.brand.slug, order.public_id])

    page = plain(sign_in_as(order.brand).get(url))
    mark(shop)

    assert "it changes when the creator is reinstated" in page
    commission = shop.commission("1")
    assert (commission.amount_minor, commission.has_unposted_change) == (1000, True)
