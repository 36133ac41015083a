"""Two creators who share something: what follows for orders of the later one, until cleared."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress

from affiliates.models import ClearedPair
from affiliates.selectors_alike import list_open_pairs
from affiliates.services.alike import AlreadyCleared, NotAlike
from brands.services.programs import update_program
from core.crypto import customer_hash
from core.models import AuditEvent, OutboxEvent
from portal.books import prove_books
from tests.makers import (
    NOW,
    get_owner,
    make_alike,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
    make_user,
)
from tests.orders import get_commission, place_order
from tracking.domain.events import Customer
from tracking.models import Attribution, Commission
from tracking.services.holds import has_open_hold, hold_commission
from tracking.services.pairs import clear_pair

pytestmark = pytest.mark.django_db


class World:
    """Two creators with a code each, the later one like the earlier, in a program with a mode."""

    def __init__(self, **modes: str) -> None:
        self.program = make_program()
        self.brand = self.program.brand
        self.owner = get_owner(self.brand)
        if modes:
            update_program(program_id=self.program.pk, actor_id=self.owner.pk, now=NOW, **modes)
        make_connection(self.brand)
        self.first = make_enrollment(self.program, user=make_user("one@mail.example", name="Anna"))
        self.second = make_enrollment(
            self.program,
            user=make_user("two@mail.example", name="Hanna"),
            now=NOW + timedelta(hours=1),
        )
        self.codes = [make_code(self.first, "FIRST"), make_code(self.second, "SECOND")]
        make_alike(self.first, self.second)

    def buy(self, which: int, email: str = ""):
        mail = customer_hash(self.brand.public_id, email)
        order = place_order(
            self.codes[which], now=NOW + timedelta(days=1), customer=Customer(email_hash=mail)
        )
        assert prove_books(brand_id=self.brand.pk).is_balanced
        return order

    def clear(self, reason: str = "They are sisters"):
        return clear_pair(
            affiliation_id=self.second.affiliation_id,
            other_id=self.first.affiliation_id,
            reason=reason,
            actor_id=self.owner.pk,
            now=NOW,
        )


def current(order):
    return Attribution.objects.get(order=order, is_current=True)


def flags(order):
    return [(flag["name"], flag["mode"]) for flag in current(order).candidates["flags"]]


@pytest.mark.parametrize("mode", ["observe", "flag", "hold"])
def test_orders_of_the_later_account_bear_the_mark_and_those_of_the_earlier_none(mode):
    world = World(second_account=mode)

    of_first, of_second = world.buy(0), world.buy(1)

    assert (flags(of_first), flags(of_second)) == ([], [("second_account", mode)])
    assert current(of_second).candidates["flags"][0]["params"] == {
        "other": str(world.first.pk), "shared": ["tax"]
    }  # fmt: skip
    assert has_open_hold(get_commission(of_second)) is (mode == "hold")
    told = OutboxEvent.objects.get(topic="fraud.flagged").payload
    assert (told["check"], told["mode"], told["signal"]) == ("second_account", mode, "tax")


def test_a_refused_second_account_has_no_credit_while_it_stands():
    world = World(second_account="reject")

    refused = world.buy(1)
    world.clear()
    after = world.buy(1)

    assert (current(refused).code, current(after).code) == ("attr.lost_account", "attr.won_code")
    assert list(Commission.objects.values_list("order", flat=True)) == [after.pk]


def test_a_cleared_pair_stays_cleared_whatever_else_they_share():
    world = World(second_account="hold")
    world.clear()

    make_alike(world.first, world.second, text="DE:99999")

    assert flags(world.buy(1)) == []
    assert list_open_pairs(world.brand) == []
    pair = ClearedPair.objects.get()
    assert (pair.first, pair.second) == (world.first.affiliation, world.second.affiliation)
    event = AuditEvent.objects.get(action="affiliation.pair_cleared")
    assert (event.reason, event.actor) == ("They are sisters", world.owner)
    with pytest.raises(AlreadyCleared):
        world.clear()


def test_clearing_ends_the_reviews_that_were_for_it_alone():
    world = World(second_account="hold")
    alone, both = (get_commission(world.buy(1)) for _ in range(2))
    hold_commission(commission_id=both.pk, reason="Another look", actor_id=world.owner.pk, now=NOW)

    world.clear()

    assert [has_open_hold(one) for one in (alone, both)] == [False, True]
    resolved = OutboxEvent.objects.filter(topic="fraud.resolved")
    assert {one.payload["outcome"] for one in resolved} == {"cleared"}


def test_a_review_stays_while_another_pair_of_the_creator_stands():
    world = World(second_account="hold")
    third = make_enrollment(world.program, user=make_user(name="Joanna"))
    make_alike(third, world.second, text="DE:77777")
    held = get_commission(world.buy(1))

    world.clear()

    assert has_open_hold(held)
    assert list_open_pairs(world.brand) == [world.second.affiliation]


def test_who_shares_nothing_cannot_be_cleared():
    world = World()
    third = make_enrollment(world.program)

    with pytest.raises(NotAlike):
        clear_pair(
            affiliation_id=third.affiliation_id,
            other_id=world.first.affiliation_id,
            reason="x",
            actor_id=world.owner.pk,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("buyer", "which", "signal"),
    [
        ("one@mail.example", 0, "email"),
        ("two@mail.example", 0, "account"),
        ("one@mail.example", 1, "account"),
        ("old@mail.example", 0, "address"),
        ("more@mail.example", 0, "address"),
        ("unproved@mail.example", 0, None),
        ("stranger@mail.example", 0, None),
    ],
)
def test_an_own_order_is_known_by_each_address_of_the_creator(buyer, which, signal):
    world = World(self_referral="flag", second_account="observe")
    user = world.first.affiliation.affiliate.user
    user.former_email = "old@mail.example"
    user.save()
    for email, verified in (("more@mail.example", True), ("unproved@mail.example", False)):
        EmailAddress.objects.create(user=user, email=email, verified=verified)

    order = world.buy(which, buyer)

    own = [one for one in current(order).candidates["flags"] if one["name"] == "self_referral"]
    assert [flag["signal"] for flag in own] == ([signal] if signal else [])


def test_two_spellings_of_one_mailbox_are_seen_when_they_join():
    program = make_program()
    make_enrollment(program, user=make_user("an.na+x@gmail.com"))
    later = make_enrollment(
        program, user=make_user("anna@googlemail.com"), now=NOW + timedelta(hours=1)
    )

    assert list_open_pairs(program.brand) == [later.affiliation]


def test_the_brand_sees_by_what_and_clears_it_with_a_reason(client):
    world = World()
    client.force_login(world.owner)
    page = f"/b/{world.brand.slug}/creators/{world.second.affiliation.public_id}/"
    url = f"{page}alike/{world.first.affiliation.public_id}/"

    before = client.get(page).content.decode()
    home = client.get(f"/b/{world.brand.slug}/").content.decode()
    empty = client.post(url, {"reason": ""})
    client.post(url, {"reason": "They are sisters"})
    after = client.get(page).content.decode()

    assert "Likely the same person" in before
    assert "the tax number" in before
    assert "may be the second account of another" in home
    assert empty.status_code == 422
    assert "They are sisters" in after
    assert "may be the second account" not in client.get(f"/b/{world.brand.slug}/").content.decode()


def test_the_record_says_the_evidence_to_the_brand_and_never_to_the_creator(client):
    world = World(second_account="hold")
    order = world.buy(1)
    client.force_login(world.owner)

    record = client.get(f"/b/{world.brand.slug}/orders/{order.public_id}/").content.decode()
    client.force_login(world.second.affiliation.affiliate.user)
    story = client.get(f"/me/earnings/{get_commission(order).public_id}/").content.decode()

    assert record.count("in common with") == 2  # in the record, and with the commission on review
    assert "Anna" in record
    assert "is checking this order" in story
    assert "tax number" not in story
    assert ">Anna" not in story
