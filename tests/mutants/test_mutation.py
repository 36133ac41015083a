"""What counts as a small mistake, that it is really planted, and that what survives is known."""

import ast
import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.__main__ import KNOWN
from tests.mutants.mutation import Mutant, list_mutants
from tests.mutants.planting import NotPlanted, find_changed, plant
from tests.mutants.running import ROOT
from tests.mutants.suites import DOMAIN, SERVICES

SOURCE = '''
"""A text that nobody runs."""

LIMIT: int = 9

def is_due(day: int, paid: bool = False) -> bool:
    assert day is not None
    zip([], [], strict=True)
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


def test_a_mutant_falls_to_its_tests_and_stands_where_they_ask_nothing():
    """One process for all, and each mutant a fork of it that imports the product anew."""
    asked = """
from tests.mutants.mutation import list_mutants
from tests.mutants.running import ROOT, judge, passes

module, near = "payouts/domain/quoting.py", "tests/payouts/test_tax_terms.py"
far = "tests/payouts/test_plan.py"
mutants = list_mutants(module, (ROOT / module).read_text())
[mutant] = [m for m in mutants if m.name.endswith("payable_minor - found -> payable_minor + found")]
assert passes([near])
print([killed for tests in ([near], [far]) for _, killed in judge([mutant], tests, jobs=1)])
"""
    ran = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, check=True, capture_output=True, text=True
    )

    assert ran.stdout == "[True, False]\n"


SERVICE = """
from functools import wraps

MOST = 9

def guarded(function):
    @wraps(function)
    def inner(*args):
        return function(*args)
    return inner

@guarded
def cut(amount: int, least: int = 1) -> int:
    return max(least, min(amount, MOST))

class Till:
    def is_full(self, amount: int) -> bool:
        return amount >= MOST
"""


def test_a_mutant_of_an_imported_module_runs_wherever_its_functions_are_held(tmp_path):
    path, module = _import_service(tmp_path)
    held, till = module.cut, module.Till()
    before = (held(5), till.is_full(9))

    for change in ("min(amount, MOST) -> max(amount, MOST)", "amount >= MOST -> amount > MOST"):
        plant(path, find_changed(path, SERVICE, _one_of(path, change)))

    assert before == (5, True)
    assert (held(5), till.is_full(9)) == (9, False)


def test_what_runs_only_at_the_import_is_left_out_and_a_missing_function_is_an_error(tmp_path):
    path, _ = _import_service(tmp_path)
    elsewhere = path.with_name("never_imported.py")

    assert find_changed(path, SERVICE, _one_of(path, "9 -> 10")) == {}
    assert find_changed(path, SERVICE, _one_of(path, "1 -> 2")) == {}
    codes = find_changed(elsewhere, SERVICE, _one_of(path, "amount >= MOST -> amount > MOST"))
    with pytest.raises(NotPlanted):
        plant(elsewhere, codes)


def _import_service(folder: Path) -> tuple[Path, ModuleType]:
    path = folder / "till.py"
    path.write_text(SERVICE, "utf-8")
    spec = importlib.util.spec_from_file_location("till", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return path, module


def _one_of(path: Path, change: str) -> Mutant:
    return next(m for m in list_mutants(path.name, SERVICE) if m.name.endswith(f": {change}"))


def test_every_suite_is_there_and_every_survivor_has_its_reason():
    for module, tests in [*DOMAIN.items(), *SERVICES.items()]:
        assert all((ROOT / path).is_file() for path in (module, *tests))
    known = json.loads(KNOWN.read_text("utf-8"))
    names = {mutant.name for module in DOMAIN for mutant in _mutants_of(module)}
    assert {name for name in known if name not in names} == set()
    assert all(reason.strip() for reason in known.values())


def _mutants_of(module: str) -> list[Mutant]:
    return list_mutants(module, (ROOT / module).read_text("utf-8"))
