"""A draft that was tried on past orders, as a page and a file tell it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from affiliates.models import Enrollment
from brands.domain.pricing import Pricing
from brands.domain.rules import COUNTED_KINDS
from brands.models import WhatIf
from core.exports import Cell, amount
from core.money import Money
from core.wording import Reader
from portal.arithmetic import ArithmeticLine, list_price
from tracking.models import Order
from tracking.reader import brand_reader

SHOWN = 20
HEADINGS = ("record", "id", "name", "currency", "orders", "leads", "before", "after", "change")


@dataclass(frozen=True, slots=True)
class Before:
    """What something paid, what it would pay, and the difference, in one currency."""

    before: Money
    after: Money

    @property
    def change(self) -> Money:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class CreatorRow(Before):
    """A creator's orders of the period."""

    place: Enrollment | None
    orders: int
    leads: int


@dataclass(frozen=True, slots=True)
class OrderRow(Before):
    """An order that would pay something else, with its arithmetic before and after."""

    public_id: str
    number: str
    commission: str
    creator: str
    is_lost: bool
    is_lead: bool
    was: tuple[ArithmeticLine, ...]
    would_be: tuple[ArithmeticLine, ...]


@dataclass(frozen=True, slots=True)
class Part(Before):
    """All of one currency; `gain` and `lose` by the largest change first."""

    orders: int
    changed: int
    lost: int
    leads: int
    leads_changed: int
    leads_lost: int
    limited: int
    limited_after: int
    gain: list[CreatorRow]
    lose: list[CreatorRow]
    same: int
    most: list[OrderRow]

    @property
    def currency(self) -> str:
        return self.before.currency


def counts_visits(what_if: WhatIf) -> bool:
    """Say whether the draft pays visits or views, which are of no order and are not replayed."""
    return any(rule["kind"] in COUNTED_KINDS for rule in what_if.rules)


def list_parts(what_if: WhatIf) -> list[Part]:
    """Return the answer by currency; none where no order of the period had credit."""
    result = what_if.result or {}
    creators = _list_creators(what_if, result.get("creators", ()))
    orders = _list_orders(what_if, result.get("orders", ()))
    return [_part(total, creators, orders) for total in result.get("totals", ())]


def list_cells(what_if: WhatIf) -> Iterator[Sequence[Cell]]:
    """Return a row for each currency, each creator in it, and each order that changed most."""
    result = what_if.result or {}
    for total in result.get("totals", ()):
        yield ("total", "", "", *_cells(total))
    for facts, row in zip(
        result.get("creators", ()),
        _list_creators(what_if, result.get("creators", ())),
        strict=True,
    ):
        place = row.place.affiliation if row.place else None
        name = (place.public_id, str(place)) if place else ("", "")
        yield ("creator", *name, *_cells(facts))
    numbers = _read_numbers(what_if, result.get("orders", ()))
    for facts in result.get("orders", ()):
        yield ("order", facts["order"], numbers.get(facts["order"], ""), *_cells(facts))


def _cells(facts: Mapping[str, Any]) -> Sequence[Cell]:
    currency, before, after = facts["currency"], facts["before"], facts["after"]
    return (
        currency,
        facts.get("orders", int(not facts.get("is_lead"))),
        facts.get("leads", int(facts.get("is_lead", False))),
        amount(before, currency),
        amount(after, currency),
        amount(after - before, currency),
    )


def _part(total: Mapping[str, Any], creators: list[CreatorRow], orders: list[OrderRow]) -> Part:
    currency = total["currency"]
    mine = [row for row in creators if row.before.currency == currency]
    gain = [row for row in mine if row.change.amount_minor > 0]
    lose = [row for row in mine if row.change.amount_minor < 0]
    return Part(
        before=Money(total["before"], currency),
        after=Money(total["after"], currency),
        orders=total["orders"],
        changed=total["changed"],
        lost=total["lost"],
        leads=total.get("leads", 0),
        leads_changed=total.get("leads_changed", 0),
        leads_lost=total.get("leads_lost", 0),
        limited=total.get("limited", 0),
        limited_after=total.get("limited_after", 0),
        gain=sorted(gain, key=lambda row: -row.change.amount_minor),
        lose=sorted(lose, key=lambda row: row.change.amount_minor),
        same=len(mine) - len(gain) - len(lose),
        most=[row for row in orders if row.before.currency == currency],
    )


def _list_creators(what_if: WhatIf, rows: Sequence[Mapping[str, Any]]) -> list[CreatorRow]:
    places = Enrollment.objects.filter(brand=what_if.brand_id).select_related(
        "affiliation__affiliate"
    )
    known = places.in_bulk({row["enrollment"] for row in rows})
    return [
        CreatorRow(
            before=Money(row["before"], row["currency"]),
            after=Money(row["after"], row["currency"]),
            place=known.get(row["enrollment"]),
            orders=row["orders"],
            leads=row.get("leads", 0),
        )
        for row in rows
    ]


def _list_orders(what_if: WhatIf, rows: Sequence[Mapping[str, Any]]) -> list[OrderRow]:
    """Return those whose arithmetic is kept."""
    told = [row for row in rows if "lines" in row]
    reader = brand_reader(what_if.brand, [{"creator": row["enrollment"]} for row in told])
    numbers = _read_numbers(what_if, told)
    return [
        OrderRow(
            before=Money(row["before"], row["currency"]),
            after=Money(row["after"], row["currency"]),
            public_id=row["order"],
            number=numbers.get(row["order"], row["order"]),
            commission=row["commission"],
            creator=reader.names.get("creator", {}).get(str(row["enrollment"]), ""),
            is_lost=row["lost"],
            is_lead=row.get("is_lead", False),
            was=_lines(row["lines"][0], reader),
            would_be=_lines(row["lines"][1], reader),
        )
        for row in told
    ]


def _lines(stored: Mapping[str, Any], reader: Reader) -> tuple[ArithmeticLine, ...]:
    return tuple(list_price(Pricing.from_json(stored), reader))


def _read_numbers(what_if: WhatIf, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    orders = Order.objects.filter(
        brand=what_if.brand_id, public_id__in={row["order"] for row in rows}
    )
    return {order.public_id: order.number for order in orders.defer("facts")}
