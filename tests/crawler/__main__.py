"""Walk every address as everybody: `python -m tests.crawler`, which `make crawl` runs.

Two processes share the addresses, each with a database of its own. The last line sums up; the
exit code is 1 when anything leaked or was not covered.
"""

import json
import os
import subprocess
import sys
from typing import Any

from tests.services import SETTINGS, start_missing

SHARDS = 2


def main() -> int:
    os.environ.update({name: os.environ.get(name, value) for name, value in SETTINGS.items()})
    start_missing()
    shards = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.crawler.shard", str(number), str(SHARDS)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(SHARDS)
    ]
    answers = [_read(shard.communicate()[0]) for shard in shards]
    return _report(answers, has_failed=any(shard.returncode for shard in shards))


def _read(output: str) -> dict[str, Any]:
    """Return what a shard found; nothing where it died."""
    lines = output.strip().splitlines()
    found: dict[str, Any] = json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}
    return found


def _report(answers: list[dict[str, Any]], *, has_failed: bool) -> int:
    leaks = [leak for answer in answers for leak in answer.get("leaks", [])]
    uncovered = [name for answer in answers for name in answer.get("uncovered", [])]
    if has_failed:
        uncovered.append("what a shard left when it stopped early")
    for line in [*leaks, *(f"uncovered: {name}" for name in uncovered)]:
        print(line)
    patterns, requests = (
        sum(answer.get(name, 0) for answer in answers) for name in ("patterns", "requests")
    )
    print(
        f"crawl: patterns={patterns} requests={requests} leaks={len(leaks)}"
        f" uncovered={len(uncovered)}"
    )
    return 1 if leaks or uncovered or not patterns else 0


if __name__ == "__main__":
    sys.exit(main())
