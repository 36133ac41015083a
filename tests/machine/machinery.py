"""What all rules of the machine share: the clock, the post, dying on the way, the reading after."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import count
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from core import faults
from core.models import InboundStatus
from payouts.models import Payout, PayoutPlan
from payouts.rails.stripe.standin_store import MemoryStore
from tests.machine.books import check_books
from tests.machine.caps import check_caps
from tests.machine.oracle import Deal
from tests.machine.papers import Taxed
from tests.machine.shop import Letter, Sale
from tests.machine.world import CAPS, RATES, RULES, Bank, House, Place, set_clocks
from tracking.integrations import generic
from tracking.models import StoreEvent
from tracking.services.intake import store_delivery
from tracking.services.processing import process_store_event

T = TypeVar("T")

ANY = st.integers(0, 99)
FEW_DAYS = st.integers(0, 40)


class Machinery(RuleBasedStateMachine):
    """Sales of two brands. What is declared here is set by the test that runs it."""

    houses: list[House]
    accounts: MemoryStore
    start: datetime

    def __init__(self) -> None:
        super().__init__()
        self.outer_error = sys.exc_info()[1]
        self.scope = transaction.atomic()
        self.scope.__enter__()
        self.now = self.start
        self.numbers = count(1)
        self.bank = Bank(self.now, self.accounts)
        self.post: list[Letter] = []
        self.sales: list[Sale] = []
        self.plans: list[PayoutPlan] = []
        self.suspended: dict[UUID, datetime] = {}
        self.groups: dict[str, str] = {}
        self.has_new_terms = False
        programs = [p for house in self.houses for p in house.programs.values()]
        self.holds = {program.pk: 30 for program in programs}
        self.rates = {program.pk: [(self.now, 1000)] for program in programs}
        self.caps = {pk: caps for house in self.houses for pk, caps in house.caps.items()}
        self.most_caps = dict(self.caps)
        self.declared = {party: said for h in self.houses for party, said in h.declared.items()}
        self.tax_rates = {h.brand.pk: list(r) for h, r in zip(self.houses, RATES, strict=True)}
        self.taxed: dict[str, Taxed] = {}

    @invariant()
    def the_books_agree(self) -> None:
        payouts = check_books(self.houses, self.sales, self.bank, self.taxed)
        check_caps(self.most_caps, self.sales)
        self.check_papers(payouts)

    def check_papers(self, payouts: list[Payout]) -> None:
        """Look at what was written of payouts: see TaxRules."""

    def house_at(self, index: int) -> House:
        return self.houses[index % len(self.houses)]

    def pick(self, rows: list[T], index: int) -> T:
        return rows[index % len(rows)]

    def new_id(self) -> str:
        return f"n{next(self.numbers)}"

    # Time.

    def day_of(self, house: House) -> date:
        return self.now.astimezone(house.zone).date()

    def pass_time(self, by: timedelta) -> None:
        self.now += by
        self.bank.now = self.now

    def tick(self) -> datetime:
        """Return a moment of its own: no two versions of an order are of one."""
        self.pass_time(timedelta(seconds=1))
        return self.now

    def show_time(self) -> None:
        """Let the database know what time it is: its guards go by its own clock."""
        set_clocks(self.houses, self.now)

    # The post.

    def hand_in(self, letter: Letter, crash: str | None = None) -> bool:
        """Deliver a letter to the hook; False when the worker died and nothing came of it."""
        store = letter.sale.house.store
        event, _ = store_delivery(
            connection=store,
            topic=letter.topic,
            event_id=letter.event_id,
            body=letter.body,
            key_index=0,
            now=self.now,
        )
        letter.received_at = letter.received_at or self.now
        is_news = event.status == InboundStatus.STORED
        self.run(
            lambda: process_store_event(event_id=event.pk, adapter=generic, now=self.now), crash
        )
        event = StoreEvent.objects.get(pk=event.pk)
        if event.status == InboundStatus.STORED and crash:
            return False
        assert event.status == InboundStatus.PROCESSED, f"{event.code} {event.detail}"
        if is_news:
            self.learn(letter)
        return True

    def send_off(self, letter: Letter, at_once: bool) -> None:
        """Post a letter, or deliver it where the post is quick."""
        if not at_once:
            self.post.append(letter)
        else:
            assert self.hand_in(letter)

    def deliver_all(self) -> None:
        while self.post:
            assert self.hand_in(self.post.pop(0))

    def learn(self, letter: Letter) -> None:
        """Add what a letter told to what is known, and read once what the product reads once."""
        sale = letter.sale
        letter.tell(sale.facts)
        if sale.facts.newest is not None and not sale.is_known:
            sale.is_known = True
            self.decide(sale)
        sale.hear(letter)
        self.settle(sale)

    def settle(self, sale: Sale) -> None:
        sale.settle(self.caps[sale.seat[0]], self.sales)

    def decide(self, sale: Sale) -> None:
        """Credit the order, unless its creator was suspended when it was placed."""
        suspended_at = self.suspended.get(sale.place.party)
        if suspended_at is not None and sale.placed_at >= suspended_at:
            return
        program = sale.place.enrollment.program_id
        rate = [bps for since, bps in self.rates[program] if since <= sale.placed_at][-1]
        style = sale.place.style
        sale.deal = Deal(
            rules=RULES[style](rate),
            group=self.group_of(sale.place),
            cap=CAPS[style],
            hold_days=self.holds[program],
            caps=self.caps[program],
        )
        sale.frozen_minor = None if suspended_at is None else 0

    def group_of(self, place: Place) -> str:
        return self.groups.get(place.code, "")

    # Dying.

    def run(self, work: Callable[[], object], crash: str | None) -> None:
        """Do something in a process that dies when it first passes a point."""
        with self.dying_at(crash):
            work()

    @contextmanager
    def dying_at(self, point: str | None) -> Iterator[None]:
        def die(name: str) -> None:
            if name == point:
                raise faults.Crash(name)

        faults.install(die)
        try:
            yield
        except faults.Crash:
            pass
        finally:
            faults.install(None)
