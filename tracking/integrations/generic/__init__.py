"""The signed webhook of any shop: `docs/stores/generic.md` has the format with examples."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Traits
from tracking.integrations.generic.parser import LEAD_PREFIX, parse
from tracking.integrations.generic.signature import describe, is_ping, verify

traits = Traits(
    platform="generic",
    name=_("Any shop (signed webhook)"),
    about=_("For a shop of your own make: its program posts each order, signed."),
)

__all__ = ["LEAD_PREFIX", "describe", "is_ping", "parse", "traits", "verify"]
