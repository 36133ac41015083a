"""A sample of mutants of the services that move money, each judged by tests with a database.

One pytest imports everything, migrates one database and collects the tests. Each mutant is a fork
of it with a fresh copy of the database, so none pays for a start and none sees another's rows.
"""

import os
import resource
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from time import monotonic

import pytest
from django.db import connection, connections
from pytest_django.plugin import blocking_manager_key

from tests.database import copy_database, template_of
from tests.mutants.mutation import Mutant, list_mutants
from tests.mutants.planting import Codes, find_changed, plant
from tests.mutants.running import BROKEN, ROOT, NotJudged
from tests.mutants.suites import SERVICES

SEED = 2026
PATIENCE_S = 180  # of work of the tests themselves, without the database's


@dataclass(frozen=True, slots=True)
class Planted:
    """A mutant and the code it gives to functions."""

    mutant: Mutant
    codes: Codes


def draw_sample(suites: Mapping[str, Sequence[str]] = SERVICES, *, size: int) -> list[Planted]:
    """Return the same mutants every time, module by module; a changed line changes few of them."""
    sources = {module: (ROOT / module).read_text("utf-8") for module in suites}
    mutants = [mutant for module, text in sources.items() for mutant in list_mutants(module, text)]
    drawn = list[Planted]()
    for mutant in sorted(mutants, key=_lot):
        codes = find_changed(ROOT / mutant.module, sources[mutant.module], mutant)
        if codes:
            drawn.append(Planted(mutant, codes))
        if len(drawn) == size:
            break
    order = list(suites)
    return sorted(drawn, key=lambda one: (order.index(one.mutant.module), one.mutant.line))


def _lot(mutant: Mutant) -> bytes:
    return blake2b(f"{SEED} {mutant.name}".encode()).digest()


def run_sample(sample: Sequence[Planted]) -> int:
    """Judge a sample and report it; 1 where tests fail with nothing changed."""
    judging = Judging(sample)
    files = sorted({test for one in sample for test in SERVICES[one.mutant.module]})
    options = ["-q", "-s", "--no-header", "--no-summary", "--assert", "plain", "-p", "no:randomly"]
    code = pytest.main([*options, *(str(ROOT / test) for test in files)], plugins=[judging])
    killed, survived = judging.killed, len(judging.survived)
    score = 100 * killed // max(1, killed + survived)
    print(f"mutants-services: killed={killed} survived={survived} score={score}")
    return int(code) or (0 if killed + survived == len(sample) else 1)


@dataclass(slots=True)
class Judging:
    """What pytest does with the tests it collected, instead of running them once."""

    sample: Sequence[Planted]
    killed: int = 0
    survived: list[Mutant] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        items = session.items
        _run(items[0], following=session)  # makes the database
        for module, planted in _by_module(self.sample):
            began = monotonic()
            tests = _items_of(items, SERVICES[module])
            if not tests or _is_killed(session, tests, None):
                print(f"{module}: its tests fail with nothing changed", flush=True)
                continue
            left = [one.mutant for one in planted if not _is_killed(session, tests, one)]
            self.killed, self.survived = (
                self.killed + len(planted) - len(left),
                self.survived + left,
            )
            took = monotonic() - began
            print(f"{module}: {len(planted)} mutants, {len(left)} survived, {took:.0f} s")
            for mutant in left:
                print(f"  no test finds line {mutant.line}: {mutant.name}", flush=True)
        return True


def _by_module(sample: Sequence[Planted]) -> Iterator[tuple[str, list[Planted]]]:
    for module in dict.fromkeys(one.mutant.module for one in sample):
        yield module, [one for one in sample if one.mutant.module == module]


def _items_of(items: Sequence[pytest.Item], files: Sequence[str]) -> list[pytest.Item]:
    return [item for test in files for item in items if item.path == ROOT / test]


def _is_killed(
    session: pytest.Session, tests: Sequence[pytest.Item], planted: Planted | None
) -> bool:
    with session.config.stash[blocking_manager_key].unblock():
        name = connection.settings_dict["NAME"]
        copy_database(source=template_of(name), target=name)
        connections.close_all()
    pid = os.fork()
    if pid == 0:
        try:
            os._exit(_judge(session, tests, planted))
        finally:
            os._exit(BROKEN)
    _, status = os.waitpid(pid, 0)
    if status == BROKEN << 8:
        raise NotJudged(planted.mutant.name if planted else "nothing changed")
    return status != 0


def _judge(session: pytest.Session, tests: Sequence[pytest.Item], planted: Planted | None) -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE_S, PATIENCE_S))
    silence, told = os.open(os.devnull, os.O_WRONLY), os.dup(1)
    for stream in (1, 2):
        os.dup2(silence, stream)
    if planted is not None:
        plant(ROOT / planted.mutant.module, planted.codes)
    for item, following in zip(tests, [*tests[1:], session], strict=True):
        _run(item, following=following)
        if session.testsfailed:
            os.write(told, f"  {item.nodeid} fails\n".encode() if planted is None else b"")
            return 1
    return 0


def _run(item: pytest.Item, *, following: pytest.Item | pytest.Session) -> None:
    """Run a test and keep the fixtures that what follows shares with it, at least the session's."""
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)


if __name__ == "__main__":
    of_all = draw_sample(size=int(sys.argv[1]))
    chosen = sys.argv[2:] or list(SERVICES)
    sys.exit(run_sample([one for one in of_all if one.mutant.module in chosen]))
