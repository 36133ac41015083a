"""The plan of a run: everyone is somewhere, the sums hold, the hash says what was approved."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.domain.limits import RailLimits
from payouts.domain.plan import (
    DuplicatePayee,
    Gate,
    MethodFacts,
    Payee,
    Plan,
    PlanChange,
    PlanPolicy,
    build_plan,
    compare_plans,
    hash_lines,
    hash_payments,
    minimum_of,
)

NOW = datetime(2026, 12, 5, tzinfo=UTC)
LIMITS = RailLimits(
    currencies=frozenset({"EUR", "HUF", "KWD"}),
    steps={"HUF": 100, "KWD": 10},
    minimums={"KWD": 500},
)
STRIPE = MethodFacts("stripe", "acct_1", LIMITS)
POLICY = PlanPolicy({"EUR": 5_000, "HUF": 100_000, "KWD": 20})
ANNA = Payee(UUID(int=1), "Anna", 14_260, "EUR", STRIPE)

METHODS = st.none() | st.builds(
    MethodFacts,
    rail=st.sampled_from(["stripe", "csv"]),
    destination=st.sampled_from(["acct_1", "acct_2"]),
    limits=st.just(LIMITS),
    is_ready=st.booleans(),
    needs=st.just(("external_account",)),
)
PAYEES = st.lists(
    st.builds(
        Payee,
        affiliation_id=st.integers(0, 40).map(lambda number: UUID(int=number)),
        name=st.sampled_from(["Anna", "Bo"]),
        payable_minor=st.integers(-(10**6), 10**6),
        currency=st.sampled_from(["EUR", "HUF", "KWD", "USD"]),
        method=METHODS,
        suspended_at=st.none() | st.just(NOW),
        has_open_payout=st.booleans(),
        creator_minimum_minor=st.none() | st.integers(0, 10**6),
        frozen_until=st.none() | st.sampled_from([NOW, NOW + timedelta(seconds=1)]),
        terms_due=st.none() | st.just(4),
        other_gates=st.sampled_from([(), (Gate("gate.tax"),)]),
    ),
    unique_by=lambda payee: (payee.affiliation_id, payee.currency),
    max_size=20,
)


def plan_of(*payees: Payee, policy: PlanPolicy = POLICY) -> Plan:
    return build_plan(payees=payees, policy=policy, now=NOW)


def gates_of(payee: Payee, policy: PlanPolicy = POLICY) -> list[Gate]:
    [left_out] = plan_of(payee, policy=policy).left_out
    return list(left_out.gates)


@given(payees=PAYEES, data=st.data())
def test_a_plan_adds_up_and_does_not_depend_on_order(
    payees: list[Payee], data: st.DataObject
) -> None:
    plan = plan_of(*payees)

    placed = [(line.affiliation_id, line.currency) for line in plan.lines]
    placed += [(row.affiliation_id, row.currency) for row in plan.left_out]
    assert sorted(placed) == sorted((payee.affiliation_id, payee.currency) for payee in payees)
    for currency in {"EUR", "HUF", "KWD", "USD"}:
        of_currency = [line.amount_minor for line in plan.lines if line.currency == currency]
        assert plan.totals_minor.get(currency, 0) == sum(of_currency)
    for line in plan.lines:
        assert line.amount_minor + line.remainder_minor == line.payable_minor
        assert 0 <= line.remainder_minor < LIMITS.step_of(line.currency)
        assert line.amount_minor % LIMITS.step_of(line.currency) == 0
        assert line.amount_minor >= POLICY.minimum_minor[line.currency]
    assert all(row.gates for row in plan.left_out)
    assert plan_of(*data.draw(st.permutations(payees))) == plan


@given(payees=PAYEES)
def test_the_hash_changes_with_anything_that_is_approved(payees: list[Payee]) -> None:
    lines = [*plan_of(ANNA, *(payee for payee in payees if payee.affiliation_id.int != 1)).lines]
    first = lines[0]
    changed = [
        replace(first, amount_minor=first.amount_minor + 1),
        replace(first, currency="SEK"),
        replace(first, rail="paypal"),
        replace(first, destination="acct_thief"),
        replace(first, affiliation_id=UUID(int=99)),
    ]

    hashes = {hash_lines([other, *lines[1:]]) for other in [first, *changed]}

    assert len(hashes) == 6
    assert hash_lines([replace(first, name="Anna B.", remainder_minor=9), *lines[1:]]) in hashes


def test_a_payable_creator_is_paid_all_of_it() -> None:
    [line] = plan_of(ANNA).lines

    assert (line.amount_minor, line.remainder_minor, line.destination) == (14_260, 0, "acct_1")
    assert (line.vat_minor, line.withheld_minor, line.sent_minor) == (0, 0, 14_260)


def test_the_hash_is_a_stable_fact() -> None:
    assert plan_of(ANNA).plan_hash == hash_payments(
        [(UUID(int=1), 14_260, "EUR", "stripe", "acct_1")]
    )
    assert hash_payments([(UUID(int=1), 1, "EUR", "csv", "Zoë")]) != hash_payments([])
    assert hash_payments([]) == "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def test_a_remainder_below_the_step_stays_payable() -> None:
    [line] = plan_of(replace(ANNA, payable_minor=123_456, currency="HUF")).lines

    assert (line.amount_minor, line.remainder_minor) == (123_400, 56)


@pytest.mark.parametrize(
    ("changes", "gate"),
    [
        (
            {"payable_minor": 4_000},
            Gate("gate.minimum", {"missing": 1_000, "minimum": 5_000, "currency": "EUR"}),
        ),
        (
            {"payable_minor": 0},
            Gate("gate.minimum", {"missing": 5_000, "minimum": 5_000, "currency": "EUR"}),
        ),
        (
            {"creator_minimum_minor": 20_000},
            Gate("gate.own_minimum", {"missing": 5_740, "minimum": 20_000, "currency": "EUR"}),
        ),
        (
            {"payable_minor": 4_000, "creator_minimum_minor": 5_000},
            Gate("gate.minimum", {"missing": 1_000, "minimum": 5_000, "currency": "EUR"}),
        ),
        ({"payable_minor": -840}, Gate("gate.negative", {"amount": 840, "currency": "EUR"})),
        ({"method": None}, Gate("gate.no_method")),
        (
            {"method": replace(STRIPE, is_ready=False, needs=("iban",))},
            Gate("gate.method_incomplete", {"rail": "stripe", "needs": ["iban"]}),
        ),
        (
            {"frozen_until": NOW + timedelta(hours=1), "method_changed_at": NOW},
            Gate(
                "gate.cooling",
                {"date": NOW.isoformat(), "until": (NOW + timedelta(hours=1)).isoformat()},
            ),
        ),
        (
            {"address_changed_at": NOW - timedelta(hours=72) + timedelta(seconds=1)},
            Gate(
                "gate.address",
                {
                    "date": (NOW - timedelta(hours=72) + timedelta(seconds=1)).isoformat(),
                    "until": (NOW + timedelta(seconds=1)).isoformat(),
                },
            ),
        ),
        (
            {"suspended_at": NOW, "suspended_reason": "review"},
            Gate("gate.suspended", {"date": NOW.isoformat(), "reason": "review"}),
        ),
        ({"has_open_payout": True}, Gate("gate.open_payout")),
        ({"terms_due": 4}, Gate("gate.terms", {"version": 4})),
        ({"other_gates": (Gate("gate.tax"),)}, Gate("gate.tax")),
        (
            {"currency": "KWD", "payable_minor": 490},
            Gate("gate.rail_minimum", {"rail": "stripe", "currency": "KWD", "minimum": 500}),
        ),
    ],
)
def test_each_gate_names_itself_and_what_is_missing(changes: dict[str, object], gate: Gate) -> None:
    assert gates_of(replace(ANNA, **changes)) == [gate]  # type: ignore[arg-type]


def test_a_currency_without_a_minimum_is_not_paid() -> None:
    policy = PlanPolicy({"USD": 1})

    assert gates_of(ANNA, policy) == [Gate("gate.no_minimum", {"currency": "EUR"})]


def test_a_currency_the_rail_does_not_know_is_not_paid() -> None:
    policy = PlanPolicy({"USD": 1})

    assert gates_of(replace(ANNA, currency="USD"), policy) == [
        Gate("gate.rail_currency", {"rail": "stripe", "currency": "USD"})
    ]


def test_a_country_the_rail_does_not_reach_is_not_paid() -> None:
    limits = replace(LIMITS, reach={"DE": frozenset({"DE", "FR"})})
    method = replace(STRIPE, limits=limits, countries=("DE", "TH"))

    assert gates_of(replace(ANNA, method=method)) == [
        Gate("gate.rail_country", {"rail": "stripe", "country": "TH"})
    ]
    for countries in (("DE", "FR"), ("DE", ""), ("", "FR")):
        assert plan_of(replace(ANNA, method=replace(method, countries=countries))).lines


def test_a_minimum_between_two_steps_is_rounded_up() -> None:
    """What is sent must reach the minimum, not only what is owed."""
    policy = PlanPolicy({"HUF": 100_050})
    owed = replace(ANNA, currency="HUF", payable_minor=100_060)

    assert gates_of(owed, policy) == [
        Gate("gate.minimum", {"missing": 40, "minimum": 100_100, "currency": "HUF"})
    ]
    assert plan_of(replace(owed, payable_minor=100_100), policy=policy).lines


def test_cooling_off_ends_on_the_second() -> None:
    assert plan_of(replace(ANNA, frozen_until=NOW)).lines
    assert plan_of(replace(ANNA, address_changed_at=NOW - timedelta(hours=72))).lines


def test_a_minimum_of_nought_is_the_smallest_amount_there_is() -> None:
    policy = PlanPolicy({"EUR": 0})

    assert plan_of(replace(ANNA, payable_minor=1), policy=policy).lines
    assert gates_of(replace(ANNA, payable_minor=0), policy) == [
        Gate("gate.minimum", {"missing": 1, "minimum": 1, "currency": "EUR"})
    ]


def test_without_a_rail_a_minimum_is_kept_to_the_unit() -> None:
    payee = replace(ANNA, method=None, currency="HUF")

    assert minimum_of(payee=payee, policy=PlanPolicy({"HUF": 100_051})) == 100_051


def test_what_a_rail_is_too_large_for_waits_from_the_first_unit_on() -> None:
    codes = [[gate.code for gate in gates_of(replace(ANNA, currency="KWD", payable_minor=owed))]
             for owed in (0, 1)]  # fmt: skip

    assert codes == [["gate.minimum"], ["gate.minimum", "gate.rail_minimum"]]


def test_every_closed_gate_is_listed() -> None:
    gates = gates_of(replace(ANNA, method=None, terms_due=4, payable_minor=1))

    assert [gate.code for gate in gates] == ["gate.terms", "gate.minimum", "gate.no_method"]


def test_a_creator_stands_once_in_a_currency() -> None:
    with pytest.raises(DuplicatePayee, match="in EUR"):
        plan_of(ANNA, replace(ANNA, payable_minor=9_000))
    assert len(plan_of(ANNA, replace(ANNA, currency="KWD")).lines) == 2


def test_a_change_since_the_preview_is_named() -> None:
    bo, cy = (replace(ANNA, affiliation_id=UUID(int=number)) for number in (2, 3))
    seen = plan_of(ANNA, bo).lines
    current = plan_of(replace(ANNA, payable_minor=13_660), cy).lines

    change = compare_plans(seen=seen, current=current)

    assert [line.affiliation_id for line in change.added] == [UUID(int=3)]
    assert [line.affiliation_id for line in change.removed] == [UUID(int=2)]
    assert [(old.amount_minor, new.amount_minor) for old, new in change.changed] == [
        (14_260, 13_660)
    ]
    assert change.totals_change_minor == {"EUR": -600}
    assert compare_plans(seen=seen, current=seen) == PlanChange((), (), (), {})
