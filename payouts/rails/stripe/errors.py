"""What an error of Stripe proves: a refusal, or nothing.

Refused needs a 4xx with Stripe's own error object. A proxy's page, a 5xx, a 409, a 429 or silence
prove nothing. Neither does idempotency_error: the key was used before with other parameters, so
that first request may have paid.
"""

import stripe

from payouts.services.rails import (
    RailDeclined,
    RailUnavailable,
    RefusalCode,
    Refused,
    Unknown,
    UnknownCode,
)

_REFUSALS: dict[str, RefusalCode] = {
    "balance_insufficient": "balance_insufficient",
    "insufficient_capabilities_for_transfer": "destination_unusable",
    "account_invalid": "destination_unusable",
    "transfers_not_allowed": "destination_unusable",
    "amount_too_small": "amount_invalid",
    "amount_too_large": "amount_invalid",
    "parameter_invalid_integer": "amount_invalid",
    "invalid_charge_amount_no_decimal_compatible": "amount_invalid",
    "country_unsupported": "destination_unusable",
}
_BY_PARAM: dict[str, RefusalCode] = {
    "destination": "destination_unusable",
    "amount": "amount_invalid",
    "currency": "currency_unsupported",
}
_BY_STATUS: dict[int, UnknownCode] = {409: "in_progress", 429: "rate_limited"}


def read_error(error: stripe.StripeError) -> Refused | Unknown:
    """Turn an error of a call that sends money into what it proves."""
    status, problem = error.http_status or 0, _problem(error)
    detail = describe(error)
    if isinstance(error, stripe.APIConnectionError) or not status:
        return Unknown(_connection_code(error), detail)
    if status in _BY_STATUS or problem.get("code") == "rate_limit":
        return Unknown(_BY_STATUS.get(status, "rate_limited"), detail)
    if status >= 500:
        return Unknown("server_error", detail)
    if not 400 <= status < 500 or not isinstance(problem.get("type"), str):
        return Unknown("unreadable", detail)
    if problem["type"] == "idempotency_error":
        return Unknown("key_reused", detail)
    return Refused(_refusal_code(status, problem), detail)


def read_lookup_error(error: stripe.StripeError) -> Unknown:
    """Turn an error of a call that only asks into Unknown: no error proves an absence."""
    read = read_error(error)
    if isinstance(read, Unknown):
        return read
    is_ours = read.code == "not_authorized"
    return Unknown("not_authorized" if is_ours else "unreadable", read.detail)


def as_exception(error: stripe.StripeError) -> RailUnavailable | RailDeclined:
    """Turn an error of an onboarding call into one of the two a service knows."""
    read = read_error(error)
    if isinstance(read, Unknown):
        return RailUnavailable(read.code, read.detail)
    return RailDeclined(error_code(error) or read.code, read.detail)


def error_code(error: stripe.StripeError) -> str:
    """Return Stripe's own code, or its type where it gives no code."""
    problem = _problem(error)
    return str(problem.get("code") or problem.get("type") or "")


def describe(error: stripe.StripeError) -> str:
    """Say what happened for the operator: status, code, message, request id; never the body."""
    status = error.http_status or "no answer"
    message = str(error.user_message or type(error).__name__).strip().splitlines()
    known = isinstance(_problem(error).get("type"), str)
    said = (message[0] if message else "") if known else type(error).__name__
    request = f" ({error.request_id})" if error.request_id else ""
    return f"{status} {error_code(error)}: {said[:300]}{request}"


def _problem(error: stripe.StripeError) -> dict[str, object]:
    body = error.json_body
    inner = body.get("error") if isinstance(body, dict) else None
    return inner if isinstance(inner, dict) else {}


def _connection_code(error: stripe.StripeError) -> UnknownCode:
    cause = type(error.__cause__).__name__
    return "timeout" if "Timeout" in cause else "connection"


def _refusal_code(status: int, problem: dict[str, object]) -> RefusalCode:
    code, param = str(problem.get("code") or ""), str(problem.get("param") or "")
    if code in _REFUSALS:
        return _REFUSALS[code]
    if status in {401, 403}:
        return "not_authorized"
    return _BY_PARAM.get(param, "other")
