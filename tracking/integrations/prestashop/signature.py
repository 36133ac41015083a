"""PrestaShop posts nothing, so nothing that is posted in its name is believed."""

from collections.abc import Sequence
from datetime import datetime

from core.signing import Headers, Refusal, Verified
from tracking.services.adapters import Delivery


def verify(
    *,
    headers: Headers,  # noqa: ARG001
    body: bytes,  # noqa: ARG001
    secrets: Sequence[str],  # noqa: ARG001
    now: datetime,  # noqa: ARG001
    address: str,  # noqa: ARG001
) -> Verified | Refusal:
    return Refusal("unknown_scheme")


def describe(*, headers: Headers, body: bytes) -> Delivery:  # noqa: ARG001 - it sends none
    return Delivery("", "", None)


def is_ping(*, body: bytes) -> bool:  # noqa: ARG001 - it sends none
    return False
