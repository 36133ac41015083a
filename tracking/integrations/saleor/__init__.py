"""Saleor's webhooks: `docs/stores/saleor.md` has the set-up and the query they are made with."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Traits
from tracking.integrations.saleor.parser import parse
from tracking.integrations.saleor.signature import describe, is_ping, verify

traits = Traits(
    platform="saleor",
    name="Saleor",
    about=_("Orders and refunds through Saleor's signed webhooks."),
    secret_name=_("Key set of the shop"),
    secret_help=_(
        "Open /.well-known/jwks.json of your shop and paste all of it; or the secret key of the "
        "webhook, if it has one."
    ),
)

__all__ = ["describe", "is_ping", "parse", "traits", "verify"]
