"""Square: thin events, orders by the API. `docs/stores/square.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits
from tracking.integrations.square.catalogue import open_catalogue
from tracking.integrations.square.parser import parse
from tracking.integrations.square.pull import open_source
from tracking.integrations.square.signature import describe, is_ping, verify

traits = Traits(
    platform="square",
    name="Square",
    about=_("Square Online, payment links and the till; each order is fetched with your token."),
    secret_name=_("Signature key of the subscription"),
    secret_help=_("Square makes it: Developer Console, your application, Webhooks, Subscriptions."),
    keys=(KeyField(_("Access token"), example="EAAA…"),),
    keys_why=_("An event of Square holds ids alone; without a token no order is known."),
    keys_how=_(
        "In Square open the Developer Console, your application, Credentials, Production; scopes "
        "ORDERS_READ, PAYMENTS_READ, CUSTOMERS_READ, MERCHANT_PROFILE_READ and "
        "ITEMS_READ."
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
