"""Wix's webhooks (eCommerce Orders): `docs/stores/wix.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Traits
from tracking.integrations.wix.parser import parse
from tracking.integrations.wix.signature import describe, is_ping, verify

traits = Traits(
    platform="wix",
    name="Wix",
    about=_("Orders and refunds through Wix's signed webhooks."),
    secret_name=_("Public key of your Wix app"),
    secret_help=_(
        "Wix shows it under Develop, Webhooks. Paste all of it, from BEGIN PUBLIC KEY to its end."
    ),
)

__all__ = ["describe", "is_ping", "parse", "traits", "verify"]
