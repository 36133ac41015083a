"""What counts as a small mistake, and that what survives is known with its reason."""

import ast
import json

from tests.mutants.__main__ import KNOWN
from tests.mutants.mutation import Mutant, list_mutants
from tests.mutants.running import ROOT
from tests.mutants.suites import DOMAIN

SOURCE = '''
"""A text that nobody runs."""

LIMIT: int = 9

def is_due(day: int, paid: bool = False) -> bool:
    assert day is not None
    return not paid and 0 < day <= min(LIMIT, day * 2)
'''


def test_each_operator_constant_and_condition_is_mistaken_once():
    names = [mutant.name.partition(": ")[2] for mutant in list_mutants("a.py", SOURCE)]

    assert names == [
        "9 -> 10",
        "False -> True",
        "not paid and 0 < day <= min(LIMIT, day * 2) -> not paid or 0 < day <= min(LIMIT, day * 2)",
        "not paid and 0 < day <= min(LIMIT, day * 2) -> not paid",
        "not paid -> paid",
        "0 < day <= min(LIMIT, day * 2) -> 0 <= day <= min(LIMIT, day * 2)",
        "0 < day <= min(LIMIT, day * 2) -> 0 < day < min(LIMIT, day * 2)",
        "0 -> 1",
        "min(LIMIT, day * 2) -> max(LIMIT, day * 2)",
        "day * 2 -> day // 2",
        "2 -> 3",
    ]


def test_a_mutant_is_the_module_with_one_change_and_can_be_run():
    mutant = next(m for m in list_mutants("a.py", SOURCE) if m.name.endswith("0 -> 1"))

    text = ast.unparse(mutant.tree)
    assert text == ast.unparse(ast.parse(SOURCE)).replace("0 < day", "1 < day")
    compile(mutant.tree, "a.py", "exec")


def test_every_suite_is_there_and_every_survivor_has_its_reason():
    for module, tests in DOMAIN.items():
        assert all((ROOT / path).is_file() for path in (module, *tests))
    known = json.loads(KNOWN.read_text("utf-8"))
    names = {mutant.name for module in DOMAIN for mutant in _mutants_of(module)}
    assert {name for name in known if name not in names} == set()
    assert all(reason.strip() for reason in known.values())


def _mutants_of(module: str) -> list[Mutant]:
    return list_mutants(module, (ROOT / module).read_text("utf-8"))
