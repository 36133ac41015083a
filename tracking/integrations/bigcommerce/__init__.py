"""BigCommerce: thin webhooks, orders by the API. `docs/stores/bigcommerce.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import KeyField, Traits
from tracking.integrations.bigcommerce.catalogue import open_catalogue
from tracking.integrations.bigcommerce.parser import parse
from tracking.integrations.bigcommerce.pull import open_source
from tracking.integrations.bigcommerce.signature import describe, is_ping, verify

traits = Traits(
    platform="bigcommerce",
    name="BigCommerce",
    about=_("Its webhooks tell which order changed; the order is fetched with your keys."),
    secret_name=_("Client secret of the API account"),
    secret_help=_("BigCommerce shows it once: Settings, Store-level API accounts, Create."),
    keys=(
        KeyField(_("Store hash"), example="abc123xyz", is_secret=False),
        KeyField(_("Access token")),
    ),
    keys_why=_("A webhook of BigCommerce holds ids alone; without keys no order is known."),
    keys_how=_(
        "In BigCommerce open Settings, Store-level API accounts; scopes: Orders, Order "
        "transactions and Products, read-only. The store hash stands in the API path, after "
        "stores/."
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
