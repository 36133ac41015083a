"""Shopify's webhooks and its Admin API: `docs/stores/shopify.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Address, KeyField, Traits
from tracking.integrations.shopify.catalogue import open_catalogue
from tracking.integrations.shopify.codes import code_traits, open_codes
from tracking.integrations.shopify.parser import parse
from tracking.integrations.shopify.pull import open_source
from tracking.integrations.shopify.signature import describe, is_ping, verify

traits = Traits(
    platform="shopify",
    name="Shopify",
    about=_("Orders and refunds through Shopify's webhooks; with keys what was missed is fetched."),
    secret_name=_("Signing secret of Shopify"),
    secret_help=_("Shopify makes it: Settings, Notifications, Webhooks, at the end of the page."),
    address=Address(
        _("Address of the shop at Shopify"),
        help=_("Ends in .myshopify.com, whatever address shoppers see. Only the keys need it."),
        pattern=r"https://[A-Za-z0-9][A-Za-z0-9-]{0,80}\.myshopify\.com/?",
        error=_("Enter the address that ends in .myshopify.com, and nothing after it."),
        is_optional=True,
    ),
    keys=(
        KeyField(_("Admin API access token, or client ID"), example="shpat_…"),
        KeyField(_("Client secret, with a client ID only"), example="shpss_…", is_optional=True),
    ),
    keys_why=_(
        "Shopify gives a webhook up after eight failures. With keys the orders that failed to "
        "arrive are fetched, edits at once, and once a day which collections products are in."
    ),
    keys_how=_(
        "In Shopify's Dev Dashboard make an app for your shop with the scopes read_orders and "
        "read_products, install it, and copy client ID and secret. An app made in the admin before "
        "2026 has an access token instead."
    ),
    is_polled=True,
)

__all__ = [
    "code_traits",
    "describe",
    "is_ping",
    "open_catalogue",
    "open_codes",
    "open_source",
    "parse",
    "traits",
    "verify",
]
