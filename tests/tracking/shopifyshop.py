"""A Shopify shop with state: orders with times of change, cursor pages, tokens that end."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from tests.tracking.payloads import own
from tests.tracking.serving import Asked, Told, serve
from tracking.integrations.shopify.api import VERSION

TOKEN = "shpat_read"
CLIENT = ("0f0f0f0f", "shpss_secret")
ROOT = f"/admin/api/{VERSION}/"


class ShopifyShop:
    """The shop; `failures` are the next answers, `asked` what was asked of its Admin API.

    `is_sorting`: it lists by time of change as it is asked to, else by id from the newest.
    """

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.failures: list[int] = []
        self.asked: list[Asked] = []
        self.exchanged = 0
        self.tokens = {TOKEN}
        self.is_sorting = True
        self.url = ""
        self._cursors: dict[str, tuple[list[int], int]] = {}

    @contextmanager
    def open(self) -> Iterator["ShopifyShop"]:
        with serve(self.answer) as url:
            self.url = url
            yield self

    def place(self, order_id: int, at: datetime, **changes: Any) -> dict[str, Any]:
        """Take a paid order at a time."""
        order: dict[str, Any] = json.loads(own("shopify", "paid_code_gift_card"))
        text = at.astimezone(UTC).isoformat()
        times = {f"{what}_at": text for what in ("created", "processed", "updated")}
        self.orders[order_id] = order | times | {"id": order_id, "name": f"#{order_id}"} | changes
        return self.orders[order_id]

    def answer(self, asked: Asked) -> Told:
        if asked.path == "/admin/oauth/access_token":
            return self._exchange(dict(parse_qsl(asked.body.decode())))
        self.asked.append(asked)
        if self.failures:
            return Told(self.failures.pop(0))
        if asked.headers.get("x-shopify-access-token") not in self.tokens:
            return Told(401)
        name = asked.path.removeprefix(ROOT)
        if name == "orders.json":
            return self._list(asked.query)
        number = name.removeprefix("orders/").removesuffix(".json")
        if not number.isdecimal() or int(number) not in self.orders:
            return Told(404, b'{"errors":"Not Found"}')
        return Told(200, json.dumps({"order": self.orders[int(number)]}).encode())

    def _exchange(self, form: dict[str, str]) -> Told:
        given = (form["client_id"], form["client_secret"])
        if form["grant_type"] != "client_credentials" or given != CLIENT:
            return Told(400, b'{"error":"invalid_client"}')
        self.exchanged += 1
        token = f"day{self.exchanged}"
        self.tokens.add(token)
        return Told(200, json.dumps({"access_token": token, "expires_in": 86399}).encode())

    def _list(self, query: dict[str, str]) -> Told:
        cursor = query.get("page_info", "")
        if cursor:
            assert not {"status", "order", "updated_at_min"} & set(query)
            ids, start = self._cursors[cursor]
        else:
            assert query["status"] == "any"
            ids, start = self._find(query), 0
        size = int(query["limit"])
        names = query.get("fields", "").split(",")
        rows = [self.orders[one] for one in ids[start : start + size]]
        if "fields" in query:
            rows = [{name: row[name] for name in names} for row in rows]
        headers = {}
        if start + size < len(ids):
            following = f"c{len(self._cursors)}"
            self._cursors[following] = (ids, start + size)
            address = f"{self.url}{ROOT}orders.json?limit={size}&page_info={following}"
            headers["Link"] = f'<{address}x>; rel="previous", <{address}>; rel="next"'
        return Told(200, json.dumps({"orders": rows}).encode(), headers)

    def _find(self, query: dict[str, str]) -> list[int]:
        after = datetime.fromisoformat(query["updated_at_min"])
        times = {one: datetime.fromisoformat(row["updated_at"]) for one, row in self.orders.items()}
        ids = [one for one, changed in times.items() if changed >= after]
        if self.is_sorting:
            assert query["order"] == "updated_at asc"
            return sorted(ids, key=lambda one: (times[one], one))
        return sorted(ids, reverse=True)
