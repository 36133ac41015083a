"""A platform, a funded stand-in on loopback, a creator who can receive, and a clock to move."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from payouts.rails.stripe.accounts import StripeOnboarding
from payouts.rails.stripe.adapter import StripeRail
from payouts.rails.stripe.client import is_live_key, make_client
from payouts.rails.stripe.standin import StripeStandin, namespace_of
from payouts.rails.stripe.standin_faults import Fault
from payouts.rails.stripe.standin_http import StandinServer
from payouts.rails.stripe.standin_store import Json, MemoryStore
from payouts.services.rails import Instruction

KEY = "sk_test_standin_platform"
START = datetime(2026, 9, 1, 12, tzinfo=UTC)


@dataclass
class World:
    """Everything a test of the Stripe rail needs."""

    store: MemoryStore
    standin: StripeStandin
    server: StandinServer
    rail: StripeRail
    onboarding: StripeOnboarding
    now: datetime
    account: str = ""
    key: str = KEY

    @property
    def namespace(self) -> str:
        return namespace_of(self.key)

    def pass_time(self, by: timedelta) -> None:
        self.now += by

    def fail(self, *faults: Fault) -> None:
        self.standin.plan_faults(namespace=self.namespace, faults=faults)

    def transfers(self) -> list[Json]:
        """The truth: what Stripe really did."""
        return self.store.list(namespace=self.namespace, kind="transfer")

    def reverse(self, transfer_id: str, amount: int | None = None) -> None:
        params = {} if amount is None else {"amount": str(amount)}
        response = self.standin.handle(
            method="POST",
            path=f"/v1/transfers/{transfer_id}/reversals",
            headers={"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid4())},
            form_params=params,
        )
        assert response.status == 200, response.body


@contextmanager
def open_world(*, key: str = KEY, funds: int = 100_000_000) -> Iterator[World]:
    store = MemoryStore()
    holder: list[World] = []
    standin = StripeStandin(
        store=store,
        clock=lambda: holder[0].now if holder else START,
        page_url="https://fairshare.example/standin/stripe",
        opening_funds=dict.fromkeys(("eur", "huf", "isk", "jpy", "kwd", "usd"), funds),
    )
    with StandinServer(standin) as server:
        world = _make_world(store, standin, server, key)
        holder.append(world)
        world.account = world.onboarding.create_account(
            country="DE", email="anna@example.com", metadata={}, idempotency_key="first-account"
        )
        standin.complete_onboarding(namespace=world.namespace, account=world.account)
        yield world


def make_instruction(world: World, **changes: object) -> Instruction:
    payout = f"pay_{uuid4().hex[:20]}"
    instruction = Instruction(
        payout_public_id=payout,
        attempt_key=uuid4(),
        amount_minor=4_250,
        currency="EUR",
        destination=world.account,
        description="Payout of September",
        group=payout,
    )
    return replace(instruction, **changes)  # type: ignore[arg-type]


def another_attempt(instruction: Instruction) -> Instruction:
    return replace(instruction, attempt_key=UUID(int=instruction.attempt_key.int ^ 1))


def _make_world(
    store: MemoryStore, standin: StripeStandin, server: StandinServer, key: str
) -> World:
    is_live = is_live_key(key)
    client = make_client(key=key, base_url=server.url, read_timeout_s=2.0)
    patient = make_client(key=key, base_url=server.url)
    return World(
        store=store,
        standin=standin,
        server=server,
        rail=StripeRail(key=key, expects_live=is_live, client=client),
        onboarding=StripeOnboarding(key=key, expects_live=is_live, client=patient),
        now=START,
        key=key,
    )
