"""Shopify's webhooks: `docs/stores/shopify.md` tells which topics to subscribe to."""

from tracking.integrations.shopify.parser import parse
from tracking.integrations.shopify.signature import describe, is_ping, verify

platform = "shopify"

__all__ = ["describe", "is_ping", "parse", "platform", "verify"]
