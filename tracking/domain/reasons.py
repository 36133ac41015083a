"""Reason codes of attribution: stored, never renamed, rendered by the app's catalogue."""

from collections.abc import Mapping
from typing import Any, NamedTuple

WON_MANUAL = "attr.won_manual"
WON_SUBSCRIPTION = "attr.won_subscription"
WON_BOUND = "attr.won_bound"
WON_CODE = "attr.won_code"
WON_CODE_OVER_CLICK = "attr.won_code_over_click"
WON_CLICK_OVER_CODE = "attr.won_click_over_code"
WON_LAST_CLICK = "attr.won_last_click"
WON_FIRST_CLICK = "attr.won_first_click"
LOST_MANUAL = "attr.lost_manual"
LOST_SUBSCRIPTION = "attr.lost_subscription"
LOST_BOUND_OTHER = "attr.lost_bound_other"
LOST_TO_CODE = "attr.lost_to_code"
LOST_OTHER_CLICK = "attr.lost_other_click"
LOST_WINDOW = "attr.lost_window"
LOST_NOT_COUNTED = "attr.lost_click_not_counted"
LOST_SELF = "attr.lost_self"
LOST_ACCOUNT = "attr.lost_account"
LOST_DOUBLE = "attr.lost_double"
LOST_CODE_NEEDS_CLICK = "attr.lost_code_needs_click"
LOST_CODE_OFF = "attr.lost_code_off"
LOST_CODE_USED = "attr.lost_code_used"
LOST_NOT_MEMBER = "attr.lost_not_member"
LOST_SUSPENDED = "attr.lost_suspended"
LOST_PAID_AD = "attr.lost_paid_ad"
NONE_NO_SIGNAL = "attr.none_no_signal"
NONE_BAD_TOKEN = "attr.none_bad_token"  # noqa: S105 - a reason code
TEST = "attr.test"

Params = Mapping[str, Any]


class Reason(NamedTuple):
    """A reason code and its raw values: ids, codes, counts and ISO 8601 times in UTC."""

    code: str
    params: Params
