"""How brands' reasons read: what a rule pays a line, and which payment keys are refused."""

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.wording import Catalogue, Message, Step, ngettext_lazy

PRICES: Mapping[str, Message] = {
    "price.rule": Message(
        (
            _("Rule {position}, “{rule}”, pays this line: it is the first that fits."),
            _("The first rule that fits pays this line."),
        ),
        (
            _("Rule {position}, “{rule}”, version {version}: first that fits."),
            _("Rule {position}, “{rule}”: first that fits."),
            _("The first rule that fits pays this line."),
        ),
    ),
    "price.no_rule": Message(_("This line earns 0: no rule of the program fits it.")),
    "price.nothing_counted": Message(_("Earns 0: nothing was counted.")),
    "price.excluded": Message(_("This line earns 0: rule {position} leaves out {what}.")),
    "price.zero_base": Message(
        _("Earns 0: after discounts and gift cards nothing is left to count.")
    ),
    "price.capped": Message(
        (
            _("Limited to {cap}; without the limit it would be {amount}."),
            _("Limited by a cap of the program."),
        ),
        by="by",
        cases={
            "rule": Message(
                _("Limited to {cap} by rule {position}; without the limit it would be {amount}.")
            ),
            "program": Message(
                _("Limited to {cap} for one order; without the limit it would be {amount}.")
            ),
            "creator_period": Message(
                _(
                    "Limited to {cap}: this is what was left of your limit for the month."
                    " Without it, it would be {amount}."
                ),
                _(
                    "Limited to {cap}: this was left of the monthly limit of a creator."
                    " Without it, it would be {amount}."
                ),
            ),
            "creator_week": Message(
                _(
                    "Limited to {cap}: this is what was left of your limit for the week."
                    " Without it, it would be {amount}."
                ),
                _(
                    "Limited to {cap}: this was left of the weekly limit of a creator."
                    " Without it, it would be {amount}."
                ),
            ),
            "creator_quarter": Message(
                _(
                    "Limited to {cap}: this is what was left of your limit for the quarter."
                    " Without it, it would be {amount}."
                ),
                _(
                    "Limited to {cap}: this was left of the quarterly limit of a creator."
                    " Without it, it would be {amount}."
                ),
            ),
            "creator_lifetime": Message(
                _(
                    "Limited to {cap}: this is what was left of your limit for the whole program."
                    " Without it, it would be {amount}."
                ),
                _(
                    "Limited to {cap}: this was left of the limit of a creator for the whole"
                    " program. Without it, it would be {amount}."
                ),
            ),
            "budget": Message(
                _(
                    "Limited to {cap}: this is what was left of the program's budget."
                    " Without it, it would be {amount}."
                )
            ),
        },
    ),
    "price.renewals_over": Message(
        ngettext_lazy(
            "This renewal earns 0: the rule pays the first payment only.",
            "This renewal earns 0: the rule pays the first {limit} payments.",
            "limit",
        )
    ),
    "price.renewal_months_over": Message(
        ngettext_lazy(
            "This renewal earns 0: the rule pays the first month of a subscription only.",
            "This renewal earns 0: the rule pays the first {limit} months of a subscription.",
            "limit",
        )
    ),
    "price.payment": Message(
        _("Payment {payment} of {limit} of its subscription that the rule pays.")
    ),
    "price.payment_months": Message(
        ngettext_lazy(
            "Payment {payment} of its subscription; the rule pays the first month.",
            "Payment {payment} of its subscription; the rule pays the first {limit} months.",
            "limit",
        )
    ),
    "price.edited": Message(
        (
            _(
                "The order was changed on {date}; the same rules give {amount} now,"
                " a difference of {change}."
            ),
            _("The order was changed; the same rules were applied to it again."),
        )
    ),
    "price.currency": Message(
        _("Paid in {currency}, the order's currency. It is kept apart from your other currencies."),
        _("Paid in {currency}, the order's currency. It is kept apart from other currencies."),
    ),
}

KEYS: Mapping[str, Message] = {
    "key.missing": Message(_("Enter the secret key of the Stripe account that pays.")),
    "key.unknown": Message(
        _("This does not read as a secret key of Stripe; such a key starts with sk_ or rk_.")
    ),
    "key.standin": Message(
        _("This key belongs to the payment stand-in of a sandbox. Enter a key of Stripe.")
    ),
    "key.standin_only": Message(
        _("A sandbox pays nobody: it takes only keys of the payment stand-in.")
    ),
}

WORDS: Mapping[str, Mapping[str, str | Promise]] = {
    "what": {
        "gift_cards": _("gift cards"),
        "products": _("certain products"),
        "skus": _("certain article numbers"),
        "collections": _("certain collections"),
        "order": _("orders such as this one"),
    },
}

STEPS: Mapping[str, Step] = {
    "price": Step("affiliates:program-list", "brands:program-settings"),
    "key": Step(None, "payouts:run-list"),
}

CATALOGUE = Catalogue(messages=MappingProxyType({**PRICES, **KEYS}), words=WORDS, steps=STEPS)

explain = CATALOGUE.explain
next_step = CATALOGUE.step
