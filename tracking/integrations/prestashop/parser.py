"""From what the web service told to canonical events.

A body is made here out of several answers, because an order alone names neither its currency nor
the zone of its times: `{"time_zone": …, "currency": …, "country": …, "customer": {…}, "order": {…},
"cart_rules": […], "order_slips": […]}`, each part as the service told it.
"""

from core.signing import Headers
from tracking.integrations.prestashop.order import read_order
from tracking.integrations.reading import load_object
from tracking.services.adapters import HashEmail, Parsed

PULLED = "order.pulled"


def parse(
    *,
    topic: str,  # noqa: ARG001 - there is one
    headers: Headers,  # noqa: ARG001 - the body says it all
    body: bytes,
    hash_email: HashEmail,
) -> Parsed:
    """Turn a body into events.

    :raises PayloadRefused: for whatever cannot be read exactly.
    """
    snapshot, refunds = read_order(load_object(body), hash_email)
    return Parsed((snapshot, *refunds))
