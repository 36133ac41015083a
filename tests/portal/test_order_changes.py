"""Every change a store can report, at every stage of the money, in currencies of 0 to 3 decimals.

One program pays 12.5 % of two lines; shipping does not count. All amounts below are minor units
that were worked out by hand: a line's part is rounded half up, a refund by amount is spread over
the lines by the largest remainder.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from affiliates.models import Enrollment
from brands.domain.schedule import Schedule
from brands.services.payouts import set_payout_policy
from core.models import Brand
from ledger.models import AccountKind
from ledger.selectors import get_balance
from payouts.models import Payout
from payouts.services import moves
from payouts.services.methods import set_bank_method
from portal.books import prove_books
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_brand,
    make_code,
    make_enrollment,
    make_program,
    percent_rule,
)
from tests.orders import (
    approve_payouts,
    get_commission,
    make_snapshot,
    release_due,
    send_events,
)
from tests.tracking.events import make_line
from tracking.domain.events import (
    CanonicalEvent,
    Discount,
    DisputeEvent,
    OrderCancelled,
    OrderSnapshot,
    RefundEvent,
    RefundLine,
)
from tracking.models import Order, ReviewHold

pytestmark = pytest.mark.django_db

PLACED, RELEASED, PLANNED, CHANGED = (NOW + timedelta(days=n) for n in (1, 32, 40, 41))
CURRENCIES = ("JPY", "EUR", "KWD")
Amounts = tuple[int, int, int]
"""One amount for each of CURRENCIES."""

LINE_A: Amounts = (3_333, 5_999, 12_345)  # earns 417, 7.50, 1.543
LINE_B: Amounts = (1_667, 2_001, 7_655)  # earns 208, 2.50, 0.957
SHIPPING: Amounts = (500, 490, 1_500)
EARNED: Amounts = (625, 1_000, 2_500)


@dataclass(frozen=True)
class Told:
    """An order of one currency, for whose changes the store sends events."""

    order_id: str
    place: int

    @property
    def currency(self) -> str:
        return CURRENCIES[self.place]

    def snapshot(self, *lines: tuple[str, int], version: int = 1, **facts: Any) -> OrderSnapshot:
        shipping = SHIPPING[self.place]
        return make_snapshot(
            self.order_id,
            now=PLACED,
            version=version,
            currency=self.currency,
            lines=tuple(make_line(name, net) for name, net in lines),
            total=sum(net for _name, net in lines) + shipping,
            shipping=shipping,
            discounts=(Discount(kind="code", amount=0, code="anna", raw_code="ANNA"),),
            **facts,
        )

    def refund(self, number: int, **facts: Any) -> RefundEvent:
        kept: dict[str, Any] = {"status": "succeeded", "kind": "amount_only", "lines": ()}
        return RefundEvent(
            external_order_id=self.order_id,
            external_refund_id=f"{self.order_id}-r{number}",
            currency=self.currency,
            occurred_at=CHANGED,
            **(kept | facts),
        )

    def refund_of_a(self, number: int, net: int) -> RefundEvent:
        line = RefundLine(external_line_id="a", quantity=0, net_ex_tax=net, tax=0)
        return self.refund(number, kind="partial_line", lines=(line,), total=net)

    def dispute(self, status: str, days: int) -> DisputeEvent:
        at = CHANGED + timedelta(days=days)
        return DisputeEvent(self.order_id, f"{self.order_id}-d", status, at)  # type: ignore[arg-type]


Steps = tuple[tuple[CanonicalEvent, ...], ...]
"""What arrives together, one after the other."""


def edit_up(told: Told) -> Steps:
    """The second line is bought twice."""
    a, b = LINE_A[told.place], LINE_B[told.place]
    return ((told.snapshot(("a", a), ("b", 2 * b), version=2),),)


def edit_down(told: Told) -> Steps:
    return ((told.snapshot(("a", LINE_A[told.place]), version=2),),)


def refund_a_line(told: Told) -> Steps:
    return ((told.refund_of_a(1, (1_000, 1_000, 1_000)[told.place]),),)


def refund_a_line_in_parts(told: Told) -> Steps:
    """Three parts make the whole line; a fourth is more than there is."""
    thirds = ((1_111, 1_111, 1_111), (2_000, 2_000, 1_999), (4_115, 4_115, 4_115))[told.place]
    parts = [told.refund_of_a(n, net) for n, net in enumerate(thirds)]
    return ((parts[0],), (parts[1], parts[2]), (told.refund_of_a(9, 300),))


def refund_an_amount(told: Told) -> Steps:
    """Of 500, 8.00 and 1.000 the first line bears 333, 6.00 and 0.617."""
    amount = (500, 800, 1_000)[told.place]
    return ((told.refund(1, amount=amount, total=amount),),)


def refund_shipping(told: Told) -> Steps:
    amount = SHIPPING[told.place]
    return ((told.refund(1, kind="shipping_only", shipping=amount, total=amount),),)


def refund_all(told: Told) -> Steps:
    total = LINE_A[told.place] + LINE_B[told.place] + SHIPPING[told.place]
    return ((told.refund(1, kind="full", total=total),),)


def refund_that_fails(told: Told) -> Steps:
    amount = (500, 800, 1_000)[told.place]
    facts = {"amount": amount, "total": amount}
    return ((told.refund(1, **facts),), (told.refund(1, status="failed", **facts),))


def cancel(told: Told) -> Steps:
    return ((OrderCancelled(told.order_id, CHANGED),),)


def dispute(told: Told) -> Steps:
    return ((told.dispute("opened", 0),),)


def win_a_dispute(told: Told) -> Steps:
    return (*dispute(told), (told.dispute("won", 9),))


def lose_a_dispute(told: Told) -> Steps:
    return (*dispute(told), (told.dispute("lost", 9),))


# What the commission is afterwards, whatever the stage.
CHANGES: dict[Callable[[Told], Steps], Amounts] = {
    edit_up: (834, 1_250, 3_457),
    edit_down: (417, 750, 1_543),
    refund_a_line: (500, 875, 2_375),
    refund_a_line_in_parts: (208, 250, 957),
    refund_an_amount: (563, 900, 2_375),
    refund_shipping: EARNED,
    refund_all: (0, 0, 0),
    refund_that_fails: EARNED,
    cancel: (0, 0, 0),
    dispute: EARNED,
    win_a_dispute: EARNED,
    lose_a_dispute: (0, 0, 0),
}
AFTER: Amounts = (5_022, 8_025, 20_707)  # the sum of the column
ALL: Amounts = (7_500, 12_000, 30_000)  # twelve orders before anything changed
NONE: Amounts = (0, 0, 0)

# Where the money is in the end, by stage: pending, payable, on hold, in payout.
STAGES: dict[str, tuple[Amounts, Amounts, Amounts, Amounts]] = {
    "pending": (AFTER, NONE, NONE, NONE),
    "released": (NONE, (4_397, 7_025, 18_207), EARNED, NONE),  # an open dispute holds one order
    "in_payout": (NONE, (-2_478, -3_975, -9_293), NONE, ALL),  # what left is recovered later
    "paid": (NONE, (-2_478, -3_975, -9_293), NONE, NONE),
}
KINDS = (AccountKind.PENDING, AccountKind.PAYABLE, AccountKind.ON_HOLD, AccountKind.IN_PAYOUT)


@pytest.fixture
def place() -> Enrollment:
    """A creator with a code and a bank account, in a program whose orders have three currencies."""
    program = make_program(make_brand(), [percent_rule(1_250)])
    place = make_enrollment(program)
    make_code(place, "ANNA")
    bank = {"account_name": "Anna", "iban": "DE02120300000000202051"}
    set_bank_method(
        affiliation_id=place.affiliation_id, details=bank, actor_id=get_creator(place).pk, now=NOW
    )
    set_payout_policy(
        brand_id=place.brand_id,
        schedule=Schedule(),
        minimums=dict.fromkeys(CURRENCIES, 1),
        approval_limits={},
        recovery_days=90,
        actor_id=get_owner(place.brand).pk,
        now=NOW,
    )
    return place


@pytest.mark.parametrize("stage", STAGES)
def test_every_change_ends_right_to_the_minor_unit_with_the_books_proven(place, stage):
    brand = place.brand
    orders = [
        (change, Told(f"{change.__name__}-{currency}", at))
        for change in CHANGES
        for at, currency in enumerate(CURRENCIES)
    ]
    placed = {told.order_id: place_it(brand, told) for _change, told in orders}
    bring_to(stage, brand)
    assert_amounts(placed, {told.order_id: EARNED[told.place] for _change, told in orders})

    for number, (change, told) in enumerate(orders, start=1):
        steps = change(told)
        for events in steps:
            send_events(brand, *events, order_id=told.order_id, now=CHANGED)
        once = amount_of(placed[told.order_id])
        for events in reversed(steps):
            send_events(brand, *reversed(events), order_id=told.order_id, now=CHANGED)

        expected = CHANGES[change][told.place]
        assert (once, amount_of(placed[told.order_id])) == (expected, expected), told.order_id
        if number % len(CURRENCIES) == 0:  # after a change in all of them
            assert prove_books(brand_id=brand.pk).is_balanced, told.order_id

    found = tuple(tuple(balance(place, kind, one) for one in CURRENCIES) for kind in KINDS)
    assert found == STAGES[stage]
    held = ReviewHold.objects.filter(closed_at__isnull=True)
    assert {hold.commission.order.external_order_id for hold in held} == {
        f"dispute-{currency}" for currency in CURRENCIES
    }
    connection.check_constraints()


def place_it(brand: Brand, told: Told) -> Order:
    lines = ("a", LINE_A[told.place]), ("b", LINE_B[told.place])
    return send_events(brand, told.snapshot(*lines), order_id=told.order_id, now=PLACED)


def bring_to(stage: str, brand: Brand) -> None:
    if stage == "pending":
        return
    release_due(brand, now=RELEASED)
    if stage == "released":
        return
    payouts = [
        payout
        for currency in CURRENCIES
        for payout in approve_payouts(brand, currency=currency, now=PLANNED)
    ]
    assert tuple(payout.amount_minor for payout in payouts) == ALL
    if stage == "paid":
        for payout in payouts:
            pay(payout)


def pay(payout: Payout) -> None:
    owner = get_owner(payout.brand).pk
    moves.hand_over_file(file_id=payout.file_id, actor_id=owner, now=PLANNED)
    moves.confirm_payout(payout_id=payout.pk, reference="r", actor_id=owner, now=PLANNED)


def assert_amounts(placed: dict[str, Order], expected: dict[str, int]) -> None:
    assert {order_id: amount_of(order) for order_id, order in placed.items()} == expected


def amount_of(order: Order) -> int:
    return get_commission(order).amount_minor


def balance(place: Enrollment, kind: AccountKind, currency: str) -> int:
    return get_balance(
        brand_id=place.brand_id, kind=kind, currency=currency, party_id=place.affiliation_id
    )
