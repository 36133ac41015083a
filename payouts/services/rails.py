"""What every payout rail offers. Services know rails only by these Protocols, never by an SDK.

A rail answers with facts and books nothing. A missing answer is `Unknown`, never a failure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import UUID

from core.signing import Refusal
from payouts.domain.limits import Quote, RailLimits

RefusalCode = Literal[
    "balance_insufficient",
    "not_authorized",
    "destination_unusable",
    "amount_invalid",
    "currency_unsupported",
    "other",
]
UnknownCode = Literal[
    "timeout",
    "connection",
    "server_error",
    "rate_limited",
    "in_progress",
    "key_reused",
    "unreadable",
    "mismatch",
    "wrong_mode",
    "foreign_transfer",
    "duplicate_transfers",
    "not_authorized",
    "refused_later",
    "key_expired",
]
NoticeKind = Literal["transfer", "account", "account_closed", "creator_payout", "ignored"]

BRAND_CAUSES: frozenset[RefusalCode] = frozenset({"balance_insufficient", "not_authorized"})
"""Refusals the brand mends; the creator is not told that his payout failed."""

ASK_LATER: frozenset[UnknownCode] = frozenset(
    {
        "timeout",
        "connection",
        "server_error",
        "rate_limited",
        "in_progress",
        "unreadable",
        "not_authorized",
        "refused_later",
    }
)
"""Causes that pass. Every other cause needs a person, and the run stops."""


class RailUnavailable(Exception):
    """The rail gave no usable answer; asking again with the same key is safe."""


class RailDeclined(Exception):
    """The rail refused for good; the first argument is its own code."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """One attempt to send one payout, exactly as it was committed before the call.

    `attempt_key` is the idempotency key. `group` labels everything sent for this payout.
    `external_id`: the rail's own, once it gave one. `is_repeat`: it may have been sent before.
    """

    payout_public_id: str
    attempt_key: UUID
    amount_minor: int
    currency: str
    destination: str
    description: str
    group: str
    external_id: str = ""
    is_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """The rail has it. `is_paid` False: accepted, the last word comes later."""

    external_id: str
    is_paid: bool
    summary: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """A definitive no: nothing was sent with this key and nothing will be."""

    code: RefusalCode
    detail: str

    @property
    def is_brand_cause(self) -> bool:
        """Tell whether the payout stays approved and a new attempt may follow."""
        return self.code in BRAND_CAUSES


@dataclass(frozen=True, slots=True)
class Unknown:
    """No answer that can be trusted: it may have been sent. Look up before anything else."""

    code: UnknownCode
    detail: str

    @property
    def needs_person(self) -> bool:
        return self.code not in ASK_LATER


Outcome = Sent | Refused | Unknown


@dataclass(frozen=True, slots=True)
class Found:
    """The rail has exactly one payment of this attempt.

    `code` says what it waits for, or why it failed and nothing was paid (`is_failed`).
    """

    external_id: str
    amount_minor: int
    currency: str
    reversed_minor: int = 0
    is_paid: bool = True
    is_failed: bool = False
    code: str = ""

    @property
    def is_reversed(self) -> bool:
        """Tell whether all of it came back; a part that came back is in `reversed_minor`."""
        return self.reversed_minor >= self.amount_minor


@dataclass(frozen=True, slots=True)
class NotFound:
    """The rail shows nothing. `is_complete` False: it cannot prove that there is nothing."""

    is_complete: bool


@dataclass(frozen=True, slots=True)
class MayRepeat:
    """The rail cannot be asked by our key: sending again with the same key is how to ask.

    That is safe for so long after the attempt was made (`within`), and never later.
    """

    within: timedelta


LookupResult = Found | NotFound | MayRepeat | Unknown


@dataclass(frozen=True, slots=True)
class Payer:
    """The account the money leaves from.

    It is stored with each attempt: a look-up in another account would find nothing and prove
    nothing, so an attempt is never asked for, or sent again, from another payer.
    """

    account_id: str
    country: str


@dataclass(frozen=True, slots=True)
class SentItem:
    """A payment as the rail lists it, for reconciliation and for the fence after a restore."""

    external_id: str
    payout_public_id: str
    attempt: str
    amount_minor: int
    currency: str
    destination: str
    reversed_minor: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SentList:
    """Payments since a time; `is_complete` False: a page is missing, so absence proves nothing."""

    items: tuple[SentItem, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """A genuine message of the rail: a reason to fetch these objects, never a fact by itself."""

    event_id: str
    kind: NoticeKind
    external_ids: tuple[str, ...]
    account: str
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the rail says of a creator's account. `needs`: the rail's own names, first one first.

    `destination` names the bank accounts and cards it may pay out to, as far as the rail tells.
    """

    can_receive: bool
    payouts_enabled: bool
    needs: tuple[str, ...]
    is_live: bool
    destination: str = ""


class Rail(Protocol):
    """A way to pay. Calls may take as long as their timeouts; none is made inside a transaction."""

    @property
    def name(self) -> str: ...

    @property
    def limits(self) -> RailLimits: ...

    def quote(self, *, instruction: Instruction) -> Quote:
        """Tell what of the amount can be sent. Asks nobody."""
        ...

    def submit(self, *, instruction: Instruction) -> Outcome:
        """Send it, once per attempt key however often this is called within the retry window."""
        ...

    def lookup(self, *, instruction: Instruction) -> LookupResult:
        """Ask whether this attempt was carried out. Never sends."""
        ...

    def list_sent(self, *, since: datetime) -> SentList:
        """List everything sent since a time, whoever sent it."""
        ...

    def payer(self) -> Payer | None:
        """Name the account the money leaves from; None when the rail has none or does not say."""
        ...

    def funds(self, *, currency: str) -> int | None:
        """Return what can be sent now in minor units; None when nobody knows."""
        ...

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
    ) -> Notice | Refusal:
        """Check a message against every active secret and name what to fetch.

        :raises RailUnavailable: the rail must say so itself, and did not answer.
        """
        ...


class Onboarding(Protocol):
    """How a creator's account at the rail comes to be. All calls raise the two rail errors."""

    def create_account(
        self, *, country: str, email: str, metadata: Mapping[str, str], idempotency_key: str
    ) -> str:
        """Open an account and return its id.

        :raises RailUnavailable: no answer; ask again with the same key.
        :raises RailDeclined: refused for good.
        """
        ...

    def account_link(self, *, account: str, return_url: str, refresh_url: str) -> str:
        """Return a single-use address where the creator gives the rail what it needs.

        Coming back from it proves nothing; `account_state` does.
        """
        ...

    def account_state(self, *, account: str) -> AccountState:
        """Fetch what the account can do and what it lacks."""
        ...
