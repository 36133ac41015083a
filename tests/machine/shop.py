"""A shop whose news travels by a post that delays, repeats and reorders it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.machine.caps import Cap, find_left
from tests.machine.oracle import Deal, Facts, Line, Refund, Version, earn, list_left, release_at
from tests.machine.world import CURRENCIES, House, Place
from tests.shop import code, stamp


@dataclass
class Sale:
    """An order in the shop, what was told of it so far, and what people decided about it."""

    house: House
    place: Place
    number: str
    placed_at: datetime
    facts: Facts
    in_shop: Version
    refunds: list[Refund] = field(default_factory=list)
    disputes: dict[str, int | None] = field(default_factory=dict)
    deal: Deal | None = None  # None: nobody has the credit, or nothing was told yet
    is_known: bool = False
    release_at: datetime | None = None
    paid_received_at: datetime | None = None
    asked_minor: int = 0
    most_minor: list[int] = field(default_factory=list)  # what each cap gave when it last asked
    price_minor: int = 0
    posted_minor: int = 0
    adjusted_minor: int = 0
    added_minor: int = 0
    is_rejected: bool = False
    is_held: bool = False
    frozen_minor: int | None = None

    @property
    def currency(self) -> str:
        return self.facts.currency

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.house.brand.time_zone)

    @property
    def seat(self) -> tuple[int, int]:
        """Return the program and the creator's place in it."""
        return self.place.enrollment.program_id, self.place.enrollment.pk

    @property
    def is_in_review(self) -> bool:
        return self.is_held or bool(self.facts.open_disputes)

    def expect(self) -> int:
        """Return what the commission should be now, in minor units."""
        if self.frozen_minor is not None:
            return self.frozen_minor
        order = self.facts.newest
        if self.deal is None or self.is_rejected or order is None:
            return 0
        if list_left(self.facts, order) is None:
            return 0
        return max(0, self._find_price() + self.adjusted_minor)

    def settle(self, caps: Sequence[Cap], sales: Sequence["Sale"]) -> None:
        """Reckon anew, and take of the caps where it would get more than it has or ever asked for.

        `caps`: what they are now. One that is lower than when the sale was first priced does not
        reach it. What is rejected takes nothing and asks for nothing.
        """
        if self.deal is None or self.facts.newest is None:
            return
        has = self.price_minor if self.posted_minor else 0
        wanted = earn(self.facts, self.deal)
        is_asking = self._find_price() > has or wanted > self.asked_minor
        if is_asking and not self.is_rejected:
            self.asked_minor = wanted
            self.most_minor = [
                max(find_left(max(then, now, key=self._amount_of), self, sales), has, 0)
                for then, now in zip(self.deal.caps, caps, strict=True)
                if self.currency in then.amounts
            ]
        if self.frozen_minor is None:
            self.price_minor, self.posted_minor = self._find_price(), self.expect()

    def _find_price(self) -> int:
        assert self.deal is not None
        return min([earn(self.facts, self.deal), *self.most_minor])

    def _amount_of(self, cap: Cap) -> int:
        return cap.amounts[self.currency]

    def hear(self, letter: "Letter") -> None:
        """Take note of when a payment was first heard of, and set the date of release once."""
        if letter.tells_payment:
            assert letter.received_at is not None
            earlier = self.paid_received_at or letter.received_at
            self.paid_received_at = min(letter.received_at, earlier)
        if self.release_at is None and self.deal is not None and self.paid_received_at:
            versions = self.facts.versions.values()
            paid_at = min(version.paid_at for version in versions if version.paid_at)
            self.release_at = release_at(paid_at, self.paid_received_at, self.deal)


@dataclass(eq=False)
class Letter:
    """One event on its way to the hook, and what it adds to what is told of its order."""

    sale: Sale
    event_id: str
    topic: str
    body: bytes
    tell: Callable[[Facts], None]
    tells_payment: bool = False
    received_at: datetime | None = None


def write_order(sale: Sale, event_id: str) -> Letter:
    """Tell the order as the shop knows it now."""
    version = sale.in_shop
    kind = "order.paid" if version.paid_at else "order.created"
    data: dict[str, Any] = {
        "id": sale.number,
        "updated_at": stamp(version.at),
        "placed_at": stamp(sale.placed_at),
        "status": "paid" if version.paid_at else "pending",
        "currency": sale.currency,
        "total": _amount(sale, version.total),
        "shipping": _amount(sale, version.shipping),
        "lines": [_line(sale, line) for line in version.lines],
        "discounts": code(sale.place.code, _amount(sale, 0)),
        "customer": {"email": f"{sale.number}@shopper.example", "country": "DE"},
    }
    if version.paid_at:
        data["paid_at"] = stamp(version.paid_at)

    def tell(facts: Facts) -> None:
        facts.versions[version.at] = version

    return _seal(sale, event_id, kind, data, tell, tells_payment=bool(version.paid_at))


def write_refund(
    sale: Sale, refund: Refund, event_id: str, at: datetime, *, failed: bool
) -> Letter:
    """Tell that a refund went through, or that it did not after all."""
    total = refund.net + refund.tax + refund.amount + refund.shipping
    data: dict[str, Any] = {
        "id": refund.id,
        "order_id": sale.number,
        "currency": sale.currency,
        "status": "failed" if failed else "succeeded",
        "refunded_at": stamp(at),
        "total": _amount(sale, total),
        "amount": _amount(sale, refund.amount),
        "shipping": _amount(sale, refund.shipping),
    }
    if refund.line:
        money = {"net": _amount(sale, refund.net), "tax": _amount(sale, refund.tax)}
        data["lines"] = [{"id": refund.line, "quantity": refund.units, **money}]

    def tell(facts: Facts) -> None:
        facts.refunds[refund.id] = refund
        if failed:
            facts.undone.add(refund.id)

    kind = "refund.updated" if failed else "refund.created"
    return _seal(sale, event_id, kind, data, tell)


def write_cancelled(sale: Sale, event_id: str, at: datetime) -> Letter:
    letter = write_order(sale, event_id)
    data = json.loads(letter.body)["data"] | {"status": "cancelled", "cancelled_at": stamp(at)}
    version = sale.in_shop

    def tell(facts: Facts) -> None:
        facts.versions[version.at] = version
        facts.is_cancelled = True

    return _seal(sale, event_id, "order.cancelled", data, tell, tells_payment=letter.tells_payment)


def write_dispute(
    sale: Sale, name: str, verdict: str, event_id: str, at: datetime, amount: int | None
) -> Letter:
    """Tell that a payment was disputed, or how that ended."""
    data: dict[str, Any] = {"id": name, "order_id": sale.number, "at": stamp(at)}
    if amount is not None:
        data |= {"amount": _amount(sale, amount), "currency": sale.currency}

    def tell(facts: Facts) -> None:
        if verdict == "opened":
            facts.opened.add(name)
        else:
            facts.verdicts.setdefault(name, set()).add((at, verdict == "lost"))
            facts.lost_minor[name] = amount

    return _seal(sale, event_id, f"dispute.{verdict}", data, tell)


def make_lines(
    told: list[tuple[str, int, int, bool]],
) -> tuple[Line, ...]:
    return tuple(
        Line(f"l{number}", product, quantity, net, net // 5 if is_taxed else 0)
        for number, (product, quantity, net, is_taxed) in enumerate(told)
    )


def backdated(now: datetime, hours: int) -> datetime:
    return now - timedelta(hours=hours)


def _seal(
    sale: Sale,
    event_id: str,
    kind: str,
    data: dict[str, Any],
    tell: Callable[[Facts], None],
    *,
    tells_payment: bool = False,
) -> Letter:
    body = json.dumps({"type": kind, "data": data}).encode()
    return Letter(sale, event_id, kind, body, tell, tells_payment)


def _line(sale: Sale, line: Line) -> dict[str, Any]:
    discount = line.net // 7
    return {
        "id": line.id,
        "product_id": line.product,
        "title": line.product,
        "quantity": line.quantity,
        "gross": _amount(sale, line.net + discount),
        "discount": _amount(sale, discount),
        "tax": _amount(sale, line.tax),
    }


def _amount(sale: Sale, minor: int) -> str:
    return f"{Decimal(minor).scaleb(-CURRENCIES[sale.currency]):f}"
