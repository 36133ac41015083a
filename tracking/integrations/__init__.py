"""The platforms that post orders: one folder each, found by the connection's `platform`."""

from collections.abc import Mapping

from tracking.integrations import generic, shopify, woocommerce
from tracking.services.adapters import Adapter

ADAPTERS: Mapping[str, Adapter] = {
    adapter.platform: adapter for adapter in (generic, shopify, woocommerce)
}


class UnknownPlatform(LookupError):
    """No adapter reads this platform."""


def get_adapter(platform: str) -> Adapter:
    """Return the adapter of a platform.

    :raises UnknownPlatform: for a platform without one.
    """
    try:
        return ADAPTERS[platform]
    except KeyError:
        raise UnknownPlatform(platform) from None
