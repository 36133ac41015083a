"""A worker that dies: `python -m tests.chaos.dying POINT hook CONNECTION ORDER`, `POINT sweep`,
`POINT deliver`, or `POINT confirm PAYOUT ACTOR`.

It does the real work and is killed, as by the kernel, at the first pass of the point.
"""

import json
import os
import signal
import sys

import django


def main(point: str, work: str, *arguments: str) -> None:
    django.setup()
    # Models can be imported only now.
    from brands.models import StoreConnection  # noqa: PLC0415
    from brands.tasks import deliver_events  # noqa: PLC0415
    from core import faults  # noqa: PLC0415
    from core.clock import brand_now  # noqa: PLC0415
    from payouts.models import Payout  # noqa: PLC0415
    from payouts.services.moves import confirm_payout  # noqa: PLC0415
    from tests.shop import Shop  # noqa: PLC0415
    from tracking.tasks import sweep_store_events  # noqa: PLC0415

    faults.install(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == point else None)
    if work in {"sweep", "deliver"}:
        sweep_store_events() if work == "sweep" else deliver_events()
        return
    if work == "confirm":
        payout = Payout.objects.get(public_id=arguments[0])
        facts = {"reference": "r", "actor_id": int(arguments[1]), "now": brand_now(payout.brand)}
        confirm_payout(payout_id=payout.pk, **facts)
        return
    connection_id, order = arguments
    shop = Shop(StoreConnection.objects.get(public_id=connection_id))
    shop.send("order.paid", json.loads(order), event_id="evt_once")


if __name__ == "__main__":
    main(*sys.argv[1:])
