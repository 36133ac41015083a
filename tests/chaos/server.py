"""The program in its own processes, as an operator runs it, on the database of the test."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
START_S = 30


@dataclass(frozen=True)
class Server:
    process: subprocess.Popen[bytes]
    port: int

    def workers(self) -> list[int]:
        """Return the ids of its worker processes, oldest first."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        lines = [line.split(maxsplit=1) for line in listed.splitlines()]
        return [int(pid) for pid, command in lines if "resource_tracker" not in command]


@contextmanager
def serve(*, workers: int, **environment: str) -> Iterator[Server]:
    """Run the program's WSGI entry in Granian until the block ends."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", "8", "--respawn-failed-workers"]
    command += ["--respawn-interval", "0.1", "--no-ws", "config.wsgi:application"]
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=on_test_database() | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(port)
        yield Server(process, port)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def on_test_database() -> dict[str, str]:
    """Return the environment of a process that works on the test's own database."""
    given = urlsplit(os.environ["DATABASE_URL"])
    address = given._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    return os.environ | {"DATABASE_URL": address}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        http = HTTPConnection("127.0.0.1", port, timeout=START_S)
        try:
            http.request("GET", "/r/not-here")
            http.getresponse()
        except (OSError, HTTPException):
            time.sleep(0.05)
        else:
            return
        finally:
            http.close()
    pytest.fail("the server did not start")
