"""Run the program under load in its own processes, kill them over and over, then count."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

import redis
from django.db import connection

from config.embedded import start_redis
from config.local import HOST
from config.processes import Child, spawn, stop
from config.run import app_commands
from core.clock import database_now
from core.models import Brand, OutboxEvent
from payouts.models import Payout
from payouts.models.payouts import OPEN_STATUSES
from portal.books import Matter, examine_books
from tests.chaos.oracle import Found, compare
from tests.chaos.town import build_town
from tracking.models import StoreEvent
from tracking.services.processing import WAITING

ROOT = Path(__file__).resolve().parents[2]
PER_RUN = 5
# Of faults of the payment service, those that come clear within minutes.
SERVICE_FAULTS = ("timeout_after", "error_unsaved", "rate_limited", "timeout_before")
FAULTS_PER_MILLE = 60
BETWEEN_S = (1.0, 3.0)
ANSWERED_S = 120  # in which everything is answered once nobody is killed any more
DRAINED_S = (
    420  # a payout whose sender died is looked at after two minutes, by who comes each minute
)
LOOK_S = 0.5
END = "SELECT count(pg_terminate_backend(pid)) FROM unnest(%s::int[]) AS pid"
START_S = 60


@dataclass(frozen=True)
class Outcome:
    """What a run ended with; `kills`: by what was killed. None for `drained_s`: it did not."""

    found: Found
    kills: Counter[str]
    drained_s: int | None
    red: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        found = self.found
        is_whole = not (found.lost or found.duplicate or self.red)
        had_work = bool(found.events and found.clicks and found.payouts)
        return is_whole and had_work and self.drained_s is not None

    def __str__(self) -> str:
        found = self.found
        drained = "never" if self.drained_s is None else self.drained_s
        return (
            f"chaos: events={found.events} clicks={found.clicks} payouts={found.payouts}"
            f" kills={self.kills.total() - self.kills['flush']} lost={len(found.lost)}"
            f" duplicate={len(found.duplicate)} drained_s={drained}"
        )


class Installation:
    """The processes of the program and its Redis, each started again when it has ended."""

    def __init__(self, folder: Path, port: int, environment: Mapping[str, str]) -> None:
        self._folder, self._port = folder, port
        self._redis = start_redis(data=folder / "redis", log=folder / "redis.log", durable=True)
        self._environment = {**environment, "PORT": str(port), "REDIS_URL": self._redis.url}
        self._commands = app_commands(port)
        self._children: dict[str, Child] = {"redis": self._redis.child}

    def keep_up(self) -> None:
        """Start whatever has ended, as a service manager does."""
        for name in ("redis", *self._commands):
            child = self._children.get(name)
            if child is None or child.process.poll() is not None:
                self._children[name] = self._start(name)

    def kill(self, name: str) -> None:
        """Kill a process and those it started, by SIGKILL."""
        process = self._children[name].process
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def answers(self) -> bool:
        """Say whether somebody listens on the port of the web server."""
        with contextlib.suppress(OSError), socket.create_connection((HOST, self._port), 1):
            return True
        return False

    def flush(self) -> None:
        with contextlib.suppress(redis.RedisError):
            redis.Redis.from_url(self._redis.url).flushall()

    def stop(self) -> None:
        stop(self._children.values(), grace_s=10)
        self._redis.stop()

    def _start(self, name: str) -> Child:
        if name == "redis":
            before = self._redis.child
            return spawn(
                name=name,
                command=[str(part) for part in before.process.args],  # type: ignore[union-attr]
                log=before.log,
                env=self._environment,
                cwd=self._redis.folder,
            )
        return spawn(
            name=name,
            command=[sys.executable, "-m", *self._commands[name]],
            log=self._folder / f"{name}.log",
            env=self._environment,
            cwd=ROOT,
        )


def run_chaos(
    *, seconds: float, payouts: int, seed: int, folder: Path, environment: Mapping[str, str]
) -> tuple[Outcome, Callable[[], Found]]:
    """Make the world, hurt it for a while, let it settle; returns what came of it.

    The second value compares again, for whoever has changed something since.
    """
    state, facts, clock = folder / "service.sqlite", folder / "facts", folder / "clock.json"
    clock.write_text(json.dumps({"ahead_s": 0, "is_unkind": True}))
    town = build_town(state=state, payouts=payouts, per_run=PER_RUN)
    (folder / "town.json").write_text(json.dumps(town.orders()))
    given = (state, clock, seed, FAULTS_PER_MILLE, *SERVICE_FAULTS)
    port = _free_port()
    with _process("drill.standin", *given, environment=environment) as service:
        url = service.stdout.readline().strip() if service.stdout else ""
        program = Installation(folder, port, {**environment, "INTERNAL_URL": url})
        acting = (folder / "town.json", facts, port, seed, seconds)
        try:
            program.keep_up()
            _wait_for(program)
            with _process("chaos.load", *acting, environment=environment) as outside:
                kills = _hurt(program, seconds, Random(seed))
                drained_s = _drain(program, outside, folder)
        finally:
            program.stop()

    def look() -> Found:
        return compare(town=town, facts=facts, state=state)

    return Outcome(look(), kills, drained_s, _prove()), look


def _hurt(program: Installation, seconds: float, rng: Random) -> Counter[str]:
    """Kill one thing after the other; what was killed is started again at once."""
    kills: Counter[str] = Counter()
    strikes = {"web": 4, "worker": 4, "backends": 6, "scheduler": 2, "redis": 2, "flush": 2}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pause = time.monotonic() + rng.uniform(*BETWEEN_S)
        while time.monotonic() < min(pause, until):
            program.keep_up()
            time.sleep(0.05)
        (name,) = rng.choices(list(strikes), list(strikes.values()))
        if name == "web" and not program.answers():
            continue  # it is still starting: what is not there cannot be hurt
        if name == "backends":
            kills[name] += end_backends(rng)
            continue
        program.flush() if name == "flush" else program.kill(name)
        kills[name] += 1
    print(f"  hurt: {dict(sorted(kills.items()))}", file=sys.stderr, flush=True)
    return kills


def end_backends(rng: Random) -> int:
    """End some of the database's connections of others; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        pids = [pid for (pid,) in cursor.fetchall()]
        chosen = rng.sample(pids, k=min(len(pids), rng.randint(1, 3)))
        cursor.execute(END, [chosen])
        (ended,) = cursor.fetchone()
    return int(ended)


def _drain(program: Installation, outside: subprocess.Popen[str], folder: Path) -> int | None:
    """Wait until everybody was answered and nothing is left to do; returns how long it took."""
    began = time.monotonic()
    while time.monotonic() < began + DRAINED_S:
        program.keep_up()
        if outside.poll() is None:
            if time.monotonic() > began + ANSWERED_S:
                last = (folder / "facts").read_text("utf-8").splitlines()[-3:]
                print(f"not everybody was answered: {last}", flush=True)
                return None
        elif not _open_work():
            return round(time.monotonic() - began)
        time.sleep(LOOK_S)
    print(f"never done: {_open_work()}", flush=True)
    return None


def _open_work() -> dict[str, int]:
    left = {
        "events": StoreEvent.objects.filter(status__in=WAITING).count(),
        "facts": OutboxEvent.objects.filter(processed_at__isnull=True).count(),
        "payouts": Payout.objects.filter(status__in=OPEN_STATUSES).count(),
    }
    return {name: count for name, count in left.items() if count}


def _prove() -> tuple[str, ...]:
    """Return the checks of `manage.py reconcile` about money that are red, with the first row.

    The days by which other things should be done have passed in the sandboxes without anybody.
    """
    now = database_now()
    return tuple(
        f"{brand.slug}: {one.code} {one.keys[:1]}"
        for brand in Brand.objects.order_by("pk")
        for one in examine_books(brand_id=brand.pk, now=now).red
        if one.matter is Matter.MONEY or not brand.is_sandbox
    )


def _wait_for(program: Installation) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        if program.answers():
            return
        program.keep_up()
        time.sleep(0.1)
    raise RuntimeError("the web server did not start")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def _process(
    name: str, *arguments: object, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Start one of those outside, and end it with the block."""
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.{name}", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()
