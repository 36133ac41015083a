"""What must hold of taxes: as reckoned at approval, posted and taken back exactly, on papers."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.models import AccountKind
from payouts.models import OPEN_STATUSES, Invoice, Payout, PayoutStatus, Statement, TaxSettings
from tests.machine.tax import Terms
from tests.machine.world import House

Brand = tuple[int, str]  # a brand, a currency


@dataclass
class Taxed:
    """A payout as the facts say it: its commission and terms, and, once paid, if it is invoiced."""

    amount: int
    terms: Terms
    is_invoiced: bool | None = None

    @property
    def told(self) -> tuple[int, int, int]:
        return self.amount, self.terms.vat(self.amount), self.terms.withheld(self.amount)

    @property
    def sent(self) -> int:
        return self.terms.sent(self.amount)


def check_taxes(
    brands: Mapping[Brand, Counter[str]], payouts: Sequence[Payout], taxed: Mapping[str, Taxed]
) -> None:
    """Each payout is what it was approved as; the brand owes the VAT and tax of those alive."""
    meant: dict[Brand, Counter[str]] = {key: Counter() for key in brands}
    for payout in payouts:
        one = taxed[payout.public_id]
        told = (payout.amount_minor, payout.vat_minor, payout.withheld_minor)
        assert told == one.told, f"T1 {payout.public_id} {told}, facts {one.told}"
        if payout.status in {*OPEN_STATUSES, PayoutStatus.PAID}:
            kinds = meant[payout.brand_id, payout.currency]
            _amount, vat, withheld = one.told
            kinds[AccountKind.VAT] -= vat
            kinds[AccountKind.TAX_WITHHELD] += withheld
            if payout.status == PayoutStatus.PAID:
                kinds[AccountKind.CLEARING_STRIPE] += one.sent
    for key, balances in brands.items():
        for kind in (AccountKind.VAT, AccountKind.TAX_WITHHELD, AccountKind.CLEARING_STRIPE):
            assert balances[kind] == meant[key][kind], f"T2 {kind} of {key} is {balances[kind]}"


def check_statement(payout: Payout, one: Taxed) -> None:
    """The statement of a payout has a line for each sum, and says under which terms."""
    said = json.loads(Statement.objects.get(payout=payout).content)
    _amount, vat, withheld = one.told
    lines = Counter[str]()
    for line in said["lines"]:
        lines[line["kind"]] += line["amount_minor"]
    told = (lines["vat"], lines["withhold"], lines["pay"])
    assert told == (vat, -withheld, -one.sent), f"T3 the statement says {told}"
    rates = (said["tax"]["treatment"], said["tax"]["vat_bps"], said["tax"]["withholding_bps"])
    assert rates == (one.terms.why, one.terms.vat_bps, one.terms.withheld_bps), f"T3 {rates}"


def check_invoices(
    houses: Sequence[House], payouts: Sequence[Payout], taxed: Mapping[str, Taxed]
) -> None:
    """Whoever agreed has an invoice for each payout paid, and a credit note for what came back."""
    rows = list(Invoice.objects.order_by("number"))
    given = dict(TaxSettings.objects.values_list("brand_id", "last_invoice"))
    for house in houses:
        numbers = [row.number for row in rows if row.brand_id == house.brand.pk]
        assert numbers == list(range(1, given[house.brand.pk] + 1)), f"T4 invoices {numbers}"
    found: Counter[tuple[int, ...]] = Counter(
        (row.payout_id, row.net_minor, row.vat_minor, row.withheld_minor) for row in rows
    )
    meant: Counter[tuple[int, ...]] = Counter()
    for payout in payouts:
        one = taxed[payout.public_id]
        if one.is_invoiced:
            meant[payout.pk, *one.told] += 1
            if payout.status == PayoutStatus.RETURNED:
                meant[payout.pk, *(-minor for minor in one.told)] += 1
    assert found == meant, f"T4 invoices {found - meant} too many, {meant - found} missing"
