"""Read PayPal's batches strictly: a missing or odd field is Unreadable, never a default."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from payouts.rails.paypal.amounts import from_value
from payouts.services.rails import Found

PAID = frozenset({"SUCCESS"})
WAITING = {"PENDING": "pending", "UNCLAIMED": "unclaimed", "ONHOLD": "held"}
RETURNED = frozenset({"RETURNED", "REFUNDED", "REVERSED"})
FAILED = frozenset({"FAILED", "BLOCKED", "DENIED", "CANCELED"})
ENDED_BATCH = frozenset({"DENIED", "CANCELED"})
BRAND_ERRORS = frozenset({"INSUFFICIENT_FUNDS", "TRANSACTION_LIMIT_EXCEEDED"})


class Unreadable(ValueError):
    """The answer is not the object that was asked for."""


@dataclass(frozen=True, slots=True)
class Item:
    """One payment of a batch, its amount in our minor units."""

    sender_item_id: str
    receiver: str
    amount_minor: int
    currency: str
    status: str
    error: str

    def as_found(self, batch_id: str) -> Found:
        """Say what the item's state means.

        :raises Unreadable: a state nobody has told us of proves nothing.
        """
        if self.status not in {*PAID, *WAITING, *RETURNED, *FAILED}:
            raise Unreadable(f"state {self.status[:40]!r}")
        is_back = self.status in RETURNED
        return Found(
            external_id=batch_id,
            amount_minor=self.amount_minor,
            currency=self.currency,
            reversed_minor=self.amount_minor if is_back else 0,
            is_paid=self.status in PAID or is_back,
            is_failed=self.status in FAILED,
            code=self._code(),
        )

    def _code(self) -> str:
        if self.status in WAITING:
            return WAITING[self.status]
        if self.status not in FAILED:
            return ""
        return "balance_insufficient" if self.error in BRAND_ERRORS else "destination_unusable"


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as PayPal tells it. Its own state says nothing of its items, but for its refusal."""

    id: str
    sender_batch_id: str
    status: str
    items: tuple[Item, ...]


def read_batch(raw: Mapping[str, Any]) -> Batch:
    """Read a batch.

    :raises Unreadable: it is none, or has no end.
    """
    header = _inside(raw, "batch_header")
    items = raw.get("items", [])
    if not isinstance(items, list):
        raise Unreadable("items are no list")
    return Batch(
        id=text(header, "payout_batch_id"),
        sender_batch_id=text(_inside(header, "sender_batch_header"), "sender_batch_id"),
        status=text(header, "batch_status"),
        items=tuple(_read_item(one) for one in items),
    )


def text(data: Mapping[str, Any], name: str) -> str:
    """Return a field that must be a text with something in it."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"no {name}")
    return value


def _read_item(raw: object) -> Item:
    if not isinstance(raw, dict):
        raise Unreadable("an item that is no object")
    sent = _inside(raw, "payout_item")
    amount = _inside(sent, "amount")
    currency = text(amount, "currency")
    errors = raw.get("errors")
    return Item(
        sender_item_id=text(sent, "sender_item_id"),
        receiver=text(sent, "receiver"),
        amount_minor=from_value(text(amount, "value"), currency),
        currency=currency,
        status=text(raw, "transaction_status"),
        error=str(errors.get("name", "")) if isinstance(errors, dict) else "",
    )


def _inside(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = data.get(name)
    if not isinstance(value, dict):
        raise Unreadable(f"no {name}")
    return value
