"""What is read after every step, and what must hold: the promises I1 to I6."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from ledger.models import PARTY_KINDS, AccountKind, Posting
from payouts.models import OPEN_STATUSES, Payout, PayoutStatus
from payouts.rails.stripe.standin_store import Json
from tests.machine.papers import Brand, Taxed, check_taxes
from tests.machine.shop import Sale
from tests.machine.world import Bank, House
from tracking.models import Commission

Party = tuple[UUID, str]  # a creator's place in a brand, a currency
MAY_HAVE_LEFT = {
    PayoutStatus.SUBMITTING,
    PayoutStatus.SUBMITTED,
    PayoutStatus.UNKNOWN,
    PayoutStatus.PAID,
}


def check_books(
    houses: Sequence[House], sales: Sequence[Sale], bank: Bank, taxed: Mapping[str, Taxed]
) -> list[Payout]:
    """Check everything that can be read; returns the payouts, for their papers."""
    connection.check_constraints()  # the deferred guards speak now, not at a commit
    balances, brands = read_books()
    payouts = {payout.public_id: payout for payout in Payout.objects.all()}
    _check_earned(sales, balances, payouts)
    check_taxes(brands, list(payouts.values()), taxed)
    _check_signs(sales, balances)
    _check_dates(sales)
    for house in houses:
        _check_transfers(house, bank.transfers(house), payouts)
    return list(payouts.values())


def read_balances() -> dict[Party, Counter[str]]:
    return read_books()[0]


def read_books() -> tuple[dict[Party, Counter[str]], dict[Brand, Counter[str]]]:
    """Return the balances of each creator and currency by kind, and those of brands themselves."""
    rows = (
        Posting.objects.values_list(
            "brand_id", "account__party_id", "account__currency", "account__kind"
        )
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    totals: Counter[Brand] = Counter()
    brands: dict[Brand, Counter[str]] = defaultdict(Counter)
    balances: dict[Party, Counter[str]] = defaultdict(Counter)
    for brand_id, party, currency, kind, total in rows:
        totals[brand_id, currency] += total
        if party is not None:
            balances[party, currency][kind] += total
        else:
            brands[brand_id, currency][kind] += total
    assert not any(totals.values()), f"I1 the books of a brand sum to {dict(totals)}"
    return balances, brands


def _check_earned(
    sales: Sequence[Sale], balances: dict[Party, Counter[str]], payouts: dict[str, Payout]
) -> None:
    earned: Counter[Party] = Counter()
    for sale in sales:
        earned[sale.place.party, sale.currency] += sale.expect()
    taken: Counter[Party] = Counter()
    on_way: Counter[Party] = Counter()
    for payout in payouts.values():
        party = payout.affiliation_id, payout.currency
        if payout.status in {*OPEN_STATUSES, PayoutStatus.PAID}:
            taken[party] += payout.amount_minor
        if payout.status in OPEN_STATUSES:
            on_way[party] += payout.sent_minor
    for party in earned.keys() | balances.keys() | taken.keys():
        kinds = balances[party]
        have = sum(kinds.values()) - kinds[AccountKind.IN_PAYOUT] + taken[party]
        assert have == earned[party], f"I2 {party}: books {have}, facts {earned[party]}"
        assert kinds[AccountKind.IN_PAYOUT] == on_way[party], f"I2 {party} on its way"


def _check_signs(sales: Sequence[Sale], balances: dict[Party, Counter[str]]) -> None:
    in_review = {(s.place.party, s.currency) for s in sales if s.is_in_review}
    for party, kinds in balances.items():
        assert set(kinds) <= {kind.value for kind in PARTY_KINDS}
        for kind in (AccountKind.PENDING, AccountKind.ON_HOLD, AccountKind.IN_PAYOUT):
            assert kinds[kind] >= 0, f"I3 {kind} of {party} is {kinds[kind]}"
        held = kinds[AccountKind.ON_HOLD]
        assert not held or party in in_review, f"I6 {held} of {party} is held by no review"


def _check_dates(sales: Sequence[Sale]) -> None:
    by_order = {(s.house.store.pk, s.number): s for s in sales}
    rows = Commission.objects.values_list(
        "order__connection_id",
        "order__external_order_id",
        "amount_minor",
        "release_at",
        "released_at",
    )
    for store, number, amount, release_at, released_at in rows:
        sale = by_order[store, number]
        assert amount == sale.expect(), f"I2 {number}: {amount}, facts {sale.expect()}"
        assert release_at == sale.release_at, f"I5 {number}: {release_at}, {sale.release_at}"
        if released_at is not None:
            assert release_at <= released_at, f"I5 {number} was released before {release_at}"


def _check_transfers(house: House, transfers: list[Json], payouts: dict[str, Payout]) -> None:
    """Money that left: at most once for a payout, as approved, and only where books know of it."""
    sent = Counter(transfer["transfer_group"] for transfer in transfers)
    assert not any(times > 1 for times in sent.values()), f"I4 sent twice: {sent}"
    for transfer in transfers:
        payout = payouts[transfer["transfer_group"]]
        told = (transfer["amount"], transfer["currency"].upper(), transfer["destination"])
        assert told == (payout.sent_minor, payout.currency, payout.destination), "I4 amount"
        if not transfer["reversed"]:
            assert payout.status in MAY_HAVE_LEFT, f"I4 sent, and {payout.status}"
    for payout in payouts.values():
        if payout.brand_id == house.brand.pk and payout.status == PayoutStatus.PAID:
            assert sent[payout.public_id] == 1, "I4 paid, and nothing left"
