"""Run a drill: kill what sends, over and over, then count what the payment service really did."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import IO

from django.db import connection

from core.models import Brand
from payouts.models import Payout, PayoutStatus
from payouts.rails.stripe.standin import namespace_of
from portal.books import prove_books
from tests.drill.standin import KEY, SqliteStore, open_account
from tests.drill.world import approve_run

ROOT = Path(__file__).resolve().parents[2]
PASSES = 3.2  # of the named points, for a payout that is sent undisturbed and a few that are not
FAULTS_PER_MILLE = 60
TURN_S = 180  # between two senders: whoever died holds his claim no longer
ROUNDS = 30
ROUND_S = 5 * 3600  # some wait for a day, when the service has forgotten their key
PAID_CODES = {"in_payout_is_open_payouts", "sent_is_paid_payouts", "paid_has_its_attempt"}


@dataclass(frozen=True)
class Outcome:
    """What a drill ended with; `odd`: what the books say is wrong."""

    payouts: int
    kills: int
    double: int
    missing: int
    odd: tuple[str, ...]

    @property
    def is_well(self) -> bool:
        return not (self.double or self.missing or self.odd)

    def __str__(self) -> str:
        return (
            f"payout-drill: payouts={self.payouts} kills={self.kills}"
            f" double={self.double} missing={self.missing}"
        )


class _Time:
    """The clock of the drill: a file that service and sender read."""

    def __init__(self, path: Path) -> None:
        self.path, self.ahead_s, self.is_unkind = path, 0, True
        self.write()

    def pass_by(self, seconds: int) -> None:
        self.ahead_s += seconds
        self.write()

    def calm(self) -> None:
        self.is_unkind = False
        self.write()

    def write(self) -> None:
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps({"ahead_s": self.ahead_s, "is_unkind": self.is_unkind}))
        draft.replace(self.path)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.ahead_s)


def run_drill(
    *, payouts: int, kills: int, seed: int, folder: Path, environment: Mapping[str, str]
) -> Outcome:
    """Make the run, send it while senders are killed, let it settle, and count."""
    time, rng = _Time(folder / "clock.json"), Random(seed)
    state = folder / "service.sqlite"
    store = SqliteStore(state)
    brand = approve_run(count=payouts, account=open_account(store), now=time.now())
    connection.close()
    given = (state, time.path, seed, FAULTS_PER_MILLE)
    with _process("standin", *given, environment=environment) as service:
        url = _read(service)
        with _process("sender", brand.pk, url, time.path, environment=environment) as sender:
            done = _kill_on(sender, brand, time, rng, kills)
            _settle(sender, brand, time)
    return _count(brand, state, done)


def _kill_on(
    sender: subprocess.Popen[str], brand: Brand, time: _Time, rng: Random, kills: int
) -> int:
    """Start one sender after the other, each killed somewhere on its way; returns how many were."""
    done = 0
    while done < kills:
        share = max(2, int(_count_open(brand) * PASSES / (kills - done + 1)))
        answer = _order(sender, rng.randint(1, share), rng.randrange(10**6))
        done += answer == "killed"
        time.pass_by(TURN_S)
        print(f"  {done} kills, {_count_open(brand)} payouts to go", file=sys.stderr, flush=True)
        if answer != "killed" and not _count_open(brand):
            break
    return done


def _settle(sender: subprocess.Popen[str], brand: Brand, time: _Time) -> None:
    """Let days pass in which nobody is killed, the last of them without faults."""
    for turn in range(ROUNDS):
        if not _count_open(brand):
            return
        if turn == ROUNDS // 3:
            time.calm()
        _order(sender, 0, 0)
        time.pass_by(ROUND_S)


def _order(sender: subprocess.Popen[str], points: int, seed: int) -> str:
    assert sender.stdin is not None
    sender.stdin.write(f"{points} {seed}\n")
    sender.stdin.flush()
    return _read(sender)


def _count_open(brand: Brand) -> int:
    closed = [PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.RETURNED]
    return Payout.objects.filter(brand=brand).exclude(status__in=closed).count()


def _count(brand: Brand, state: Path, kills: int) -> Outcome:
    transfers = SqliteStore(state).list(namespace=namespace_of(KEY), kind="transfer")
    sent = Counter(row["metadata"]["payout_id"] for row in transfers)
    amounts = {row["metadata"]["payout_id"]: row["amount"] for row in transfers}
    rows = list(Payout.objects.filter(brand=brand))
    is_there = [
        p.status == PayoutStatus.PAID and amounts.get(p.public_id) == p.amount_minor for p in rows
    ]
    proof = prove_books(brand_id=brand.pk)
    return Outcome(
        payouts=len(rows),
        kills=kills,
        double=sum(count - 1 for count in sent.values()),
        missing=is_there.count(False),
        odd=tuple(one.code for one in proof.red if one.code in PAID_CODES),
    )


@contextmanager
def _process(
    name: str, *arguments: object, environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    """Start a part of the drill; it ends when its standard input does."""
    command = [sys.executable, "-m", f"tests.drill.{name}", *map(str, arguments)]
    with subprocess.Popen(
        command,
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


def _read(process: subprocess.Popen[str]) -> str:
    stdout: IO[str] | None = process.stdout
    line = stdout.readline().strip() if stdout else ""
    if not line:
        raise RuntimeError("a part of the drill ended")
    return line
