"""What a file of orders, and then of refunds, costs a row: read, taken, worked on.

    python -m bench.uploads [--rows 2000] [--worked 300] [--rounds 3]

CPU time of this process and statements a row, medians of the rounds; `of insert` compares with a
plain bulk INSERT of the orders' deliveries. The database works beside it and is not counted.
"""

import argparse
import os
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django

from bench.redirect import database, environment

ORDERS = "Order ID,Placed at,Paid at,Currency,Total,Tax,Shipping,Coupon"
REFUNDS = "Refund ID,Order,Amount"


class Meter:
    """CPU microseconds and statements a row, by step."""

    def __init__(self) -> None:
        self.cpu: dict[str, list[float]] = defaultdict(list)
        self.statements: dict[str, list[float]] = defaultdict(list)

    def run(self, step: str, rows: int, work: Callable[[], Any]) -> None:
        from django.db import connection  # noqa: PLC0415

        asked = 0

        def count(execute: Callable[..., Any], *arguments: Any) -> Any:
            nonlocal asked
            asked += 1
            return execute(*arguments)

        with connection.execute_wrapper(count):
            began = time.process_time()
            work()
            self.cpu[step].append((time.process_time() - began) / rows * 1e6)
        self.statements[step].append(asked / rows)

    def report(self) -> None:
        plain = statistics.median(self.cpu["orders: insert"])
        print("| step | CPU us a row | of insert | statements a row |\n|---|---|---|---|")
        for step, values in self.cpu.items():
            cpu, asked = statistics.median(values), statistics.median(self.statements[step])
            print(f"| {step} | {cpu:.0f} | {cpu / plain:.2f} | {asked:.2f} |")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--worked", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with database() as url:
        os.environ.update(environment(url))
        django.setup()
        measure(options)
    return 0


def measure(options: argparse.Namespace) -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from tests.makers import NOW, make_code, make_connection, make_enrollment  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    place = make_enrollment()
    make_code(place, "ANNA10")
    store, meter = make_connection(place.affiliation.brand, platform="csv"), Meter()
    at = f"{NOW + timedelta(hours=6):%Y-%m-%d %H:%M}"  # after its creator has joined
    for turn in range(options.rounds):
        ids = [f"{turn}-{n}" for n in range(options.rows)]
        sold = [f"{one},{at},{at},EUR,124.90,20.00,4.90,ANNA10" for one in ids]
        take_file(meter, "orders", store, [ORDERS, *sold], options.worked)
        back = [f"R-{one},{one},10.00" for one in ids[: options.worked]]
        take_file(meter, "refunds", store, [REFUNDS, *back], options.worked)
    meter.report()
    connections.close_all()


def take_file(meter: Meter, kind: str, store: Any, lines: list[str], worked: int) -> None:
    from django.db import transaction  # noqa: PLC0415

    from tests.makers import NOW, get_owner  # noqa: PLC0415
    from tests.uploads import make_upload  # noqa: PLC0415
    from tracking.integrations import csvfile  # noqa: PLC0415
    from tracking.models import StoreEvent  # noqa: PLC0415
    from tracking.services import uploads, uploadwork  # noqa: PLC0415
    from tracking.services.processing import process_store_event  # noqa: PLC0415

    def claim() -> Any:
        return uploadwork.claim(upload_id=upload.pk, real_now=now)

    def insert() -> None:
        with transaction.atomic():
            StoreEvent.objects.bulk_create(copies, batch_size=500)
            transaction.set_rollback(True)

    def work() -> None:
        for event_id in event_ids:
            process_store_event(event_id=event_id, adapter=csvfile, now=now)

    rows, now = len(lines) - 1, NOW + timedelta(days=1)
    upload = make_upload(store, "\n".join(lines), now)
    turn = claim()
    meter.run(
        f"{kind}: read",
        rows,
        lambda: uploadwork.read(upload=turn, adapter=csvfile, now=now),
    )
    uploads.confirm_upload(
        upload_id=upload.pk,
        is_vouched=False,
        actor_id=get_owner(store.brand).pk,
        now=now,
        real_now=now,
    )
    turn = claim()
    meter.run(
        f"{kind}: take",
        rows,
        lambda: uploadwork.take(upload=turn, adapter=csvfile, now=now, real_now=now),
    )
    copies = list(StoreEvent.objects.filter(upload=upload))
    for one in copies:
        one.pk, one.event_id = None, f"copy:{one.event_id}"
        one.public_id = StoreEvent._meta.get_field("public_id").get_default()
    meter.run(f"{kind}: insert", rows, insert)
    event_ids = uploads.list_waiting(upload, limit=worked)
    meter.run(f"{kind}: work", len(event_ids), work)


if __name__ == "__main__":
    sys.exit(main())
