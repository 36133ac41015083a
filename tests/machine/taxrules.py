"""What people say and enter for tax: a creator of himself, a brand of its rates."""

from datetime import date, timedelta
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from payouts.models import Payout
from tests.machine.machinery import ANY, Machinery
from tests.machine.papers import check_invoices, check_statement
from tests.machine.tax import Declared, Rate, Terms, find_terms
from tests.machine.world import HOMES, House, add_rate, declare

KIND = st.sampled_from(["vat", "withholding"])
BPS = st.sampled_from([700, 2_500, 1_000])
COUNTRY = st.sampled_from(["DE", "FR", "TH"])


class TaxRules(Machinery):
    @rule(i=ANY, country=COUNTRY, is_registered=st.booleans(), agrees=st.booleans())
    def declare_anew(self, i: int, country: str, is_registered: bool, agrees: bool) -> None:
        house, party = self.pick([(h, p) for h in self.houses for p in h.parties], i)
        said = Declared(country, is_registered, agrees, self.day_of(house).year)
        declare(house, party, said, self.now)
        self.declared[party] = said

    @rule(i=ANY, kind=KIND, bps=BPS, days=st.integers(0, 40))
    def new_tax_rate(self, i: int, kind: str, bps: int, days: int) -> None:
        """Enter a rate of the brand's country that begins today or later."""
        self.set_tax_rate(self.house_at(i), kind, bps, days)

    def set_tax_rate(self, house: House, kind: str, bps: int, days: int) -> None:
        since = self.day_of(house) + timedelta(days=days)
        rate = Rate(kind, HOMES[self.houses.index(house)], bps, since)
        known = self.tax_rates[house.brand.pk]
        if any(rate.since == one.since for one in known if one.kind == kind):
            return
        add_rate(house, rate, self.now)
        known.append(rate)

    def terms_of(self, house: House, party: UUID, day: date | None = None) -> Terms:
        home = HOMES[self.houses.index(house)]
        rates = self.tax_rates[house.brand.pk]
        return find_terms(home, self.declared.get(party), rates, day or self.day_of(house))

    def check_papers(self, payouts: list[Payout]) -> None:
        """Look at what was newly paid, and at all invoices."""
        paid = [payout for payout in payouts if payout.paid_at is not None]
        for payout in paid:
            one = self.taxed[payout.public_id]
            if one.is_invoiced is None:
                one.is_invoiced = self._is_invoiced(payout, one.terms)
                check_statement(payout, one)
        if paid:
            check_invoices(self.houses, payouts, self.taxed)

    def _is_invoiced(self, payout: Payout, terms: Terms) -> bool:
        """Tell whether he agrees, and says what he said when the payout was approved."""
        assert payout.paid_at is not None
        house = next(one for one in self.houses if one.brand.pk == payout.brand_id)
        day = payout.paid_at.astimezone(house.zone).date()
        said = self.declared.get(payout.affiliation_id)
        if said is None or not (said.agrees and said.holds(day)):
            return False
        now = self.terms_of(house, payout.affiliation_id, day)
        return (now.why, now.country) == (terms.why, terms.country)
