"""Squarespace's notifications and its Orders API: `docs/stores/squarespace.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits
from tracking.integrations.squarespace.catalogue import open_catalogue
from tracking.integrations.squarespace.parser import parse
from tracking.integrations.squarespace.pull import open_source
from tracking.integrations.squarespace.signature import describe, is_ping, verify

traits = Traits(
    platform="squarespace",
    name="Squarespace",
    about=_("Squarespace's notices name an order; the order itself is fetched."),
    secret_name=_("Secret of the webhook subscription"),
    secret_help=_(
        "Squarespace shows it once, when the subscription is made. Without a subscription any text "
        "will do."
    ),
    keys=(KeyField(_("API key")),),
    keys_why=_(
        "Squarespace's notices name an order and tell nothing of it. With the key the order is "
        "fetched, and what was missed too."
    ),
    keys_how=_(
        "In Squarespace open Settings, Developer tools, Developer API keys; permissions: Orders "
        "and Products, Read Only."
    ),
    is_polled=True,
    needs_fetch=True,
)

__all__ = [
    "describe",
    "is_ping",
    "open_catalogue",
    "open_source",
    "parse",
    "traits",
    "verify",
]
