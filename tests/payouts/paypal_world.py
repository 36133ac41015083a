"""PayPal's stand-in in this process, a creator's address, and a clock to move."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from brands.models import RailKind
from payouts.models import PayoutMethod
from payouts.rails.paypal.adapter import BATCHES, PayPalRail
from payouts.rails.paypal.direct import NOWHERE, DirectTransport
from payouts.rails.paypal.standin import PayPalStandin
from payouts.rails.stripe.standin import namespace_of
from payouts.rails.stripe.standin_faults import Fault
from payouts.rails.stripe.standin_store import Json, MemoryStore
from payouts.services.methods import set_bank_method
from payouts.services.rails import Instruction
from tests.payouts.ledger_world import Books

SECRET = "sk_test_standin_paypal"  # opens the stand-in only
START = datetime(2026, 9, 1, 12, tzinfo=UTC)
ANNA = "anna@example.com"


@dataclass
class PayPalWorld:
    """Everything a test of the PayPal rail needs."""

    standin: PayPalStandin
    rail: PayPalRail
    now: datetime = START
    account: str = ANNA

    namespace = namespace_of(SECRET)

    def pass_time(self, by: timedelta) -> None:
        self.now += by

    def fail(self, *faults: Fault) -> None:
        """Plan faults; one that names no path is for the making of batches."""
        planned = [
            replace(one, path=BATCHES if one.path == "/v1/transfers" else one.path)
            for one in faults
        ]
        self.standin.plan_faults(namespace=self.namespace, faults=planned)

    def transfers(self) -> list[Json]:
        """The truth: what PayPal really did, amounts in minor units."""
        return [
            {"id": batch["id"], "amount": int(_value(batch).replace(".", ""))}
            for batch in self.standin.list_batches(namespace=self.namespace)
        ]

    def reverse(self, batch_id: str) -> None:
        self.standin.force(namespace=self.namespace, batch_id=batch_id, status="REVERSED")

    def add_method(self, books: Books) -> PayoutMethod:
        return set_bank_method(
            affiliation_id=books.affiliation.pk,
            rail=RailKind.PAYPAL,
            details={"email": self.account},
            actor_id=books.affiliation.affiliate.user_id,
            now=books.now,
        )


@contextmanager
def open_paypal(funds: int | None = None) -> Iterator[PayPalWorld]:
    holder: list[PayPalWorld] = []
    standin = PayPalStandin(
        store=MemoryStore(),
        clock=lambda: holder[0].now if holder else START,
        funds=None if funds is None else {"EUR": funds},
    )
    rail = PayPalRail(
        client_id="app",
        secret=SECRET,
        is_live=False,
        base_url=NOWHERE,
        transport=DirectTransport(standin),
    )
    holder.append(PayPalWorld(standin, rail))
    yield holder[0]


def make_instruction(**changes: object) -> Instruction:
    payout = f"pay_{uuid4().hex[:20]}"
    instruction = Instruction(
        payout_public_id=payout,
        attempt_key=uuid4(),
        amount_minor=4_250,
        currency="EUR",
        destination=json.dumps({"email": ANNA}),
        description="Payout of September",
        group=payout,
    )
    return replace(instruction, **changes)  # type: ignore[arg-type]


def _value(batch: Json) -> str:
    return str(batch["asked"]["items"][0]["amount"]["value"])
