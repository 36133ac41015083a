"""PrestaShop's web service, which is asked: `docs/stores/prestashop.md` has the set-up."""

from django.utils.translation import gettext_lazy as _

from brands.services.platforms import Address, KeyField, Traits
from tracking.integrations.prestashop.catalogue import open_catalogue
from tracking.integrations.prestashop.parser import parse
from tracking.integrations.prestashop.pull import open_source
from tracking.integrations.prestashop.signature import describe, is_ping, verify

traits = Traits(
    platform="prestashop",
    name="PrestaShop",
    about=_("PrestaShop posts nothing; it is asked every few minutes for what changed."),
    is_posting=False,
    address=Address(_("Address of the shop")),
    keys=(KeyField(_("Key of the web service")),),
    keys_why=_(
        "With a key of its web service the shop is asked for the orders and slips that changed."
    ),
    keys_how=_(
        "In PrestaShop open Advanced parameters, Webservice, Add new key, with the right to view: "
        "orders, order_slip, order_cart_rules, cart_rules, currencies, configurations, customers, "
        "addresses, countries, products, categories."
    ),
    is_polled=True,
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
