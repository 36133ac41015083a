"""How the hops of a sale and the alarms of tracking read, with what to do next."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from core import formats
from core.wording import current_language

HOPS: Mapping[str, str | Promise] = {
    "link": pgettext_lazy("hop of a sale", "Link"),
    "redirect": pgettext_lazy("hop of a sale", "Redirect"),
    "token": pgettext_lazy("hop of a sale", "Token on an order"),
    "cart": pgettext_lazy("hop of a sale", "Cart and checkout"),
    "order": pgettext_lazy("hop of a sale", "Order"),
}
ABOUT: Mapping[str, str | Promise] = {
    "link": gettext_lazy("Seen when somebody opens a link of a creator."),
    "redirect": gettext_lazy("Seen when a click counts and the shopper is sent on with a token."),
    "token": gettext_lazy(
        "Seen when an order carries a valid token of this program. Whether a token reached the "
        "shop's page is not known before: the snippet reports nothing."
    ),
    "cart": gettext_lazy("Seen when an order of this store carries a token, of any program."),
    "order": gettext_lazy("Seen when the store reports something and it is worked on."),
}
NEXT: Mapping[str, str | Promise] = {
    "no_links": gettext_lazy(
        "No creator has a link that works. Approve creators, or ask them to make one."
    ),
    "not_opened": gettext_lazy("No link was opened yet. Open one in a browser to try it."),
    "links_quiet": gettext_lazy(
        "No link was opened for a week. Ask your creators, or tell them some news."
    ),
    "clicks_stopped": gettext_lazy(
        "Clicks suddenly stopped. Open a link in a browser: does it lead to the shop? Then ask "
        "your creators whether their posts still link to you."
    ),
    "not_live": gettext_lazy(
        "The program is not live, so clicks are not counted. The settings of the program say why."
    ),
    "none_counted": gettext_lazy(
        "Links are opened, but no click counts. The verdicts below say why; a link in a browser "
        "shows whether people get through."
    ),
    "no_orders": gettext_lazy("No order has come yet. Send a test order to try the way."),
    "tokens_stopped": gettext_lazy(
        "Clicks and orders go on, but orders with a token of this program suddenly stopped. Look "
        "at the stores below: where does the cart not work?"
    ),
    "tokens_missing": gettext_lazy(
        "People click, and the last {count} orders carried no token. The snippet may be missing in "
        "the shop: see the instructions of each store below."
    ),
    "no_token_yet": gettext_lazy(
        "No order carried a token yet. Buy something through a link, or send a test order."
    ),
    "tokens_quiet": gettext_lazy(
        "The last order with a token is over a week old. Buy something through a link to see "
        "whether it still comes."
    ),
    "uninstalled": gettext_lazy("The app was removed from the shop. Connect the store again."),
    "switched_off": gettext_lazy("The store is switched off here: what it posts is not taken."),
    "refused": gettext_lazy(
        "What the store posted last was refused. The list of deliveries says why; most often the "
        "secret here is not the one in the shop."
    ),
    "deliveries_stopped": gettext_lazy(
        "The store suddenly stopped reporting. Look in the shop whether the webhook is still there "
        "and switched on."
    ),
    "not_processed": gettext_lazy(
        "Something came and nothing was worked on yet. The list says why."
    ),
    "nothing_came": gettext_lazy("The store has not reported anything yet. Follow its set-up."),
    "store_quiet": gettext_lazy(
        "The store has reported nothing for a week. If it sold something, look whether the webhook "
        "is still there."
    ),
}
_THEME = gettext_lazy(
    "The last {count} orders of {store} carried no token: the snippet may be missing in the theme."
)
_CHECKOUT = gettext_lazy(
    "The last {count} orders of {store} carried no token: what opens the checkout may not hand the "
    "token on any more."
)
_FIELD = gettext_lazy(
    "The last {count} orders of {store} carried no token: the hidden field fs_click of the "
    "checkout, or the snippet that fills it, may be missing."
)
_NO_FIELD = gettext_lazy(
    "The last {count} orders of {store} carried no token. Shops of this kind have no field of "
    "their own for it: give creators codes."
)
STREAKS: Mapping[str, str | Promise] = {
    **dict.fromkeys(("shopify", "woocommerce", "magento", "prestashop", "saleor"), _THEME),
    **dict.fromkeys(("stripe", "paddle", "lemonsqueezy", "gumroad", "square", "medusa"), _CHECKOUT),
    **dict.fromkeys(("bigcommerce", "squarespace", "wix"), _NO_FIELD),
}
CARRIERS: Mapping[str, str | Promise] = {
    "note_attribute": gettext_lazy("attribute of the cart"),
    "line_property": gettext_lazy("property of a line"),
    "landing_site": gettext_lazy("landing page"),
    "landing_url": gettext_lazy("landing page"),
    "order_meta": gettext_lazy("field of the order"),
    "order_field": gettext_lazy("field of the order"),
    "order_note": gettext_lazy("note of the order"),
    "form_field": gettext_lazy("field of the checkout"),
    "custom_field": gettext_lazy("field of the checkout"),
    "custom_data": gettext_lazy("data of the checkout"),
    "metadata": gettext_lazy("metadata"),
    "client_reference": gettext_lazy("reference of the checkout"),
    "url_params": gettext_lazy("address of the checkout"),
    "utm_content": gettext_lazy("utm_content of the landing page"),
    "body": gettext_lazy("field click of the message"),
}


def say_next(code: str, *, count: int = 0, store: str = "", platform: str = "") -> str:
    """Say what to do next about a hop; nothing where its code is empty."""
    if not code:
        return ""
    text = STREAKS.get(platform, _FIELD) if code == "streak" else NEXT[code]
    shown = formats.number_text(count, language=current_language())
    return str(text).format(count=shown, store=formats.isolate(store))


def name_carrier(carrier: str) -> str:
    """Return what carried a token; one of a later version is shown as it is."""
    return str(CARRIERS.get(carrier, carrier))


def say_evidence(evidence: Mapping[str, Any]) -> str:
    """Say the figures that an alarm was opened for."""
    language = current_language()
    shown = {
        name: formats.number_text(value, language=language) for name, value in evidence.items()
    }
    if evidence["of_before"]:
        return (
            _(
                "%(observed)s of %(of)s in %(hours)s hours; %(expected)s of %(of_before)s in the "
                "four weeks before."
            )
            % shown
        )
    return _("%(observed)s in %(hours)s hours, where %(expected)s were to be expected.") % shown
