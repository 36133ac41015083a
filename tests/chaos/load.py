"""Those outside in a run of chaos: `python -m tests.chaos.load TOWN FACTS PORT SEED SECONDS`.

Shoppers open links and buy, the store tells of it, often and out of order, and a person approves
runs. What was answered is written to FACTS, through to the disk: it is the witness against which
the installation is held, so nothing here knows a database. A store tells again whatever was not
answered with a 2xx; at the end everything has been answered, or the process is ended from outside.
"""

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from email.message import Message
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from core.signing import sign_standard_webhooks
from tests.tracking.agents import CHROME

SHOPPERS, SENDERS = 3, 3
PATIENCE_S = 20
BUYS = 0.4
MOST_UNTOLD = 200  # shoppers only look while the store has so much to tell: it tells as it goes
CSRF = "a" * 32
COOKIES = ("sessionid", "csrftoken")


class Facts:
    """A file of what was answered, a line each, on the disk when `note` returns."""

    def __init__(self, path: Path) -> None:
        self._file, self._lock = path.open("a", encoding="utf-8"), threading.Lock()

    def note(self, **fact: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(fact) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


class Pool:
    """What the store has yet to tell, taken in any order."""

    def __init__(self, seed: int) -> None:
        self._rows: list[dict[str, Any]] = []
        self._lock, self._rng, self.untold = threading.Lock(), Random(seed), 0

    def add(self, *rows: dict[str, Any]) -> None:
        with self._lock:
            self._rows += rows
            self.untold += len(rows)

    def take(self) -> dict[str, Any] | None:
        with self._lock:
            if not self._rows:
                return None
            return self._rows.pop(self._rng.randrange(len(self._rows)))

    def put_back(self, row: dict[str, Any]) -> None:
        with self._lock:
            self._rows.append(row)

    def is_told(self) -> None:
        with self._lock:
            self.untold -= 1


class Outside:
    """Everybody who acts on the installation through its port."""

    def __init__(self, town: dict[str, Any], facts: Facts, port: int, seed: int) -> None:
        self.town, self.facts, self.port, self.seed = town, facts, port, seed
        self.pool = Pool(seed)
        self.is_over = threading.Event()

    def act(self, seconds: float) -> None:
        shoppers = [self._start(self._shop, number) for number in range(SHOPPERS)]
        approving = self._start(self._approve, seconds)
        senders = [self._start(self._tell, shoppers) for _ in range(SENDERS)]
        time.sleep(seconds)
        self.is_over.set()
        for thread in (*shoppers, approving, *senders):
            thread.join()

    def _start(self, work: Any, given: Any) -> threading.Thread:
        thread = threading.Thread(target=work, args=(given,))
        thread.start()
        return thread

    def _shop(self, number: int) -> None:
        rng, bought = Random(self.seed * 100 + number), 0
        while not self.is_over.wait(rng.uniform(0.01, 0.05)):
            slug = rng.choice(self.town["slugs"])
            status, told = self._ask("GET", f"/r/{slug}", headers={"User-Agent": CHROME})
            if status != 302:
                self.facts.note(kind="no click", status=status)
                continue
            token = parse_qs(urlsplit(told["Location"]).query).get("fs_click", [""])[0]
            is_stored = token and "X-Click" not in told
            kind = "click" if is_stored else "uncounted click"
            self.facts.note(kind=kind, token=token, slug=slug)
            if token and rng.random() < BUYS and self.pool.untold < MOST_UNTOLD:
                bought += 1
                self._buy(f"o{number}-{bought}", token, slug, rng)

    def _buy(self, order: str, token: str, slug: str, rng: Random) -> None:
        """Have the store tell of an order, of its edit and refunds: each up to three times."""
        told = list(tell_order(order, token, rng))
        self.facts.note(kind="order", order=order, slug=slug, cents=worth(told))
        for number, (topic, data) in enumerate(told):
            body = json.dumps({"type": topic, "data": data})
            for _ in range(rng.randint(1, 3)):
                event = f"{order}-{number}-{rng.randint(0, 1)}"
                self.pool.add({"event": event, "topic": topic, "body": body})

    def _tell(self, shoppers: list[threading.Thread]) -> None:
        while self.pool.untold or any(thread.is_alive() for thread in shoppers):
            row = self.pool.take()
            if row is None:
                time.sleep(0.02)
            elif self._post(row):
                self.facts.note(kind="event", topic=row["topic"], event=row["event"])
                self.pool.is_told()
            else:
                self.pool.put_back(row)
                time.sleep(0.1)

    def _post(self, row: dict[str, Any]) -> bool:
        body, now = row["body"].encode(), datetime.now(UTC)
        secrets = [self.town["secret"]]
        signed = sign_standard_webhooks(secrets=secrets, event_id=row["event"], body=body, now=now)
        status, _ = self._ask("POST", self.town["hook"], body, dict(signed))
        is_taken = 200 <= status < 300
        if not is_taken:
            self.facts.note(kind="not taken", event=row["event"], status=status)
        return is_taken

    def _approve(self, seconds: float) -> None:
        runs = list(self.town["runs"].items())
        for plan, run in runs:
            self.is_over.wait(seconds / (len(runs) + 1))
            while not self._press(run):
                time.sleep(0.2)
            self.facts.note(kind="run", plan=plan)

    def _press(self, run: dict[str, str]) -> bool:
        """Press the button of the page; any page that it leads to says that it was heard."""
        form = urlencode({"csrfmiddlewaretoken": CSRF, "hash": run["hash"]}).encode()
        cookies = "; ".join(map("=".join, zip(COOKIES, (run["session"], CSRF), strict=True)))
        headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
        status, _ = self._ask("POST", run["path"], form, headers)
        return status in {302, 303}

    def _ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, Message]:
        """Return status and headers, found in any case; 0 when there was no whole answer."""
        http = HTTPConnection("localhost", self.port, timeout=PATIENCE_S)
        try:
            http.request(method, path, body, headers or {})
            answer = http.getresponse()
            answer.read()
        except (OSError, HTTPException):
            return 0, Message()
        else:
            return answer.status, answer.headers
        finally:
            http.close()


def tell_order(order: str, token: str, rng: Random) -> list[tuple[str, dict[str, Any]]]:
    """Return what a store says of an order in its life: it is paid, edited, refunded in parts."""
    now = datetime.now(UTC)
    first, second = rng.randint(1_000, 20_000), rng.randint(1_000, 20_000)
    told = [("order.paid", _order(order, token, first, now))]
    if rng.random() < 0.3:
        later = {"updated_at": _stamp(now + timedelta(seconds=1))}
        told.append(("order.updated", _order(order, token, second, now) | later))
    for number in range(rng.choice([0, 0, 1, 2])):
        amount = _text(rng.randint(1, 500))
        refund = {"id": f"{order}-r{number}", "order_id": order, "currency": "EUR"}
        money = {"amount": amount, "total": amount, "refunded_at": _stamp(now)}
        told.append(("refund.created", refund | money))
    return told


def worth(told: list[tuple[str, dict[str, Any]]]) -> int:
    """Return the commission in cents: a tenth of what is left of the order, half a cent up."""
    orders = [data for topic, data in told if topic != "refund.created"]
    refunds = [data for topic, data in told if topic == "refund.created"]
    left = _cents(orders[-1]["total"]) - sum(_cents(data["amount"]) for data in refunds)
    return (left + 5) // 10


def _order(order: str, token: str, cents: int, at: datetime) -> dict[str, Any]:
    text = _text(cents)
    thing = {"id": "1", "title": "Thing", "quantity": 1, "gross": text}
    return {
        "id": order,
        "number": order,
        "updated_at": _stamp(at),
        "placed_at": _stamp(at),
        "status": "paid",
        "paid_at": _stamp(at),
        "currency": "EUR",
        "total": text,
        "lines": [thing | {"discount": "0.00", "tax": "0.00"}],
        "customer": {"email": f"{order}@mail.example", "country": "DE"},
        "click": token,
    }


def _text(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _cents(text: str) -> int:
    return int(text.replace(".", ""))


def _stamp(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def main(town: str, facts: str, port: str, seed: str, seconds: str) -> None:
    told = json.loads(Path(town).read_text("utf-8"))
    Outside(told, Facts(Path(facts)), int(port), int(seed)).act(float(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
