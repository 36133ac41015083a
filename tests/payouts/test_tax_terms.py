"""Which tax is on a payout, and what of a balance is sent with it: pure, to the minor unit."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.domain.limits import Quote, RailLimits
from payouts.domain.plan import (
    MethodFacts,
    Payee,
    PlanPolicy,
    build_plan,
    hash_lines,
    read_line,
    total_lines,
    write_line,
)
from payouts.domain.quoting import quote_commission
from payouts.domain.tax import (
    EU,
    Declared,
    Rate,
    TaxTerms,
    Treatment,
    decide_tax,
    find_last_day,
    find_rate,
)

DAY = date(2026, 7, 1)
RATES = (
    Rate("vat", "DE", 1_900, date(2021, 1, 1)),
    Rate("vat", "AT", 2_000, date(2016, 1, 1)),
    Rate("vat", "GB", 2_000, date(2011, 1, 4)),
    Rate("withholding", "", 3_000, date(2020, 1, 1)),
    Rate("withholding", "DE", 0, date(2020, 1, 1)),
    Rate("withholding", "IN", 1_000, date(2020, 1, 1)),
)
DECIDED = [
    # brand, creator, VAT status, treatment, VAT, withheld
    ("DE", "DE", "registered", Treatment.DOMESTIC, 1_900, 0),
    ("DE", "DE", "exempt", Treatment.SMALL_BUSINESS, 0, 0),
    ("DE", "DE", "none", Treatment.NOT_REGISTERED, 0, 0),
    ("DE", "AT", "registered", Treatment.REVERSE_CHARGE, 0, 3_000),
    ("AT", "DE", "registered", Treatment.REVERSE_CHARGE, 0, 0),
    ("DE", "AT", "exempt", Treatment.SMALL_BUSINESS, 0, 3_000),
    ("DE", "IN", "registered", Treatment.OUTSIDE, 0, 1_000),
    ("GB", "DE", "registered", Treatment.OUTSIDE, 0, 0),
    ("GB", "GB", "registered", Treatment.DOMESTIC, 2_000, 3_000),
    ("DE", "GB", "registered", Treatment.OUTSIDE, 0, 3_000),
    ("IN", "IN", "none", Treatment.NOT_REGISTERED, 0, 1_000),
]
BPS = st.integers(0, 10_000)
TERMS = st.builds(
    TaxTerms, st.just(Treatment.DOMESTIC), st.just("DE"), st.just("DE"), vat_bps=BPS,
    withholding_bps=BPS,
)  # fmt: skip
LIMITS = RailLimits(
    currencies=frozenset({"EUR", "JPY", "HUF", "KWD"}),
    steps={"HUF": 100, "KWD": 10},
    minimums={"KWD": 500, "EUR": 100},
    maximums={"EUR": 900_000},
)


@pytest.mark.parametrize(("brand", "creator", "vat", "treatment", "added", "kept"), DECIDED)
def test_brand_country_and_declaration_decide(brand, creator, vat, treatment, added, kept):
    terms = decide_tax(brand_country=brand, declared=Declared(creator, vat), rates=RATES, on=DAY)

    assert terms == TaxTerms(treatment, creator, brand, added, kept)


def test_who_declared_nothing_has_no_tax_and_a_missing_rate_decides_nothing():
    nobody = decide_tax(brand_country="DE", declared=None, rates=RATES, on=DAY)
    early = decide_tax(
        brand_country="DE", declared=Declared("DE", "registered"), rates=RATES, on=date(2020, 1, 1)
    )

    assert nobody == TaxTerms(Treatment.UNDECLARED, "", "DE", 0, 0)
    assert early is None
    assert len(EU) == 27


def test_nothing_is_kept_back_where_no_rate_is_known():
    terms = decide_tax(brand_country="DE", declared=Declared("AT", "none"), rates=(), on=DAY)

    assert terms == TaxTerms(Treatment.NOT_REGISTERED, "AT", "DE", 0, 0)


def test_a_declaration_holds_to_the_end_of_the_third_year_after_its_own_or_for_ever():
    assert find_last_day(country="DE", declared=date(2026, 2, 3)) == date(2029, 12, 31)
    assert find_last_day(country="US", declared=date(2026, 2, 3)) is None


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2020, 6, 30), 1_900),
        (date(2020, 7, 1), 1_600),
        (date(2020, 12, 31), 1_600),
        (date(2021, 1, 1), 1_900),
        (date(2006, 12, 31), None),
    ],
)
def test_a_rate_stands_from_its_first_day_to_its_last(on, expected):
    rates = [
        Rate("vat", "DE", 1_900, date(2007, 1, 1)),
        Rate("vat", "DE", 1_600, date(2020, 7, 1), date(2020, 12, 31)),
    ]

    for order in (rates, rates[::-1]):
        found = find_rate(order, kind="vat", country="DE", on=on)
        assert (found.rate_bps if found else None) == expected


@pytest.mark.parametrize(
    ("amount", "vat", "withheld", "sent"),
    [(10_000, 1_900, 1_000, 10_900), (3, 1, 0, 4), (2, 0, 0, 2), (5, 1, 1, 5), (1, 0, 0, 1)],
)
def test_each_is_rounded_once_and_half_a_unit_goes_up(amount, vat, withheld, sent):
    terms = TaxTerms(Treatment.DOMESTIC, "DE", "DE", 1_900, 1_000)

    assert (terms.vat_of(amount), terms.withheld_of(amount)) == (vat, withheld)
    assert terms.sent_of(amount) == sent


@given(terms=TERMS, amount=st.integers(0, 10**15))
def test_more_commission_never_sends_less_and_its_sum_leads_back_to_it(terms, amount):
    sent = terms.sent_of(amount)
    back = terms.commission_of(sent, most_minor=amount)

    assert terms.sent_of(amount + 1) >= sent
    assert back == amount  # the largest for which it is sent, and no more is asked for
    assert TaxTerms.from_json(terms.to_json()) == terms


@given(
    terms=TERMS,
    payable=st.integers(-1_000, 2_000_000),
    currency=st.sampled_from(["EUR", "JPY", "HUF", "KWD"]),
)
def test_what_is_sent_is_what_the_rail_can_send_and_the_rest_stays(terms, payable, currency):
    quote = quote_commission(limits=LIMITS, payable_minor=payable, currency=currency, terms=terms)
    sent = terms.sent_of(quote.sendable_minor)

    assert quote.sendable_minor + quote.remainder_minor == payable
    if quote.problem is None:
        assert 0 < quote.sendable_minor <= payable
        assert sent % LIMITS.step_of(currency) == 0
        assert LIMITS.minimum_of(currency) <= sent <= LIMITS.maximums.get(currency, sent)
        more = range(quote.sendable_minor + 1, min(payable, quote.sendable_minor + 50) + 1)
        most = LIMITS.maximums.get(currency, 10**18)
        over = [terms.sent_of(one) for one in more]
        assert not any(one % LIMITS.step_of(currency) == 0 and one <= most for one in over)


def test_exactly_the_smallest_sum_of_the_rail_is_sent():
    terms = TaxTerms(Treatment.OUTSIDE, "IN", "DE", withholding_bps=1_000)

    quote = quote_commission(limits=LIMITS, payable_minor=111, currency="EUR", terms=terms)

    assert (terms.sent_of(111), quote) == (100, Quote(111, 0))


def test_a_sum_that_comes_of_no_commission_leaves_all_of_it_payable():
    odd = RailLimits(frozenset({"EUR"}), minimums={"EUR": 101}, maximums={"EUR": 101})
    doubled = TaxTerms(Treatment.DOMESTIC, "DE", "DE", vat_bps=10_000)

    quote = quote_commission(limits=odd, payable_minor=60, currency="EUR", terms=doubled)

    assert quote == Quote(0, 60, "below_rail_minimum")


def test_a_plan_counts_what_is_sent_and_its_hash_covers_the_tax():
    method = MethodFacts("stripe", "acct_1", LIMITS)
    terms = TaxTerms(Treatment.DOMESTIC, "DE", "DE", 1_900, 500)
    payee = Payee(UUID(int=1), "Anna", 10_001, "EUR", method, tax=terms)
    policy = PlanPolicy({"EUR": 5_000})
    plan = build_plan(payees=[payee], policy=policy, now=datetime(2026, 7, 1, tzinfo=UTC))
    [line] = plan.lines

    assert (line.amount_minor, line.vat_minor, line.withheld_minor) == (10_001, 1_900, 500)
    assert total_lines(plan.lines) == plan.totals_minor == {"EUR": 11_401}
    assert read_line(write_line(line, recovered_minor=0), currency="EUR") == line
    other = (
        None,
        replace(terms, vat_bps=2_000),
        replace(terms, withholding_bps=600),
        replace(terms, treatment=Treatment.OUTSIDE),
    )
    assert len({plan.plan_hash, *(hash_lines([replace(line, tax=one)]) for one in other)}) == 5
