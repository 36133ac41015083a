"""Pages of tiers: set up with a preview, pinned by hand, and what a creator sees of his way."""

import pytest
from django.urls import reverse

from affiliates.models import GroupMove
from brands.domain.rules import Conditions
from brands.models import Ladder, Role
from brands.selectors import get_default_group
from brands.services.rules import RuleDraft
from core.clock import brand_now
from tests.makers import (
    get_creator,
    get_owner,
    make_code,
    make_enrollment,
    make_group,
    make_ladder,
    make_member,
    make_program,
    make_rules,
    make_user,
)
from tests.orders import place_order
from tests.portal import clock
from tests.portal.text import plain
from tracking.tasks import move_tiers

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    """Preferred pays 15 %; Anna has one order of two."""
    program = make_program(now=clock.days_ago(60))
    preferred = make_group(program, "Preferred")
    drafts = [
        RuleDraft("Preferred", "percent", 1500, conditions=Conditions(groups=(preferred.pk,))),
        RuleDraft("All", "percent", 1000),
    ]
    make_rules(program, drafts, now=clock.days_ago(59))
    place = make_enrollment(program, user=make_user(name="Anna"), now=clock.days_ago(50))
    place_order(make_code(place), now=clock.days_ago(1))
    return place


def page(name: str, place, *args) -> str:
    return f"{reverse(name, args=[place.brand.slug, *args])}?program={place.program.public_id}"


def answers(place, **changes):
    default, preferred = (
        get_default_group(place.program),
        place.program.groups.get(name="Preferred"),
    )
    return {
        "is_on": "on",
        "measure": "orders",
        "period": "last_90_days",
        "grace_days": "0",
        "base_version": "0",
        f"from_{default.pk}": "0",
        f"from_{preferred.pk}": "1",
        f"reach_{preferred.pk}": "pending",
    } | changes


def test_who_would_move_is_shown_before_anything_is_saved_and_then_it_is_published(client, anna):
    client.force_login(get_owner(anna.brand))
    url = page("portal:tiers-edit", anna)

    preview = client.post(url, answers(anna))

    said = plain(preview)
    assert "1 creator would move" in said
    assert "Anna" in said
    assert not Ladder.objects.exists()
    client.post(url, answers(anna, publish="1"))
    move_tiers()
    assert GroupMove.objects.get().to_group.name == "Preferred"
    shown = plain(client.get(page("portal:tiers", anna)))
    assert "Orders credited: 1 of 1" in shown
    assert "15 %" in shown


def test_a_ladder_with_a_fall_is_announced_with_notice(client, anna):
    client.force_login(get_owner(anna.brand))

    response = client.post(
        page("portal:tiers-edit", anna), answers(anna, is_falling="on", publish="1")
    )

    assert response.status_code == 422
    assert "Worse for creators" in plain(response)


@pytest.mark.parametrize(
    ("field", "value"),
    [("to", "0"), ("to", "ten"), ("to", ""), ("first", "5"), ("period", "all_time")],
)
def test_what_is_no_ladder_is_said_at_its_field(client, anna, field, value):
    client.force_login(get_owner(anna.brand))
    default, preferred = get_default_group(anna.program), anna.program.groups.get(name="Preferred")
    name = {"to": f"from_{preferred.pk}", "first": f"from_{default.pk}"}.get(field, field)

    response = client.post(
        page("portal:tiers-edit", anna), answers(anna, is_falling="on", **{name: value})
    )

    assert response.status_code == 422


def test_only_who_manages_changes_tiers(client, anna):
    client.force_login(make_member(anna.brand, Role.ANALYST).user)

    assert client.get(page("portal:tiers-edit", anna)).status_code == 403
    assert "Needs the manager role" in plain(client.get(page("brands:groups", anna)))


def test_a_creator_sees_what_is_missing_and_what_it_pays(client, anna):
    default, preferred = get_default_group(anna.program), anna.program.groups.get(name="Preferred")
    steps = [(default, 0, "later"), (preferred, 4, "later")]
    make_ladder(anna.program, steps, period="last_90_days", now=clock.NOW)
    client.force_login(get_creator(anna))

    for name in ("portal:creator-home", "portal:own-tiers"):
        said = plain(client.get(reverse(name)))
        assert "3 more orders until Preferred, 15 %" in said


def test_the_brand_sees_it_on_the_creators_page_and_pins_him(client, anna):
    default, preferred = get_default_group(anna.program), anna.program.groups.get(name="Preferred")
    make_ladder(anna.program, [(default, 0, "later"), (preferred, 1, "later")], now=clock.NOW)
    client.force_login(get_owner(anna.brand))
    creator = anna.affiliation.public_id
    pin = reverse("affiliates:enrollment-pin", args=[anna.brand.slug, creator, anna.public_id])

    client.post(pin, {"pinned": "1"})
    shown = reverse("affiliates:creator-detail", args=[anna.brand.slug, creator])

    assert "Pinned by hand" in plain(client.get(shown))
    move_tiers()
    assert not GroupMove.objects.exists()
    client.post(pin)
    move_tiers()
    anna.refresh_from_db()
    assert (anna.group, anna.pinned_at) == (preferred, None)
    assert brand_now(anna.brand) >= GroupMove.objects.get().at
