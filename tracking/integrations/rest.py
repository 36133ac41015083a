"""One order out of several answers of a platform's interface."""

from tracking.integrations.reading import Node, load_object
from tracking.integrations.shopapi import Ask, get
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import PullFailed


def get_object(ask: Ask, path: str) -> tuple[bytes, Node]:
    """Return an answer's body and the JSON object it holds.

    :raises PullFailed: as `get`, and `no_order` where it holds none.
    """
    body = get(ask, path)
    try:
        return body, load_object(body)
    except PayloadRefused as refusal:
        raise PullFailed("no_order") from refusal


def join_bodies(**parts: bytes) -> bytes:
    """Put JSON texts into one object, each exactly as it came; an empty one is null."""
    return b"{%s}" % b",".join(
        b'"%s":%s' % (name.encode(), body or b"null") for name, body in parts.items()
    )
