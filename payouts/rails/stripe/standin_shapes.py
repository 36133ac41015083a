"""The JSON objects and errors of the part of Stripe's API that the stand-in speaks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

Json = dict[str, Any]

API_VERSION = "2026-10-28.endive"
NEEDS = ("business_profile.url", "external_account", "tos_acceptance.date", "tos_acceptance.ip")


class ApiProblem(Exception):
    """An error answer. `is_begun`: execution had begun, so the idempotency key keeps it."""

    def __init__(self, status: int, problem: Json, *, is_begun: bool = False) -> None:
        super().__init__(status, problem)
        self.status = status
        self.body: Json = {"error": problem}
        self.is_begun = is_begun


def invalid(
    message: str,
    *,
    code: str = "",
    param: str = "",
    status: int = 400,
    kind: str = "invalid_request_error",
    is_begun: bool = False,
) -> ApiProblem:
    """Make an error as Stripe words it."""
    problem: Json = {"type": kind, "message": message}
    if code:
        problem |= {
            "code": code,
            "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
        }
    if param:
        problem["param"] = param
    return ApiProblem(status, problem, is_begun=is_begun)


def server_error() -> ApiProblem:
    """Make Stripe's own 500."""
    return invalid("An unknown error occurred", kind="api_error", status=500)


def rate_limited() -> ApiProblem:
    """Make a 429."""
    return invalid(
        "Request rate limit exceeded. Learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        code="rate_limit",
        status=429,
    )


def in_progress(key: str) -> ApiProblem:
    """Make the 409 of a key whose first request still runs."""
    return invalid(
        "There is currently another in-progress request using this Stripe Idempotent Key "
        f"(that probably means you submitted twice, and the other request is still going through): "
        f"{key}. Please try again later.",
        code="idempotency_key_in_use",
        kind="idempotency_error",
        status=409,
    )


def key_reused(key: str) -> ApiProblem:
    """Make the 400 of a key that was first used with other parameters."""
    return invalid(
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request.",
        kind="idempotency_error",
    )


def no_access(account: str) -> ApiProblem:
    """Make the 403 of an account that does not exist or has cut its connection."""
    return invalid(
        f"The provided key does not have access to account '{account}' (or that account does not "
        "exist). Application access may have been revoked.",
        code="account_invalid",
        status=403,
    )


def listing(url: str, rows: Sequence[Json], *, has_more: bool = False) -> Json:
    """Make a list object."""
    return {"object": "list", "url": url, "has_more": has_more, "data": list(rows)}


def new_account(
    *,
    object_id: str,
    email: str | None,
    country: str,
    controller: Json,
    metadata: Json,
    at: datetime,
) -> Json:
    """Make a connected account nobody has filled in yet."""
    return {
        "id": object_id,
        "object": "account",
        "business_type": None,
        "capabilities": {"transfers": "inactive"},
        "charges_enabled": False,
        "controller": {"type": "application", "is_controller": True, **controller},
        "country": country,
        "created": int(at.timestamp()),
        "details_submitted": False,
        "email": email,
        "external_accounts": listing(f"/v1/accounts/{object_id}/external_accounts", []),
        "future_requirements": _requirements(()),
        "metadata": metadata,
        "payouts_enabled": False,
        "requirements": _requirements(NEEDS, past_due=NEEDS, reason="requirements.past_due"),
        "settings": None,
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": "express",
    }


def active_account(account: Json) -> Json:
    """Return the account after its owner gave all that was asked for."""
    return {
        **account,
        "capabilities": {"transfers": "active"},
        "details_submitted": True,
        "external_accounts": listing(
            f"/v1/accounts/{account['id']}/external_accounts", [bank_account(account, "")]
        ),
        "payouts_enabled": True,
        "requirements": _requirements(()),
    }


def shown_account(account: Json) -> Json:
    """Return the account as it is told: with the first ten of where it pays out to."""
    listed = account["external_accounts"]
    shown = listing(listed["url"], listed["data"][:10], has_more=len(listed["data"]) > 10)
    return {**account, "external_accounts": shown}


def banked_account(account: Json, name: str) -> Json:
    """Return the account after its owner added a bank account, which is not preferred."""
    listed = account["external_accounts"]
    added = {**bank_account(account, name), "default_for_currency": False}
    return {**account, "external_accounts": listing(listed["url"], [*listed["data"], added])}


def bank_account(account: Json, name: str) -> Json:
    """Return a test bank account, for example the one whoever fills in the page is given."""
    return {
        "id": f"ba_{account['id']}{name}",
        "object": "bank_account",
        "account": account["id"],
        "account_holder_name": None,
        "account_holder_type": None,
        "account_type": None,
        "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK",
        "country": account["country"],
        "currency": "eur",
        "default_for_currency": True,
        "fingerprint": f"fp_{account['id']}{name}",
        "last4": "3000",
        "metadata": {},
        "routing_number": "110000000",
        "status": "new",
    }


def restricted_account(account: Json, needs: Sequence[str]) -> Json:
    """Return the account after Stripe asked for more and stopped it meanwhile."""
    return {
        **account,
        "capabilities": {"transfers": "inactive"},
        "payouts_enabled": False,
        "requirements": _requirements(needs, past_due=needs, reason="requirements.past_due"),
    }


def platform_account(*, object_id: str, country: str, at: datetime) -> Json:
    """Make the platform's own account, as GET /v1/account shows it."""
    return {
        "id": object_id,
        "object": "account",
        "capabilities": {"transfers": "active"},
        "charges_enabled": True,
        "country": country,
        "created": int(at.timestamp()),
        "default_currency": "eur",
        "details_submitted": True,
        "email": None,
        "metadata": {},
        "payouts_enabled": True,
        "type": "standard",
    }


def new_transfer(*, object_id: str, ids: Mapping[str, str], params: Json, at: datetime) -> Json:
    """Make a transfer; `params` hold amount, currency, destination and the labels."""
    return {
        "id": object_id,
        "object": "transfer",
        "amount": params["amount"],
        "amount_reversed": 0,
        "balance_transaction": ids["balance_transaction"],
        "created": int(at.timestamp()),
        "currency": params["currency"],
        "description": params.get("description"),
        "destination": params["destination"],
        "destination_payment": ids["destination_payment"],
        "livemode": params["livemode"],
        "metadata": params["metadata"],
        "reversals": listing(f"/v1/transfers/{object_id}/reversals", []),
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": params.get("transfer_group"),
    }


def new_reversal(
    *, object_id: str, transfer: Json, amount: int, metadata: Json, at: datetime
) -> Json:
    """Make the reversal of a transfer or of a part of it."""
    return {
        "id": object_id,
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": int(at.timestamp()),
        "currency": transfer["currency"],
        "destination_payment_refund": None,
        "metadata": metadata,
        "source_refund": None,
        "transfer": transfer["id"],
    }


def balance(*, available: Mapping[str, int], livemode: bool) -> Json:
    """Make the platform's balance."""
    rows = [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency, amount in sorted(available.items())
    ]
    pending = [{**row, "amount": 0, "source_types": {"card": 0}} for row in rows]
    return {"object": "balance", "available": rows, "pending": pending, "livemode": livemode}


def new_event(
    *, object_id: str, event_type: str, thing: Json, livemode: bool, account: str, at: datetime
) -> Json:
    """Make a snapshot event; only events of connected accounts name an account."""
    event: Json = {
        "id": object_id,
        "object": "event",
        "api_version": API_VERSION,
        "created": int(at.timestamp()),
        "data": {"object": thing},
        "livemode": livemode,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event_type,
    }
    return event | ({"account": account} if account else {})


def _requirements(
    due: Sequence[str], *, past_due: Sequence[str] = (), reason: str | None = None
) -> Json:
    return {
        "alternatives": [],
        "current_deadline": None,
        "currently_due": list(due),
        "disabled_reason": reason,
        "errors": [],
        "eventually_due": list(due),
        "past_due": list(past_due),
        "pending_verification": [],
    }
