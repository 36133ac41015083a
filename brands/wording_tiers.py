"""What the terms say of the groups into which creators move by their figures."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop, ngettext_lazy

TIERS: Mapping[str, str] = {
    "terms.tiers_orders": gettext_noop(
        "Creators move up by themselves. What counts is the number of orders credited to them, "
        "without cancelled ones."
    ),
    "terms.tiers_revenue": gettext_noop(
        "Creators move up by themselves. What counts is the revenue of the orders credited to "
        "them, net of refunds."
    ),
    "terms.tiers_commission": gettext_noop(
        "Creators move up by themselves. What counts is all commission they earn, by orders and "
        "leads, visits, views, bonuses and fees."
    ),
    "terms.tiers_last_month": gettext_noop("For the groups the last whole calendar month counts."),
    "terms.tiers_last_90_days": gettext_noop(
        "For the groups the last 90 days count, today among them."
    ),
    "terms.tiers_this_quarter": gettext_noop(
        "For the groups the running quarter of the year counts."
    ),
    "terms.tiers_all_time": gettext_noop("For the groups all time since joining counts."),
    "terms.tier_first": gettext_noop("The first group is %(group)s."),
    "terms.tier_amount": gettext_noop("From %(amount)s on it is the group %(group)s."),
    "terms.tier_reach_pending": gettext_noop(
        "Moving up to %(group)s also raises orders placed since the beginning of the period, "
        "unless their commission is released."
    ),
    "terms.tier_reach_all": gettext_noop(
        "Moving up to %(group)s also raises orders placed since the beginning of the period, "
        "those with a released commission too."
    ),
    "terms.tiers_from_then_on": gettext_noop(
        "A new group holds for orders placed from then on; earlier ones keep theirs unless it is "
        "said otherwise here."
    ),
    "terms.tiers_never_fall": gettext_noop("Nobody moves down by himself."),
    "terms.tiers_by_hand": gettext_noop(
        "The brand may put a creator into a group by hand; that holds until the brand lets the "
        "figures decide again."
    ),
}

TIERS_COUNTED: Mapping[str, Any] = {
    "terms.tiers_fall": ngettext_lazy(
        "Who does not reach the figure of his group in a whole period moves down %(days)s day "
        "after that, unless he reaches it by then.",
        "Who does not reach the figure of his group in a whole period moves down %(days)s days "
        "after that, unless he reaches it by then.",
        "count",
    ),
    "terms.tier_orders": ngettext_lazy(
        "From %(days)s order on it is the group %(group)s.",
        "From %(days)s orders on it is the group %(group)s.",
        "count",
    ),
}
