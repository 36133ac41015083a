"""How fast a link is followed, against a bare 302 and against the usual Django view.

    python -m bench.redirect [--seconds 1] [--rounds 3] [--clients 32]

Each round measures all three on the same machine one after the other; the result is the ratio of
medians and the CPU time of a click, never requests per second of this machine. After each reading
the stored clicks are counted: `unstored` (answered with a token, less stored) must be 0 or less.
`uncounted` is what the answer itself said of being so, as it does while the database is away.
The load comes from Python too, so the throughput ratio flatters nobody but the slow: where the
load generator is the limit, read the CPU column.
"""

import argparse
import asyncio
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
SLUG = "bench-link"
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0"
REQUEST = (
    f"GET /r/{SLUG} HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {AGENT}\r\n"
    "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n\r\n"
).encode()
TICKS = os.sysconf("SC_CLK_TCK")
SUBJECTS = {
    "bare 302": "bench.redirect_apps:bare",
    "product": "config.wsgi:application",
    "naive Django": "bench.redirect_apps:naive",
}


@dataclass
class Readings:
    """What the rounds gave for one subject."""

    rates: list[float] = field(default_factory=list)
    server_us: list[float] = field(default_factory=list)
    p50_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    unstored: int = 0
    uncounted: int = 0
    failed: int = 0


class Load(asyncio.Protocol):
    """One keep-alive connection that asks again as soon as it is answered."""

    def __init__(self, until: float, done: asyncio.Future[None]) -> None:
        self.until = until
        self.done = done
        self.took: list[float] = []
        self.tokens = 0
        self.uncounted = 0
        self.failed = 0
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        self.asked_at = time.perf_counter()
        self.transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        self.rest += data
        if b"\r\n\r\n" not in self.rest:
            return
        answer, self.rest = self.rest, b""
        now = time.perf_counter()
        self.took.append(now - self.asked_at)
        self.failed += not answer.startswith(b"HTTP/1.1 302")
        is_uncounted = b"x-click: uncounted" in answer.lower()
        self.uncounted += is_uncounted
        self.tokens += b"fs_click=" in answer and not is_uncounted
        if now < self.until:
            self.ask()
        else:
            self.transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        self.failed += error is not None
        if not self.done.done():
            self.done.set_result(None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clients", type=int, default=32)
    options = parser.parse_args()
    with database() as url:
        prepare(url)
        results = {name: Readings() for name in SUBJECTS}
        with ExitStack() as stack:
            servers = {name: stack.enter_context(serve(app, url)) for name, app in SUBJECTS.items()}
            for _ in range(options.rounds):
                for name, (process, port) in servers.items():
                    read(results[name], process, port, options, url if name != "bare 302" else "")
    return report(results)


def read(result: Readings, process: int, port: int, options: argparse.Namespace, url: str) -> None:
    stored = count_clicks(url)
    cpu = cpu_s(process)
    began = time.perf_counter()
    loads = asyncio.run(run_load(port, options.clients, options.seconds))
    elapsed = time.perf_counter() - began
    took = sorted(second for load in loads for second in load.took)
    result.rates.append(len(took) / elapsed)
    result.server_us.append((cpu_s(process) - cpu) / len(took) * 1e6)
    result.p50_ms.append(took[len(took) // 2] * 1e3)
    result.p99_ms.append(took[len(took) * 99 // 100] * 1e3)
    result.failed += sum(load.failed for load in loads)
    result.uncounted += sum(load.uncounted for load in loads)
    if url:
        result.unstored += sum(load.tokens for load in loads) - (count_clicks(url) - stored)


def _same(load: Load) -> Load:
    return load


async def run_load(port: int, clients: int, seconds: float) -> list[Load]:
    loop = asyncio.get_running_loop()
    until = time.perf_counter() + seconds
    loads = []
    for _ in range(clients):
        load = Load(until, loop.create_future())
        await loop.create_connection(partial(_same, load), "127.0.0.1", port)
        loads.append(load)
    await asyncio.gather(*(load.done for load in loads))
    return loads


def report(results: dict[str, Readings]) -> int:
    bare = statistics.median(results["bare 302"].rates)
    naive = statistics.median(results["naive Django"].rates)
    heads = "of bare | of naive | server CPU us | p50 ms | p99 ms | unstored | uncounted | failed"
    print(f"| subject | {heads} |")
    print(f"|{'---|' * 9}")
    for name, result in results.items():
        rate = statistics.median(result.rates)
        times = (result.server_us, result.p50_ms, result.p99_ms)
        cells = [f"{rate / bare:.3f}", f"{rate / naive:.1f}"]
        cells += [f"{statistics.median(values):.2f}" for values in times]
        cells += [str(result.unstored), str(result.uncounted), str(result.failed)]
        print(f"| {name} | {' | '.join(cells)} |")
    is_honest = all(result.unstored <= 0 and not result.failed for result in results.values())
    print("ok" if is_honest else "NOT OK: a click was answered and not stored, or an answer failed")
    return 0 if is_honest else 1


@contextmanager
def database() -> Iterator[str]:
    """Give a database of this run's own: a temporary server, or one in DATABASE_URL's server."""
    given = os.environ.get("DATABASE_URL")
    if not given:
        from config.embedded import remove_data, start_postgres  # noqa: PLC0415

        with tempfile.TemporaryDirectory(prefix="fs-bench-") as name:
            folder = Path(name)
            folder.chmod(0o711)
            data, log = folder / "postgres", folder / "postgres.log"
            server = start_postgres(data=data, log=log, durable=True)
            try:
                yield server.url
            finally:
                server.stop()
                remove_data(data)
        return
    name = f"fs_bench_{secrets.token_hex(4)}"
    with psycopg.connect(given, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield psycopg_url(given, name)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def psycopg_url(url: str, name: str) -> str:
    from urllib.parse import urlsplit  # noqa: PLC0415

    return urlsplit(url)._replace(path=f"/{name}").geturl()


def environment(url: str) -> dict[str, str]:
    fixed = {
        "LOCAL": "1",
        "SECRET_KEY": "bench-only-" * 6,
        "FIELD_ENCRYPTION_KEYS": "YmVuY2gtb25seS1iZW5jaC1vbmx5LWJlbmNoLW9ubHk=",
        "CLICK_TOKEN_KEYS": f"1:{'be' * 32}",
        "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    return {**os.environ, **fixed, "DATABASE_URL": url}


def prepare(url: str) -> None:
    """Make the tables and one link."""
    make = f"from tests.makers import make_link; make_link(slug={SLUG!r})"
    for arguments in (["migrate", "-v0"], ["shell", "-v0", "-c", make]):
        subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment(url), check=True
        )


@contextmanager
def serve(app: str, url: str) -> Iterator[tuple[int, int]]:
    """Run one Granian worker with 32 threads; gives its process and port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = int(listener.getsockname()[1])
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "32", "--backpressure", "256"]
    command += ["--no-ws", "--log-level", "error", app]
    process = subprocess.Popen(command, cwd=ROOT, env=environment(url))
    try:
        wait_for(port)
        yield worker_of(process.pid), port
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def wait_for(port: int) -> None:
    for _ in range(600):
        loads = asyncio.run(try_once(port))
        if loads:
            return
        time.sleep(0.05)
    raise SystemExit("a server did not start")


async def try_once(port: int) -> bool:
    try:
        (load,) = await run_load(port, 1, 0)
    except OSError:
        return False
    return bool(load.took) and not load.failed


def worker_of(parent: int) -> int:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(parent)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return int(
        next(line for line in listed.splitlines() if "resource_tracker" not in line).split()[0]
    )


def cpu_s(process: int) -> float:
    """Return the CPU seconds a process has used (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def count_clicks(url: str) -> int:
    if not url:
        return 0
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM tracking_click").fetchone()
    assert row is not None
    return int(row[0])


if __name__ == "__main__":
    sys.exit(main())
