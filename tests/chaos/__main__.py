"""Hurt the running program and hold it against its answers: `python -m tests.chaos`, `make chaos`.

Everything is started here, on loopback, and stopped again. The last line sums up; the exit code is
1 when anything answered is lost or there twice, when it does not settle, or the books are red.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

from config.embedded import remove_data, start_postgres
from tests.services import SETTINGS


def main() -> int:
    asked = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    asked.add_argument("--seconds", type=int, default=60, help="how long it is hurt")
    asked.add_argument("--payouts", type=int, default=50)
    asked.add_argument("--seed", type=int, default=1)
    options = asked.parse_args()
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    with tempfile.TemporaryDirectory(prefix="fs-chaos-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)  # as root, PostgreSQL runs under another account
        for variable in ("SITE_URL", "INTERNAL_URL", "REDIS_URL"):
            os.environ.pop(variable, None)
        os.environ |= {"DJANGO_SETTINGS_MODULE": "config.settings", "STATE_DIR": f"{name}/state"}
        data, log = folder / "postgres", folder / "postgres.log"
        server = start_postgres(data=data, log=log, durable=True)
        try:
            os.environ[server.variable] = server.url
            return _run(options, folder)
        finally:
            server.stop()
            remove_data(data)


def _run(options: argparse.Namespace, folder: Path) -> int:
    django.setup()
    # Models can be imported only now.
    from config.prepare import migrate  # noqa: PLC0415
    from tests.chaos.supervisor import run_chaos  # noqa: PLC0415

    migrate()
    outcome, _ = run_chaos(
        seconds=options.seconds,
        payouts=options.payouts,
        seed=options.seed,
        folder=folder,
        environment=os.environ,
    )
    for kind, rows in (("lost", outcome.found.lost), ("twice", outcome.found.duplicate)):
        for row in rows[:20]:
            print(f"{kind}: {row}")
    for row in outcome.red:
        print(f"the books differ: {row}")
    print(f"{outcome.found.uncounted} shoppers arrived uncounted")
    print(outcome)
    return 0 if outcome.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
