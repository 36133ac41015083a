"""Gumroad: unsigned pings, sales by the API. `docs/stores/gumroad.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits
from tracking.integrations.gumroad.parser import parse
from tracking.integrations.gumroad.pull import open_source
from tracking.integrations.gumroad.signature import describe, is_ping, verify

traits = Traits(
    platform="gumroad",
    name="Gumroad",
    about=_("Sales, subscriptions and refunds; each sale is looked up before it counts."),
    has_plain_secret=True,
    has_secret_address=True,
    keys=(KeyField(_("Access token")),),
    keys_why=_(
        "Gumroad signs nothing, so what it posts is believed only after the sale was looked up; "
        "without a token no sale is known."
    ),
    keys_how=_(
        "In Gumroad open Settings, Advanced, Applications, make one and generate its access "
        "token; it needs view_sales, and to read products."
    ),
    is_polled=True,
    needs_fetch=True,
)

__all__ = ["describe", "is_ping", "open_source", "parse", "traits", "verify"]
