"""Ecwid's webhooks and its REST API v3: `docs/stores/ecwid.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits
from tracking.integrations.ecwid.catalogue import open_catalogue
from tracking.integrations.ecwid.parser import parse
from tracking.integrations.ecwid.pull import open_source
from tracking.integrations.ecwid.signature import describe, is_ping, verify

traits = Traits(
    platform="ecwid",
    name="Ecwid",
    about=_("Ecwid's webhooks only say that something changed; the order itself is fetched."),
    secret_name=_("Client secret of your Ecwid app"),
    secret_help=_("Ecwid shows it on the page of the app, beside its token."),
    keys=(
        KeyField(_("Number of the store"), is_secret=False),
        KeyField(_("Secret token of the app")),
    ),
    keys_why=_(
        "Ecwid's webhooks prove too little to be believed. With the token the order is fetched, "
        "and what was missed too."
    ),
    keys_how=_(
        "In Ecwid open Apps, Develop apps; permissions: read_orders, read_store_profile and "
        "read_catalog."
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
