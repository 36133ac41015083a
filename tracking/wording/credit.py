"""How credit reads: who got an order and why, and why each other candidate did not."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from core.wording import Message, ngettext_lazy
from tracking.wording.checks import CHECKS

WON: Mapping[str, Message] = {
    "attr.won_last_click": Message(
        _("This order is yours: your click of {date} was the last one that could earn."),
        _("{creator}: last eligible click, {date}."),
        by="about",
        cases={
            "lead": Message(
                _("This lead is yours: your click of {date} was the last one that could earn."),
                _("{creator}: last eligible click, {date}."),
            )
        },
    ),
    "attr.won_first_click": Message(
        _("This order is yours: your click of {date} was the first one that could earn."),
        _("{creator}: first eligible click, {date}."),
        by="about",
        cases={
            "lead": Message(
                _("This lead is yours: your click of {date} was the first one that could earn."),
                _("{creator}: first eligible click, {date}."),
            )
        },
    ),
    "attr.won_code": Message(
        _("This order is yours: the shopper used your code {code}."),
        _("{creator}: code {code}."),
        by="about",
        cases={
            "lead": Message(
                _("This lead is yours: your code {code} came with it."),
                _("{creator}: code {code}."),
            )
        },
    ),
    "attr.won_code_over_click": Message(
        _(
            "This order is yours: code {code} beat the click of {date},"
            " because this program puts codes first."
        ),
        _("{creator}: code {code} beat the click of {other} on {date}; codes come first."),
        by="about",
        cases={
            "lead": Message(
                _(
                    "This lead is yours: code {code} beat the click of {date},"
                    " because this program puts codes first."
                ),
                _("{creator}: code {code} beat the click of {other} on {date}; codes come first."),
            )
        },
    ),
    "attr.won_click_over_code": Message(
        _(
            "This order is yours: your click of {date} beat a code,"
            " because this program puts clicks first."
        ),
        _("{creator}: click of {date} beat code {code} of {other}; clicks come first."),
        by="about",
        cases={
            "lead": Message(
                _(
                    "This lead is yours: your click of {date} beat a code,"
                    " because this program puts clicks first."
                ),
                _("{creator}: click of {date} beat code {code} of {other}; clicks come first."),
            )
        },
    ),
    "attr.won_subscription": Message(
        _("This order is yours: it renews a subscription whose first order of {date} is yours."),
        _("{creator}: renewal of the subscription that began with order {order} on {date}."),
    ),
    "attr.won_bound": Message(
        (
            _(
                "This order is yours: this customer came through you on {date}"
                " and stays yours until {until}."
            ),
            ngettext_lazy(
                "This order is yours: this customer came through you on {date} and stays yours for"
                " {count} order.",
                "This order is yours: this customer came through you on {date} and stays yours for"
                " {count} orders.",
                "count",
            ),
            _("This order is yours: this customer came through you on {date} and stays yours."),
        ),
        (
            _("{creator}: customer bound on {date} until {until}."),
            ngettext_lazy(
                "{creator}: customer bound on {date} for {count} order.",
                "{creator}: customer bound on {date} for {count} orders.",
                "count",
            ),
            _("{creator}: customer bound on {date}."),
        ),
        by="about",
        cases={
            "lead": Message(
                (
                    _(
                        "This lead is yours: this customer came through you on {date}"
                        " and stays yours until {until}."
                    ),
                    _(
                        "This lead is yours: this customer came through you on {date}"
                        " and stays yours."
                    ),
                ),
                (
                    _("{creator}: customer bound on {date} until {until}."),
                    _("{creator}: customer bound on {date}."),
                ),
            )
        },
    ),
    "attr.won_manual": Message(
        (
            _("{brand} credited this order to you on {date}: {reason}"),
            _("This order was credited to you by hand: {reason}"),
        ),
        (_("{member} credited {creator} on {date}: {reason}"), _("Credited by hand: {reason}")),
        by="about",
        cases={
            "lead": Message(
                (
                    _("{brand} credited this lead to you on {date}: {reason}"),
                    _("This lead was credited to you by hand: {reason}"),
                ),
                (
                    _("{member} credited {creator} on {date}: {reason}"),
                    _("Credited by hand: {reason}"),
                ),
            )
        },
    ),
}

LOST: Mapping[str, Message] = {
    "attr.lost_manual": Message(
        _("Not credited: {brand} credited this order to another creator on {date}."),
        _("{member} credited {other} by hand on {date}."),
    ),
    "attr.lost_other_click": Message(
        _("Not credited: another click decided this order under the program's click policy."),
        _("Lost to the click of {other} on {date}; policy: {policy}."),
    ),
    "attr.lost_to_code": Message(
        _("Not credited: the shopper used another creator's code, and codes come first here."),
        _("Lost to code {code} of {other}."),
    ),
    "attr.lost_window": Message(
        (
            _(
                "Not credited: your click of {date} could earn until {window_end};"
                " the order came on {order_date}."
            ),
            _("Not credited: the order came outside the time in which the click could earn."),
        ),
        (
            _(
                "{creator}: the click of {date} could earn until {window_end};"
                " the order came on {order_date}."
            ),
            _("Not credited: the order came outside the time in which the click could earn."),
        ),
        by="kind",
        cases={
            "bound": Message(
                (
                    _(
                        "Not credited: this customer was yours from {date} until {window_end};"
                        " the order came on {order_date}."
                    ),
                    _("Not credited: this customer became yours on {date}, after this order."),
                ),
                (
                    _(
                        "{creator}: customer bound from {date} until {window_end};"
                        " the order came on {order_date}."
                    ),
                    _("{creator}: customer bound on {date}, after this order."),
                ),
            )
        },
    ),
    "attr.lost_click_not_counted": Message(
        _("Not credited: the only click was not counted. See the click for its reason.")
    ),
    "attr.lost_self": Message(
        _("Not credited: this program does not pay for your own orders."),
        _("Not credited: buyer and {creator} match by {signal}."),
    ),
    "attr.lost_code_needs_click": Message(
        _(
            "Not credited: code {code} earns only together with a click on your link,"
            " and none arrived."
        ),
        _(
            "{creator}: code {code} earns only together with a click on the creator's link,"
            " and none arrived."
        ),
    ),
    "attr.lost_code_off": Message(_("Not credited: code {code} was not active on {date}.")),
    "attr.lost_code_used": Message(
        _("Not credited: code {code} was good for one order, and another order used it."),
        _("{creator}: code {code} was good for one order, and order {order} used it."),
    ),
    "attr.lost_not_member": Message(
        (
            _("Not credited: you joined on {joined}, after this click."),
            _("Not credited: you were not a member at the time of this click."),
        ),
        (
            _("{creator} joined on {joined}, after this click."),
            _("The creator was not a member at the time of this click."),
        ),
    ),
    "attr.lost_suspended": Message(
        _("Not credited: your membership was suspended on {date}."),
        _("{creator} was suspended on {date}."),
    ),
    "attr.lost_subscription": Message(
        _("Not credited: it renews a subscription that another creator brought."),
        _("Renews a subscription of {other}, which began with order {order}."),
    ),
    "attr.lost_bound_other": Message(
        _("Not credited: this customer already belongs to another creator in this program."),
        (_("Customer is bound to {other} until {until}."), _("Customer is bound to {other}.")),
    ),
    "attr.lost_paid_ad": Message(
        _(
            "Not credited: the last visit came from the brand's own advertising,"
            " which has priority here."
        ),
        _("Paid marker on the last visit; priority is on."),
    ),
    "attr.reassigned": Message(
        (
            _("{brand} credited this order to another creator: {reason}"),
            _("This order was credited to another creator; this commission is 0."),
        ),
        (
            _("{member} credited this order to another creator on {date}: {reason}"),
            _("Credited to another creator; this commission is 0."),
        ),
    ),
}

NOBODY: Mapping[str, Message] = {
    "attr.none_no_signal": Message(
        _(
            "No click and no code arrived with this order."
            " Clicks that a browser blocked cannot be seen."
        )
    ),
    "attr.none_bad_token": Message(
        _("No credit: the click token that came with this order is not one of ours."),
        _("Token {token} is unknown here."),
        by="why",
        cases={
            "malformed": Message(
                _("No credit: the click token was cut off or changed on its way to the order."),
                _("Token {token} was cut off or changed on its way: it is not of our form."),
            ),
            "unknown_key": Message(
                _("No credit: the click token that came with this order is not one of ours."),
                _("Token {token} was sealed with a key that this installation does not have."),
            ),
            "forged": Message(
                _("No credit: the click token that came with this order is not one of ours."),
                _("Token {token} does not fit its seal: it was made up or changed."),
            ),
            "foreign": Message(
                _("No credit: the click token that came with this order is not one of ours."),
                _("Token {token} is genuine, but belongs to no link of this brand."),
            ),
        },
    ),
    "attr.test_marked": Message(
        (
            _("{brand} marked this order as a test on {date}: {reason}"),
            _("This order was marked as a test; it earns nothing."),
        ),
        (
            _("{member} marked this order as a test on {date}: {reason}"),
            _("Marked as a test; it earns nothing."),
        ),
    ),
    "attr.test_undone": Message(
        (
            _("{brand} took back on {date} that this order is a test: {reason}"),
            _("This order is no test after all; it counts again."),
        ),
        (
            _("{member} took back on {date} that this order is a test: {reason}"),
            _("No test after all; it counts again."),
        ),
    ),
    "attr.test": Message(_("This is a test order. It earns nothing and counts nowhere.")),
}

CREDIT: Mapping[str, Message] = {**WON, **LOST, **CHECKS, **NOBODY}
