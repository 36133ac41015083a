"""A stand-in of the part of Stripe's API this product uses: state, keys, faults, events.

For sandboxes, drills and tests. It speaks no HTTP itself: a server or a view hands each request
to `handle`. Idempotency is that of Stripe's v1 API (docs.stripe.com/api/idempotent_requests): the
first status and body of a key are kept once execution began, 500s too; other parameters are
refused; a key whose first request still runs gives 409; keys are forgotten after 24 hours.
"""

import hashlib
import json
from base64 import b64decode
from binascii import Error as BadBase64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core.ids import random_text
from core.signing import sign_stripe
from payouts.rails.stripe import standin_shapes as shapes
from payouts.rails.stripe.client import WrongKey, is_live_key
from payouts.rails.stripe.standin_faults import Fault, FaultKind, as_rows, take_fault
from payouts.rails.stripe.standin_params import nest
from payouts.rails.stripe.standin_resources import (
    DELIVERED,
    LINKS,
    PENDING,
    Session,
    call_resource,
    find_account,
)
from payouts.rails.stripe.standin_store import Json, Store

KEY_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Response:
    """What to answer. `is_dropped`: close the connection without a byte.

    A server that cannot do that sends the 504, which proves as little. `delay_s`: answer that
    much later.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0
    is_dropped: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to the platform's webhook endpoint."""

    event_id: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Link:
    """An onboarding page that was asked for and may still be used."""

    token: str
    account: str
    return_url: str
    refresh_url: str


@dataclass(frozen=True, slots=True)
class _Call:
    session: Session
    method: str
    path: str
    params: Mapping[str, str]
    key: str

    @property
    def fingerprint(self) -> str:
        text = json.dumps([self.method, self.path, sorted(self.params.items())])
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: Json
    is_replay: bool = False


DROPPED = Response(504, b"", is_dropped=True)


def namespace_of(secret_key: str) -> str:
    """Return the name a platform's objects are kept under: never the key itself."""
    return hashlib.sha256(secret_key.encode()).hexdigest()[:32]


class StripeStandin:
    """The machine. Each secret key is a platform of its own.

    `page_url`: where the onboarding page is served; the token follows it.
    `opening_funds`: what every platform starts with, in wire units by lower-case currency.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        page_url: str = "https://connect.stripe.example/setup",
        country: str = "DE",
        opening_funds: Mapping[str, int] | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._page_url = page_url.rstrip("/")
        self._country = country
        self._opening_funds = opening_funds or {}

    # The API.

    def handle(
        self, *, method: str, path: str, headers: Mapping[str, str], form_params: Mapping[str, str]
    ) -> Response:
        """Answer one request; `form_params` are the query of a GET, the form of a POST."""
        named = {name.lower(): value for name, value in headers.items()}
        secret_key = _secret_key(named.get("authorization", ""))
        try:
            is_live = is_live_key(secret_key)
        except WrongKey:
            return _respond(_Answer(401, shapes.invalid("Invalid API Key provided").body))
        namespace = namespace_of(secret_key)
        with self._store.locked(namespace=namespace):
            session = self._open(namespace, is_live=is_live)
            key = named.get("idempotency-key", "") if method == "POST" else ""
            call = _Call(session, method, path, form_params, key)
            return self._answer(call, self._take_fault(call))

    # What a drill or a page does to it.

    def plan_faults(self, *, namespace: str, faults: Sequence[Fault]) -> None:
        """Replace the faults of the requests to come."""
        with self._store.locked(namespace=namespace):
            value = {"rows": as_rows(list(faults))}
            self._store.put(namespace=namespace, kind="faults", object_id="plan", value=value)

    def fund(self, *, namespace: str, currency: str, amount: int) -> None:
        """Add to the available balance, in wire units."""
        with self._store.locked(namespace=namespace):
            self._reopen(namespace).add_funds(currency.lower(), amount)

    def complete_onboarding(self, *, namespace: str, account: str) -> None:
        """Let the owner give all that was asked for: the account can receive."""
        self._change(namespace, account, shapes.active_account)

    def restrict(
        self, *, namespace: str, account: str, needs: Sequence[str] = ("individual.verification",)
    ) -> None:
        """Let Stripe ask for more and stop the account meanwhile."""
        self._change(namespace, account, lambda raw: shapes.restricted_account(raw, needs))

    def add_bank_account(self, *, namespace: str, account: str, name: str) -> None:
        """Let the owner add a bank account beside those there are."""
        self._change(namespace, account, lambda raw: shapes.banked_account(raw, name))

    def deauthorize(self, *, namespace: str, account: str) -> None:
        """Let the owner cut the connection to the platform."""
        with self._store.locked(namespace=namespace):
            session = self._reopen(namespace)
            find_account(session, account)
            session.put("revoked", {"id": account})
            application = {"id": "ca_standin", "object": "application", "name": None}
            session.emit("account.application.deauthorized", application, account=account)

    def find_link(self, *, token: str) -> Link | None:
        """Return an onboarding link, or None when it is unknown, used or expired."""
        raw = self._store.get(namespace=LINKS, kind="link", object_id=token)
        if raw is None or raw["is_used"] or self._clock().timestamp() >= raw["expires_at"]:
            return None
        return Link(token, raw["account"], raw["return_url"], raw["refresh_url"])

    def use_link(self, *, token: str) -> str | None:
        """Complete the onboarding of a link, once; return where its owner goes next."""
        with self._store.locked(namespace=LINKS):
            link = self.find_link(token=token)
            raw = self._store.get(namespace=LINKS, kind="link", object_id=token)
            if link is None or raw is None:
                return None
            used = {**raw, "is_used": True}
            self._store.put(namespace=LINKS, kind="link", object_id=token, value=used)
        self.complete_onboarding(namespace=raw["namespace"], account=link.account)
        return link.return_url

    def list_pending_events(self, *, namespace: str) -> list[Json]:
        """Return the events no endpoint has taken yet, oldest first."""
        return self._store.list(namespace=namespace, kind="event", group=PENDING)

    def sign_event(self, *, event: Json, secrets: Sequence[str], now: datetime) -> Delivery:
        """Make the request that tells an endpoint of an event."""
        body = json.dumps(event, indent=2).encode()
        signed = sign_stripe(secrets=secrets, body=body, now=now)
        headers = {"Content-Type": "application/json; charset=utf-8", **signed}
        return Delivery(event["id"], headers, body)

    def mark_delivered(self, *, namespace: str, event_id: str) -> None:
        """Take an event off the queue after its endpoint answered 2xx."""
        with self._store.locked(namespace=namespace):
            event = self._store.get(namespace=namespace, kind="event", object_id=event_id)
            if event is not None:
                self._store.put(
                    namespace=namespace,
                    kind="event",
                    object_id=event_id,
                    value=event,
                    group=DELIVERED,
                )

    # Inside.

    def _open(self, namespace: str, *, is_live: bool) -> Session:
        session = Session(
            store=self._store,
            namespace=namespace,
            is_live=is_live,
            now=self._clock(),
            new_id=lambda prefix: f"{prefix}_{random_text(20)}",
            page_url=self._page_url,
            opening_funds=self._opening_funds,
        )
        if session.get("platform", "self") is None:
            platform = shapes.platform_account(
                object_id=session.new_id("acct"), country=self._country, at=session.now
            )
            session.put("platform", platform, object_id="self")
            session.put("mode", {"is_live": is_live}, object_id="self")
        return session

    def _reopen(self, namespace: str) -> Session:
        mode = self._store.get(namespace=namespace, kind="mode", object_id="self")
        return self._open(namespace, is_live=bool(mode and mode["is_live"]))

    def _change(self, namespace: str, account: str, change: Callable[[Json], Json]) -> None:
        with self._store.locked(namespace=namespace):
            session = self._reopen(namespace)
            changed = change(find_account(session, account))
            session.put("account", changed)
            session.emit("account.updated", shapes.shown_account(changed), account=account)

    def _take_fault(self, call: _Call) -> Fault | None:
        plan = call.session.get("faults", "plan")
        if plan is None:
            return None
        fault, left = take_fault(plan["rows"], method=call.method, path=call.path)
        call.session.put("faults", {"rows": left}, object_id="plan")
        return fault

    def _answer(self, call: _Call, fault: Fault | None) -> Response:
        kind = fault.kind if fault else None
        if kind == "timeout_before":
            return DROPPED
        try:
            _fail_early(kind, call.key)
            record = None if kind == "key_expired" else self._recall(call)
            answer = _replay(record) if record else self._execute(call, fault)
        except shapes.ApiProblem as problem:
            answer = _Answer(problem.status, problem.body)
        return _spoil(_respond(answer), answer, fault)

    def _recall(self, call: _Call) -> Json | None:
        record = call.session.get("key", call.key) if call.key else None
        now = call.session.now.timestamp()
        if record is None or now - record["at"] >= KEY_LIFE.total_seconds():
            return None
        if now < record["busy_until"]:
            raise shapes.in_progress(call.key)
        if record["fingerprint"] != call.fingerprint:
            raise shapes.key_reused(call.key)
        return record

    def _execute(self, call: _Call, fault: Fault | None) -> _Answer:
        kind = fault.kind if fault else None
        answer = _Answer(500, shapes.server_error().body)
        if kind != "error_saved":
            done = self._run(call)
            answer = answer if kind == "error_saved_done" else done
        if call.key:
            self._remember(call, answer, fault.delay_s if fault else 0)
        return answer

    def _run(self, call: _Call) -> _Answer:
        try:
            params = nest(call.params)
            body = call_resource(call.session, method=call.method, path=call.path, params=params)
        except shapes.ApiProblem as problem:
            if not problem.is_begun:
                raise
            return _Answer(problem.status, problem.body)
        return _Answer(200, body)

    def _remember(self, call: _Call, answer: _Answer, busy_s: float) -> None:
        at = call.session.now.timestamp()
        record = {
            "id": call.key,
            "fingerprint": call.fingerprint,
            "status": answer.status,
            "body": answer.body,
            "at": at,
            "busy_until": at + busy_s,
        }
        call.session.put("key", record)


def _secret_key(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    try:
        return b64decode(value, validate=True).decode().partition(":")[0]
    except (BadBase64, UnicodeDecodeError):
        return ""


def _fail_early(kind: FaultKind | None, key: str) -> None:
    problems: Mapping[str, Callable[[], shapes.ApiProblem]] = {
        "error_unsaved": shapes.server_error,
        "rate_limited": shapes.rate_limited,
        "in_progress": lambda: shapes.in_progress(key),
    }
    if kind is not None and kind in problems:
        raise problems[kind]()


def _replay(record: Json) -> _Answer:
    return _Answer(record["status"], record["body"], is_replay=True)


def _respond(answer: _Answer) -> Response:
    headers = {
        "Content-Type": "application/json",
        "Request-Id": f"req_{random_text(14)}",
        "Stripe-Version": shapes.API_VERSION,
    }
    if answer.is_replay:
        headers["Idempotent-Replayed"] = "true"
    return Response(answer.status, json.dumps(answer.body, indent=2).encode(), headers)


def _spoil(response: Response, answer: _Answer, fault: Fault | None) -> Response:
    """Let an answer that was made get lost, garbled or late on its way."""
    kind = fault.kind if fault else None
    if kind == "timeout_after":
        return DROPPED
    if kind == "unreadable":
        return Response(200, b"<html>upstream sent no answer</html>", response.headers)
    if kind == "other_mode":
        other: dict[str, Any] = {**answer.body, "livemode": not answer.body.get("livemode")}
        return Response(response.status, json.dumps(other).encode(), response.headers)
    delay_s = fault.delay_s if fault else 0
    return Response(response.status, response.body, response.headers, delay_s)
