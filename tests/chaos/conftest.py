"""What the tests share that kill processes."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from tests.chaos.server import ROOT, on_test_database


@pytest.fixture(scope="session")
def die(django_db_setup) -> Iterator[Callable[..., None]]:
    """Run a worker, a process of its own, that must be killed on its way."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.dying"],
        cwd=ROOT,
        env=on_test_database() | {"FAULTS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:

        def run(*arguments: str) -> None:
            assert parent.stdin and parent.stdout
            parent.stdin.write(json.dumps(arguments) + "\n")
            parent.stdin.flush()
            assert parent.stdout.readline().strip() == str(int(signal.SIGKILL))

        yield run
