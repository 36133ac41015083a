"""Shops with state that list what changed, each in its platform's way: pages, order, filters."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any

from core.egress import Answer
from tests.tracking.adapting import document
from tests.tracking.answering import Reply, Shop
from tracking.integrations.bigcommerce.pull import BigSource
from tracking.integrations.gumroad.pull import GumroadSource
from tracking.integrations.lemonsqueezy.pull import LemonSource
from tracking.integrations.paddle.pull import PaddleSource
from tracking.integrations.square.pull import SquareSource
from tracking.integrations.stripe.pull import StripeSource
from tracking.services.sources import Poller

RFC = "%a, %d %b %Y %H:%M:%S +0000"
Query = dict[str, str]


@dataclass
class Town:
    """One shop: what it holds by number, and when each was made and changed.

    `refuses`: paths, by how they begin, that answer a status instead.
    """

    made: dict[int, datetime] = field(default_factory=dict)
    changed: dict[int, datetime] = field(default_factory=dict)
    extra: dict[int, dict[str, Any]] = field(default_factory=dict)
    refuses: dict[str, int] = field(default_factory=dict)
    posted: list[dict[str, Any]] = field(default_factory=list)

    def place(self, number: int, at: datetime, **extra: Any) -> None:
        self.made[number] = self.changed[number] = at
        self.extra[number] = extra

    def touch(self, number: int, at: datetime, **extra: Any) -> None:
        self.changed[number] = at
        self.extra[number] |= extra

    def since(self, after: datetime) -> list[int]:
        found = [one for one, at in self.changed.items() if at >= after]
        return sorted(found, key=lambda one: (self.changed[one], one))

    def newest(self) -> list[int]:
        return sorted(self.made, key=lambda one: (self.made[one], one), reverse=True)

    def shop(self, respond: Callable[[str, Query], Reply]) -> Shop:
        def answer(path: str, query: Query) -> Reply:
            begins = [begin for begin in self.refuses if path.startswith(begin)]
            return self.refuses[begins[0]] if begins else respond(path, query)

        return Shop(answer)


def dump(found: object) -> bytes:
    return json.dumps(found).encode()


def bigcommerce(town: Town) -> tuple[Poller, Shop]:
    whole = document("bigcommerce", "fetched_paid")

    def row(number: int) -> dict[str, Any]:
        return {
            **whole["order"],
            "id": number,
            "date_created": town.made[number].strftime(RFC),
            "date_modified": town.changed[number].strftime(RFC),
            **town.extra[number],
        }

    def respond(path: str, query: Query) -> Reply:
        parts = path.split("/")
        if path == "v2/orders":
            assert query["sort"] == "date_modified:asc"
            found = town.since(datetime.fromisoformat(query["min_date_modified"]))
            size, page = int(query["limit"]), int(query["page"])
            rows = [row(one) for one in found[(page - 1) * size : page * size]]
            return dump(rows) if rows else b""
        if int(parts[2]) not in town.made:
            return 404
        if len(parts) == 3:
            return dump(row(int(parts[2])))
        if parts[3] == "payment_actions":
            return dump({"data": []})
        return dump(whole[parts[3]])

    shop = town.shop(respond)
    return BigSource(shop), shop


def square(town: Town) -> tuple[Poller, Shop]:
    whole = document("square", "fetched_paid")
    places = [{"id": f"L{number}"} for number in range(1, 13)]

    def row(number: int) -> dict[str, Any]:
        changed = town.changed[number]
        return {
            **whole["order"]["order"],
            "id": str(number),
            "location_id": f"L{number % 12 + 1}",
            "version": int((changed - town.made[number]).total_seconds()) + 1,
            "created_at": town.made[number].isoformat(),
            "updated_at": changed.isoformat(),
            **town.extra[number],
        }

    def respond(path: str, query: Query) -> Reply:
        if path == "locations":
            return dump({"locations": places})
        kind, _, number = path.partition("/")
        if kind == "orders":
            return dump({"order": row(int(number))}) if int(number) in town.made else 404
        if kind == "payments":
            payments = [one["payment"] for one in whole["payments"]]
            return next(dump({"payment": one}) for one in payments if one["id"] == number)
        return dump(whole["customer"])

    def search(path: str, body: bytes) -> Answer:
        assert path == "orders/search"
        asked = json.loads(body)
        town.posted.append(asked)
        assert asked["query"]["sort"] == {"sort_field": "UPDATED_AT", "sort_order": "ASC"}
        assert len(asked["location_ids"]) <= 10
        since = asked["query"]["filter"]["date_time_filter"]["updated_at"]["start_at"]
        found = [row(one) for one in town.since(datetime.fromisoformat(since))]
        kept = [one for one in found if one["location_id"] in asked["location_ids"]]
        start, size = int(asked.get("cursor", 0)), asked["limit"]
        more = {"cursor": str(start + size)} if start + size < len(kept) else {}
        rows = {"orders": kept[start : start + size]} if kept else {}
        return Answer(town.refuses.get(path, 200), {}, dump({**rows, **more}))

    shop = town.shop(respond)
    return SquareSource(shop, search), shop


def paddle(town: Town) -> tuple[Poller, Shop]:
    whole = document("paddle", "fetched_transaction")["transaction"]["data"]

    def row(number: int) -> dict[str, Any]:
        return {
            **whole,
            "id": f"txn_{number}",
            "created_at": town.made[number].isoformat(),
            "updated_at": town.changed[number].isoformat(),
            **town.extra[number],
        }

    def respond(path: str, query: Query) -> Reply:
        assert "adjustments" in query["include"]
        if path != "transactions":
            number = int(path.removeprefix("transactions/txn_"))
            return dump({"data": row(number)}) if number in town.made else 404
        assert query["order_by"] == "updated_at[ASC]" and "draft" not in query["status"]
        ids = town.since(datetime.fromisoformat(query["updated_at[GTE]"]))
        start = ids.index(int(query["after"][4:])) + 1 if "after" in query else 0
        shown, size = ids[start:], int(query["per_page"])
        pages: dict[str, Any] = {"has_more": len(shown) > size}
        if pages["has_more"]:
            pages["next"] = f"https://api.paddle.com/transactions?after=txn_{shown[size - 1]}"
        rows = [row(one) for one in shown[:size]]
        return dump({"data": rows, "meta": {"pagination": pages}})

    shop = town.shop(respond)
    return PaddleSource(shop, is_sandbox=False), shop


def lemonsqueezy(town: Town) -> tuple[Poller, Shop]:
    """Even numbers are orders, odd ones invoices of renewals."""
    whole = document("lemonsqueezy", "fetched_order")["order"]
    renewal = document("lemonsqueezy", "renewal")["data"]

    def row(number: int) -> dict[str, Any]:
        base = renewal if number % 2 else whole["data"]
        times = {"created_at": town.made[number], "updated_at": town.changed[number]}
        told = {name: at.isoformat() for name, at in times.items()}
        attributes = {**base["attributes"], **told, **town.extra[number]}
        return {**base, "id": str(number), "attributes": attributes}

    def respond(path: str, query: Query) -> Reply:
        kind, _, number = path.partition("/")
        if number:
            included = whole["included"] if kind == "orders" else []
            if int(number) not in town.made:
                return 404
            return dump({"data": row(int(number)), "included": included})
        odd = int(kind == "subscription-invoices")
        rows = [row(one) for one in town.newest() if one % 2 == odd]
        size, page = int(query["page[size]"]), int(query["page[number]"])
        return dump({"data": rows[(page - 1) * size : page * size]})

    shop = town.shop(respond)
    return LemonSource(shop), shop


def gumroad(town: Town) -> tuple[Poller, Shop]:
    """Ten at once, the newest first; both days that are named are left out."""
    whole = document("gumroad", "fetched_sale")["answer"]["sale"]

    def row(number: int) -> dict[str, Any]:
        at = town.made[number].isoformat()
        return {**whole, "id": f"{number}==", "created_at": at, **town.extra[number]}

    def midnight(text: str) -> datetime:
        return datetime.combine(date.fromisoformat(text), time(), UTC)

    def respond(path: str, query: Query) -> Reply:
        if path.startswith("products/"):
            return dump({"success": True, "product": {"currency": "eur"}})
        if path != "sales":
            number = int(path.removeprefix("sales/").removesuffix("=="))
            return dump({"success": True, "sale": row(number)}) if number in town.made else 404
        after = midnight(query["after"])
        before = midnight(query.get("before", "2999-01-01"))
        found = [one for one in town.newest() if after < town.made[one] < before]
        start = int(query.get("page_key", 0))
        more = {"next_page_key": str(start + 10)} if start + 10 < len(found) else {}
        return dump({"success": True, "sales": [row(one) for one in found[start:][:10]], **more})

    shop = town.shop(respond)
    return GumroadSource(shop), shop


def stripe(town: Town) -> tuple[Poller, Shop]:
    """Each change is an event of a Checkout Session, made and then paid for."""
    session = document("stripe", "fetched_session")["session"]

    def row(number: int) -> dict[str, Any]:
        made = int(town.made[number].timestamp())
        names = {"id": f"cs_{number}", "created": made}
        intent = {**session["payment_intent"], "id": f"pi_{number}"}
        return {**session, **names, "payment_intent": intent, **town.extra[number]}

    def events() -> list[dict[str, Any]]:
        moments = {
            (at, number)
            for times in (town.made, town.changed)
            for number, at in times.items()
            if "no_event" not in town.extra[number]
        }
        found = []
        for at, number in sorted(moments, reverse=True):
            listed = {**row(number), "payment_intent": f"pi_{number}"}
            del listed["line_items"]
            moment = int(at.timestamp())
            told = {"object": "event", "livemode": True, "created": moment}
            kind = "checkout.session.completed"
            if town.changed[number] == at != town.made[number]:
                kind = "checkout.session.async_payment_succeeded"
            name = f"evt_{number}_{moment}"
            found.append({**told, "id": name, "type": kind, "data": {"object": listed}})
        return found

    def respond(path: str, query: Query) -> Reply:
        if path != "events":
            number = int(path.removeprefix("checkout/sessions/cs_"))
            return dump(row(number)) if number in town.made else 404
        kept = [one for one in events() if one["created"] >= int(query["created[gte]"])]
        ids = [one["id"] for one in kept]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        size = int(query["limit"])
        rows = kept[start : start + size]
        return dump({"object": "list", "data": rows, "has_more": start + size < len(kept)})

    shop = town.shop(respond)
    return StripeSource(shop), shop


SHOPS = {
    "bigcommerce": bigcommerce,
    "gumroad": gumroad,
    "lemonsqueezy": lemonsqueezy,
    "paddle": paddle,
    "square": square,
    "stripe": stripe,
}
