"""How each platform proves who sent a delivery, written apart from the product that checks it.

`covered` is what of a request its proof covers. A request that is believed must cover what a
holder of the secret sent; whatever else differs is not proven, and the adapter must not rely on it.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tests.tracking.keys import base64url, make_token, pem, private_key, sign

ADDRESS = "https://fairshare.example/hooks/con_x"
OURS, THEIRS = "ours", "theirs"  # whose secret: the store's, and a stranger's


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it arrives."""

    headers: Mapping[str, str]
    body: bytes
    address: str = ADDRESS


@dataclass(frozen=True, slots=True)
class Sender:
    """A platform: its secret, how it sends, and what of that its proof covers.

    `wraps`: the body of a payload is put into another; `is_dated`: an old request proves nothing.
    `header`: where the proof stands; empty where it is in the body or the address.
    """

    secret: Callable[[str], str]
    send: Callable[[str, bytes, datetime, str], Sent]
    covered: Callable[[Sent], bytes]
    header: str = ""
    is_dated: bool = False
    topics: tuple[str, ...] = ()
    topic_header: str = ""

    def deliver(self, whose: str, body: bytes, now: datetime, event_id: str, topic: str) -> Sent:
        """Send a payload, about a topic where the platform names it in a header."""
        sent = self.send(whose, body, now, event_id)
        if not self.topic_header:
            return sent
        return replace(sent, headers={**sent.headers, self.topic_header: topic})


def _text_secret(whose: str) -> str:
    return hashlib.sha256(whose.encode()).hexdigest()


def _standard_secret(whose: str) -> str:
    return "whsec_" + base64.b64encode(hashlib.sha256(whose.encode()).digest()).decode()


def _public_key(whose: str) -> str:
    return pem(private_key(f"fuzz-{whose}"))


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _body(sent: Sent) -> bytes:
    return sent.body


def _plain(header: str, encode: Callable[[bytes], str], *, is_hex_key: bool = False) -> Sender:
    """Return a platform that signs the body alone."""

    def send(whose: str, body: bytes, _now: datetime, _id: str) -> Sent:
        secret = _text_secret(whose)
        key = bytes.fromhex(secret) if is_hex_key else secret.encode()
        return Sent({header: encode(_mac(key, body))}, body)

    return Sender(_text_secret, send, _body, header)


def _standard(*, has_raw_key: bool = False) -> Sender:
    """Return a platform of Standard Webhooks; `has_raw_key`: the secret itself is the key."""

    def send(whose: str, body: bytes, now: datetime, event_id: str) -> Sent:
        key = hashlib.sha256(whose.encode()).digest()
        if has_raw_key:
            key = _text_secret(whose).encode()
        at = str(int(now.timestamp()))
        text = f"{event_id}.{at}.".encode() + body
        return Sent(
            {
                "webhook-id": event_id,
                "webhook-timestamp": at,
                "webhook-signature": f"v1,{_b64(_mac(key, text))}",
            },
            body,
        )

    def covered(sent: Sent) -> bytes:
        low = {name.lower(): value for name, value in sent.headers.items()}
        parts = (low.get("webhook-id", ""), low.get("webhook-timestamp", ""))
        return f"{parts[0]}.{parts[1]}.".encode("utf-8", "surrogatepass") + sent.body

    secret = _text_secret if has_raw_key else _standard_secret
    return Sender(secret, send, covered, "webhook-signature", is_dated=True)


def _dated(header: str, form: str, text: str, mark: str) -> Sender:
    """Return a platform that signs a time with the body and sends both in one header."""

    def send(whose: str, body: bytes, now: datetime, _id: str) -> Sent:
        at = str(int(now.timestamp()))
        mac = _mac(_text_secret(whose).encode(), text.format(at=at).encode() + body)
        return Sent({header: form.format(at=at, mac=mac.hex())}, body)

    def covered(sent: Sent) -> bytes:
        value = {name.lower(): one for name, one in sent.headers.items()}.get(header.lower(), "")
        times = [p[len(mark) :] for p in value.replace(";", ",").split(",") if p.startswith(mark)]
        at = times[0] if len(times) == 1 else ""
        return text.format(at=at).encode("utf-8", "surrogatepass") + sent.body

    return Sender(_text_secret, send, covered, header, is_dated=True)


def _ecwid() -> Sender:
    def covered(sent: Sent) -> bytes:
        try:
            found = json.loads(sent.body)
            return f"{found['eventCreated']}.{found['eventId']}".encode("utf-8", "surrogatepass")
        except (ValueError, KeyError, TypeError, RecursionError):
            return b""

    def send(whose: str, body: bytes, _now: datetime, _id: str) -> Sent:
        mac = _mac(_text_secret(whose).encode(), covered(Sent({}, body)))
        return Sent({"X-Ecwid-Webhook-Signature": _b64(mac)}, body)

    return Sender(_text_secret, send, covered, "X-Ecwid-Webhook-Signature")


def _square() -> Sender:
    def covered(sent: Sent) -> bytes:
        return sent.address.encode() + sent.body

    def send(whose: str, body: bytes, _now: datetime, _id: str) -> Sent:
        mac = _mac(_text_secret(whose).encode(), ADDRESS.encode() + body)
        return Sent({"x-square-hmacsha256-signature": _b64(mac)}, body)

    return Sender(_text_secret, send, covered, "x-square-hmacsha256-signature")


def _gumroad() -> Sender:
    def send(whose: str, body: bytes, _now: datetime, _id: str) -> Sent:
        return Sent({}, body, f"{ADDRESS}/{_text_secret(whose)}")

    return Sender(_text_secret, send, lambda sent: sent.address.encode())


def _magento() -> Sender:
    header = "X-Adobe-Commerce-Webhook-Signature"

    def send(whose: str, body: bytes, _now: datetime, _id: str) -> Sent:
        signature = sign(private_key(f"fuzz-{whose}"), base64.b64encode(body))
        return Sent({header: _b64(signature)}, body)

    return Sender(_public_key, send, _body, header)


def _saleor() -> Sender:
    def send(whose: str, body: bytes, _now: datetime, _id: str) -> Sent:
        first = base64url(b'{"alg":"RS256","b64":false,"crit":["b64"]}')
        signature = sign(private_key(f"fuzz-{whose}"), first.encode() + b"." + body)
        return Sent({"Saleor-Signature": f"{first}..{base64url(signature)}"}, body)

    return Sender(_public_key, send, _body, "Saleor-Signature")


def _wix() -> Sender:
    def send(whose: str, body: bytes, now: datetime, event_id: str) -> Sent:
        inner = {
            "id": event_id,
            "eventTime": "2026-03-02T09:00:42.000Z",
            "updatedEvent": {"currentEntityAsJson": body.decode("latin-1")},
        }
        event = {"data": json.dumps(inner), "eventType": "wix.ecom.v1.order_updated"}
        at = int(now.timestamp())
        content = {"data": json.dumps(event), "iat": at, "exp": at + 3600}
        return Sent({}, make_token(private_key(f"fuzz-{whose}"), content))

    def covered(sent: Sent) -> bytes:
        return sent.body.strip().rpartition(b".")[0]

    return Sender(_public_key, send, covered, is_dated=True)


def _named(sender: Sender, header: str, topics: str) -> Sender:
    return replace(sender, topic_header=header, topics=tuple(topics.split()))


SENDERS: Mapping[str, Sender] = {
    "bigcommerce": _standard(has_raw_key=True),
    "ecwid": _ecwid(),
    "generic": _standard(),
    "gumroad": _gumroad(),
    "lemonsqueezy": _plain("X-Signature", bytes.hex),
    "magento": _named(
        _magento(),
        "X-Adobe-Event-Code",
        "observer.sales_order_save_after observer.sales_order_creditmemo_save_after",
    ),
    "medusa": _standard(),
    "paddle": _dated("Paddle-Signature", "ts={at};h1={mac}", "{at}:", "ts="),
    "saleor": _named(_saleor(), "Saleor-Event", "order_paid order_updated order_refunded"),
    "shopify": _named(
        _plain("X-Shopify-Hmac-Sha256", _b64),
        "X-Shopify-Topic",
        "orders/updated refunds/create disputes/update orders/delete orders/edited",
    ),
    "square": _square(),
    "squarespace": _plain("Squarespace-Signature", bytes.hex, is_hex_key=True),
    "stripe": _dated("Stripe-Signature", "t={at},v1={mac}", "{at}.", "t="),
    "wix": _wix(),
    "woocommerce": _named(
        _plain("X-WC-Webhook-Signature", _b64),
        "X-WC-Webhook-Topic",
        "order.updated order.deleted order.pulled",
    ),
}
"""Every platform that posts. A new one is added here: a test says when one is missing."""

STALE = timedelta(days=3)
