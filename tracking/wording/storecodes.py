"""How it reads that a code is not in a shop as it is set here."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.wording import Message
from tracking.wording.stores import PULLS

SAME = (
    "too_often",
    "shop_failed",
    "moved",
    "no_interface",
    "bad_address",
    "not_allowed",
    "not_found",
    "unreachable",
    "timeout",
    "too_large",
)

STORE_CODES: Mapping[str, Message] = {
    **{f"storecode.{name}": PULLS[f"pull.{name}"] for name in SAME},
    "storecode.keys_refused": Message(
        _("The shop refused the keys: with them no codes can be made. Save others under Set-up.")
    ),
    "storecode.bad_answer": Message(_("What the shop answered could not be read.")),
    "storecode.taken": Message(
        _("The shop says that it has such a code and does not show it; perhaps it is in the bin.")
    ),
    "storecode.refused": Message(
        (_("The shop refused it: {reference}"), _("The shop refused it."))
    ),
    "storecode.bad_text": Message(
        _("The shop takes letters, digits and hyphens alone. Give the creator another code.")
    ),
    "storecode.no_coupon": Message(
        (_("The shop has no coupon {reference}."), _("The shop does not have the coupon."))
    ),
    "storecode.no_amount": Message(
        (
            _("The shop reckons in {currency}. Add an amount in it to the discount."),
            _("The discount has no amount in the currency of the shop."),
        )
    ),
    "storecode.no_minimum": Message(
        (
            _("The shop reckons in {currency}. Add a minimum in it to the discount."),
            _("The discount has no minimum in the currency of the shop."),
        )
    ),
    "storecode.absent": Message(_("It is not in the shop.")),
    "storecode.off": Message(_("It is switched off in the shop.")),
    "storecode.differs": Message(_("It gives something else in the shop than is set here.")),
    "storecode.still_on": Message(_("It ended here, and still works in the shop.")),
    "storecode.foreign": Message(
        _("The shop has a code of this name that was not made here. It is left as it is.")
    ),
    "storecode.foreign_on": Message(
        _("It ended here. The shop has one of this name that was not made here, and it works.")
    ),
}
