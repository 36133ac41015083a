"""Arithmetic of money: exact, one rounding, never two currencies (I-11 to I-15)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import (
    EXPONENTS,
    MAX_MINOR,
    AmountError,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    allocate,
    apply_bps,
    divide_half_up,
    exponent,
    parse_amount,
    to_decimal,
)

AMOUNTS = st.integers(0, MAX_MINOR)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "EUR", 1250),
        ("10.0000", "EUR", 1000),
        ("5000", "JPY", 5000),
        ("1.234", "KWD", 1234),
        ("0", "USD", 0),
        ("-4.20", "EUR", -420),
        (12, "EUR", 1200),
        (Decimal("0.01"), "EUR", 1),
        ("1000", "IRT", 1000),
    ],
)
def test_an_exact_amount_becomes_minor_units(text, currency, minor):
    assert parse_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("10.005", "EUR"),
        ("10.5", "JPY"),
        ("1.2345", "KWD"),
        ("NaN", "EUR"),
        ("Infinity", "EUR"),
        ("1e3", "EUR"),
        ("1_000", "EUR"),
        (" 12 ", "EUR"),
        ("１２", "EUR"),
        ("", "EUR"),
        ("-", "EUR"),
        (".5", "EUR"),
        ("5.", "EUR"),
        ("10000000000000.01", "EUR"),
        ("9" * 400, "EUR"),
        (Decimal("NaN"), "EUR"),
        (Decimal("1E+999999"), "EUR"),
        ("1.0000000000000000000000000000001", "EUR"),
        (Decimal("Infinity"), "EUR"),
    ],
)
def test_what_is_not_exact_is_refused_and_never_rounded(text, currency):
    with pytest.raises(AmountError):
        parse_amount(text, currency)


def test_an_unknown_currency_is_refused():
    with pytest.raises(UnknownCurrency):
        parse_amount("1", "XXQ")


@given(AMOUNTS, st.sampled_from(sorted(EXPONENTS)))
def test_an_amount_survives_the_way_to_text_and_back(minor, currency):
    assert parse_amount(f"{to_decimal(minor, currency):f}", currency) == minor


def test_exponents_are_those_of_iso_4217():
    known = {"JPY": 0, "EUR": 2, "USD": 2, "KWD": 3, "BHD": 3, "KRW": 0, "MGA": 2, "IRT": 0}

    assert {code: exponent(code) for code in known} == known


def test_two_currencies_are_never_added_or_compared():
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(CurrencyMismatch):
        Money(1, "EUR") < Money(1, "USD")  # noqa: B015


@pytest.mark.parametrize("amount", [1.5, True, "1", Decimal(1)])
def test_money_holds_integers_only(amount):
    with pytest.raises(AmountError):
        Money(amount, "EUR")


@pytest.mark.parametrize(
    ("amount", "bps", "result"),
    [(5, 1000, 1), (4, 1000, 0), (15, 1000, 2), (-5, 1000, -1), (5142, 1000, 514), (1, 10_000, 1)],
)
def test_the_one_rounding_is_half_up_away_from_zero(amount, bps, result):
    assert apply_bps(amount, bps) == result


@given(AMOUNTS, st.integers(0, 10_000))
def test_a_rate_up_to_one_hundred_percent_never_pays_more_than_the_base(amount, bps):
    assert 0 <= apply_bps(amount, bps) <= amount


@given(AMOUNTS, AMOUNTS, st.integers(0, 10_000))
def test_a_rate_is_monotone(a, b, bps):
    low, high = sorted((a, b))

    assert apply_bps(low, bps) <= apply_bps(high, bps)


@given(AMOUNTS, st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_shares_sum_to_the_whole_and_are_within_one_unit(total, weights):
    shares = allocate(total, weights)

    assert sum(shares) == total
    whole = sum(weights)
    if whole:
        for share, weight in zip(shares, weights, strict=True):
            assert abs(share * whole - total * weight) < whole


@given(st.integers(0, 10**6), st.lists(st.integers(0, 100), min_size=2, max_size=8))
def test_ties_go_to_the_earlier_share(total, weights):
    shares = allocate(total, weights)
    for i, a in enumerate(weights):
        for j in range(i + 1, len(weights)):
            if a == weights[j] and sum(weights):
                assert shares[i] >= shares[j]


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**6))
def test_division_is_off_by_half_at_most(numerator, denominator):
    assert (
        abs(2 * (numerator - divide_half_up(numerator, denominator) * denominator)) <= denominator
    )


def test_money_of_one_currency_is_added_taken_away_turned_and_compared():
    two, five = Money(2, "EUR"), Money(5, "EUR")

    assert (five + two, five - two, -two) == (Money(7, "EUR"), Money(3, "EUR"), Money(-2, "EUR"))
    assert two < five
    assert not five < two
    assert not two < Money(2, "EUR")
    assert [bool(Money(minor, "EUR")) for minor in (-1, 0, 1, 2)] == [True, False, True, True]


@pytest.mark.parametrize(("text", "minor"), [("0.0000", 0), ("0" * 39 + "7", 700)])
def test_zeros_before_and_behind_do_not_count(text, minor):
    assert parse_amount(text, "EUR") == minor


def test_a_text_longer_than_any_amount_is_not_read():
    with pytest.raises(AmountError):
        parse_amount("0" * 40 + "7", "EUR")


@pytest.mark.parametrize("denominator", [0, -1])
def test_what_is_not_there_divides_nothing(denominator):
    with pytest.raises(ValueError, match="positive"):
        divide_half_up(1, denominator)


@pytest.mark.parametrize(("total", "weights"), [(1, []), (-1, [1]), (1, [2, -1])])
def test_a_share_of_less_than_nothing_is_refused(total, weights):
    with pytest.raises(ValueError, match="allocate needs"):
        allocate(total, weights)


def test_without_weight_the_first_takes_all_and_the_largest_rest_the_odd_unit():
    assert allocate(5, [0, 0, 0]) == [5, 0, 0]
    assert allocate(3, [3, 1]) == [2, 1]
