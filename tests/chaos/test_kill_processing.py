"""A worker is killed between taking an event and committing its effect: the retry makes it, once.

Trap 16, promise I-16. The worker is a process of its own and dies by SIGKILL.
"""

import json
import time

import pytest

from core import faults
from core.models import InboundStatus, OutboxEvent
from ledger.models import AccountKind, Entry
from ledger.selectors import get_balance
from payouts.models import Invoice, Payout
from portal.books import prove_books
from tests.makers import make_brand, make_code, make_connection, make_enrollment, make_program
from tests.payouts.test_invoices import confirm, hand_over, make_billed, send_back
from tests.shop import Shop, code
from tracking.models import Commission, Order, StoreEvent
from tracking.tasks import sweep_store_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

POINTS = [point for point in faults.POINTS if point.startswith("store_event.")]
PATIENCE_S = 60


@pytest.fixture
def shop() -> Shop:
    program = make_program(make_brand())
    make_code(make_enrollment(program), "ANNA")
    return Shop(make_connection(program.brand))


@pytest.mark.parametrize("point", POINTS)
def test_an_event_whose_worker_died_takes_effect_once(die, shop, point):
    order = shop.order("1", discounts=code("ANNA"))

    die(point, "hook", shop.connection.public_id, json.dumps(order))

    assert StoreEvent.objects.get().status == InboundStatus.STORED
    assert not Order.objects.exists() and not OutboxEvent.objects.filter(topic="order.attributed")
    sweep_until_done()
    assert shop.send("order.paid", order, event_id="evt_once") == 200
    check_once(shop)


def test_a_process_killed_between_an_invoice_number_and_its_commit_leaves_no_gap_and_no_double(die):
    books = make_billed()
    payout = hand_over(books)

    die("invoice.after_number", "confirm", payout.public_id, str(books.owner_id))

    assert not Invoice.objects.exists()
    assert Payout.objects.get().status == "submitted"
    confirm(books, payout)
    send_back(books, payout)
    assert list(Invoice.objects.order_by("number").values_list("number", flat=True)) == [1, 2]
    assert prove_books(brand_id=books.brand.pk).is_balanced


def test_a_store_that_got_no_answer_sends_again_and_is_served(die, shop):
    order = shop.order("1", discounts=code("ANNA"))
    die("store_event.before_commit", "hook", shop.connection.public_id, json.dumps(order))

    assert shop.send("order.paid", order, event_id="evt_once") == 200

    sweep_until_done()
    check_once(shop)


def test_a_sweeper_that_died_leaves_the_event_for_the_next(die, shop):
    order = shop.order("1", discounts=code("ANNA"))
    die("store_event.before_claim", "hook", shop.connection.public_id, json.dumps(order))

    die("store_event.after_merge", "sweep")

    sweep_until_done()
    check_once(shop)


def sweep_until_done() -> None:
    """Sweep until the event is free: a dead worker's connection ends a moment after it."""
    deadline = time.monotonic() + PATIENCE_S
    while StoreEvent.objects.exclude(status=InboundStatus.PROCESSED).exists():
        assert time.monotonic() < deadline
        sweep_store_events()


def check_once(shop: Shop) -> None:
    commission = Commission.objects.get()
    assert StoreEvent.objects.get().status == InboundStatus.PROCESSED
    assert (commission.amount_minor, commission.changes.count()) == (1000, 1)
    assert Entry.objects.count() == 1
    assert OutboxEvent.objects.filter(topic="commission.created").count() == 1
    pending = get_balance(
        brand_id=commission.brand_id,
        kind=AccountKind.PENDING,
        currency="EUR",
        party_id=commission.affiliation_id,
    )
    assert pending == 1000
    assert prove_books(brand_id=commission.brand_id).is_balanced
