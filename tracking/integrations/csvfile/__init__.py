"""Orders from a file: `docs/stores/csv.md`. Nothing is posted here, so nothing is believed."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Traits
from tracking.integrations.csvfile.parser import describe, is_ping, parse, verify
from tracking.services.adapters import FILES

traits = Traits(
    platform=FILES,
    name=_("Files (CSV upload)"),
    about=_("You upload the orders that your shop exports."),
    is_posting=False,
)

__all__ = ["describe", "is_ping", "parse", "traits", "verify"]
