"""WooCommerce's webhooks and its REST API v3: `docs/stores/woocommerce.md` has the set-up."""

from tracking.integrations.woocommerce.parser import parse
from tracking.integrations.woocommerce.pull import open_source
from tracking.integrations.woocommerce.signature import describe, is_ping, verify

platform = "woocommerce"

__all__ = ["describe", "is_ping", "open_source", "parse", "platform", "verify"]
