"""One order out of several answers of a platform's interface, and what a list told of it."""

from tracking.integrations.reading import Node, load_object
from tracking.integrations.shopapi import Ask, get
from tracking.services.adapters import PayloadRefused
from tracking.services.sources import Found, PullFailed, Source


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


def join_listed(**parts: bytes) -> bytes:
    """Put together what a list tells of an order; the whole of it is still to be fetched."""
    return join_bodies(**parts, listed=b"true")


def fetch_listed(source: Source, found: Found) -> bytes:
    """Return the whole of an order that a list told of; of any other it is there already.

    :raises PullFailed: it cannot be had, `gone` where the shop has it no more.
    """
    try:
        is_listed = load_object(found.body).flag("listed")
    except PayloadRefused:
        is_listed = True
    if not is_listed:
        return found.body
    whole = source.get_order(found.order_id)
    if whole is None:
        raise PullFailed("gone")
    return whole.body
