"""What a draft tried on past orders costs: orders a second, beside a plain loop over their rows.

    python -m bench.whatif [--orders 500] [--rounds 5]

CPU time of this process, medians of the rounds. The plain loop reads the same rows in the same
batches and does nothing with them; the database works beside both and is not counted.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

from bench.redirect import database, environment


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with database() as url:
        os.environ.update(environment(url))
        django.setup()
        measure(options)
    return 0


def measure(options: argparse.Namespace) -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from brands.domain.bases import BasePolicy  # noqa: PLC0415
    from brands.domain.rules import Rule  # noqa: PLC0415
    from brands.domain.whatif import Terms  # noqa: PLC0415
    from core.snapshots import read_snapshot  # noqa: PLC0415
    from tests.makers import NOW, make_code, make_enrollment, make_what_if  # noqa: PLC0415
    from tests.orders import place_order  # noqa: PLC0415
    from tests.tracking.events import make_line  # noqa: PLC0415
    from tracking.services.whatifs import BATCH, list_decisions, tally_orders  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    place = make_enrollment()
    code = make_code(place, "BENCH")
    at = NOW + timedelta(hours=1)
    lines = tuple(make_line(f"l{n}") for n in range(3))
    for _n in range(options.orders):
        place_order(code, now=at, lines=lines, total=30_000)
    row = make_what_if(place.program, now=at + timedelta(days=1))
    draft = Terms([Rule.from_json(rule) for rule in row.rules], BasePolicy.from_json(row.base))

    def loop() -> None:
        for _decision in list_decisions(row).iterator(chunk_size=BATCH):
            pass

    def rate(work: Callable[[], Any]) -> float:
        with read_snapshot():
            began = time.process_time()
            work()
            spent = time.process_time() - began
        return float(options.orders / spent)

    plain = statistics.median(rate(loop) for _n in range(options.rounds))
    tried = statistics.median(
        rate(lambda: tally_orders(list_decisions(row), draft)) for _n in range(options.rounds)
    )
    print(f"what-if: orders={options.orders} loop={plain:.0f}/s tried={tried:.0f}/s", end=" ")
    print(f"ratio={plain / tried:.1f}")
    connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
