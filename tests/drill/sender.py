"""What sends in a drill, without Celery: `python -m tests.drill.sender BRAND URL CLOCK`.

It waits for orders on its standard input, a line each: after how many of the named points it is
killed, 0 for never. For each it starts a process that drives everything open, and says how that one
ended. The kill is SIGKILL, a moment after the point, wherever the process then is.
"""

import os
import signal
import sys
import threading
import time
from pathlib import Path
from random import Random

import django


def main(brand_id: int, url: str, clock: Path) -> None:
    django.setup()
    # Models can be imported only now; each process that is started then needs no start of its own.
    import tests.drill.driving  # noqa: PLC0415, F401

    for line in sys.stdin:
        points, seed = map(int, line.split())
        child = os.fork()
        if child == 0:
            _work(brand_id, url, clock, points, seed)
        _, status = os.waitpid(child, 0)
        print("killed" if os.WIFSIGNALED(status) else f"ended {os.WEXITSTATUS(status)}", flush=True)


def _work(brand_id: int, url: str, clock: Path, points: int, seed: int) -> None:
    from core import faults  # noqa: PLC0415
    from tests.drill.driving import drive  # noqa: PLC0415

    left, rng = points, Random(seed)

    def count(_name: str) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            _die_soon(rng.choice([0.0, rng.uniform(0, 0.03)]))

    if points:
        os.environ["FAULTS"] = "1"
        faults.install(count)
    drive(brand_id=brand_id, url=url, clock=clock)
    os._exit(0)


def _die_soon(after_s: float) -> None:
    def die() -> None:
        time.sleep(after_s)
        os.kill(os.getpid(), signal.SIGKILL)

    if after_s:
        threading.Thread(target=die, daemon=True).start()
    else:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
