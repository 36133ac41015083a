from datetime import timedelta

import pytest

from brands.models import Member, PayoutPolicy, RailKind, RailSettings, Role
from brands.services.brands import (
    ClockOnlyForward,
    NotASandbox,
    SandboxArchived,
    SandboxOfSandbox,
    UnknownTimeZone,
    archive_sandbox,
    create_brand,
    move_clock,
    usual_minimum,
)
from core.clock import brand_now, database_now
from core.models import AuditEvent, Brand
from core.money import UnknownCurrency
from tests.makers import NOW, get_owner, make_brand, make_member, make_sandbox, make_user

pytestmark = pytest.mark.django_db


def test_a_new_brand_has_an_owner_a_policy_and_the_csv_rail():
    owner = make_user()
    brand = create_brand(owner_id=owner.pk, name="Saffron & Pine", time_zone="UTC", now=NOW)
    assert brand.slug == "saffron-pine"
    assert Member.objects.get(brand=brand).role == Role.OWNER
    assert PayoutPolicy.objects.get(brand=brand).minimums == {"EUR": 5000}
    rail = RailSettings.objects.get(brand=brand)
    assert (rail.rail, rail.is_enabled) == (RailKind.CSV, True)
    assert AuditEvent.objects.get(brand=brand).action == "brand.created"


def test_two_brands_of_one_name_have_two_slugs():
    slugs = {make_brand("Saffron").slug for _ in range(3)}
    assert slugs == {"saffron", "saffron-2", "saffron-3"}


def test_a_name_without_latin_letters_has_a_slug_too():
    assert make_brand("زعفران").slug.startswith("brand-")


def test_an_unknown_time_zone_or_currency_is_refused():
    owner = make_user()
    with pytest.raises(UnknownTimeZone):
        create_brand(owner_id=owner.pk, name="A", time_zone="Mars/Base", now=NOW)
    with pytest.raises(UnknownCurrency):
        make_brand(currency="XXX")


@pytest.mark.parametrize(("currency", "minor"), [("EUR", 5000), ("JPY", 5000), ("KWD", 50_000)])
def test_the_usual_minimum_is_a_whole_amount_of_its_currency(currency, minor):
    assert usual_minimum(currency) == minor


def test_a_sandbox_copies_team_and_policy_and_pays_only_by_stand_ins():
    brand = make_brand()
    analyst = make_member(brand, Role.ANALYST).user
    twin = make_sandbox(brand)
    assert twin.is_sandbox
    assert Member.objects.get(brand=twin, user=analyst).role == Role.ANALYST
    assert PayoutPolicy.objects.get(brand=twin).minimums == {"EUR": 5000}
    stripe = RailSettings.objects.get(brand=twin, rail=RailKind.STRIPE)
    assert stripe.secret_key.startswith("sk_test_standin_")
    assert stripe.webhook_secret
    assert not RailSettings.objects.filter(brand=twin, is_live=True).exists()


def test_opening_again_archives_the_open_sandbox_and_deletes_nothing():
    brand = make_brand()
    first, second = make_sandbox(brand), make_sandbox(brand)
    first.refresh_from_db()
    assert first.archived_at == NOW
    assert second.archived_at is None
    assert first.slug != second.slug
    assert Brand.objects.filter(sandbox_of=brand).count() == 2


def test_a_sandbox_has_no_sandbox_and_a_brand_is_no_sandbox():
    brand = make_brand()
    twin, owner = make_sandbox(brand), get_owner(brand)
    with pytest.raises(SandboxOfSandbox):
        make_sandbox(twin)
    with pytest.raises(NotASandbox):
        archive_sandbox(brand_id=brand.pk, actor_id=owner.pk, now=NOW)
    with pytest.raises(NotASandbox):
        move_clock(brand_id=brand.pk, seconds=60, actor_id=owner.pk, now=NOW)


def test_a_sandbox_clock_moves_forward_only():
    brand = make_brand()
    twin, owner = make_sandbox(brand), get_owner(brand)
    month = int(timedelta(days=31).total_seconds())
    moved = move_clock(brand_id=twin.pk, seconds=month, actor_id=owner.pk, now=NOW)
    assert brand_now(moved) > database_now() + timedelta(days=30)
    for seconds in (0, -1, 11 * 365 * 86400):
        with pytest.raises(ClockOnlyForward):
            move_clock(brand_id=twin.pk, seconds=seconds, actor_id=owner.pk, now=NOW)
    twin.refresh_from_db()
    assert twin.clock_offset_s == month


def test_an_archived_sandbox_stands_still():
    brand = make_brand()
    twin, owner = make_sandbox(brand), get_owner(brand)
    archive_sandbox(brand_id=twin.pk, actor_id=owner.pk, now=NOW)
    with pytest.raises(SandboxArchived):
        move_clock(brand_id=twin.pk, seconds=60, actor_id=owner.pk, now=NOW)
