"""Look at every page with axe: `python -m tests.browser.axe`, which `make axe` runs.

Each page is opened in both themes and in both directions, wide and as on a phone; what axe, the
browser or the house's own checks find wrong is printed. Two processes share the styles, each with
a database and a site of its own. The exit code is 1 when anything was found or left unexplained.
With `--once` each page is opened in one style and at one width only, which its name decides.
"""

import json
import os
import subprocess
import sys
from typing import Any

from tests.services import SETTINGS, start_missing

PARTS = 2


def main() -> int:
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    start_missing()
    parts = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.browser.axe_part",
                str(number),
                str(PARTS),
                *sys.argv[1:],
            ],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PARTS)
    ]
    answers = [_read(part.communicate()[0]) for part in parts]
    return _report(answers, has_failed=any(part.returncode for part in parts))


def _read(output: str) -> dict[str, Any]:
    """Return what a part found; nothing where it died."""
    lines = output.strip().splitlines()
    found: dict[str, Any] = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return found


def _report(answers: list[dict[str, Any]], *, has_failed: bool) -> int:
    first = answers[0]
    for name, reason in first.get("left_out", {}).items():
        print(f"no page: {name}: {reason}")
    faults = [fault for answer in answers for fault in answer.get("faults", [])]
    faults += [f"{name}: neither a page nor a reason" for name in first.get("unexplained", [])]
    if has_failed:
        faults.append("a part of the walk stopped early")
    for fault in faults:
        print(fault)
    pages = min(answer.get("pages", 0) for answer in answers)
    print(f"axe: pages={pages} violations={len(faults)}")
    return int(bool(faults) or not pages)


if __name__ == "__main__":
    sys.exit(main())
