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
    """The shop; `failures` are the statuses of the next answers, `asked` what was asked."""

    def __init__(self) -> None:
        self.orders: dict[int, dict[str, Any]] = {}
        self.refunds: dict[int, list[dict[str, Any]]] = {}
        self.keys = KEYS
        self.failures: list[int] = []
        self.asked: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
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
            return 200, self.refunds.get(int(parts[1]), [])
        return 200, self._page(query)

    def _page(self, query: dict[str, str]) -> list[dict[str, Any]]:
        assert query["dates_are_gmt"] == "true" and query["orderby"] == "modified"
        after, size = query["modified_after"], int(query["per_page"])
        rows = [order for order in self.orders.values() if order["date_modified_gmt"] > after]
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
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if status == 429:
                self.send_header("Retry-After", "7200")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
