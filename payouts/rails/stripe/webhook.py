"""Stripe's webhooks: verified, then read only for what to fetch. An event is never a fact here.

Two endpoints may share one address: the platform's (transfers) and Connect's (accounts). Each has
its own secret; all of them are tried.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from core.signing import Headers, Refusal, verify
from payouts.rails.stripe.objects import Unreadable, as_object, flag, number, text
from payouts.services.rails import Notice, NoticeKind

_TRANSFER = ("transfer.created", "transfer.updated", "transfer.reversed")
_ACCOUNT = (
    "account.updated",
    "account.external_account.created",
    "account.external_account.deleted",
    "account.external_account.updated",
    "capability.updated",
)
_PAYOUT = ("payout.created", "payout.updated", "payout.paid", "payout.failed", "payout.canceled")
KINDS: Mapping[str, NoticeKind] = {
    **dict.fromkeys(_TRANSFER, "transfer"),
    **dict.fromkeys(_ACCOUNT, "account"),
    **dict.fromkeys(_PAYOUT, "creator_payout"),
    "account.application.deauthorized": "account_closed",
}


def parse_webhook(
    *,
    headers: Headers,
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    expects_live: bool,
) -> Notice | Refusal:
    """Verify an event and name what to fetch.

    An event of the other mode is genuine but ignored: Stripe sends test events to the Connect
    endpoints of live platforms too.
    """
    checked = verify(scheme="stripe", secrets=secrets, headers=headers, body=body, now=now)
    if isinstance(checked, Refusal):
        return checked
    try:
        event = as_object(json.loads(body), "event")
        return _read_event(event, expects_live=expects_live)
    except (ValueError, OverflowError, RecursionError):
        return Refusal("bad_body")


def _read_event(event: Mapping[str, object], *, expects_live: bool) -> Notice:
    kind = KINDS.get(text(event, "type"), "ignored")
    if flag(event, "livemode") != expects_live:
        kind = "ignored"
    thing = _thing(event)
    names_object = kind in {"transfer", "creator_payout"}
    return Notice(
        event_id=text(event, "id"),
        kind=kind,
        external_ids=(text(thing, "id"),) if names_object else (),
        account=_account(event, thing, kind),
        occurred_at=datetime.fromtimestamp(number(event, "created"), UTC),
    )


def _account(event: Mapping[str, object], thing: Mapping[str, object], kind: NoticeKind) -> str:
    """Name the connected account: the object itself, else the event's top-level account."""
    if kind == "account" and thing.get("object") == "account":
        return text(thing, "id")
    if kind in {"account", "account_closed", "creator_payout"}:
        return text(event, "account")
    return ""


def _thing(event: Mapping[str, object]) -> Mapping[str, object]:
    data = event.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    if not isinstance(thing, dict):
        raise Unreadable("an event without an object")
    return thing
