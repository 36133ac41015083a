"""Every platform that can be listed is compared by the same code, however little its list tells."""

import pytest

from tests.makers import get_owner
from tests.tracking.checking import days_ago
from tests.tracking.polledshops import SHOPS, Town
from tests.tracking.test_polled import connect, run_to_end
from tests.tracking.wooshop import soon
from tracking.integrations import get_adapter
from tracking.models import Order, StoreCheck, StoreFinding
from tracking.services import checkwork, reingesting, storechecks
from tracking.services.shopside import Shop

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("platform", SHOPS)
def test_an_order_that_never_came_is_found_and_brought_in_and_the_others_are_equal(platform: str):
    town, store, at = Town(), connect(platform), soon(0)
    source, _ = SHOPS[platform](town)
    for number in (2, 3):
        town.place(number, soon(-300 + number))
    run_to_end(store, source, at)
    assert Order.objects.filter(connection=store).count() == 2
    town.place(4, soon(-200))
    shop = Shop(store, source, get_adapter(platform), at)

    check = storechecks.ask_check(
        connection=store,
        asked=storechecks.Asked(days_ago(2).date(), at.date()),
        actor_id=get_owner(store.brand).pk,
        now=at,
        real_now=at,
    )
    while check.ended_at is None:
        mine = storechecks.claim(check_id=check.pk, now=at, real_now=at)
        assert mine is not None
        checkwork.work_on(checkwork.Turn(mine, shop, at))
        check = StoreCheck.objects.get(pk=check.pk)

    assert (check.code, check.counts) == ("", {"equal": 2, "missing": 1})
    row = StoreFinding.objects.get()
    reingesting.ask(
        connection=store,
        finding_ids=[row.pk],
        actor_id=get_owner(store.brand).pk,
        now=at,
        real_now=at,
    )
    claimed = reingesting.claim_next(connection_id=store.pk, real_now=at)
    assert claimed is not None
    reingesting.bring_in(finding=claimed, shop=shop, real_now=at)
    row.refresh_from_db()
    assert (row.state, row.code, Order.objects.filter(connection=store).count()) == (
        "settled",
        "",
        3,
    )
