"""Post hostile deliveries at every platform's adapter: `make fuzz`.

`make fuzz ARGS="--inputs 20000 --first 1000000"` tries other ones: an input is made by its number.
Ends with 1 when anything failed; the numbers of the inputs that did are named.
"""

import argparse
import os
import sys
from multiprocessing import get_context

import django

from tests.services import SETTINGS, start_missing

CHUNK = 20_000
SHOWN = 50


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args(arguments)
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    start_missing()
    django.setup()
    # Models can be imported only now.
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from tests.fuzz.run import Found, make_stores, try_inputs  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    make_stores()
    connections.close_all()  # each process opens its own
    end = asked.first + asked.inputs
    parts = [range(at, min(at + CHUNK, end)) for at in range(asked.first, end, CHUNK)]
    found = Found()
    with get_context("fork").Pool(asked.jobs) as pool:
        for part in pool.imap_unordered(try_inputs, parts):
            found.add(part)
            print(f"  {found.inputs} tried", file=sys.stderr, flush=True)
    print(*[f"error: {one[:300]}" for one in found.errors[:SHOWN]], sep="\n")
    print(*[f"forgery: {one[:300]}" for one in found.forgeries[:SHOWN]], sep="\n")
    print(f"  {dict(sorted(found.kinds.items()))}")
    print(found)
    return int(bool(found.errors or found.forgeries))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
