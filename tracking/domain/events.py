"""Canonical events: what every store adapter emits and nothing else is merged.

All money is integer minor units of `currency`, never negative: the sign is in the event type.
Every time is aware UTC. An adapter that cannot read a money field exactly refuses the payload.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

OrderStatus = Literal[
    "pending",
    "authorized",
    "partially_paid",
    "paid",
    "partially_refunded",
    "refunded",
    "cancelled",
    "failed",
]
OrderKind = Literal["order", "lead"]
RefundKind = Literal["partial_line", "shipping_only", "amount_only", "full"]
RefundStatus = Literal["pending", "succeeded", "failed", "cancelled"]
DisputeStatus = Literal["opened", "won", "lost"]


@dataclass(frozen=True, slots=True)
class Line:
    """One order line as placed or edited, before refunds."""

    external_line_id: str
    product_ref: str
    variant_ref: str
    sku: str
    title: str
    quantity: int
    gross: int
    discount: int
    net_ex_tax: int
    tax: int
    is_gift_card: bool = False
    collections: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount of the order; only kind `code` with a code can credit a creator."""

    kind: Literal["code", "automatic", "manual", "script"]
    amount: int
    code: str = ""  # normalised: NFKC, trimmed, casefolded
    raw_code: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """What is kept of the shopper: a keyed hash, a country, the store's own word."""

    external_id: str = ""
    email_hash: str = ""
    country: str = ""  # ISO 3166-1 alpha-2 or empty
    is_first_order: bool | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """How the order belongs to a subscription."""

    kind: Literal["none", "initial", "renewal", "switch", "resubscribe"] = "none"
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class ClickSignal:
    """A click token as it arrived with the order, unverified, and what carried it."""

    token: str
    carrier: str


@dataclass(frozen=True, slots=True)
class OrderSnapshot:
    """The order as the store knew it at `version`.

    `version` grows with every change (updated_at in microseconds, or the platform's counter).
    `placed_at` None means the platform did not say; the time of receipt stands in.
    `cancelled_at` cancels for good; the status "cancelled" alone as long as no newer version says
    otherwise. Commissionable: paid_at set, not cancelled, not a test.
    A lead has no lines, no money and no currency; `paid_at` is when it was accepted.
    """

    external_order_id: str
    external_number: str
    version: int
    status: OrderStatus
    currency: str
    total: int
    lines: tuple[Line, ...]
    is_test: bool = False
    placed_at: datetime | None = None
    paid_at: datetime | None = None
    cancelled_at: datetime | None = None
    fulfilled_at: datetime | None = None
    delivered_at: datetime | None = None
    shipping: int = 0
    shipping_tax: int = 0
    tax_total: int = 0
    tax_included: bool = False
    discounts: tuple[Discount, ...] = ()
    customer: Customer = Customer()
    subscription: Subscription = Subscription()
    clicks: tuple[ClickSignal, ...] = ()
    has_paid_marker: bool = False  # the last landing page carried an advertising click id
    presentment_currency: str = ""
    is_vouched: bool = False  # finance answers for its paid time, from a file
    kind: OrderKind = "order"


@dataclass(frozen=True, slots=True)
class RefundLine:
    """What of one line was refunded."""

    external_line_id: str
    quantity: int
    net_ex_tax: int
    tax: int


@dataclass(frozen=True, slots=True)
class RefundEvent:
    """A refund by its own id. `amount` is the part of goods not assigned to lines.

    `cumulative_total`: set where the platform only tells the running total of the order.
    """

    external_order_id: str
    external_refund_id: str
    status: RefundStatus
    kind: RefundKind
    currency: str
    occurred_at: datetime | None
    lines: tuple[RefundLine, ...] = ()
    amount: int = 0
    shipping: int = 0
    total: int = 0
    cumulative_total: int | None = None
    is_test: bool = False


@dataclass(frozen=True, slots=True)
class DisputeEvent:
    """A chargeback by its own id: opened holds, won restores, lost reverses."""

    external_order_id: str
    external_dispute_id: str
    status: DisputeStatus
    occurred_at: datetime | None
    amount: int | None = None  # None: the whole order


@dataclass(frozen=True, slots=True)
class OrderCancelled:
    """The order was cancelled or deleted; the facts of it stay.

    `is_final` False: the store may bring it back, and any later body of the order says it did.
    """

    external_order_id: str
    occurred_at: datetime | None
    is_final: bool = True


CanonicalEvent = OrderSnapshot | RefundEvent | DisputeEvent | OrderCancelled
