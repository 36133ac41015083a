"""The same facts, told often, out of order, to workers whose backends are killed, end the same.

Promise I-16; traps 4 (refund before order), 13 (every order ends the same), 16 (killed workers).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from queue import Empty, Queue
from random import Random
from time import sleep
from typing import Any

import pytest
from django.db import Error as DatabaseError
from django.db import connection
from django.db.models import QuerySet, Sum

from ledger.models import Account
from portal.books import prove_books
from tests.chaos.backends import killed_backends, without_locks
from tests.chaos.facts import Delivery, Fact, World, draw_facts, make_world
from tests.makers import NOW
from tracking.integrations import get_adapter
from tracking.models import Attribution, Commission, Order, ReviewHold, StoreEvent
from tracking.services import orders, processing
from tracking.services.intake import store_delivery
from tracking.tasks import sweep_store_events

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WORKERS = 5
HEARD = NOW + timedelta(days=1)
LONG_AGO = NOW - timedelta(days=365)
SEEDS = [
    *range(3),
    *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(3, 200)),
]
Ends = dict[tuple[str, ...], Any]


@pytest.mark.parametrize("seed", SEEDS)
def test_facts_told_in_any_way_end_as_told_once_in_order(seed: int):
    rng = Random(seed)
    facts = draw_facts(rng, orders=6)
    plain, chaotic = make_world(), make_world()
    tell_in_order(plain, facts)

    with killed_backends(rng) as kills:
        tell_at_once(chaotic, spread(chaotic, facts, rng, copies=2))
    drain()

    assert differences(chaotic, plain) == []
    assert prove_books(brand_id=chaotic.brand_id).is_balanced
    assert prove_books(brand_id=plain.brand_id).is_balanced
    assert kills, "no backend was killed: the test proves less than it says"


def test_without_the_lock_on_the_order_the_same_facts_diverge(monkeypatch):
    """The negative control: else the test above would prove nothing."""
    monkeypatch.setattr(QuerySet, "select_for_update", without_locks(Order))
    monkeypatch.setattr(orders, "load_state", _slowly(orders.load_state))

    assert any(_diverges(Random(seed)) for seed in range(5))


def tell_in_order(world: World, facts: Sequence[Fact]) -> None:
    for number, fact in enumerate(facts):
        post_until_stored(world, world.deliver(fact, f"evt{number}"), HEARD)
    drain()


def tell_at_once(world: World, deliveries: Sequence[Delivery]) -> None:
    """Let several senders deliver all of it, each again and again until it is stored."""
    waiting: Queue[Delivery] = Queue()
    for delivery in deliveries:
        waiting.put(delivery)
    with ThreadPoolExecutor(WORKERS) as pool:
        for job in [pool.submit(_send_all, world, waiting) for _ in range(WORKERS)]:
            job.result()


def spread(world: World, facts: Sequence[Fact], rng: Random, *, copies: int) -> list[Delivery]:
    """Return each fact up to `copies` times, under its own id and under others, shuffled."""
    told = [
        world.deliver(fact, f"evt{number}" if copy == 0 else f"evt{number}-{rng.randint(0, 1)}")
        for number, fact in enumerate(facts)
        for copy in range(rng.randint(1, copies))
    ]
    rng.shuffle(told)
    return told


def post_until_stored(world: World, delivery: Delivery, now: datetime) -> None:
    """Do what the address of the store does with a proven delivery, until it would answer 200."""
    adapter = get_adapter("generic")
    while True:
        try:
            event, _ = store_delivery(
                connection=world.store,
                topic=delivery.topic,
                event_id=delivery.event_id,
                body=delivery.body,
                key_index=0,
                now=now,
            )
            if event.status in processing.WAITING:
                processing.process_store_event(event_id=event.pk, adapter=adapter, now=now)
        except DatabaseError:
            connection.close()
        else:
            return


def drain() -> None:
    """Let the sweeper find what waits; its times of waiting are over at once."""
    waiting = StoreEvent.objects.filter(status__in=processing.WAITING)
    for _ in range(20):
        if not waiting.update(next_attempt_at=LONG_AGO):
            return
        sweep_store_events()
    pytest.fail(f"never done: {list(waiting.values_list('detail', flat=True))}")


def differences(one: World, other: World) -> list[tuple[Any, ...]]:
    """Return what ended differently: where, and what it is in the one and in the other."""
    ends = end_of(one), end_of(other)
    keys = sorted(set(ends[0]) | set(ends[1]), key=str)
    pairs = [(key, ends[0].get(key), ends[1].get(key)) for key in keys]
    return [(key, here, there) for key, here, there in pairs if here != there]


def end_of(world: World) -> Ends:
    """Return all that must be equal, with names in place of ids.

    A commission that another creator took over before it was ever seen does not exist there, and
    is zero where it was: what is left is the commission in force and every amount.
    """
    parts = (_attributions, _commissions, _holds, _balances)
    return {(part.__name__, *key): value for part in parts for key, value in part(world).items()}


def _attributions(world: World) -> Ends:
    rows = Attribution.objects.filter(brand_id=world.brand_id, is_current=True)
    return {
        (row.order.external_order_id,): (world.name_of(row.enrollment_id), row.signal, row.code)
        for row in rows.select_related("order")
    }


def _commissions(world: World) -> Ends:
    rows = Commission.objects.filter(brand_id=world.brand_id).exclude(reason_code="attr.reassigned")
    return {
        (row.order.external_order_id, world.name_of(row.enrollment_id)): (
            row.amount_minor,
            row.currency,
            row.reason_code,
            row.release_at,
        )
        for row in rows.select_related("order")
    }


def _holds(world: World) -> Ends:
    rows = ReviewHold.objects.filter(brand_id=world.brand_id, closed_at__isnull=True)
    return {
        (row.commission.order.external_order_id, row.kind): world.name_of(
            row.commission.enrollment_id
        )
        for row in rows.select_related("commission__order")
        if row.commission.reason_code != "attr.reassigned"
    }


def _balances(world: World) -> Ends:
    names = {row.affiliation_id: name for name, row in world.enrollments.items()}
    rows = (
        Account.objects.filter(brand_id=world.brand_id)
        .annotate(total=Sum("postings__amount_minor"))
        .values_list("party_id", "kind", "currency", "total")
    )
    return {
        (names.get(party, ""), kind, currency): total
        for party, kind, currency, total in rows
        if total
    }


def _send_all(world: World, waiting: "Queue[Delivery]") -> None:
    try:
        while True:
            post_until_stored(world, waiting.get_nowait(), HEARD)
    except Empty:
        return
    finally:
        connection.close()


def _diverges(rng: Random) -> bool:
    """Tell whether two orders, told by five workers at once, end other than told in order."""
    facts = draw_facts(rng, orders=2)
    plain, raced = make_world(), make_world()
    tell_in_order(plain, facts)
    tell_at_once(raced, spread(raced, facts, rng, copies=1))
    drain()
    return differences(raced, plain) != []


def _slowly(load: Any) -> Any:
    def load_slowly(order: Order) -> Any:
        state = load(order)
        sleep(0.02)
        return state

    return load_slowly
