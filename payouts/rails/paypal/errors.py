"""What an error of PayPal proves: a refusal, or nothing.

Refused needs a 4xx with PayPal's own error name, to a request made for the first time. A proxy's
page, a 5xx, a 409, a 429 or silence prove nothing.
"""

from typing import Any

from payouts.rails.paypal.client import Answer
from payouts.services.rails import RefusalCode, Refused, Unknown, UnknownCode

_BY_NAME: dict[str, RefusalCode] = {
    "INSUFFICIENT_FUNDS": "balance_insufficient",
    "AUTHORIZATION_ERROR": "not_authorized",
    "NOT_AUTHORIZED": "not_authorized",
    "CURRENCY_NOT_SUPPORTED_FOR_RECEIVER": "currency_unsupported",
    "RECEIVER_UNCONFIRMED": "destination_unusable",
    "RECEIVER_COUNTRY_NOT_ALLOWED": "destination_unusable",
}
_BY_FIELD: tuple[tuple[str, RefusalCode], ...] = (
    ("receiver", "destination_unusable"),
    ("currency", "currency_unsupported"),
    ("amount", "amount_invalid"),
)
_BY_STATUS: dict[int, UnknownCode] = {409: "in_progress", 429: "rate_limited"}


def is_duplicate(answer: Answer) -> bool:
    """Tell whether PayPal says that this batch id was used before."""
    told = " ".join(
        str(part)
        for one in _details(answer)
        for part in (one.get("field", ""), one.get("issue", ""))
    ).lower()
    return (
        400 <= answer.status < 500
        and "sender_batch_id" in told
        and ("duplicate" in told or "already" in told)
    )


def read_refusal(answer: Answer, *, is_repeat: bool) -> Refused | Unknown:
    """Turn an error into what it proves; of a repeated request it proves nothing yet."""
    said = answer.describe()
    if answer.status in _BY_STATUS:
        return Unknown(_BY_STATUS[answer.status], said)
    if answer.status >= 500:
        return Unknown("server_error", said)
    if not 400 <= answer.status < 500 or not answer.name:
        return Unknown("unreadable", said)
    if is_repeat:
        return Unknown("refused_later", said)
    return Refused(_refusal_code(answer), said)


def _refusal_code(answer: Answer) -> RefusalCode:
    if answer.status in {401, 403}:
        return "not_authorized"
    if answer.name in _BY_NAME:
        return _BY_NAME[answer.name]
    fields = " ".join(str(one.get("field", "")) for one in _details(answer)).lower()
    return next((code for field, code in _BY_FIELD if field in fields), "other")


def _details(answer: Answer) -> list[dict[str, Any]]:
    found = answer.body.get("details")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
