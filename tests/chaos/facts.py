"""Facts a store tells of its orders, drawn from a seed, and where they are told.

A fact names creators, never codes or tokens, so the same facts can be told to several brands.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings

from affiliates.models import Enrollment, Link
from brands.domain.rules import Conditions
from brands.models import StoreConnection
from brands.services.rules import RuleDraft
from core.ids import uuid7
from tests.makers import (
    NOW,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
    make_user,
    percent_rule,
)
from tests.orders import make_click
from tests.shop import stamp
from tracking.domain.token import make_token

EXPONENTS = {"EUR": 2, "JPY": 0, "KWD": 3}
CREATORS = ("anna", "ben")
PLACED = NOW + timedelta(hours=2)
CLICKED = {"anna": NOW + timedelta(hours=1), "ben": NOW + timedelta(minutes=90)}
PRODUCTS = ("cup", "lamp", "rug")

RULES = (
    RuleDraft(
        name="Rugs",
        kind="flat_order",
        amounts={"EUR": 700, "JPY": 900},
        conditions=Conditions(products=("rug",)),
    ),
    RuleDraft(
        name="France",
        kind="percent",
        rate_bps=1500,
        conditions=Conditions(countries=("FR",), products=("lamp",)),
    ),
    RuleDraft(
        name="Large orders",
        kind="percent",
        rate_bps=2000,
        conditions=Conditions(min_order_value={"EUR": 20_000, "JPY": 20_000, "KWD": 200_000}),
    ),
    RuleDraft(name="By link", kind="percent", rate_bps=800, conditions=Conditions(signal="link")),
    percent_rule(1000),
)


@dataclass(frozen=True)
class Fact:
    """One thing the store tells of one order; `codes` and `clicks` are names of creators."""

    order: str
    kind: str
    data: dict[str, Any]
    codes: tuple[str, ...] = ()
    clicks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """A fact as it is posted: its event id and the bytes."""

    event_id: str
    topic: str
    body: bytes


@dataclass
class World:
    """A brand with two creators and a store; the same in every world but for the ids."""

    store: StoreConnection
    enrollments: dict[str, Enrollment]
    links: dict[str, Link]
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def brand_id(self) -> int:
        return self.store.brand_id

    def deliver(self, fact: Fact, event_id: str) -> Delivery:
        """Return the body of a fact as this brand's store would send it."""
        data = dict(fact.data)
        if fact.codes:
            data["discounts"] = [{"code": f"FROM-{name}", "amount": "0"} for name in fact.codes]
        if fact.clicks:
            (name,) = fact.clicks
            data["click"] = self._token(fact.order, name)
        body = json.dumps({"type": fact.kind, "data": data}).encode()
        return Delivery(event_id, fact.kind, body)

    def _token(self, order: str, name: str) -> str:
        """Return the token of a click; those of even orders are stored, the others recovered."""
        if (order, name) not in self.tokens:
            link, at = self.links[name], CLICKED[name]
            is_stored = int(order) % 2 == 0
            click_id = make_click(link, at=at).id if is_stored else uuid7(at)
            self.tokens[order, name] = make_token(settings.CLICK_TOKEN_KEYS, click_id, link.pk)
        return self.tokens[order, name]

    def name_of(self, enrollment_id: int | None) -> str:
        names = {row.pk: name for name, row in self.enrollments.items()}
        return names[enrollment_id] if enrollment_id else ""


def make_world() -> World:
    program = make_program(make_brand(), RULES)
    enrollments = {name: make_enrollment(program, user=make_user(name=name)) for name in CREATORS}
    for name, enrollment in enrollments.items():
        make_code(enrollment, f"FROM-{name}")
    links = {name: make_link(enrollment) for name, enrollment in enrollments.items()}
    return World(make_connection(program.brand), enrollments, links)


def draw_facts(rng: Random, *, orders: int) -> list[Fact]:
    """Return what a store tells of so many orders, order by order, as it happened."""
    return [fact for number in range(1, orders + 1) for fact in _Story(rng, str(number)).tell()]


class _Story:
    """What happens to one order."""

    def __init__(self, rng: Random, order: str) -> None:
        self.rng = rng
        self.order = order
        self.currency = rng.choice(list(EXPONENTS))
        self.at = PLACED
        self.country = rng.choice(["DE", "FR"])
        self.codes: tuple[str, ...] = ()
        self.clicks: tuple[str, ...] = ()
        self.refunds = 0
        self.lines = [self._line(str(n)) for n in range(1, rng.randint(2, 4))]

    def tell(self) -> list[Fact]:
        rng = self.rng
        self._choose_signals()
        facts = [self._snapshot("pending", is_paid=False)] if rng.random() < 0.3 else []
        facts.append(self._snapshot("paid"))
        facts.extend(self._edit() for _ in range(rng.randint(0, 2)))
        for _ in range(rng.randint(0, 3)):
            facts.extend(self._refund())
        if rng.random() < 0.4:
            facts.extend(self._dispute())
        if rng.random() < 0.15:
            facts.append(self._snapshot("cancelled"))
        return facts

    def _choose_signals(self) -> None:
        rng = self.rng
        self.codes = tuple(name for name in CREATORS if rng.random() < 0.4)
        self.clicks = (rng.choice(CREATORS),) if rng.random() < 0.6 else ()

    def _line(self, line_id: str) -> dict[str, Any]:
        gross = self.rng.randint(0, 20_000)
        return {
            "id": line_id,
            "product_id": self.rng.choice(PRODUCTS),
            "quantity": self.rng.randint(1, 3),
            "gross": self._text(gross),
            "discount": self._text(self.rng.randint(0, gross)),
            "tax": self._text(self.rng.randint(0, 500)),
        }

    def _text(self, minor: int) -> str:
        digits = EXPONENTS[self.currency]
        whole, part = divmod(minor, 10**digits)
        return f"{whole}.{part:0{digits}}" if digits else str(whole)

    def _snapshot(self, status: str, *, is_paid: bool = True) -> Fact:
        self.at += timedelta(seconds=30)
        data: dict[str, Any] = {
            "id": self.order,
            "updated_at": stamp(self.at),
            "placed_at": stamp(PLACED),
            "status": status,
            "currency": self.currency,
            "total": self._text(10_000),
            "lines": [dict(line) for line in self.lines],
            "customer": {"email": f"{self.order}@mail.example", "country": self.country},
        }
        if is_paid:
            data["paid_at"] = stamp(PLACED + timedelta(minutes=1))
        if status == "cancelled":
            data["cancelled_at"] = stamp(self.at)
        kind = "order.cancelled" if status == "cancelled" else "order.updated"
        return Fact(self.order, kind, data, self.codes, self.clicks)

    def _edit(self) -> Fact:
        """Change, drop or add a line; sometimes the country or the signals too."""
        rng = self.rng
        change = rng.choice(["line", "drop", "add", "country", "signals"])
        if change == "line":
            self.lines[0] = self._line(self.lines[0]["id"])
        elif change == "drop" and len(self.lines) > 1:
            self.lines.pop()
        elif change == "add":
            self.lines.append(self._line(f"new{len(self.lines)}"))
        elif change == "country":
            self.country = "FR" if self.country == "DE" else "DE"
        else:
            self._choose_signals()
        return self._snapshot("paid")

    def _refund(self) -> list[Fact]:
        """Refund a line or an amount; one in four fails afterwards."""
        self.refunds += 1
        money = self.rng.randint(1, 6_000)
        data: dict[str, Any] = {
            "id": f"r{self.order}-{self.refunds}",
            "order_id": self.order,
            "currency": self.currency,
            "total": self._text(money),
        }
        if self.rng.random() < 0.5:
            line = {"id": self.rng.choice(self.lines)["id"], "quantity": 0}
            data["lines"] = [line | {"net": self._text(money)}]
        else:
            data["amount"] = self._text(money)
        told = [Fact(self.order, "refund.created", data)]
        if self.rng.random() < 0.25:
            told.append(Fact(self.order, "refund.updated", data | {"status": "failed"}))
        return told

    def _dispute(self) -> list[Fact]:
        data: dict[str, Any] = {"id": f"d{self.order}", "order_id": self.order}
        if self.rng.random() < 0.5:
            data |= {"amount": self._text(self.rng.randint(1, 4_000)), "currency": self.currency}
        told = [Fact(self.order, "dispute.opened", data | {"at": stamp(PLACED)})]
        if self.rng.random() < 0.7:
            end = self.rng.choice(["dispute.won", "dispute.lost"])
            later = datetime(2026, 8, 20, tzinfo=UTC)
            told.append(Fact(self.order, end, data | {"at": stamp(later)}))
        return told
