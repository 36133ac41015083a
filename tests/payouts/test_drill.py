"""The drill in small: senders are killed, the service fails, and everybody is paid once (I-29)."""

import pytest

from tests.chaos.server import on_test_database
from tests.drill.supervisor import run_drill

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_many_payouts_are_each_paid_once_while_what_sends_them_is_killed(tmp_path):
    outcome = run_drill(
        payouts=30, kills=4, seed=4, folder=tmp_path, environment=on_test_database()
    )

    assert str(outcome) == "payout-drill: payouts=30 kills=4 double=0 missing=0"
    assert outcome.is_well
