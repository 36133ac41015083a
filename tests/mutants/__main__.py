"""Plant small mistakes in what reckons money, and see that a test finds each: `make mutants`.

What survives must be in survivors.json with the reason why it is no mistake; a new one fails.
With --services a sample of the services that move money instead, with a database; it only reports.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from time import monotonic

from tests.mutants.mutation import Mutant, list_mutants
from tests.mutants.running import ROOT, judge, passes
from tests.mutants.suites import DOMAIN

KNOWN = Path(__file__).with_name("survivors.json")
ENOUGH = 90  # of a hundred


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("modules", nargs="*", help="of these alone, for example core/money.py")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--services", action="store_true", help="a sample of services, one by one")
    parser.add_argument("--size", type=int, default=150, help="of that sample")
    asked = parser.parse_args(arguments)
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
        left = [
            m for m, is_killed in judge(mutants, DOMAIN[module], jobs=asked.jobs) if not is_killed
        ]
        killed, survived = killed + len(mutants) - len(left), survived + left
        took = monotonic() - began
        print(f"{module}: {len(mutants)} mutants, {len(left)} survived, {took:.0f} s", flush=True)
        for mutant in sorted(left, key=lambda mutant: mutant.line):
            if mutant.name not in known:
                print(f"  no test finds line {mutant.line}: {mutant.name}", flush=True)
    return _report(killed, survived, known)


def _report(killed: int, survived: list[Mutant], known: dict[str, str]) -> int:
    new = [mutant for mutant in survived if mutant.name not in known]
    score = 100 * killed // max(1, killed + len(survived))
    print(f"mutants: killed={killed} survived={len(survived)} score={score}")
    return 1 if new or score < ENOUGH else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
