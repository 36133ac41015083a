"""A WooCommerce shop with state, on loopback: orders, times of change, pages, keys, failures."""

import base64
import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.tracking.payloads import own

KEYS = ("ck_read", "cs_read")
FORM = "%Y-%m-%dT%H:%M:%S"


class WooShop:
    """The shop; `failures` are the statuses of the next answers, `asked` what was asked.

    `broken` are orders that break whatever is to show them, and the answer then: a status, or
    text that is no JSON. `broken_refunds` are those whose refunds alone do.
    """

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.refunds: dict[int, list[dict[str, Any]]] = {}
        self.keys = KEYS
        self.failures: list[int] = []
        self.broken: dict[int, int | str] = {}
        self.broken_refunds: dict[int, int | str] = {}
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def place(self, order_id: int, at: datetime, **changes: Any) -> dict[str, Any]:
        """Take a paid order at a time."""
        order: dict[str, Any] = json.loads(own("woocommerce", "order_paid"))
        text = at.astimezone(UTC).strftime(FORM)
        times = {f"date_{what}_gmt": text for what in ("created", "modified", "paid")}
        self.orders[order_id] = order | times | {"id": order_id, "number": str(order_id)} | changes
        return self.orders[order_id]

    def refund_lamp(self, order_id: int, at: datetime) -> None:
        whole: list[dict[str, Any]] = json.loads(own("woocommerce", "order_pulled"))["refunds"]
        self.refunds[order_id] = whole
        thin = [{"id": one["id"], "reason": "", "total": f"-{one['amount']}"} for one in whole]
        text = at.astimezone(UTC).strftime(FORM)
        self.orders[order_id] |= {"refunds": thin, "date_modified_gmt": text}

    def answer(self, path: str, query: dict[str, str], key: str) -> tuple[int, Any]:
        self.asked.append(path)
        if self.failures:
            return self.failures.pop(0), {"code": "woocommerce_failed"}
        if key != ":".join(self.keys):
            return 401, {"code": "woocommerce_rest_cannot_view"}
        parts = path.removeprefix("/wp-json/wc/v3/").split("/")
        if parts[0] != "orders":
            return 404, {"code": "rest_no_route"}
        if len(parts) == 3:
            return self._break([int(parts[1])], self.broken_refunds) or (
                200,
                self.refunds.get(int(parts[1]), []),
            )
        if len(parts) == 2 and int(parts[1]) not in self.orders:
            return 404, {"code": "woocommerce_rest_shop_order_invalid_id"}
        if len(parts) == 2:
            order = self.orders[int(parts[1])]
            return self._break([order["id"]], self.broken) or (200, order)
        rows = self._page(query)
        if "_fields" in query:
            names = query["_fields"].split(",")
            return 200, [{name: row[name] for name in names} for row in rows]
        return self._break([row["id"] for row in rows], self.broken) or (200, rows)

    def _break(self, order_ids: list[int], broken: dict[int, int | str]) -> tuple[int, Any] | None:
        for order_id in order_ids:
            if answer := broken.get(order_id):
                return (answer, {}) if isinstance(answer, int) else (200, answer)
        return None

    def _page(self, query: dict[str, str]) -> list[dict[str, Any]]:
        assert query["dates_are_gmt"] == "true" and query["orderby"] == "modified"
        after, size = query["modified_after"], int(query["per_page"])
        without = query.get("exclude", "").split(",")
        rows = [
            order
            for order in self.orders.values()
            if order["date_modified_gmt"] > after and str(order["id"]) not in without
        ]
        rows.sort(key=lambda order: (order["date_modified_gmt"], order["id"]))
        start = (int(query["page"]) - 1) * size
        return rows[start : start + size]


def soon(minutes: float) -> datetime:
    """Return a whole second some minutes from now."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=minutes)


def _handler(shop: WooShop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            scheme, _, coded = self.headers.get("Authorization", "").partition(" ")
            key = base64.b64decode(coded).decode() if scheme == "Basic" else ""
            status, found = shop.answer(parts.path, query, key)
            body = (found if isinstance(found, str) else json.dumps(found)).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", "7200")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
