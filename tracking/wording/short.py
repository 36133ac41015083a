"""Reasons in two or three words, for counts and badges; the sentence stands on the order."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

REASONS: Mapping[str, str | Promise] = {
    "attr.none_no_signal": _("No click and no code"),
    "attr.none_bad_token": _("Unknown click token"),
    "attr.test": _("Test order"),
    "attr.lost_window": _("Outside the window"),
    "attr.lost_self": _("Self-referral"),
    "attr.lost_account": _("Second account"),
    "attr.lost_double": _("Sale counted twice"),
    "attr.lost_click_not_counted": _("Click not counted"),
    "attr.lost_code_needs_click": _("Code without a click"),
    "attr.lost_code_off": _("Code not active"),
    "attr.lost_code_used": _("Code used before"),
    "attr.lost_not_member": _("Not a member then"),
    "attr.lost_suspended": _("Creator suspended"),
    "attr.lost_paid_ad": _("Own advertising"),
    "attr.lost_subscription": _("Subscription of another creator"),
    "attr.lost_bound_other": _("Customer of another creator"),
}

SIGNALS: Mapping[str, str | Promise] = {
    "click": pgettext_lazy("what came with an order", "Click"),
    "code": pgettext_lazy("what came with an order", "Code"),
    "both": pgettext_lazy("what came with an order", "Click and code"),
    "subscription": pgettext_lazy("what came with an order", "Subscription"),
    "bound": pgettext_lazy("what came with an order", "Known customer"),
    "none": pgettext_lazy("what came with an order", "None"),
}

KINDS: Mapping[str, str | Promise] = {
    "click": pgettext_lazy("candidate", "Click"),
    "code": pgettext_lazy("candidate", "Code"),
    "subscription": pgettext_lazy("candidate", "Subscription"),
    "bound": pgettext_lazy("candidate", "Known customer"),
    "manual": pgettext_lazy("candidate", "By hand"),
}


def short_reason(code: str) -> str | Promise:
    """Return a reason's name; a code of a later version is shown as it is."""
    return REASONS.get(code, code)


def signal_of(candidates: Mapping[str, Any]) -> str | Promise:
    """Return what came with an order, by its stored candidates; a decision by hand is none."""
    kinds = {row["candidate"]["kind"] for row in candidates.get("rows", ())}
    if {"click", "code"} <= kinds:
        return SIGNALS["both"]
    known = ("click", "code", "subscription", "bound")
    found = next((kind for kind in known if kind in kinds), "none")
    return SIGNALS[found]
