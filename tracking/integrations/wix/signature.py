"""Who sent it: the body is a JSON Web Token, RS256, signed with the key of the app.

Source: dev.wix.com, "About Webhooks". The token's payload holds JSON in JSON: `data` is the text of
`{data, eventType, instanceId}`, whose own `data` is the text of the event. `exp` ends it, five
minutes of clocks apart; a retry comes with a token of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.ids import EPOCH
from core.signing import TOLERANCE, Headers, Refusal, Verified
from tracking.integrations.proof import Token, check_rsa, from_base64url, split_token
from tracking.integrations.reading import Node, load_object
from tracking.services.adapters import Delivery, PayloadRefused

MAX_TOPIC = 64
MAX_EVENT_ID = 128
MAX_SECONDS = 4_102_444_800  # the year 2100


@dataclass(frozen=True, slots=True)
class Event:
    """What a token holds: the type of the event, and the event itself."""

    event_type: str
    data: Node


def verify(
    *,
    headers: Headers,  # noqa: ARG001 - nothing in them is signed
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    address: str,  # noqa: ARG001 - it is not signed
) -> Verified | Refusal:
    token = _find_token(body)
    if token is None:
        return Refusal("bad_signature")
    text = body.strip().rpartition(b".")[0]
    verified = check_rsa(secrets=secrets, text=text, signatures=[token.signature])
    if isinstance(verified, Refusal):
        return verified
    try:
        return _check_age(_load_payload(token), now) or verified
    except PayloadRefused:
        return Refusal("bad_timestamp")


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - all is in the body
    try:
        event = open_event(body)
        event_id = event.data.find_identifier("id")
        triggered_at = event.data.find_time("eventTime")
    except PayloadRefused:
        return Delivery("", "", None)
    return Delivery(event.event_type, event_id[:MAX_EVENT_ID], triggered_at)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False


def open_event(body: bytes) -> Event:
    """Return what a token holds, as it was verified on arrival.

    :raises PayloadRefused: no token, or no event in it.
    """
    token = _find_token(body)
    if token is None:
        raise PayloadRefused("not_a_token")
    outer = load_text(_load_payload(token), "data")
    return Event(outer.text("eventType", at_most=MAX_TOPIC), load_text(outer, "data"))


def load_text(node: Node, name: str) -> Node:
    """Return the object whose JSON is the text of a field; an object that came as one is taken.

    :raises PayloadRefused: neither.
    """
    value = node.required(name)
    if isinstance(value, dict):
        return node.node(name)
    if not isinstance(value, str):
        node.refuse("wrong_type", name)
    return load_object(value.encode("utf-8", "surrogatepass"))


def _find_token(body: bytes) -> Token | None:
    try:
        return split_token(body.strip().decode("ascii"))
    except UnicodeDecodeError:
        return None


def _load_payload(token: Token) -> Node:
    payload = from_base64url(token.payload)
    if payload is None:
        raise PayloadRefused("not_a_token")
    return load_object(payload)


def _check_age(payload: Node, now: datetime) -> Refusal | None:
    issued, ends = _find_seconds(payload, "iat"), _find_seconds(payload, "exp")
    if issued and issued - now > TOLERANCE:
        return Refusal("timestamp_in_future")
    if ends and now - ends > TOLERANCE:
        return Refusal("timestamp_too_old")
    return None


def _find_seconds(node: Node, name: str) -> datetime | None:
    if not node.has(name):
        return None
    value = node.required(name)
    if type(value) is not int or not 0 <= value <= MAX_SECONDS:
        node.refuse("bad_time", name)
    return EPOCH + timedelta(seconds=value)
