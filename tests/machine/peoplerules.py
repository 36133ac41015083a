"""What people of a brand decide: settings, and single commissions by hand."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from affiliates.services.membership import (
    accept_terms,
    move_to_group,
    reinstate_affiliation,
    suspend_affiliation,
)
from brands.models import Program
from brands.selectors import find_latest_terms
from brands.services.notice import NoticeNeeded
from brands.services.programs import change_program
from tests.machine.machinery import ANY, Machinery
from tests.machine.shop import Sale, write_order
from tests.machine.world import VIP, House, Place, publish, set_caps
from tests.makers import get_creator
from tracking.models import Commission
from tracking.services.holds import clear_commission, hold_commission
from tracking.services.orders import resettle
from tracking.services.posting import Cause
from tracking.services.release import list_unposted
from tracking.services.review import (
    Frozen,
    NothingChanges,
    adjust_commission,
    reject_commission,
    reopen_commission,
)

RATE = st.sampled_from([1, 333, 1000, 1250, 10_000])
HOLD = st.sampled_from([0, 30, 60])
DELTA = st.sampled_from([-5_000, -1, 1, 700, 25_000])
REASON = "As agreed"


class PeopleRules(Machinery):
    @rule(i=ANY, days=HOLD, again=ANY)
    def change_hold(self, i: int, days: int, again: int) -> None:
        """Change what a later order waits; what is there keeps its date, told again too."""
        house, style = self.pick(self._programs(), i)
        self.set_hold(house, style, days)
        program_id = house.programs[style].pk
        there = [s for s in self.sales if s.place.enrollment.program_id == program_id]
        if there:
            sale = self.pick(there, again)
            sale.in_shop = replace(sale.in_shop, at=self.tick())
            self.send_off(write_order(sale, self.new_id()), at_once=True)

    @rule(i=ANY, bps=RATE)
    def change_rate(self, i: int, bps: int) -> None:
        """Publish a version; one that is worse for creators begins after its notice."""
        self.set_rate(*self.pick(self._programs(), i), bps)

    def set_hold(self, house: House, style: str, days: int) -> None:
        program = Program.objects.get(pk=house.programs[style].pk)
        change_program(program, {"hold_days": days}, actor_id=house.owner_id, now=self.now)
        self.holds[program.pk] = days

    def set_rate(self, house: House, style: str, bps: int) -> None:
        versions = self.rates[house.programs[style].pk]
        at = max(self.now, versions[-1][0])
        try:
            publish(house, style, bps, at=at, now=self.now)
        except NoticeNeeded as needed:
            at = max(at, needed.earliest)
            publish(house, style, bps, at=at, now=self.now)
        versions.append((at, bps))
        self.has_new_terms = True

    @rule(i=ANY, percent=st.sampled_from([50, 100, 300]))
    def change_caps(self, i: int, percent: int) -> None:
        """Lower or raise the caps of a program to a part of what they began with."""
        house, style = self.pick(self._programs(), i)
        program_id = house.programs[style].pk
        caps = tuple(cap.scaled(percent) for cap in house.caps[program_id])
        set_caps(house, program_id, caps, self.now)
        self.caps[program_id] = caps
        if percent > 100:
            self.most_caps[program_id] = caps

    @precondition(lambda self: self.has_new_terms)
    @rule()
    def accept_all_terms(self) -> None:
        self.has_new_terms = False
        for house in self.houses:
            for place in house.places:
                self._accept(place)

    @rule(i=ANY, group=st.sampled_from(["", VIP]))
    def change_group(self, i: int, group: str) -> None:
        """Move a creator to another tier: for orders from now on."""
        house, place = self.pick([(h, p) for h in self.houses for p in h.places], i)
        move_to_group(
            enrollment_id=place.enrollment.pk,
            group_id=house.groups[place.style, group].pk,
            actor_id=house.owner_id,
            now=self.now,
        )
        self.groups[place.code] = group

    @precondition(lambda self: self._standing())
    @rule(i=ANY, delta=DELTA)
    def adjust_by_hand(self, i: int, delta: int) -> None:
        sale = self.pick(self._standing(), i)
        if sale.expect() + delta < 0 or self._is_frozen(sale):
            return
        before = sale.expect()
        sale.adjusted_minor += delta
        if sale.expect() == before:
            with pytest.raises(NothingChanges):
                adjust_commission(delta_minor=delta, **self._about(sale))
            sale.adjusted_minor -= delta
            return
        adjust_commission(delta_minor=delta, **self._about(sale))
        sale.added_minor += max(0, delta)
        self.settle(sale)

    @precondition(lambda self: self._standing())
    @rule(i=ANY)
    def reject(self, i: int) -> None:
        self.set_rejected(self.pick(self._standing(), i))

    @precondition(lambda self: any(sale.is_rejected for sale in self.sales))
    @rule(i=ANY)
    def reopen(self, i: int) -> None:
        sale = self.pick([sale for sale in self.sales if sale.is_rejected], i)
        if sale.frozen_minor is None:
            reopen_commission(**self._about(sale))
            sale.is_rejected = False
            self.settle(sale)

    @precondition(lambda self: self._standing())
    @rule(i=ANY)
    def hold(self, i: int) -> None:
        sale = self.pick(self._standing(), i)
        if not sale.is_held:
            self.set_held(sale)

    @precondition(lambda self: any(sale.is_held for sale in self.sales))
    @rule(i=ANY)
    def unhold(self, i: int) -> None:
        self._unhold(self.pick([sale for sale in self.sales if sale.is_held], i))

    @rule(i=ANY)
    def suspend(self, i: int) -> None:
        """Freeze a creator: his commissions stay what they are, whatever is told meanwhile."""
        house, place = self.pick([(h, p) for h in self.houses for p in h.places], i)
        self.set_suspended(house, place)

    def set_suspended(self, house: House, place: Place) -> None:
        if place.party in self.suspended:
            return
        suspend_affiliation(
            affiliation_id=place.party, reason=REASON, actor_id=house.owner_id, now=self.now
        )
        self.suspended[place.party] = self.now
        for sale in self._sales_of(place):
            sale.frozen_minor = sale.expect()

    @precondition(lambda self: self.suspended)
    @rule(i=ANY)
    def reinstate(self, i: int) -> None:
        self._reinstate(self.pick(sorted(self.suspended), i))

    def heal_people(self) -> None:
        """End every review by hand and every suspension; everybody agrees to the terms."""
        for party in sorted(self.suspended):
            self._reinstate(party)
        for sale in self.sales:
            if sale.is_held:
                self._unhold(sale)
        if self.has_new_terms:
            self.accept_all_terms()

    def set_rejected(self, sale: Sale) -> None:
        if self._is_frozen(sale):
            return
        reject_commission(**self._about(sale))
        sale.is_rejected, sale.is_held = True, False
        self.settle(sale)

    def set_held(self, sale: Sale) -> None:
        hold_commission(**self._about(sale))
        sale.is_held = True

    def _unhold(self, sale: Sale) -> None:
        clear_commission(**self._about(sale))
        sale.is_held = False

    def _reinstate(self, party: UUID) -> None:
        house, place = next((h, p) for h in self.houses for p in h.places if p.party == party)
        reinstate_affiliation(
            affiliation_id=party, reason=REASON, actor_id=house.owner_id, now=self.now
        )
        del self.suspended[party]
        back = {sale.number: sale for sale in self._sales_of(place)}
        for sale in back.values():
            sale.frozen_minor = None
        for order_id, _ in list_unposted(limit=100):
            order = resettle(order_id=order_id, cause=Cause(), now=self.now)
            self.settle(back[order.external_order_id])

    def _accept(self, place: Place) -> None:
        terms = find_latest_terms(place.enrollment.program)
        accept_terms(
            enrollment_id=place.enrollment.pk,
            terms_id=terms.pk,
            actor_id=get_creator(place.enrollment).pk,
            now=self.now,
        )

    def _is_frozen(self, sale: Sale) -> bool:
        """Tell whether the creator is suspended: then the decision is refused."""
        if sale.place.party not in self.suspended:
            return False
        with pytest.raises(Frozen):
            reject_commission(**self._about(sale))
        return True

    def _programs(self) -> list[tuple[House, str]]:
        return [(house, style) for house in self.houses for style in house.programs]

    def _sales_of(self, place: Place) -> list[Sale]:
        return [sale for sale in self.sales if sale.place.party == place.party]

    def _standing(self) -> list[Sale]:
        return [sale for sale in self.sales if sale.deal is not None and not sale.is_rejected]

    def _about(self, sale: Sale) -> dict[str, Any]:
        commission = Commission.objects.get(
            order__connection=sale.house.store, order__external_order_id=sale.number
        )
        return {
            "commission_id": commission.pk,
            "reason": REASON,
            "actor_id": sale.house.owner_id,
            "now": self.now,
        }
