"""A brand with a day's work in it: orders of every kind, made through the real addresses."""

from dataclasses import dataclass

from affiliates.models import Enrollment
from core.models import Brand
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
    make_user,
)
from tests.shop import Shop, code
from tracking.services.holds import hold_commission


@dataclass
class World:
    """Anna has a code and paid orders, one of them on review; Ben has a code and none."""

    brand: Brand
    anna: Enrollment
    ben: Enrollment
    shop: Shop


def make_world() -> World:
    brand = make_brand()
    program = make_program(brand)
    anna = make_enrollment(program, user=make_user(name="Anna"))
    ben = make_enrollment(program, user=make_user(name="Ben"))
    make_code(anna, "COFFEE10")
    make_code(ben, "TEA10")
    return World(brand, anna, ben, Shop(make_connection(brand)))


def fill_world(world: World) -> None:
    """Send a credited order, one that nobody gets, a refunded one and one that is not paid."""
    shop = world.shop
    shop.pay("1", discounts=code("COFFEE10"))
    shop.pay("2")
    shop.pay("3", discounts=code("COFFEE10"))
    shop.refund("3", "r3", "25.00")
    hold_commission(
        commission_id=shop.commission("1").pk,
        reason="Looks odd",
        actor_id=get_owner(world.brand).pk,
        now=shop.now,
    )
