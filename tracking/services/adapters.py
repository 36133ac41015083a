"""What the intake of store events asks of a platform's adapter.

An adapter is pure: bytes and headers in, canonical events out; no clock, no network, no rows.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from brands.services.platforms import Traits
from core.signing import Headers, Refusal, Verified
from tracking.domain.events import CanonicalEvent

HashEmail = Callable[[str], str]

FILES = "csv"  # the platform of stores whose orders come from files

NEEDS_FETCH = "needs_fetch"  # the body only tells that something changed
FETCHING = "fetching"  # the same, and the order is being fetched
SAME_SALE = "same_sale"  # another event of the same sale is counted
NO_REVENUE = "no_revenue"  # nothing was paid for it
NO_MONEY = "no_money"  # a refund record that moved nothing
NO_ORDER = "no_order"  # about no order of the shop
IRRELEVANT = "irrelevant_topic"
UNINSTALLED = "app_uninstalled"
DATA_REQUEST = "customer_data_request"
CUSTOMER_REDACT = "customer_redact"
SHOP_REDACT = "shop_redact"


class PayloadRefused(Exception):
    """The body cannot be read exactly. `detail` names the field and never quotes its value."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail[:300]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a verified delivery says of itself; empty or None where the sender does not say."""

    topic: str
    event_id: str
    triggered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """The events of a body. `note` is empty, or the code of what it means beside or instead.

    `fetch`: ids by which `open_source` gives more than the body tells. `is_provisional`: what is
    fetched tells it better, so events and note stand only where nothing can be fetched.
    """

    events: tuple[CanonicalEvent, ...]
    note: str = ""
    fetch: tuple[str, ...] = ()
    is_provisional: bool = False


class Adapter(Protocol):
    """One platform. A package with these names is one.

    `open_source` too where it is fetched, `open_catalogue` where its products can be read.
    """

    __file__: str | None

    @property
    def traits(self) -> Traits: ...

    def verify(
        self,
        *,
        headers: Headers,
        body: bytes,
        secrets: Sequence[str],
        now: datetime,
        address: str,
    ) -> Verified | Refusal:
        """Tell whether a holder of one of the secrets sent this; never raises.

        `address`: what it was posted to, as it was given to the shop; some sign it too.
        """
        ...

    def describe(self, *, headers: Headers, body: bytes) -> Delivery:
        """Read topic and id of a verified delivery, to store it by; never raises."""
        ...

    def is_ping(self, *, body: bytes) -> bool:
        """Tell whether this only asks if somebody is here; answered unverified and not kept."""
        ...

    def parse(self, *, topic: str, headers: Headers, body: bytes, hash_email: HashEmail) -> Parsed:
        """Turn a verified body into canonical events.

        `hash_email` gets a normalised address (see `core.signing.normalise_email`).

        :raises PayloadRefused: for whatever cannot be read exactly, and nothing else.
        """
        ...
