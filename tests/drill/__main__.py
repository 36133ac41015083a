"""Pay many while what pays is killed: `python -m tests.drill`, which `make payout-drill` runs.

Everything is started here, on loopback, and stopped again. The last line sums up; the exit code is
1 when anything was paid twice, is missing, or differs from the books.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

from tests.services import SETTINGS, start_missing


def main() -> int:
    asked = argparse.ArgumentParser(prog="payout-drill")
    asked.add_argument("--payouts", type=int, default=10_000)
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    with tempfile.TemporaryDirectory(prefix="fs-drill-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "STATE_DIR": folder}
        for name in ("DATABASE_URL", "REDIS_URL"):  # a drill pays nobody of yours
            os.environ.pop(name, None)
        start_missing()
        return _run(options, Path(folder))


def _run(options: argparse.Namespace, folder: Path) -> int:
    django.setup()
    # Models can be imported only now.
    from config.prepare import migrate  # noqa: PLC0415
    from tests.drill.supervisor import run_drill  # noqa: PLC0415

    migrate()
    outcome = run_drill(
        payouts=options.payouts,
        kills=options.kills,
        seed=options.seed,
        folder=folder,
        environment=os.environ,
    )
    for code in outcome.odd:
        print(f"the books differ: {code}")
    print(outcome)
    return 0 if outcome.is_well and outcome.kills == options.kills else 1


if __name__ == "__main__":
    sys.exit(main())
