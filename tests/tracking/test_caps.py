"""A cap holds when orders come at once, and nobody waits in a circle for it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.test import Client

from brands.services.programs import update_program
from core.models import InboundStatus
from tests.makers import (
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
)
from tests.shop import Shop, code, line, stamp
from tracking.models import Commission, StoreEvent
from tracking.services.repricing import reprice_orders

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4


@pytest.mark.parametrize("cap", [{"cap_creator_month": {"EUR": 2_500}}, {"budget_minor": 2_500}])
def test_orders_at_once_share_what_the_cap_leaves(cap):
    program = make_program(make_brand())
    owner = get_owner(program.brand).pk
    update_program(program_id=program.pk, actor_id=owner, now=program.created_at, **cap)
    make_code(make_enrollment(program), "ANNA")
    store = make_connection(program.brand)
    barrier = Barrier(WORKERS)

    def pay(number: int) -> int:
        shop = Shop(store, Client())
        order = shop.order(str(number), discounts=code("anna"))
        barrier.wait(10)
        try:
            return shop.send("order.paid", order)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        assert list(pool.map(pay, range(WORKERS))) == [200] * WORKERS

    assert set(StoreEvent.objects.values_list("status", "attempts")) == {
        (InboundStatus.PROCESSED, 1)
    }
    amounts = sorted(Commission.objects.values_list("amount_minor", flat=True))
    assert amounts == [0, 500, 1_000, 1_000]


def test_orders_edited_up_at_once_share_what_the_cap_leaves():
    program = make_program(make_brand())
    owner = get_owner(program.brand).pk
    caps = {"cap_creator_month": {"EUR": 6_000}, "budget_minor": 5_500}
    update_program(program_id=program.pk, actor_id=owner, now=program.created_at, **caps)
    make_code(make_enrollment(program), "ANNA")
    store = make_connection(program.brand)
    for number in range(WORKERS):
        Shop(store).pay(str(number), discounts=code("anna"))
    barrier = Barrier(WORKERS)

    def edit(number: int) -> int:
        shop = Shop(store, Client())
        later = stamp(shop.now + timedelta(seconds=5))
        lines = [line("1", "300.00")]
        order = shop.order(str(number), discounts=code("anna"), lines=lines, updated_at=later)
        barrier.wait(10)
        try:
            return shop.send("order.updated", order)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        assert list(pool.map(edit, range(WORKERS))) == [200] * WORKERS

    assert set(StoreEvent.objects.values_list("status", "attempts")) == {
        (InboundStatus.PROCESSED, 1)
    }
    amounts = sorted(Commission.objects.values_list("amount_minor", flat=True))
    assert amounts == [1_000, 1_000, 1_000, 2_500]
    assert reprice_orders(brand_id=program.brand_id).commissions == []


def test_an_order_of_an_earlier_month_takes_nothing_of_a_later_one():
    program = make_program(make_brand())
    owner = get_owner(program.brand).pk
    update_program(
        program_id=program.pk,
        actor_id=owner,
        now=program.created_at,
        cap_creator_month={"EUR": 1_500},
    )
    make_code(make_enrollment(program), "ANNA")
    shop = Shop(make_connection(program.brand))
    earlier = dict.fromkeys(("placed_at", "paid_at"), stamp(shop.now - timedelta(days=40)))

    for number, times in (("1", {}), ("2", earlier), ("3", {}), ("4", earlier)):
        shop.pay(number, discounts=code("anna"), **times)

    earned = [shop.commission(number).amount_minor for number in "1234"]
    assert earned == [1_000, 1_000, 500, 500]
