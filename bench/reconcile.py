"""How long the proof of the books takes: set checks in seconds, repricing in orders per second.

    python -m bench.reconcile [--orders 1000000] [--creators 10000]

Rows are made from a few real orders and loaded by COPY into a PostgreSQL of its own, which forgets
everything at the end. Half of the commissions are released, half of those are in a paid payout. All
checks must be green; then one line for each check, and the sum of all but the repricing.
"""

import argparse
import os
import sys
import time

import django

from tests.services import SETTINGS, start_missing


def main() -> int:
    asked = argparse.ArgumentParser(prog="bench.reconcile")
    asked.add_argument("--orders", type=int, default=1_000_000)
    asked.add_argument("--creators", type=int, default=10_000)
    options = asked.parse_args()
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    start_missing()
    django.setup()
    # Models can be imported only now.
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    return measure(orders=options.orders, creators=options.creators)


def measure(*, orders: int, creators: int) -> int:
    """Load the rows, prove the books, print; returns 0 when every check was green."""
    from bench.reconcile_load import load  # noqa: PLC0415
    from core.clock import database_now  # noqa: PLC0415
    from portal.books import examine_books  # noqa: PLC0415

    started = time.perf_counter()
    brand_id = load(orders=orders, creators=creators)
    print(f"loaded {orders} orders of {creators} creators in {time.perf_counter() - started:.1f} s")
    proof = examine_books(brand_id=brand_id, now=database_now())
    for one in proof.results:
        wrong = f" WRONG {one.differences} {one.keys}" if one.differences else ""
        print(f"{one.number:<5} {one.code:<28} rows={one.examined:<8} {one.seconds:8.2f} s{wrong}")
    pricing = next(one for one in proof.results if one.code == "commission_is_priced")
    sets = sum(one.seconds for one in proof.results) - pricing.seconds
    rate = pricing.examined / pricing.seconds if pricing.seconds else 0
    load_now = os.getloadavg()[0]
    print(
        f"reconcile-bench: orders={orders} sets_s={sets:.1f} repriced_per_s={rate:.0f}"
        f" red={len(proof.red)} load={load_now:.1f}"
    )
    return 1 if proof.red else 0


if __name__ == "__main__":
    sys.exit(main())
