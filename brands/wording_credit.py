"""How the terms say who gets an order."""

from collections.abc import Mapping

from django.utils.translation import gettext_noop

CREDIT: Mapping[str, str] = {
    "terms.click_last": gettext_noop("Of several clicks the last one decides."),
    "terms.click_first": gettext_noop("Of several clicks the first one decides."),
    "terms.precedence_code": gettext_noop("A code of one creator beats a click of another."),
    "terms.precedence_click": gettext_noop("A click of one creator beats a code of another."),
    "terms.code_always": gettext_noop(
        "A code earns by itself; codes of coupon, cashback and loyalty sites earn only with a "
        "click of their own."
    ),
    "terms.code_with_click": gettext_noop("A code earns only with a click of the same creator."),
    "terms.code_only_as_winner": gettext_noop(
        "A code earns only when the deciding click is of the same creator."
    ),
    "terms.bound": gettext_noop(
        "A customer stays with the creator who first brought an order of his."
    ),
    "terms.bound_rate": gettext_noop(
        "Each order of such a customer pays by the rates of the first one."
    ),
    "terms.renewals": gettext_noop(
        "A renewal of a subscription is credited to whoever brought its first order. Limits on "
        "payments or months count from that order; where the store does not tell it, none applies."
    ),
    "terms.ads_first": gettext_noop(
        "If the last visit came from advertising of the brand, no click earns."
    ),
    "terms.self_reject": gettext_noop("Orders of your own do not earn."),
    "terms.self_hold": gettext_noop("Orders of your own are checked before they are released."),
    "terms.second_reject": gettext_noop(
        "One person has one account: one that is likely a second account of somebody does not earn."
    ),
    "terms.second_hold": gettext_noop(
        "One person has one account: orders of one that is likely a second account of somebody are "
        "checked before they are released."
    ),
    "terms.double_reject": gettext_noop(
        "A sale that two stores of the brand report earns once: the order paid and placed first."
    ),
    "terms.double_hold": gettext_noop(
        "A sale that two stores of the brand report is checked before it earns a second time."
    ),
}
