"""Magento and Adobe Commerce, by REST or by webhook: `docs/stores/magento.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Address, KeyField, Traits
from tracking.integrations.magento.catalogue import open_catalogue
from tracking.integrations.magento.parser import parse
from tracking.integrations.magento.pull import open_source
from tracking.integrations.magento.signature import describe, is_ping, verify

traits = Traits(
    platform="magento",
    name="Magento / Adobe Commerce",
    about=_("Orders and credit memos are fetched; Adobe Commerce can post them besides."),
    secret_name=_("Public key of the webhooks"),
    secret_help=_(
        "Adobe Commerce shows it under Stores, Configuration, Adobe Services, Webhooks. Without "
        "webhooks any text will do."
    ),
    address=Address(_("Address of the shop")),
    keys=(KeyField(_("Access token")),),
    keys_why=_(
        "Magento Open Source posts nothing by itself. With the token the shop is asked for the "
        "orders and refunds that changed."
    ),
    keys_how=_(
        "In the admin open System, Integrations, Add new integration, with access to Sales "
        "and Catalog; activate it and copy the access token."
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
