"""Shopify's webhooks: `docs/stores/shopify.md` tells which topics to subscribe to."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Traits
from tracking.integrations.shopify.parser import parse
from tracking.integrations.shopify.signature import describe, is_ping, verify

traits = Traits(
    platform="shopify",
    name="Shopify",
    about=_("Orders and refunds through Shopify's webhooks."),
    secret_name=_("Signing secret of Shopify"),
    secret_help=_("Shopify makes it: Settings, Notifications, Webhooks, at the end of the page."),
)

__all__ = ["describe", "is_ping", "parse", "traits", "verify"]
