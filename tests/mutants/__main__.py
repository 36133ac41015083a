"""Plant small mistakes in what reckons money, and see that a test finds each: `make mutants`.

What survives must be in survivors.json with the reason why it is no mistake; a new one fails.
With --services a sample of the services that move money instead, with a database; it only reports.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic

from tests.mutants.mutation import Mutant, list_mutants
from tests.mutants.running import ROOT, judge, passes
from tests.mutants.suites import DOMAIN, SERVICES

KNOWN = Path(__file__).with_name("survivors.json")
SUITES = "tests/mutants/suites.py"
ENOUGH = 90  # of a hundred


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="of these alone, for example core/money.py")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--services", action="store_true", help="a sample of services, one by one")
    parser.add_argument("--size", type=int, default=150, help="of that sample")
    asked = parser.parse_args(arguments)
    of = SERVICES if asked.services else DOMAIN
    if strange := set(asked.modules) - set(of):
        parser.error(f"no tests are named for {', '.join(sorted(strange))}; see {SUITES}")
    if asked.services:
        command = [sys.executable, "-m", "tests.mutants.services", str(asked.size), *asked.modules]
        return subprocess.run(command, cwd=ROOT, check=False).returncode
    (ROOT / "var").mkdir(exist_ok=True)
    known: dict[str, str] = json.loads(KNOWN.read_text("utf-8"))
    killed, survived = 0, list[Mutant]()
    for module in asked.modules or DOMAIN:
        began = monotonic()
        mutants = list_mutants(module, (ROOT / module).read_text("utf-8"))
        if not passes(DOMAIN[module]):
            print(f"{module}: its tests fail with nothing changed")
            return 1
        judged = judge(mutants, DOMAIN[module], jobs=asked.jobs)
        left = sorted((m for m, is_killed in judged if not is_killed), key=lambda one: one.line)
        killed, survived = killed + len(mutants) - len(left), survived + left
        took = monotonic() - began
        print(f"{module}: {len(mutants)} mutants, {len(left)} survived, {took:.0f} s")
        _list_survivors(module, left, known)
    score = 100 * killed // max(1, killed + len(survived))
    print(f"mutants: killed={killed} survived={len(survived)} score={score}")
    return 1 if score < ENOUGH or any(one.name not in known for one in survived) else 0


def _list_survivors(module: str, left: Sequence[Mutant], known: Mapping[str, str]) -> None:
    for mutant in left:
        print(f"  line {mutant.line}: {mutant.name}")
        print(f"    {known.get(mutant.name, 'NO TEST FINDS IT, AND NO REASON IS GIVEN')}")
    for name in known.keys() - {mutant.name for mutant in left}:
        if name.startswith(f"{module}:"):
            print(f"  found by now, its reason can go: {name}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
