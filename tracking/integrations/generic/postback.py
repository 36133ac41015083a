"""A postback: what a shop that cannot post JSON says in an address, as a body of the same webhook.

`docs/tracking.md` has the parameters. What is signed is the query as it is sent, up to `&sig=`.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from core.signing import Refusal, Verified
from tracking.integrations.generic.parser import (
    LEAD_REJECTED,
    LEAD_TYPES,
    ORDER_TYPES,
    REFUND_TYPES,
)
from tracking.services.adapters import PayloadRefused

MAX_BYTES = 8_000
MAX_PARAMETERS = 40
SIGNATURE = b"sig="
BEARER = "Bearer "

_ORDER = ("id", "number", "currency", "presentment_currency", "click", "landing_url")
_LEAD = ("id", "code", "click", "landing_url")
_STATUS_OF = {"order.paid": "paid", "order.cancelled": "cancelled"}
_KINDS = frozenset({*ORDER_TYPES, *REFUND_TYPES, *LEAD_TYPES, LEAD_REJECTED})
# What the webhook calls a field, and which parameter it comes of.
_PARAMETERS = {
    **dict.fromkeys(("total", "gross", "lines"), "amount"),
    **dict.fromkeys(("updated_at", "paid_at", "cancelled_at", "refunded_at"), "at"),
}
_OF_REFUND = {"id": "refund_id", "order_id": "id"}
_YES_OR_NO = {"1": True, "true": True, "0": False, "false": False}


@dataclass(frozen=True, slots=True)
class Postback:
    """What came: the text that is signed, its signature, and every parameter beside that."""

    signed: bytes
    signature: str
    query: bytes


def read_postback(query: bytes) -> Postback:
    """Part a query, or the body of a form, from the signature at its end."""
    signed, mark, signature = query.rpartition(b"&" + SIGNATURE)
    if not mark:
        return Postback(query, "", query)
    return Postback(signed, signature.decode("latin-1"), signed)


def verify_postback(
    *, postback: Postback, authorization: str, secrets: Sequence[str]
) -> Verified | Refusal:
    """Check the signature, or the secret itself in the header; never raises."""
    if postback.signature:
        given = [_sign(secret, postback.signed) for secret in secrets]
        said, refusal = postback.signature.lower(), Refusal("signature_mismatch")
    elif authorization.startswith(BEARER):
        given, said = list(secrets), authorization.removeprefix(BEARER).strip()
        refusal = Refusal("signature_mismatch")
    else:
        return Refusal("missing_header")
    for index, one in enumerate(given):
        if one and hmac.compare_digest(one.encode(), said.encode("utf-8", "replace")):
            return Verified(index)
    return refusal


def make_body(postback: Postback) -> tuple[str, bytes]:
    """Return topic and body as the webhook takes them: the same parameters, the same bytes.

    :raises PayloadRefused: for what is no list of parameters, each named once, in UTF-8.
    """
    fields = _read_fields(postback.query)
    kind = fields.get("type", "order.paid")
    if kind not in _KINDS:
        raise PayloadRefused("unknown_word", "type")
    if kind in ORDER_TYPES:
        data = _make_order(kind, fields)
    else:
        data = _make_refund(fields) if kind in REFUND_TYPES else _make_lead(fields)
    body = json.dumps({"type": kind, "data": data}, sort_keys=True, ensure_ascii=False)
    return kind, body.encode()


def field_name(kind: str, path: str) -> str:
    """Return the parameter of a field that the webhook refused by its path in the body."""
    name = path.rpartition(".")[2]
    known = _PARAMETERS | (_OF_REFUND if kind in REFUND_TYPES else {})
    return known.get(name, name)


def _read_fields(query: bytes) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            query.decode(), errors="strict", max_num_fields=MAX_PARAMETERS, strict_parsing=True
        )
    except ValueError:
        raise PayloadRefused("bad_query") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        raise PayloadRefused("duplicate_key", next(n for n in names if names.count(n) > 1))
    if "at" not in fields:
        raise PayloadRefused("missing_field", "at")
    return fields


def _make_order(kind: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Describe an order of one line; what is left out stays out, and the webhook asks for it."""
    amount, at = fields.get("amount"), fields["at"]
    status = fields.get("status") or _STATUS_OF.get(kind, "pending")
    line = {"id": "1", "quantity": 1, "gross": amount} | _pick(fields, ("sku", "product_id"))
    return {
        **_pick(fields, _ORDER),
        **_common(fields),
        "status": status,
        "updated_at": at,
        "placed_at": fields.get("placed_at", at),
        "total": amount,
        "lines": [line],
        **({"paid_at": at} if status == "paid" else {}),
        **({"cancelled_at": at} if status == "cancelled" else {}),
        **({"discounts": [_discount(fields)]} if fields.get("code") else {}),
    }


def _discount(fields: Mapping[str, str]) -> dict[str, str]:
    """Name the code; the amount is without its discount already, and money is never guessed."""
    return {"code": fields["code"], "amount": "0"}


def _make_refund(fields: Mapping[str, str]) -> dict[str, Any]:
    amount = fields.get("amount")
    told = {"order_id": fields.get("id"), "id": fields.get("refund_id"), "total": amount}
    return {**told, "amount": amount, "refunded_at": fields["at"], **_pick(fields, ("currency",))}


def _make_lead(fields: Mapping[str, str]) -> dict[str, Any]:
    return {**_pick(fields, (*_LEAD, "status")), **_common(fields), "at": fields["at"]}


def _common(fields: Mapping[str, str]) -> dict[str, Any]:
    customer = _pick(fields, ("email", "country"))
    if fields.get("customer_id"):
        customer["id"] = fields["customer_id"]
    test = fields.get("test", "0")
    if test not in _YES_OR_NO:
        raise PayloadRefused("unknown_word", "test")
    return {"test": _YES_OR_NO[test], **({"customer": customer} if customer else {})}


def _pick(fields: Mapping[str, str], names: Sequence[str]) -> dict[str, str]:
    return {name: fields[name] for name in names if fields.get(name)}


def _sign(secret: str, text: bytes) -> str:
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
