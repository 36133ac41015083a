"""PayPal's webhooks: PayPal itself is asked whether it sent one, and it only makes us look."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from core.signing import Refusal
from payouts.services.rails import Notice

ITEM = "PAYMENT.PAYOUTS-ITEM."
_HEADERS = {
    "auth_algo": "paypal-auth-algo",
    "cert_url": "paypal-cert-url",
    "transmission_id": "paypal-transmission-id",
    "transmission_sig": "paypal-transmission-sig",
    "transmission_time": "paypal-transmission-time",
}
MAX_HEADER = 500


def verification_of(*, headers: Mapping[str, str], body: bytes) -> dict[str, Any] | Refusal:
    """Return what PayPal must be asked (verify-webhook-signature), but for our webhook's id."""
    named = {name.lower(): value for name, value in headers.items()}
    asked: dict[str, Any] = {name: named.get(header, "") for name, header in _HEADERS.items()}
    if not all(asked.values()):
        return Refusal("missing_header")
    if any(len(value) > MAX_HEADER for value in asked.values()):
        return Refusal("header_too_long")
    host = urlsplit(asked["cert_url"]).hostname or ""
    if not host.endswith(".paypal.com"):
        return Refusal("bad_header")
    try:
        event = json.loads(body)
    except (ValueError, RecursionError):
        return Refusal("bad_body")
    if not isinstance(event, dict):
        return Refusal("bad_body")
    return {**asked, "webhook_event": event}


def read_notice(event: Mapping[str, Any]) -> Notice | Refusal:
    """Name the batch to fetch; of anything but an item there is none."""
    event_id, resource = event.get("id"), event.get("resource")
    if not isinstance(event_id, str) or not event_id:
        return Refusal("bad_body")
    batch_id = resource.get("payout_batch_id") if isinstance(resource, dict) else None
    is_item = str(event.get("event_type", "")).startswith(ITEM)
    names_batch = is_item and isinstance(batch_id, str) and batch_id.isalnum()
    return Notice(
        event_id=event_id[:255],
        kind="transfer" if names_batch else "ignored",
        external_ids=(str(batch_id),) if names_batch else (),
        account="",
        occurred_at=_time(event.get("create_time")),
    )


def _time(value: object) -> datetime:
    try:
        at = datetime.fromisoformat(str(value))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
