"""Medusa, by a subscriber of the shop: `docs/stores/medusa.md` has its code and the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Traits
from tracking.integrations.medusa.parser import parse
from tracking.integrations.medusa.signature import describe, is_ping, verify

traits = Traits(
    platform="medusa",
    name="Medusa",
    about=_("Orders and refunds that a subscriber in your Medusa backend posts."),
)

__all__ = ["describe", "is_ping", "parse", "traits", "verify"]
