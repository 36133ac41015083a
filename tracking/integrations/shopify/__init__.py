"""Shopify's webhooks: `docs/stores/shopify.md` tells which topics to subscribe to."""

from tracking.integrations.shopify.parser import parse
from tracking.integrations.shopify.signature import describe, verify

platform = "shopify"

__all__ = ["describe", "parse", "platform", "verify"]
