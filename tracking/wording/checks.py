"""How the checks of an order's credit read: what each found, and what it keeps waiting."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.wording import Message

_DOUBLE_BY_CUSTOMER = (
    _(
        "Order {order} in {store} has the same customer and the same total and was placed"
        " {seconds} s earlier."
    ),
    _(
        "Order {order} in {store} has the same customer and the same total and was placed"
        " {minutes} min earlier."
    ),
    _("Order {order} in {store} has the same customer and the same total, and counts first."),
)
_DOUBLE_BY_NUMBER = (
    _(
        "Order {order} in {store} has the same number and the same total and was placed"
        " {seconds} s earlier."
    ),
    _(
        "Order {order} in {store} has the same number and the same total and was placed"
        " {minutes} min earlier."
    ),
    _("Order {order} in {store} has the same number and the same total, and counts first."),
)
_LOST_DOUBLE = (
    _("Not credited again: you have this sale already, as order {order}."),
    _("Not credited again: you have this sale already."),
)
_SAME_SALE = (
    _("It may be the same sale as your order {order}, told by another store of {brand}."),
    _("It may be the same sale as another order of yours."),
)

_LIKE = (
    _("{creator} has {shared} in common with {other}, who joined earlier."),
    _("{creator} is likely the second account of somebody who joined earlier."),
)

CHECKS: Mapping[str, Message] = {
    "attr.lost_account": Message(
        _(
            "Not credited: one person has one account at {brand}, and it is not settled that this"
            " is yours. Ask the brand."
        ),
        _LIKE,
    ),
    "check.second_account": Message(_("It is not settled that this is your one account."), _LIKE),
    "attr.lost_double": Message(
        _LOST_DOUBLE,
        _DOUBLE_BY_CUSTOMER,
        by="signal",
        cases={"number": Message(_LOST_DOUBLE, _DOUBLE_BY_NUMBER)},
    ),
    "check.self_referral": Message(
        _("It may be an order of your own."), _("Buyer and {creator} match by {signal}.")
    ),
    "check.duplicate_order": Message(
        _SAME_SALE,
        _DOUBLE_BY_CUSTOMER,
        by="signal",
        cases={"number": Message(_SAME_SALE, _DOUBLE_BY_NUMBER)},
    ),
}

_ASKED_DOUBLE = (
    _(
        "{brand} is checking whether this is the same sale as your order {order}."
        " You can add an answer; the date below stays."
    ),
    _("{brand} is checking this order. You can add an answer; the date below stays."),
)
_ASKED = _("{brand} is checking this order. You can add an answer; the date below stays.")
_HELD_LIKE = (
    _("On review since {date}: {creator} has {shared} in common with {other}."),
    _("On review since {date}: {creator} is likely the second account of somebody."),
)

CHECKED: Mapping[str, Message] = {
    "second_account.payout": Message(_ASKED, _HELD_LIKE),
    "second_account.tax": Message(_ASKED, _HELD_LIKE),
    "second_account.mailbox": Message(_ASKED, _HELD_LIKE),
    "duplicate_order.customer": Message(
        _ASKED_DOUBLE,
        _(
            "On review since {date}: order {order} in {store} has the same customer and the same"
            " total."
        ),
    ),
    "duplicate_order.number": Message(
        _ASKED_DOUBLE,
        _(
            "On review since {date}: order {order} in {store} has the same number and the same"
            " total."
        ),
    ),
}
