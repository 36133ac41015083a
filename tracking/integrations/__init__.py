"""The platforms that post orders: one folder each, found by the connection's `platform`."""

from collections.abc import Callable, Mapping

from tracking.integrations import csvfile, generic, shopify, woocommerce
from tracking.models import StoreEvent
from tracking.services.adapters import Adapter
from tracking.services.sources import Source

ADAPTERS: Mapping[str, Adapter] = {
    adapter.platform: adapter for adapter in (csvfile, generic, shopify, woocommerce)
}


# The platforms that let orders be fetched which they failed to post.
SOURCES: Mapping[str, Callable[..., Source]] = {
    woocommerce.platform: woocommerce.open_source,
}


class UnknownPlatform(LookupError):
    """No adapter reads this platform."""


def get_adapter_of(event: StoreEvent) -> Adapter:
    """Return the adapter that reads a delivery: its store's, or that of files."""
    return csvfile if event.upload_id else get_adapter(event.connection.platform)


def get_adapter(platform: str) -> Adapter:
    """Return the adapter of a platform.

    :raises UnknownPlatform: for a platform without one.
    """
    try:
        return ADAPTERS[platform]
    except KeyError:
        raise UnknownPlatform(platform) from None
