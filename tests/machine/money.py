"""The money machine: everything that shops, people, jobs and rails do, in any order.

No rule reckons money with the product's code: what there should be is `Sale.expect`, a function of
the set of facts told. After every step the books must agree with it, and in the end, with every
fault healed, all must come to rest.
"""

import sys
from datetime import timedelta

from django.db import transaction

from ledger.models import AccountKind
from portal.books import prove_books
from tests.machine.books import read_balances
from tests.machine.stories import Stories
from tests.machine.world import STEPS, House, set_minimum

AFTER_ALL = timedelta(days=400)


class Money(Stories):
    def teardown(self) -> None:
        """Undo the example; first, unless a step has failed, see that it comes to rest."""
        try:
            if sys.exc_info()[1] is self.outer_error:
                self.come_to_rest()
        finally:
            transaction.set_rollback(True)
            self.scope.__exit__(None, None, None)

    def come_to_rest(self) -> None:
        self.settle_disputes()
        self.heal_people()
        self.deliver_all()
        self.pass_time(AFTER_ALL)
        for house in self.houses:
            self._settle(house)
        self.the_books_agree()
        for (party, currency), kinds in read_balances().items():
            rest = {kind for kind, total in kinds.items() if total}
            assert rest <= {AccountKind.PAYABLE}, f"L2 {rest} of {party} is not empty"
            left = kinds[AccountKind.PAYABLE]
            house = next(house for house in self.houses if party in house.parties)
            step = STEPS[currency]  # also the least of a commission for which anything is sent
            most = self.terms_of(house, party).find_most(left, step) if left >= step else 0
            assert not most, f"L2 {left} {currency} could be paid to {party}"
        for house in {sale.house.key: sale.house for sale in self.sales}.values():
            proof = prove_books(brand_id=house.brand.pk)
            assert proof.is_balanced, [r.code for r in proof.results if r.differences]

    def _settle(self, house: House) -> None:
        """Run each job as often as it may need: a payout that failed is planned once more."""
        set_minimum(house, 1, self.now)
        self.send_until_done(house)
        self.release(house)
        for _ in range(4):
            self.pay_all(house)
            if not self.is_waiting(house):
                return
            self.send_until_done(house)
        raise AssertionError("L1 payouts go on and on")
