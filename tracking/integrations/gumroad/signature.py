"""Who sent it: nothing is signed, so the end of the address is a secret only Gumroad has."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from core.signing import Headers, Refusal, Verified
from tracking.integrations.gumroad.form import read_form
from tracking.services.adapters import Delivery, PayloadRefused

MAX_TOPIC = 64
PARTS = 4  # the path: "", hooks, the connection, the secret


def verify(
    *,
    headers: Headers,  # noqa: ARG001 - they prove nothing
    body: bytes,  # noqa: ARG001 - it is not signed
    secrets: Sequence[str],
    now: datetime,  # noqa: ARG001 - nothing is dated
    address: str = "",
) -> Verified | Refusal:
    parts = urlsplit(address).path.split("/")
    if len(parts) != PARTS or not parts[-1]:
        return Refusal("missing_header")
    offered = parts[-1].encode("utf-8", "surrogatepass")
    for index, secret in enumerate(secrets):
        if secret and hmac.compare_digest(secret.encode("utf-8", "surrogatepass"), offered):
            return Verified(index)
    return Refusal("signature_mismatch")


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - the body says it all
    """Read what it is about; the hash of the body tells repeats."""
    try:
        return Delivery(read_form(body).get("resource_name", "sale")[:MAX_TOPIC], "", None)
    except PayloadRefused:
        return Delivery("", "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - its pings are sales
    return False
