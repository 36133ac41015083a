"""What a report says about itself: the sentence on top, and what its rows are called."""

from collections.abc import Collection, Mapping

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from affiliates.models import Affiliation, LinkSlug
from brands.models import Group
from brands.selectors_kinds import name_kinds
from core import formats
from core.models import Brand
from core.money import Money
from core.wording import current_language
from portal.performance import Answer, Measures, change_bps

GROUP_LABELS: Mapping[str, str | Promise] = {
    "creator": gettext_lazy("Creator"),
    "link": gettext_lazy("Link"),
    "code": gettext_lazy("Code"),
    "product": gettext_lazy("Product"),
    "sub": gettext_lazy("Sub-id"),
    "group": gettext_lazy("Group"),
    "type": gettext_lazy("Kind of creators"),
    "country": gettext_lazy("Country"),
}
STEP_LABELS: Mapping[str, str | Promise] = {
    "day": gettext_lazy("By day"),
    "week": gettext_lazy("By week"),
    "month": gettext_lazy("By month"),
}
COMPARE_LABELS: Mapping[str, str | Promise] = {
    "previous": gettext_lazy("With the period before"),
    "year": gettext_lazy("With a year before"),
    "none": gettext_lazy("With nothing"),
}
_EMPTY_KEYS: Mapping[str, str | Promise] = {
    "link": gettext_lazy("Not by a link"),
    "code": gettext_lazy("Not by a code"),
    "product": gettext_lazy("Products without an id"),
    "sub": gettext_lazy("No sub-id"),
    "country": gettext_lazy("Country unknown"),
}
_REST_OF_PRODUCTS = gettext_lazy(
    "Of no product: tax, shipping, what no order earned, and what was changed by hand"
)
_REST = gettext_lazy("Of no order: visits, views, bonuses and fees")
FIGURE_LABELS: Mapping[str, str | Promise] = {
    "revenue": gettext_lazy("Revenue"),
    "commission": gettext_lazy("Commission"),
    "orders": gettext_lazy("Orders credited"),
    "average": gettext_lazy("Average order"),
    "clicks": gettext_lazy("Unique clicks"),
    "conversion": gettext_lazy("Conversion"),
    "per_click": gettext_lazy("Commission per click"),
}

_TABS: tuple[tuple[str, str, str | Promise], ...] = (
    ("performance", "portal:report-list", gettext_lazy("Performance")),
    ("funnel", "portal:report-funnel", gettext_lazy("Funnel")),
    ("cohorts", "portal:report-cohorts", gettext_lazy("Cohorts")),
    ("liability", "portal:report-liability", gettext_lazy("Liability")),
    ("goals", "portal:goal-list", gettext_lazy("Goals")),
    ("saved", "portal:saved-list", pgettext_lazy("reports", "Saved")),
)


def list_tabs(slug: str, current: str) -> list[tuple[str, str | Promise, bool, int]]:
    """Return the pages of the reports for components/tabs.html."""
    return [(reverse(url, args=[slug]), label, name == current, 0) for name, url, label in _TABS]


def name_rest(group: str) -> str | Promise:
    """Say what belongs to no row of a grouping."""
    return _REST_OF_PRODUCTS if group == "product" else _REST


def explain_change(now: Measures, before: Measures | None) -> list[str]:
    """Say in whole sentences how revenue changed and what changed it: number or size of orders."""
    if before is None:
        return []
    if not before.sums.orders:
        return [_("No comparison: no order counts in the period before.")]
    if not now.sums.orders:
        return [_("No order counts in this period.")]
    return [_headline(now, before), _orders(now, before), _average(now, before)]


def define_figure(name: str, *, is_gross: bool) -> str:
    """Say what a figure counts."""
    if name == "revenue":
        return (
            _("What shoppers paid for credited orders, before refunds, with tax and shipping.")
            if is_gross
            else _(
                "What shoppers paid for credited orders less what they got back, with tax and "
                "shipping."
            )
        )
    return {
        "commission": _(
            "What orders, leads, visits, views, bonuses and fees of these days pay to creators, "
            "less what refunds took back."
        ),
        "orders": _("Paid orders that a creator has the credit for, on the day they were placed."),
        "average": _("Revenue ÷ orders credited."),
        "clicks": _(
            "Different browsers of a day that opened a link, without bots, previews and "
            "prefetches, whatever the currency."
        ),
        "conversion": _("Orders credited ÷ unique clicks, same period."),
        "per_click": _("Commission ÷ unique clicks, same period."),
    }[name]


def name_keys(brand: Brand, group: str, keys: Collection[str], found: Answer) -> dict[str, str]:
    """Return what the rows of a grouping are called, by key: one query at most."""
    names = {key: key or str(_EMPTY_KEYS.get(group, "–")) for key in keys}
    if group == "creator":
        people = Affiliation.objects.filter(brand=brand, public_id__in=keys)
        names |= {row.public_id: str(row) for row in people.select_related("affiliate")}
    elif group == "group":
        groups = Group.objects.filter(brand=brand, public_id__in=keys).select_related("program")
        names |= {row.public_id: f"{row.program.name}: {row.name}" for row in groups}
    elif group == "link":
        slugs = LinkSlug.objects.filter(brand=brand, is_current=True, link__public_id__in=keys)
        names |= {row.link.public_id: f"/r/{row.slug}" for row in slugs.select_related("link")}
    elif group == "type":
        names |= name_kinds(brand)
    elif group == "product":
        names |= {key: title for key, title in found.titles.items() if title}
    return names


def _headline(now: Measures, before: Measures) -> str:
    value, was = now.revenue.amount_minor, before.revenue.amount_minor
    change = formats.percent_text(abs(change_bps(value, was) or 0), language=current_language())
    by_number = (now.sums.orders - before.sums.orders) * was
    by_size = value * before.sums.orders - was * now.sums.orders
    is_by_number = abs(by_number) >= abs(by_size)
    if value == was:
        return _("Revenue is the same as before.")
    if value > was:
        text = (
            _("Revenue rose {change}, mostly because more orders came.")
            if is_by_number
            else _("Revenue rose {change}, mostly because the orders were larger.")
        )
    else:
        text = (
            _("Revenue fell {change}, mostly because fewer orders came.")
            if is_by_number
            else _("Revenue fell {change}, mostly because the orders were smaller.")
        )
    return text.format(change=change)


def _orders(now: Measures, before: Measures) -> str:
    more = now.sums.orders - before.sums.orders
    count = formats.number_text(abs(more), language=current_language())
    if not more:
        return _("As many orders came as before.")
    if more > 0:
        text = ngettext("{count} more order came.", "{count} more orders came.", more)
    else:
        text = ngettext("{count} order fewer came.", "{count} orders fewer came.", -more)
    return text.format(count=count)


def _average(now: Measures, before: Measures) -> str:
    value, was = now.average, before.average
    if value is None or was is None or value == was:
        return _("The average order stayed the same.")
    text = (
        _("The average order rose from {before} to {now}.")
        if value.amount_minor > was.amount_minor
        else _("The average order fell from {before} to {now}.")
    )
    return text.format(before=_money(was), now=_money(value))


def _money(amount: Money) -> str:
    return formats.money_text(amount, language=current_language())
