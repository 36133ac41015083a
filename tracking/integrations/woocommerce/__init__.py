"""WooCommerce's webhooks and its REST API v3: `docs/stores/woocommerce.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Address, KeyField, Traits
from tracking.integrations.woocommerce.catalogue import open_catalogue
from tracking.integrations.woocommerce.codes import code_traits, open_codes
from tracking.integrations.woocommerce.parser import parse
from tracking.integrations.woocommerce.pull import open_source
from tracking.integrations.woocommerce.signature import describe, is_ping, verify

traits = Traits(
    platform="woocommerce",
    name="WooCommerce",
    about=_("Orders and refunds of a WordPress shop; what it failed to post is fetched."),
    has_plain_secret=True,  # WooCommerce decodes HTML entities in what is typed there
    address=Address(_("Address of the shop")),
    keys=(
        KeyField(_("Consumer key"), example="ck_…", is_secret=False),
        KeyField(_("Consumer secret")),
    ),
    keys_why=_(
        "WooCommerce posts each change once and never again, and switches a webhook off after five "
        "failures. With read keys what was missed is fetched, refunds with their lines too."
    ),
    keys_how=_(
        "In WooCommerce open Settings, Advanced, REST API, Add key; permissions: Read. Paste both "
        "keys here."
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
