"""An order that nobody placed: credited and priced by what runs, and stored nowhere."""

import pytest
from django.urls import reverse

from brands.domain.rules import Conditions
from brands.models import Program
from brands.services.rules import RuleDraft
from core.models import AuditEvent
from ledger.models import Entry
from tests.brands.pages import sign_in_as, text_of
from tests.makers import (
    make_code,
    make_connection,
    make_draft_program,
    make_enrollment,
    make_group,
    make_program,
    make_user,
    percent_rule,
)
from tests.portal.text import plain
from tests.shop import Shop, code
from tracking.models import Order
from tracking.reader import brand_reader
from tracking.wording import explain

pytestmark = pytest.mark.django_db


@pytest.fixture
def program():
    beans = RuleDraft(
        name="Beans", kind="percent", rate_bps=1500, conditions=Conditions(collections=("beans",))
    )
    return make_program(drafts=[beans, percent_rule(1000)])


@pytest.fixture
def place(program):
    return make_enrollment(program, user=make_user(name="Anna"))


def ask(program, **data):
    url = reverse("portal:tryout", args=[program.brand.slug])
    return sign_in_as(program.brand).get(url, {"program": program.public_id, **data})


def test_it_says_the_same_as_the_real_order_that_comes_then(program, place):
    make_code(place, "CUPS10")
    tried = plain(ask(program, total="100.00", code="cups10"))

    shop = Shop(make_connection(program.brand))
    order = shop.pay("1", discounts=code("CUPS10"))

    assert shop.commission("1").amount_minor == 1000
    assert "Anna, in the group Standard, gets the credit." in tried
    assert "10.00 EUR" in tried
    credit = order.attributions.get()
    reader = brand_reader(program.brand, [credit.params])
    assert plain(explain(code=credit.code, params=credit.params, reader=reader)) in tried


def test_the_first_rule_that_fits_is_named_with_its_arithmetic(program, place):
    page = plain(
        ask(program, total="80.00", collection="beans", creator=place.public_id, click_days="3")
    )

    assert 'Rule 1, "Beans"' in page or "Rule 1, “Beans”" in page
    assert "15 %" in page
    assert "12.00 EUR" in page and "Line 1" in page


def test_why_nobody_is_credited_is_said(program, place):
    nothing = plain(ask(program, total="80.00"))
    late = plain(ask(program, total="80.00", creator=place.public_id, click_days="31"))

    assert "Nobody gets the credit." in nothing
    assert "No click and no code" in nothing
    assert "Nobody gets the credit." in late
    assert "outside the time in which" in late or "could earn until" in late


def test_a_code_and_a_click_of_two_creators_are_weighed_by_the_programs_policy(program, place):
    ben = make_enrollment(program, user=make_user(name="Ben"))
    make_code(ben, "BEN5")
    data = {"total": "80.00", "code": "BEN5", "creator": place.public_id, "click_days": "1"}

    codes_first = plain(ask(program, **data))
    Program.objects.filter(pk=program.pk).update(precedence="click")
    clicks_first = plain(ask(program, **data))

    assert "Ben, in the group" in codes_first
    assert "Anna, in the group" in clicks_first


def test_a_group_of_coupon_sites_needs_a_click_of_its_own(program):
    coupons = make_group(program, "Coupons", partner_type="coupon")
    place = make_enrollment(program, user=make_user(name="Deals"), group=coupons)
    make_code(place, "DEAL5")

    assert "Nobody gets the credit." in plain(ask(program, total="80.00", code="DEAL5"))
    both = ask(program, total="80.00", code="DEAL5", creator=place.public_id, click_days="0")
    assert "Deals, in the group Coupons, gets the credit." in plain(both)


def test_nothing_is_stored(program, place):
    before = AuditEvent.objects.count()

    ask(program, total="80.00", creator=place.public_id, click_days="1")

    assert AuditEvent.objects.count() == before
    assert not Order.objects.exists() and not Entry.objects.exists()


def test_what_cannot_be_read_is_asked_again_and_a_stranger_sees_nothing(program):
    other = make_enrollment(make_program())

    assert ask(program, total="much").status_code == 422
    assert ask(program, total="1", creator=other.public_id).status_code == 422
    url = reverse("portal:tryout", args=[program.brand.slug])
    assert sign_in_as(other.brand).get(url).status_code == 404


def test_a_program_without_rules_leads_to_them():
    draft = make_draft_program()

    assert "Say what creators earn" in text_of(ask(draft, total="10.00"))
