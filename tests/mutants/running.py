"""Run the tests of a module against its mutants, each in a child that dies with what it imported.

The parent has imported pytest and Hypothesis and nothing of the product, so a fork costs nothing
and each child imports the product anew, with the one changed module among it.
"""

import importlib.abc
import importlib.machinery
import os
import resource
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import CodeType, ModuleType

import hypothesis
import pytest

from tests.mutants.mutation import Mutant

ROOT = Path(__file__).resolve().parents[2]
# Found without shrinking, and by the same examples every time.
STEADY = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "phases": [hypothesis.Phase.explicit, hypothesis.Phase.generate],
}
JUDGEMENTS = frozenset({0, 1, 2})  # of pytest: all passed, one failed, one could not be imported
BROKEN = 99  # how a child ends that could not even run the tests
PATIENCE_S = 30  # of work, not of waiting: a mutant that loops for ever is found as well
COMPILED = ROOT / "var" / "mutants"  # what is the same in every child is compiled once


class QuickFirst:
    """Run what tries one case ahead of what tries a hundred: most mutants fall to the former."""

    def pytest_collection_modifyitems(self, items: list[pytest.Function]) -> None:
        items.sort(key=lambda item: bool(getattr(item.obj, "is_hypothesis_test", False)))


class NotJudged(Exception):
    """The tests did not come to run against a mutant."""


class Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Import one module from given code instead of from its file."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code
        self.was_used = False

    def find_spec(
        self, fullname: str, path: object, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, origin=str(self.path))

    def exec_module(self, module: ModuleType) -> None:
        self.was_used = True
        exec(self.code, module.__dict__)


def judge(
    mutants: Sequence[Mutant], tests: Sequence[str], *, jobs: int
) -> Iterator[tuple[Mutant, bool]]:
    """Yield each mutant and whether a test failed, in whatever order they end."""
    running: dict[int, Mutant] = {}
    waiting = list(mutants)
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop(0)
            running[_start(tests, mutant)] = mutant
        pid, status = os.wait()
        if status == BROKEN << 8:
            raise NotJudged(running[pid].name)
        yield running.pop(pid), status != 0


def passes(tests: Sequence[str]) -> bool:
    """Tell whether the tests pass with nothing changed."""
    _, status = os.waitpid(_start(tests, None), 0)
    return status == 0


def _start(tests: Sequence[str], mutant: Mutant | None) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_S, PATIENCE_S))
            os._exit(_run(tests, mutant))
        finally:
            os._exit(BROKEN)
    return pid


def _run(tests: Sequence[str], mutant: Mutant | None) -> int:
    if mutant is not None:
        _plant(mutant)
    silence = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(silence, stream)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(COMPILED)
    hypothesis.settings.register_profile("mutants", **STEADY)
    hypothesis.settings.load_profile("mutants")
    with tempfile.NamedTemporaryFile("w", suffix=".ini", dir=ROOT / "var") as settings:
        settings.write(f"[pytest]\npythonpath = {ROOT}\n")
        settings.flush()
        options = ["-c", settings.name, "--rootdir", str(ROOT), "--noconftest", "-q", "-x"]
        options += ["-p", "no:cacheprovider", "--assert", "plain"]
        files = [str(ROOT / test) for test in tests]
        code = int(pytest.main([*options, *files], plugins=[QuickFirst()]))
    was_run = code in JUDGEMENTS and (mutant is None or _was_planted())
    return code if was_run else BROKEN


def _plant(mutant: Mutant) -> None:
    path = ROOT / mutant.module
    code = compile(mutant.tree, str(path), "exec")
    sys.meta_path.insert(0, Planted(_name_of(mutant), path, code))


def _was_planted() -> bool:
    return any(isinstance(finder, Planted) and finder.was_used for finder in sys.meta_path)


def _name_of(mutant: Mutant) -> str:
    return mutant.module.removesuffix(".py").replace("/", ".")
