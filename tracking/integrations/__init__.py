"""The platforms that post orders: one folder each, found by the connection's `platform`."""

from collections.abc import Callable, Mapping

from tracking.integrations import generic, shopify, woocommerce
from tracking.services.adapters import Adapter
from tracking.services.pulling import Source

ADAPTERS: Mapping[str, Adapter] = {
    adapter.platform: adapter for adapter in (generic, shopify, woocommerce)
}


# The platforms that let orders be fetched which they failed to post.
SOURCES: Mapping[str, Callable[..., Source]] = {
    woocommerce.platform: woocommerce.open_source,
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
