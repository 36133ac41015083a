"""Steps and minimums of rails; Stripe's units against ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import EXPONENTS
from payouts.domain.export_paypal import LIMITS as PAYPAL_LIMITS
from payouts.domain.limits import Quote, RailLimits, quote_amount, round_down, round_up
from payouts.rails.stripe.amounts import (
    CURRENCIES,
    LIMITS,
    WIRE_STEPS,
    NotSendable,
    from_wire,
    to_wire,
)

AMOUNTS = st.integers(min_value=-(10**15), max_value=10**15)


@given(amount=AMOUNTS, currency=st.sampled_from(sorted(CURRENCIES)))
def test_a_quote_splits_the_amount_and_stripe_takes_what_is_sendable(
    amount: int, currency: str
) -> None:
    quote = quote_amount(limits=LIMITS, amount_minor=amount, currency=currency)

    assert quote.sendable_minor + quote.remainder_minor == amount
    assert 0 <= quote.sendable_minor <= max(amount, 0)
    wire = to_wire(quote.sendable_minor, currency)
    assert wire % WIRE_STEPS.get(currency, 1) == 0
    assert from_wire(wire, currency) == quote.sendable_minor
    assert (quote.problem is None) == (quote.sendable_minor > 0)
    if quote.problem is None:
        assert quote.remainder_minor < LIMITS.step_of(currency)


@given(amount=AMOUNTS, step=st.integers(min_value=1, max_value=1_000))
def test_rounding_stays_within_one_step(amount: int, step: int) -> None:
    assert round_down(amount, step) <= amount <= round_up(amount, step)
    assert round_up(amount, step) - round_down(amount, step) == (0 if amount % step == 0 else step)


@pytest.mark.parametrize(
    ("currency", "step"),
    [
        ("EUR", 1),
        ("JPY", 1),
        ("HUF", 100),
        ("TWD", 100),
        ("KWD", 10),
        ("ISK", 1),
        ("UGX", 1),
        ("MGA", 100),
    ],
)
def test_steps_in_our_units(currency: str, step: int) -> None:
    assert LIMITS.step_of(currency) == step


@pytest.mark.parametrize(
    ("ours", "currency", "stripes"),
    [(1_050, "EUR", 1_050), (5, "ISK", 500), (5, "UGX", 500), (500, "MGA", 5), (500, "JPY", 500)],
)
def test_units_that_differ_from_iso_are_converted(ours: int, currency: str, stripes: int) -> None:
    assert to_wire(ours, currency) == stripes
    assert from_wire(stripes, currency) == ours


def test_a_fraction_is_refused_and_never_rounded() -> None:
    with pytest.raises(NotSendable):
        to_wire(150, "MGA")
    with pytest.raises(NotSendable):
        from_wire(550, "ISK")


def test_every_currency_is_in_the_table_of_exponents() -> None:
    assert set(EXPONENTS) >= CURRENCIES
    assert not CURRENCIES & {"IRR", "IRT", "SYP", "KPW", "CUP"}


def test_what_cannot_be_sent_says_why() -> None:
    limits = RailLimits(frozenset({"EUR"}), minimums={"EUR": 100})

    assert quote_amount(limits=limits, amount_minor=99, currency="EUR") == Quote(
        0, 99, "below_rail_minimum"
    )
    assert quote_amount(limits=limits, amount_minor=100, currency="EUR") == Quote(100, 0)
    assert quote_amount(limits=limits, amount_minor=100, currency="USD") == Quote(
        0, 100, "currency_unsupported"
    )


@pytest.mark.parametrize(
    ("payer", "creator", "expected"),
    [
        ("DE", "FR", True),
        ("US", "GB", True),
        ("CH", "NO", True),
        ("US", "BR", False),
        ("JP", "JP", True),
        ("JP", "DE", False),
    ],
)
def test_stripe_reaches_its_self_serve_regions_and_the_payers_own_country(
    payer: str, creator: str, expected: bool
) -> None:
    assert LIMITS.can_reach(payer_country=payer, creator_country=creator) is expected


@pytest.mark.parametrize(
    ("payer", "creator", "expected"),
    [
        ("DE", "TH", False),
        ("DE", "VN", True),
        ("DE", "MX", True),
        ("MX", "DE", False),
        ("TH", "TH", False),
        ("US", "US", True),
        ("CO", "CO", False),
        ("CO", "US", True),
        ("", "DE", True),
        ("", "CO", True),
        ("", "TH", False),
    ],
)
def test_paypal_reaches_those_who_receive_from_those_who_send(
    payer: str, creator: str, expected: bool
) -> None:
    can_reach = PAYPAL_LIMITS.can_reach(payer_country=payer, creator_country=creator)

    assert can_reach is expected


def test_a_rail_without_countries_reaches_everyone() -> None:
    assert RailLimits(frozenset()).can_reach(payer_country="DE", creator_country="TH")


def test_without_a_minimum_the_smallest_step_can_be_sent() -> None:
    limits = RailLimits(frozenset({"EUR", "KWD"}), steps={"KWD": 10})

    assert quote_amount(limits=limits, amount_minor=1, currency="EUR") == Quote(1, 0)
    assert quote_amount(limits=limits, amount_minor=9, currency="KWD").problem is not None
    assert quote_amount(limits=limits, amount_minor=19, currency="KWD") == Quote(10, 9)


def test_what_is_above_the_largest_payment_stays_for_the_next() -> None:
    limits = RailLimits(frozenset({"EUR"}), maximums={"EUR": 900})

    assert quote_amount(limits=limits, amount_minor=1_000, currency="EUR") == Quote(900, 100)
    assert quote_amount(limits=limits, amount_minor=899, currency="EUR") == Quote(899, 0)
