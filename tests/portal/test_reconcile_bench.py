"""The bench proves real books: what it loads balances in every check, in small."""

import pytest

from bench.reconcile import measure

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_what_the_bench_loads_balances(capsys):
    assert measure(orders=120, creators=6) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("reconcile-bench: orders=120 sets_s=")
    assert " red=0 " in lines[-1]
    assert any("commission_is_priced" in line and "rows=121" in line for line in lines)
