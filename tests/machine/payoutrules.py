"""What jobs do as time passes: release, plan, approve, send; and what the rail does to them."""

from contextlib import nullcontext
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core import faults
from ledger.models import AccountKind
from payouts.models import (
    OPEN_STATUSES,
    Payout,
    PayoutMethod,
    PayoutPlan,
    PayoutStatus,
)
from payouts.rails.registry import LIMITS
from payouts.rails.stripe.standin_faults import Fault
from payouts.services.approval import NotADraft, NothingToPay, PlanChanged, approve_plan
from payouts.services.driving import drive_brand
from payouts.services.following import refresh_sent
from payouts.services.planning import make_plan
from tests.machine.books import read_balances
from tests.machine.machinery import ANY, FEW_DAYS
from tests.machine.papers import Taxed
from tests.machine.taxrules import TaxRules
from tests.machine.world import CURRENCIES, STEPS, House, set_minimum
from tracking.models import Commission
from tracking.services.release import release_commissions

CURRENCY = st.sampled_from(sorted(CURRENCIES))
CRASH = st.sampled_from(
    [None, None, None, *(point for point in faults.POINTS if point.startswith("payout."))]
)
ANSWER = st.sampled_from(
    [
        "ok",
        "ok",
        "refused",
        "timeout_before",
        "timeout_after",
        "error_saved",
        "error_saved_done",
        "unreadable",
    ]
)
MINUTES = st.sampled_from([0, 1, 3, 60, 30 * 60])
LONG_ENOUGH_MIN = (3, 15, 60, 240, 26 * 60, 3, 26 * 60, 3)
STALE = (NotADraft, NothingToPay, PlanChanged)


class PayoutRules(TaxRules):
    @rule(days=FEW_DAYS)
    def time_passes(self, days: int) -> None:
        self.pass_time(timedelta(days=days))

    @precondition(lambda self: any(self._dates()))
    @rule(i=ANY, seconds=st.sampled_from([-1, 0, 1]))
    def to_boundary(self, i: int, seconds: int) -> None:
        """Go to the second around the end of a hold, and let the job run there."""
        at = self.pick(self._dates(), i) + timedelta(seconds=seconds)
        self.pass_time(max(timedelta(), at - self.now))
        for house in self.houses:
            self.release(house)

    @rule(i=ANY, crash=st.booleans())
    def job_release(self, i: int, crash: bool) -> None:
        with self.dying_at(None), transaction.atomic():
            self.release(self.house_at(i))
            if crash:
                raise faults.Crash

    @rule(i=ANY, minimum=st.sampled_from([1, 1, 5_000]))
    def change_minimum(self, i: int, minimum: int) -> None:
        set_minimum(self.house_at(i), minimum, self.now)

    @rule(i=ANY, currency=CURRENCY)
    def job_plan(self, i: int, currency: str) -> None:
        self.plans.append(self.plan(self.house_at(i), currency))

    @precondition(lambda self: self.plans)
    @rule(i=ANY, crash=st.booleans())
    def approve(self, i: int, crash: bool) -> None:
        """Approve a plan that may be stale by now; then nothing happens."""
        plan = self.pick(self.plans, i)
        with self.dying_at(None), transaction.atomic():
            self.approve_plan(plan)
            if crash:
                raise faults.Crash

    @rule(i=ANY, answer=ANSWER, crash=CRASH, minutes=MINUTES)
    def job_send(self, i: int, answer: str, crash: str | None, minutes: int) -> None:
        self.pass_time(timedelta(minutes=minutes))
        self.send(self.house_at(i), answer, crash)

    @rule(i=ANY, answer=ANSWER, crash=CRASH)
    def month_end(self, i: int, answer: str, crash: str | None) -> None:
        """Let all that is due come to pay day: where random steps would seldom get."""
        self.deliver_all()
        self.end_month(self.house_at(i), answer, crash)

    @rule(i=ANY)
    def change_method(self, i: int) -> None:
        """Give a creator another account: payouts to him pause, those on their way go on."""
        house, party = self.pick([(h, p) for h in self.houses for p in h.parties], i)
        self.bank.open_account(house, party)

    @precondition(lambda self: self._paid())
    @rule(i=ANY)
    def reverse_late(self, i: int) -> None:
        """Let the rail take back a payment that was booked."""
        payout = self.pick(self._paid(), i)
        house = self._house_of(payout)
        self.bank.reverse(house, payout.reference)
        for _ in range(2):
            refresh_sent(
                payout_id=payout.pk, rail=self.bank.rail(house), now=self.now, real_now=self.now
            )

    def end_month(self, house: House, answer: str, crash: str | None) -> None:
        self.pass_time(timedelta(days=61))
        self.release(house)
        self.pay_all(house)
        self.send(house, answer, crash)

    def release(self, house: House) -> None:
        self.show_time()
        held = {sale.number for sale in self.sales if sale.is_in_review}
        frozen = {sale.number for sale in self.sales if sale.place.party in self.suspended}
        rows = Commission.objects.filter(brand=house.brand, released_at__isnull=True)
        waiting = dict(rows.values_list("pk", "order__external_order_id"))
        release_commissions(brand_id=house.brand.pk, now=self.now)
        left = set(rows.values_list("pk", flat=True))
        released = {number for pk, number in waiting.items() if pk not in left}
        assert not released & (held | frozen), f"released {released}, in review {held}"

    def pay_all(self, house: House) -> None:
        for currency in sorted({s.currency for s in self.sales if s.house is house}):
            self.approve_plan(self.plan(house, currency))

    def plan(self, house: House, currency: str) -> PayoutPlan:
        return make_plan(
            brand_id=house.brand.pk,
            currency=currency,
            limits=LIMITS,
            actor_id=house.owner_id,
            now=self.now,
        )

    def approve_plan(self, plan: PayoutPlan) -> None:
        """Approve, and check each payout against what was payable: I28, and who is paid at all."""
        house = next(h for h in self.houses if h.brand.pk == plan.brand_id)
        before = read_balances()
        busy = set(self._open(plan).values_list("affiliation_id", flat=True))
        try:
            payouts = approve_plan(
                plan_id=plan.pk,
                seen_hash=plan.content_hash,
                limits=LIMITS,
                actor_id=house.owner_id,
                now=self.now,
            )
        except STALE:
            return
        for payout in payouts:
            party = payout.affiliation_id
            payable = before[party, plan.currency][AccountKind.PAYABLE]
            terms = self.terms_of(house, party)
            most = terms.find_most(payable, STEPS[plan.currency])
            assert payout.amount_minor == most, f"I28 {payout.amount_minor}, facts {most}"
            self.taxed[payout.public_id] = Taxed(most, terms)
            assert party not in self.suspended, "a suspended creator is paid"
            assert party not in busy, "I27 a second open payout"
            assert self._may_be_paid(party), "paid in the pause after a change of method"

    def send(self, house: House, answer: str, crash: str | None) -> None:
        is_fault = answer not in {"ok", "refused"}
        self.bank.fail(house, *([Fault(answer)] if is_fault else []))
        refusing = self.bank.refusing(house) if answer == "refused" else nullcontext()
        with refusing:
            self.run(lambda: self._drive(house), crash)
        self.bank.fail(house)

    def send_until_done(self, house: House) -> None:
        for minutes in LONG_ENOUGH_MIN:
            if not self.is_waiting(house):
                return
            self.pass_time(timedelta(minutes=minutes))
            self._drive(house)

    def is_waiting(self, house: House) -> bool:
        return Payout.objects.filter(brand=house.brand, status__in=OPEN_STATUSES).exists()

    def _drive(self, house: House) -> None:
        drive_brand(
            brand_id=house.brand.pk,
            rail=self.bank.rail(house),
            now=self.now,
            real_now=self.now,
        )

    def _open(self, plan: PayoutPlan) -> QuerySet[Payout]:
        return Payout.objects.filter(
            brand_id=plan.brand_id, currency=plan.currency, status__in=OPEN_STATUSES
        )

    def _may_be_paid(self, party: UUID) -> bool:
        frozen_until = PayoutMethod.objects.get(affiliation_id=party).frozen_until
        return frozen_until is None or frozen_until <= self.now

    def _dates(self) -> list[datetime]:
        return sorted(s.release_at for s in self.sales if s.release_at and s.release_at > self.now)

    def _paid(self) -> list[Payout]:
        return list(Payout.objects.filter(status=PayoutStatus.PAID).order_by("pk"))

    def _house_of(self, payout: Payout) -> House:
        return next(house for house in self.houses if house.brand.pk == payout.brand_id)
