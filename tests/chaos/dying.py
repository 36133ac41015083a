"""Workers that die: `python -m tests.chaos.dying` reads from its standard input, a list a line,
`[POINT, "hook", CONNECTION, ORDER]`, `[POINT, "sweep"]`, `[POINT, "deliver"]` or
`[POINT, "confirm", PAYOUT, ACTOR]`.

For each it starts a process that does the real work and is killed, as by the kernel, at the first
pass of the point; it says by which signal that one ended, or 0.
"""

import json
import os
import signal
import sys
import traceback

import django

django.setup()

# Models can be imported only now; each process that is started then needs no start of its own.
import config.urls  # noqa: E402, F401
from brands.models import StoreConnection  # noqa: E402
from brands.tasks import deliver_events  # noqa: E402
from core import faults  # noqa: E402
from core.clock import brand_now  # noqa: E402
from payouts.models import Payout  # noqa: E402
from payouts.services.moves import confirm_payout  # noqa: E402
from tests.shop import Shop  # noqa: E402
from tracking.tasks import sweep_store_events  # noqa: E402


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _die(*json.loads(line))
        _, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)


def _die(point: str, work: str, *arguments: str) -> None:
    """Work until the point, and end here in any case: the rest of this process is another's."""
    faults.install(lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == point else None)
    try:
        _work(work, *arguments)
    except Exception:  # noqa: BLE001  # it is told; nothing of the parent may go on here
        traceback.print_exc()
    os._exit(1)


def _work(work: str, *arguments: str) -> None:
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
    main()
