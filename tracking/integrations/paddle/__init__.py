"""Paddle Billing: `docs/stores/paddle.md` has the set-up. Paddle Classic is another interface."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits
from tracking.integrations.paddle.parser import parse
from tracking.integrations.paddle.pull import open_source
from tracking.integrations.paddle.signature import describe, is_ping, verify

traits = Traits(
    platform="paddle",
    name="Paddle",
    about=_("Paddle Billing: transactions, subscriptions, and adjustments once approved."),
    secret_name=_("Secret key of the destination"),
    secret_help=_("Paddle makes it: Developer tools, Notifications, your destination, Edit."),
    keys=(KeyField(_("API key"), example="pdl_live_apikey_…"),),
    keys_why=_(
        "Paddle's notifications leave out the discount code and the customer's address and "
        "country. With a key they are looked up; without it codes are not known."
    ),
    keys_how=_(
        "In Paddle open Developer tools, Authentication, New API key; permission Read for "
        "Transactions, Adjustments, Customers, Addresses and Discounts."
    ),
    is_polled=True,
    needs_fetch=True,
)

__all__ = ["describe", "is_ping", "open_source", "parse", "traits", "verify"]
