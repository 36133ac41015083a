"""The money machine finds nothing in the product, and finds each bug that is planted in it."""

from datetime import timedelta

import pytest
from django.db import Error as DatabaseError
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from core.clock import database_now
from ledger.services import KeyReused
from payouts.domain.states import IllegalMove
from tests.machine.bugs import BUGS
from tests.machine.money import Money
from tests.machine.world import make_houses, open_accounts

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CALM = {
    "deadline": None,
    "database": None,
    "print_blob": False,
    "report_multiple_bugs": False,
    "suppress_health_check": list(HealthCheck),
}
GATE = settings(max_examples=4, stateful_step_count=20, derandomize=True, **CALM)
NIGHT = settings(max_examples=300, stateful_step_count=40, **CALM)
HUNT = settings(max_examples=400, stateful_step_count=8, phases=[Phase.generate], **CALM)
IN_GATE = 2
FOUND = (AssertionError, DatabaseError, IllegalMove, KeyReused)


@pytest.fixture
def machine(monkeypatch, settings) -> type[Money]:
    """Make the world once; every example undoes what it did to it."""
    settings.HOLD_DAYS_MIN = 0
    monkeypatch.setenv("FAULTS", "1")
    start = database_now().replace(microsecond=0) + timedelta(minutes=10)
    houses = make_houses(start)
    world = {"houses": houses, "start": start, "accounts": open_accounts(houses, start)}
    return type("Machine", (Money,), world)


def test_whatever_happens_the_books_agree_with_the_facts(machine):
    run_state_machine_as_test(machine, settings=GATE)


@pytest.mark.nightly
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("number", [20_260_901, None])
def test_night_after_night_the_books_agree_with_the_facts(machine, number):
    """One seed that never changes, and one of the night: Hypothesis prints how to repeat it."""
    searched = machine if number is None else seed(number)(machine)

    run_state_machine_as_test(searched, settings=NIGHT)


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(
    "bug",
    [*BUGS[:IN_GATE], *(pytest.param(bug, marks=pytest.mark.nightly) for bug in BUGS[IN_GATE:])],
    ids=lambda bug: bug.__name__,
)
def test_the_machine_finds_a_planted_bug(machine, monkeypatch, bug):
    bug(monkeypatch)

    with pytest.raises(FOUND):
        run_state_machine_as_test(seed(1)(machine), settings=HUNT)
