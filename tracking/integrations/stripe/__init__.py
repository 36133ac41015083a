"""Stripe Checkout and Billing: `docs/stores/stripe.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits
from tracking.integrations.stripe.codes import code_traits, open_codes
from tracking.integrations.stripe.parser import parse
from tracking.integrations.stripe.pull import open_source
from tracking.integrations.stripe.signature import describe, is_ping, verify

traits = Traits(
    platform="stripe",
    name="Stripe",
    about=_("Checkout, Payment Links and subscriptions, with their renewals, refunds, disputes."),
    secret_name=_("Signing secret of the endpoint"),
    secret_help=_("Stripe makes it: Developers, Webhooks, your endpoint. It begins with whsec_."),
    keys=(KeyField(_("Restricted key"), example="rk_live_…"),),
    keys_why=_(
        "Stripe's events leave out the products of a checkout, promotion codes by name, and which "
        "invoice a refund belongs to. With a restricted key they are looked up; without it an "
        "order is one line, and codes are not known."
    ),
    keys_how=_(
        "In Stripe open Developers, API keys, Create restricted key; permission Read for Checkout "
        "Sessions, Invoices, Charges and Refunds, Promotion Codes, Disputes and Events."
    ),
    is_polled=True,
    needs_fetch=True,
)

__all__ = [
    "code_traits",
    "describe",
    "is_ping",
    "open_codes",
    "open_source",
    "parse",
    "traits",
    "verify",
]
