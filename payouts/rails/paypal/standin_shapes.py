"""The JSON objects and errors of the part of PayPal's API that the stand-in speaks."""

import re
from datetime import datetime
from typing import Any

from payouts.domain.export_paypal import CURRENCIES, WHOLE
from payouts.rails.paypal.amounts import from_value

Json = dict[str, Any]
Answer = tuple[int, Json]

BASE = "https://api-m.paypal.com/v1/payments"
EVENTS = {
    "SUCCESS": "SUCCEEDED",
    "ONHOLD": "HELD",
    "CANCELED": "CANCELED",
    "UNCLAIMED": "UNCLAIMED",
    "RETURNED": "RETURNED",
    "REFUNDED": "REFUNDED",
    "BLOCKED": "BLOCKED",
    "FAILED": "FAILED",
    "DENIED": "DENIED",
}
ERRORS = {
    "UNCLAIMED": "RECEIVER_UNREGISTERED",
    "FAILED": "RECEIVER_ACCOUNT_LOCKED",
    "BLOCKED": "REGULATORY_BLOCKED",
}
_WHOLE, _DECIMAL = re.compile(r"\d{1,10}"), re.compile(r"\d{1,10}(\.\d{1,2})?")


def error(status: int, name: str, message: str, **more: Any) -> Answer:
    """Make an error as PayPal words it."""
    return status, {"name": name, "message": message, "debug_id": "0f1e2d3c4b5a", **more}


def unauthorized() -> Answer:
    return 401, {"error": "invalid_token", "error_description": "Token signature is not valid"}


def server_error() -> Answer:
    return error(500, "INTERNAL_SERVER_ERROR", "An internal server error has occurred.")


def not_found() -> Answer:
    return error(404, "INVALID_RESOURCE_ID", "The requested resource ID was not found.")


def no_funds() -> Answer:
    return error(422, "INSUFFICIENT_FUNDS", "The sender does not have sufficient funds.")


def duplicate(batch_id: str) -> Answer:
    """Refuse a batch id that was used, with the link to its batch."""
    return error(
        400,
        "USER_BUSINESS_ERROR",
        "User business error.",
        details=[{"field": "SENDER_BATCH_ID", "issue": "Duplicate batch request"}],
        links=[{"href": f"{BASE}/payouts/{batch_id}", "rel": "self", "method": "GET"}],
    )


def find_problem(asked: Json) -> Answer | None:
    """Return what PayPal refuses about a request, or None."""
    header, items = asked.get("sender_batch_header"), asked.get("items")
    if not isinstance(header, dict) or not isinstance(items, list) or len(items) != 1:
        return _invalid("items", "One item is needed")
    key = header.get("sender_batch_id")
    if not isinstance(key, str) or not 0 < len(key) <= 256:
        return _invalid("sender_batch_header.sender_batch_id", "Required")
    return _find_in_item(items[0])


def batch_header(batch: Json, status: str) -> Json:
    """Show a batch as it is answered at once."""
    header = batch["asked"]["sender_batch_header"]
    links = [{"href": f"{BASE}/payouts/{batch['id']}", "rel": "self", "method": "GET"}]
    return {
        "batch_header": {
            "payout_batch_id": batch["id"],
            "batch_status": status,
            "sender_batch_header": header,
        },
        "links": links,
    }


def batch_with_items(batch: Json, status: str) -> Json:
    """Show a batch with its item; the batch's state says nothing of the item's."""
    header = batch_header(batch, "PROCESSING" if status == "PENDING" else "SUCCESS")
    return {**header, "items": [show_item(batch, status)]}


def show_item(batch: Json, status: str) -> Json:
    """Show an item."""
    item: Json = {
        "payout_item_id": batch["item_id"],
        "payout_batch_id": batch["id"],
        "transaction_status": status,
        "payout_item": batch["asked"]["items"][0],
    }
    if status in ERRORS:
        item["errors"] = {"name": ERRORS[status], "message": "", "details": []}
    return item


def item_event(batch: Json, status: str, now: datetime) -> Json:
    """Make the event that tells of an item's state."""
    return {
        "id": f"WH-{batch['id']}-{status}",
        "create_time": now.isoformat(),
        "resource_type": "payouts_item",
        "event_type": f"PAYMENT.PAYOUTS-ITEM.{EVENTS.get(status, status)}",
        "resource": show_item(batch, status),
    }


def _find_in_item(item: Any) -> Answer | None:
    amount = item.get("amount") if isinstance(item, dict) else None
    if not isinstance(amount, dict):
        return _invalid("items[0].amount", "Required")
    currency = amount.get("currency")
    if currency not in CURRENCIES:
        return _invalid("items[0].amount.currency", "Currency is not supported")
    shape = _WHOLE if currency in WHOLE else _DECIMAL
    value = str(amount.get("value"))
    if not shape.fullmatch(value) or from_value(value, currency) <= 0:
        return _invalid("items[0].amount.value", "Amount is invalid")
    if "@" not in str(item.get("receiver")):
        return _invalid("items[0].receiver", "Receiver is invalid or does not match with type")
    if not item.get("sender_item_id"):
        return _invalid("items[0].sender_item_id", "Required")
    return None


def _invalid(field: str, issue: str) -> Answer:
    details = [{"field": field, "location": "body", "issue": issue}]
    return error(400, "VALIDATION_ERROR", "Invalid request - see details", details=details)
