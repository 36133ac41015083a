"""How a check of a store reads: its sentence, what was left out, and a finding's two sides."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from core.formats import number_text
from core.money import Money
from core.wording import Reader, current_language
from tracking.domain import storecheck
from tracking.models import CheckStage, FindingKind, FindingState, StoreCheck, StoreFinding
from tracking.wording import explain

FIGURES: Mapping[str, str | Promise] = {
    "currency": gettext_lazy("Currency"),
    "status": gettext_lazy("State"),
    "total": gettext_lazy("Total"),
    "discount": gettext_lazy("Discount"),
    "tax": gettext_lazy("Tax"),
    "shipping": gettext_lazy("Shipping without tax"),
    "lines": gettext_lazy("Lines without tax"),
    "refunded": gettext_lazy("Refunded"),
}
STATUSES: Mapping[str, str | Promise] = {
    "paid": pgettext_lazy("order", "Paid"),
    "unpaid": pgettext_lazy("order", "Not paid"),
    "failed": pgettext_lazy("order", "Failed"),
    "cancelled": pgettext_lazy("order", "Cancelled"),
}
LEFT_OUT: Mapping[str, str | Promise] = {
    storecheck.TEST: gettext_lazy("Test orders"),
    storecheck.NO_REVENUE: gettext_lazy("Orders without revenue"),
    storecheck.UNPAID: gettext_lazy("Not paid in the shop, and not here"),
    storecheck.BEFORE_STORE: gettext_lazy("Placed before the store was connected"),
    storecheck.FRESH: gettext_lazy("Changed within the last half hour, still on the way"),
    storecheck.NO_ORDER: gettext_lazy("Entries of the shop that are no order"),
    storecheck.BY_FILE: gettext_lazy("Taken from a file or entered by hand, unknown to the shop"),
    storecheck.CANCELLED: gettext_lazy("Cancelled here and gone from the shop"),
    storecheck.UNREAD: gettext_lazy("The shop or the file did not give them"),
    storecheck.DISMISSED: gettext_lazy("Dismissed before, with the same figures"),
}
SHOWN_ALONE = ("total", "status", "refunded")  # of an order that only one side has


@dataclass(frozen=True, slots=True)
class Pair:
    """One figure of a finding on both sides; None where that side does not tell it."""

    label: str | Promise
    told: Money | str | Promise | None
    here: Money | str | Promise | None


@dataclass(frozen=True, slots=True)
class SaidFinding:
    """A finding as it stands on a page."""

    row: StoreFinding
    pairs: list[Pair]
    why: str
    effects: list[tuple[Money, Money]]
    can_fetch: bool
    can_take: bool


def say_check(check: StoreCheck, reader: Reader) -> str:
    """Say in a sentence what a check came to, or how far it is."""
    if check.stage == CheckStage.FAILED:
        return explain(code=check.code, params={}, reader=reader)
    if check.ended_at is None:
        return _say_progress(check, reader)
    found = [(kind, check.counts.get(kind, 0)) for kind in storecheck.KINDS]
    parts = [_count_kind(kind, count) for kind, count in found if count]
    compared = count_compared(check)
    if not parts:
        said = ngettext(
            "%(count)s order compared, all equal.",
            "%(count)s orders compared, all equal.",
            compared,
        )
        return said % {"count": _number(compared)}
    said = ngettext(
        "%(count)s order compared: %(found)s.", "%(count)s orders compared: %(found)s.", compared
    )
    return said % {"count": _number(compared), "found": _(", ").join(parts)}


def count_compared(check: StoreCheck) -> int:
    """Return how many orders were looked at on both sides."""
    names = (storecheck.EQUAL, storecheck.DISMISSED, *storecheck.KINDS)
    return sum(check.counts.get(name, 0) for name in names)


def list_left_out(check: StoreCheck) -> list[tuple[str, int]]:
    """Return why orders were left out of a check, and how many for each reason."""
    return [
        (str(LEFT_OUT[name]), check.counts[name])
        for name in storecheck.LEFT_OUT
        if check.counts.get(name)
    ]


def say_finding(row: StoreFinding, reader: Reader, *, has_keys: bool) -> SaidFinding:
    """Put a finding into words and figures."""
    is_open = row.state == FindingState.OPEN
    file = row.seen_in.upload
    return SaidFinding(
        row=row,
        pairs=list_pairs(row),
        why=_say_why(row, reader),
        effects=_list_effects(row.effect),
        can_fetch=is_open and has_keys and file is None and row.kind != FindingKind.ABSENT,
        can_take=is_open and file is not None and row.kind != FindingKind.ABSENT,
    )


def list_pairs(row: StoreFinding) -> list[Pair]:
    """Return the figures that differ; of an order that only one side has, those that matter."""
    names = row.fields or SHOWN_ALONE
    return [
        Pair(FIGURES[name], _read(row.told, name), _read(row.here, name))
        for name in storecheck.FIELDS
        if name in names and (name in row.told or name in row.here)
    ]


def _say_why(row: StoreFinding, reader: Reader) -> str:
    if row.state == FindingState.QUEUED and not row.code:
        return ""
    if not row.code:
        return _say_waiting(row)
    params = {"field": row.detail} if row.detail else {}
    return explain(code=row.code, params=params, reader=reader)


def _say_waiting(row: StoreFinding) -> str:
    if row.kind != FindingKind.WAITING or row.state == FindingState.SETTLED:
        return ""
    return _("Its delivery came and was not applied.")


def _list_effects(effect: Mapping[str, Any]) -> list[tuple[Money, Money]]:
    """Return the commission before and after, for each currency it was or is in."""
    if "after" not in effect:
        return []
    before, after = effect.get("before", {}), effect["after"]
    return [
        (Money(before.get(currency, 0), currency), Money(after.get(currency, 0), currency))
        for currency in sorted({*before, *after})
    ]


def _read(side: Mapping[str, Any], name: str) -> Money | str | Promise | None:
    value = side.get(name)
    if value is None:
        return None
    if name in storecheck.AMOUNTS:
        return Money(value, side["currency"])
    return STATUSES.get(value, value) if name == "status" else str(value)


def _say_progress(check: StoreCheck, reader: Reader) -> str:
    if check.code:
        why = explain(code=check.code, params={}, reader=reader)
        return _("%(why)s It is tried again by itself.") % {"why": why}
    said = ngettext(
        "Under way: %(count)s order compared so far.",
        "Under way: %(count)s orders compared so far.",
        check.done,
    )
    return said % {"count": _number(check.done)}


def _count_kind(kind: str, count: int) -> str:
    said = {
        storecheck.MISSING: ngettext("%(count)s missing", "%(count)s missing", count),
        storecheck.WAITING: ngettext(
            "%(count)s waiting or refused", "%(count)s waiting or refused", count
        ),
        storecheck.DIFFERENT: ngettext("%(count)s different", "%(count)s different", count),
        storecheck.REFUND: ngettext(
            "%(count)s refund different", "%(count)s refunds different", count
        ),
        storecheck.ABSENT: ngettext(
            "%(count)s not in the shop", "%(count)s not in the shop", count
        ),
    }
    return said[kind] % {"count": _number(count)}


def _number(count: int) -> str:
    return number_text(count, language=current_language())
