"""Lemon Squeezy: `docs/stores/lemonsqueezy.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits
from tracking.integrations.lemonsqueezy.parser import parse
from tracking.integrations.lemonsqueezy.pull import open_source
from tracking.integrations.lemonsqueezy.signature import describe, is_ping, verify

traits = Traits(
    platform="lemonsqueezy",
    name="Lemon Squeezy",
    about=_("Orders, renewals of subscriptions and refunds."),
    has_plain_secret=True,  # its field takes 6 to 40 characters
    keys=(KeyField(_("API key")),),
    keys_why=_(
        "Lemon Squeezy's webhooks leave out the discount code. With a key it is looked up; "
        "without it codes are not known."
    ),
    keys_how=_("In Lemon Squeezy open Settings, API and make a key."),
    is_polled=True,
    needs_fetch=True,
)

__all__ = ["describe", "is_ping", "open_source", "parse", "traits", "verify"]
