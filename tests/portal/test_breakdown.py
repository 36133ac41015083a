"""A creator's earnings by link, code, sub-id and product: each table adds up to everything."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from affiliates.models import Enrollment, Link
from portal.breakdown import DIMENSIONS, Breakdown, break_down
from tests.makers import (
    get_creator,
    get_owner,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
)
from tests.orders import make_click
from tests.portal.text import plain
from tests.shop import Shop, code, line
from tracking.domain.token import make_token
from tracking.models import Verdict
from tracking.services.review import reject_commission

pytestmark = pytest.mark.django_db


@dataclass
class World:
    place: Enrollment
    link: Link
    shop: Shop

    def of(self, by: str, *, days: int = 30) -> Breakdown:
        return break_down([self.place], by=by, since=self.shop.now - timedelta(days=days))

    def named(self, by: str) -> dict[str, tuple[int, int]]:
        """Return orders and cents by label."""
        return {row.label: (row.orders, row.minor.get("EUR", 0)) for row in self.of(by).rows}


@pytest.fixture
def world() -> World:
    """One order by a link with sub-ids, one by a code; another creator has his own."""
    program = make_program()
    place, other = make_enrollment(program), make_enrollment(program)
    make_code(place, "CUPS1")
    make_code(other, "TEA1")
    link = make_link(place, slug="my-cups")
    link.sub_ids = ["blog", "", "top"]
    link.save()
    shop = Shop(make_connection(program.brand))
    at = shop.now - timedelta(days=1)
    click = make_click(link, at=at, sub_id="autumn")
    make_click(link, at=at, verdict=Verdict.REPEAT)
    make_click(link, at=at, verdict=Verdict.BOT)
    token = make_token(settings.CLICK_TOKEN_KEYS, click.id, link.pk)
    two = [line("1", "60.00", title="Cup"), line("2", "40.00", title="Pot")]
    shop.pay("1", click=token, lines=two)
    shop.pay("2", discounts=code("CUPS1"), lines=[line("1", "50.00", title="Cup")], total="50.00")
    shop.pay("3", discounts=code("TEA1"))
    return World(place, link, shop)


def test_each_order_stands_at_what_brought_it(world: World):
    assert world.named("link") == {"my-cups": (1, 1_000), "Not by a link": (1, 500)}
    assert world.named("code") == {"CUPS1": (1, 500), "Not by a code": (1, 1_000)}
    assert world.named("product") == {"Cup": (2, 1_100), "Pot": (1, 400)}
    assert world.named("sub") == {
        "sub1=autumn": (1, 1_000),
        "sub1=blog": (0, 0),
        "sub3=top": (1, 1_000),
        "Without a sub-id": (1, 500),
    }


def test_clicks_that_count_stand_beside_and_a_repeated_one_is_not_unique(world: World):
    (row, _rest) = world.of("link").rows
    assert (row.clicks, row.unique) == (2, 1)

    by_sub = {row.label: row.clicks for row in world.of("sub").rows}
    assert by_sub == {"sub1=autumn": 1, "sub1=blog": 1, "sub3=top": 2, "Without a sub-id": 0}


@pytest.mark.parametrize("by", [one for one in DIMENSIONS if one != "sub"])
def test_the_rows_add_up_to_everything_also_after_refund_and_rejection(world: World, by: str):
    world.shop.refund("1", "r1", "10.00")
    reject_commission(
        commission_id=world.shop.commission("2").pk,
        reason="No",
        actor_id=get_owner(world.place.brand).pk,
        now=world.shop.now,
    )

    found = world.of(by)

    assert found.total.minor == {"EUR": 900}
    assert sum(row.minor.get("EUR", 0) for row in found.rows) == 900


def test_what_was_placed_before_the_period_is_left_out(world: World):
    assert world.of("link", days=0).rows == []


def test_the_tabs_show_it_and_only_to_its_creator(client: Client, world: World):
    client.force_login(get_creator(world.place))

    page = plain(client.get("/me/earnings/?tab=link&days=90"))

    assert "my-cups" in page and "2 orders, 15.00 EUR" in page and "Not by a link" in page
    for tab in (*DIMENSIONS, "clicks", "", "nonsense"):
        assert "TEA1" not in plain(client.get(f"/me/earnings/?tab={tab}"))
    assert client.get("/me/earnings/?tab=link&days=x").status_code == 200
