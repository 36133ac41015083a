"""Send hostile deliveries to every platform's adapter, some of them to the real address.

A server error is an exception, an answer of 5xx, or an event that breaks its own rules. A forgery
is a request that was believed though no holder of the store's secret sent what its proof covers.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from django.db import transaction
from django.test import RequestFactory

from brands.models import StoreConnection
from core.signing import Verified
from tests.fuzz.hostile import mutate, tamper
from tests.fuzz.senders import OURS, SENDERS, STALE, THEIRS, Sender, Sent
from tests.makers import make_code, make_connection, make_enrollment, make_program
from tests.tracking.payloads import OWN, hash_email
from tracking.domain.events import OrderSnapshot, RefundEvent
from tracking.integrations import get_adapter, list_adapters
from tracking.integrations.base import check_refund, check_snapshot
from tracking.services.adapters import PayloadRefused
from tracking.views.hooks import receive_delivery

BY_ADDRESS = 250  # of so many inputs one goes the whole way


@dataclass(slots=True)
class Found:
    """What a run found; `errors` and `forgeries` name the inputs, to be made again by number."""

    inputs: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    forgeries: list[str] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        self.inputs += other.inputs
        self.kinds += other.kinds
        self.errors += other.errors
        self.forgeries += other.forgeries

    def __str__(self) -> str:
        return (
            f"fuzz: inputs={self.inputs} server_errors={len(self.errors)}"
            f" forgeries={len(self.forgeries)}"
        )


@dataclass(frozen=True, slots=True)
class Input:
    """One input. `is_right`: a holder of the secret sent what the proof covers, and just now."""

    name: str
    platform: str
    sender: Sender
    sent: Sent
    now: datetime
    is_right: bool


class Fuzzer:
    """Makes inputs by their number and tries each; the same number is the same input."""

    def __init__(self, stores: Sequence[StoreConnection]) -> None:
        """Take the stores of the platforms that are tried; each has its sender's secret."""
        self._stores = {store.platform: store for store in stores}
        self._platforms = sorted(SENDERS.keys() & list_adapters().keys())
        self._bodies = {
            name: [path.read_bytes() for path in sorted((OWN / name).glob("*.*"))]
            for name in self._platforms
        }
        self.found = Found()

    def run(self, numbers: range) -> Found:
        for number in numbers:
            self.found.inputs += 1
            one = self._make(number)
            try:
                self._judge(one)
                if number % BY_ADDRESS == 0:
                    self._post(one)
            except Exception as error:  # noqa: BLE001 - that none is raised is what is tried
                self.found.errors.append(f"{one.name} {type(error).__name__}: {error}")
        return self.found

    def _make(self, number: int) -> Input:
        platform, rng = self._platforms[number % len(self._platforms)], Random(number)
        sender, now = SENDERS[platform], datetime.now(UTC).replace(microsecond=0)
        body = rng.choice(self._bodies[platform])
        topic = rng.choice(sender.topics) if sender.topics else ""

        def deliver(whose: str, body: bytes, at: datetime = now) -> Sent:
            return sender.deliver(whose, body, at, f"evt-{number}", topic)

        kind = rng.choice(("signed", "signed", "tampered", "stranger", "unsigned", "stale"))
        self.found.kinds[kind] += 1
        if kind == "signed":
            right = sent = deliver(OURS, mutate(rng, body))
        elif kind == "tampered":
            right = deliver(OURS, body if rng.random() < 0.7 else mutate(rng, body))
            sent = tamper(rng, right)
        elif kind == "stranger":
            right, sent = deliver(OURS, body), deliver(THEIRS, mutate(rng, body))
        elif kind == "unsigned":
            right, sent = deliver(OURS, body), Sent({}, mutate(rng, body))
        else:
            right = sent = deliver(OURS, body, now - STALE)
        is_right = not (kind == "stale" and sender.is_dated) and (
            sender.covered(sent) == sender.covered(right) and kind not in {"stranger", "unsigned"}
        )
        return Input(f"{number} {platform} {kind}", platform, sender, sent, now, is_right)

    def _judge(self, one: Input) -> None:
        sender, sent = one.sender, one.sent
        adapter = get_adapter(one.platform)
        told = list(sent.headers.items())
        verdict = adapter.verify(
            headers=told,
            body=sent.body,
            secrets=[sender.secret(OURS)],
            now=one.now,
            address=sent.address,
        )
        if isinstance(verdict, Verified) and not one.is_right:
            self.found.forgeries.append(one.name)
        adapter.is_ping(body=sent.body)
        topic = adapter.describe(headers=told, body=sent.body).topic
        topic.encode()
        try:
            parsed = adapter.parse(
                topic=topic,
                headers=told,
                body=sent.body,
                hash_email=hash_email,
            )
        except PayloadRefused:
            return
        for event in parsed.events:
            if isinstance(event, OrderSnapshot):
                check_snapshot(event)
            if isinstance(event, RefundEvent):
                check_refund(event)
        str(parsed).encode()  # nothing in it that no database could take

    def _post(self, one: Input) -> None:
        """Send it to the store's own address, and undo what it did."""
        sent, store = one.sent, self._stores[one.platform]
        headers = {
            key: value
            for key, value in sent.headers.items()
            if value.isprintable() and "\n" not in value
        }
        request = RequestFactory().post(
            f"/hooks/{store.public_id}", sent.body, "application/json", headers=headers
        )
        with transaction.atomic():
            status = receive_delivery(request, store.public_id).status_code
            transaction.set_rollback(True)
        self.found.kinds[f"answered {status}"] += 1
        if status >= 500:
            self.found.errors.append(f"{one.name} answered {status}")
        is_believed = status == 200 and not get_adapter(one.platform).is_ping(body=sent.body)
        is_for_here = one.platform not in {"square", "gumroad"}  # these prove another address
        if is_believed and not (one.is_right and is_for_here):
            self.found.forgeries.append(f"{one.name} answered 200")


def make_stores() -> list[StoreConnection]:
    """Make a brand with a store of each platform, its creator and his code."""
    program = make_program()
    make_code(make_enrollment(program), "LENA10")
    return [
        make_connection(program.brand, platform=platform, secret=sender.secret(OURS))
        for platform, sender in sorted(SENDERS.items())
        if platform in list_adapters()
    ]


def try_inputs(numbers: range) -> Found:
    """Try the inputs of these numbers at the stores there are."""
    return Fuzzer(list(StoreConnection.objects.order_by("pk"))).run(numbers)
