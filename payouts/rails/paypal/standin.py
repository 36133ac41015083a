"""A stand-in of the part of PayPal's API this product uses: tokens, batches, item states, events.

For sandboxes, drills and tests. It speaks no HTTP itself: a view or a transport hands each request
to `handle`. Each client secret is an account of its own. A batch id is taken once and for 30 days;
then PayPal has forgotten it, and the same request pays a second time. Items move with the clock,
and what becomes of one is decided by how its receiver's address begins (`FATES`).
"""

import hashlib
import hmac
import json
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from core.ids import random_text
from payouts.rails.paypal import standin_shapes as shapes
from payouts.rails.paypal.amounts import from_value
from payouts.rails.stripe.standin import DROPPED, Delivery, Response, namespace_of
from payouts.rails.stripe.standin_faults import Fault, as_rows, take_fault
from payouts.rails.stripe.standin_store import Json, Store

KEY_LIFE = timedelta(days=30)
TOKEN_LIFE = timedelta(hours=9)
BATCHES = "/v1/payments/payouts"
TOKEN, VERIFY = "/v1/oauth2/token", "/v1/notifications/verify-webhook-signature"
CERT = "https://api.paypal.com/v1/notifications/certs/stand-in"

Fate = tuple[tuple[timedelta, str], ...]
_SOON = timedelta(seconds=30)
FATES: Mapping[str, Fate] = {
    "unclaimed": ((_SOON, "UNCLAIMED"), (timedelta(days=30), "RETURNED")),
    "held": ((_SOON, "ONHOLD"), (timedelta(days=1), "SUCCESS")),
    "blocked": ((_SOON, "BLOCKED"),),
    "refused": ((_SOON, "FAILED"),),
    "refunded": ((_SOON, "SUCCESS"), (timedelta(days=2), "REFUNDED")),
    "": ((_SOON, "SUCCESS"),),
}
"""What an item becomes, and when after it was sent, by the start of its receiver's address."""


class PayPalStandin:
    """The machine. `funds`: what each account holds, in minor units by currency; None: enough."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        funds: Mapping[str, int] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._funds = funds

    def handle(
        self, *, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """Answer one request; a query in the path is left aside."""
        path = path.partition("?")[0]
        named = {name.lower(): value for name, value in headers.items()}
        if (method, path) == ("POST", TOKEN):
            return self._give_token(named.get("authorization", ""))
        namespace = self._read_token(named.get("authorization", ""))
        if not namespace:
            return _answer(shapes.unauthorized())
        with self._store.locked(namespace=namespace):
            fault = self._take_fault(namespace, method, path)
            return self._serve(namespace, method, path, body, fault)

    # What a drill or a page does to it.

    def plan_faults(self, *, namespace: str, faults: Sequence[Fault]) -> None:
        """Replace the faults of the requests to come."""
        with self._store.locked(namespace=namespace):
            value = {"rows": as_rows(list(faults))}
            self._store.put(namespace=namespace, kind="faults", object_id="plan", value=value)

    def list_batches(self, *, namespace: str) -> list[Json]:
        """Return every batch that was made, oldest first: what really happened."""
        return self._store.list(namespace=namespace, kind="batch")

    def force(self, *, namespace: str, batch_id: str, status: str) -> None:
        """Let an item be in a state from now on, whatever its fate was."""
        with self._store.locked(namespace=namespace):
            batch = self._store.get(namespace=namespace, kind="batch", object_id=batch_id)
            if batch is not None:
                self._put(namespace, {**batch, "forced": status})

    def list_pending_events(self, *, namespace: str) -> list[Json]:
        """Return an event for each item whose state no endpoint was told of yet."""
        events = []
        for batch in self.list_batches(namespace=namespace):
            status = self._status(batch)
            if status != batch["told"] and status != "PENDING":
                events.append(shapes.item_event(batch, status, self._clock()))
        return events

    def sign_event(self, *, event: Json, namespace: str, webhook_id: str) -> Delivery:
        """Make the request that tells an endpoint of an event."""
        headers = {
            "Content-Type": "application/json",
            "Paypal-Auth-Algo": "SHA256withRSA",
            "Paypal-Cert-Url": CERT,
            "Paypal-Transmission-Id": event["id"],
            "Paypal-Transmission-Time": event["create_time"],
            "Paypal-Transmission-Sig": _sign(namespace, event["id"], webhook_id, event),
        }
        return Delivery(event["id"], headers, json.dumps(event).encode())

    def mark_delivered(self, *, namespace: str, event: Json) -> None:
        """Note that an endpoint took an event."""
        with self._store.locked(namespace=namespace):
            batch_id = event["resource"]["payout_batch_id"]
            batch = self._store.get(namespace=namespace, kind="batch", object_id=batch_id)
            if batch is not None:
                told = event["resource"]["transaction_status"]
                self._put(namespace, {**batch, "told": told})

    # Inside.

    def _give_token(self, authorization: str) -> Response:
        secret = secret_of(authorization)
        if not secret:
            return _answer((401, {"error": "invalid_client"}))
        namespace = namespace_of(secret)
        token = f"{namespace}.{random_text(20)}"
        expires_at = (self._clock() + TOKEN_LIFE).timestamp()
        with self._store.locked(namespace=namespace):
            value = {"id": token, "expires_at": expires_at}
            self._store.put(namespace=namespace, kind="token", object_id="token", value=value)
        seconds = int(TOKEN_LIFE.total_seconds())
        return _answer((200, {"access_token": token, "expires_in": seconds}))

    def _read_token(self, authorization: str) -> str:
        """Return the account of a token that holds, or ""."""
        token = authorization.removeprefix("Bearer ")
        namespace = token.partition(".")[0]
        kept = self._store.get(namespace=namespace, kind="token", object_id="token")
        if kept is None or kept["id"] != token:
            return ""
        return namespace if self._clock().timestamp() < kept["expires_at"] else ""

    def _take_fault(self, namespace: str, method: str, path: str) -> Fault | None:
        plan = self._store.get(namespace=namespace, kind="faults", object_id="plan")
        if plan is None:
            return None
        fault, left = take_fault(plan["rows"], method=method, path=path)
        self._store.put(namespace=namespace, kind="faults", object_id="plan", value={"rows": left})
        return fault

    def _serve(
        self, namespace: str, method: str, path: str, body: bytes, fault: Fault | None
    ) -> Response:
        kind = fault.kind if fault else None
        early: Mapping[str | None, Response] = {
            "timeout_before": DROPPED,
            "error_unsaved": _answer(shapes.server_error()),
            "rate_limited": _answer((429, {"name": "RATE_LIMIT_REACHED", "message": ""})),
            "in_progress": _answer((503, {"name": "SERVICE_UNAVAILABLE", "message": ""})),
            "token_expired": _answer(shapes.unauthorized()),
        }
        if kind in early:
            return early[kind]
        done = _answer(self._run(namespace, method, path, body))
        late: Mapping[str | None, Response] = {
            "timeout_after": DROPPED,
            "error_saved_done": _answer(shapes.server_error()),
            "unreadable": Response(200, b"<html>upstream sent no answer</html>", done.headers),
        }
        if kind in late:
            return late[kind]
        delay_s = fault.delay_s if fault else 0
        return Response(done.status, done.body, done.headers, delay_s)

    def _run(self, namespace: str, method: str, path: str, body: bytes) -> shapes.Answer:
        if (method, path) == ("POST", BATCHES):
            return self._make_batch(namespace, _read_json(body))
        if (method, path) == ("POST", VERIFY):
            return _verify(namespace, _read_json(body))
        if method == "GET" and path.startswith(f"{BATCHES}/"):
            batch_id = path.removeprefix(f"{BATCHES}/")
            batch = self._store.get(namespace=namespace, kind="batch", object_id=batch_id)
            if batch is not None:
                return 200, shapes.batch_with_items(batch, self._status(batch))
        return shapes.not_found()

    def _make_batch(self, namespace: str, asked: Json) -> shapes.Answer:
        problem = shapes.find_problem(asked)
        if problem is not None:
            return problem
        key = asked["sender_batch_header"]["sender_batch_id"]
        known = self._store.get(namespace=namespace, kind="key", object_id=key)
        now = self._clock()
        if known is not None and now.timestamp() - known["at"] < KEY_LIFE.total_seconds():
            return shapes.duplicate(known["batch_id"])
        if self._is_short(namespace, asked):
            return shapes.no_funds()
        batch = {
            "id": random_text(13).upper(),
            "asked": asked,
            "at": now.timestamp(),
            "item_id": random_text(13).upper(),
            "forced": "",
            "told": "",
        }
        self._put(namespace, batch)
        value = {"batch_id": batch["id"], "at": now.timestamp()}
        self._store.put(namespace=namespace, kind="key", object_id=key, value=value)
        return 201, shapes.batch_header(batch, "PENDING")

    def _is_short(self, namespace: str, asked: Json) -> bool:
        if self._funds is None:
            return False
        currency = asked["items"][0]["amount"]["currency"]
        amounts = [
            batch["items"][0]["amount"]
            for batch in (asked, *(b["asked"] for b in self.list_batches(namespace=namespace)))
        ]
        wanted = sum(
            from_value(amount["value"], currency)
            for amount in amounts
            if amount["currency"] == currency
        )
        return wanted > self._funds.get(currency, 0)

    def _put(self, namespace: str, batch: Json) -> None:
        self._store.put(namespace=namespace, kind="batch", object_id=batch["id"], value=batch)

    def _status(self, batch: Json) -> str:
        """Return where an item is by now."""
        if batch["forced"]:
            return str(batch["forced"])
        receiver = str(batch["asked"]["items"][0]["receiver"])
        fate = next(fate for start, fate in FATES.items() if receiver.startswith(start))
        age = self._clock().timestamp() - batch["at"]
        reached = [status for after, status in fate if age >= after.total_seconds()]
        return reached[-1] if reached else "PENDING"


def secret_of(authorization: str) -> str:
    """Return the client secret of a Basic authorization, or ""."""
    try:
        pair = b64decode(authorization.removeprefix("Basic "), validate=True).decode()
    except (BadBase64, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2]


def _verify(namespace: str, asked: Json) -> shapes.Answer:
    meant = _sign(
        namespace,
        str(asked.get("transmission_id")),
        str(asked.get("webhook_id")),
        asked.get("webhook_event"),
    )
    is_ours = hmac.compare_digest(meant, str(asked.get("transmission_sig", "")))
    return 200, {"verification_status": "SUCCESS" if is_ours else "FAILURE"}


def _sign(namespace: str, transmission_id: str, webhook_id: str, event: Any) -> str:
    text = json.dumps([transmission_id, webhook_id, event], sort_keys=True)
    return hmac.new(namespace.encode(), text.encode(), hashlib.sha256).hexdigest()


def _read_json(body: bytes) -> Json:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return read if isinstance(read, dict) else {}


def _answer(answer: shapes.Answer) -> Response:
    status, body = answer
    headers = {"Content-Type": "application/json", "Paypal-Debug-Id": random_text(13)}
    return Response(status, json.dumps(body).encode(), headers)
