"""How a bonus reads: what it pays for what, and how far somebody is."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brands.models import TierMeasure
from core import formats
from core.money import Money
from core.wording import current_language
from tracking.models import BonusKind, BonusPeriod, BonusPlan
from tracking.selectors_bonuses import BonusProgress


def say_figure(plan: BonusPlan, value: int) -> str:
    """Write a figure of a bonus: an amount, or a number of orders."""
    language = current_language()
    if plan.is_money:
        return formats.money_text(Money(value, plan.currency), language=language)
    shown = formats.number_text(value, language=language)
    return ngettext("%(shown)s order", "%(shown)s orders", value) % {"shown": shown}


def say_plan(plan: BonusPlan) -> str:
    """Say what a bonus pays, and for what."""
    language = current_language()
    amount = formats.money_text(plan.amount, language=language)
    if plan.kind == BonusKind.NTH:
        shown = formats.number_text(plan.target, language=language)
        said = ngettext(
            "%(amount)s for every sale", "%(amount)s for every %(shown)s sales", plan.target
        )
        return said % {"amount": amount, "shown": shown}
    figures = {
        TierMeasure.ORDERS: _("%(amount)s for %(figure)s"),
        TierMeasure.REVENUE: _("%(amount)s for revenue of %(figure)s, net of refunds"),
        TierMeasure.COMMISSION: _("%(amount)s for commissions of %(figure)s"),
    }
    said = figures[TierMeasure(plan.measure)] % {
        "amount": amount,
        "figure": say_figure(plan, plan.target),
    }
    return f"{said} · {BonusPeriod(plan.period).label}"


def say_missing(row: BonusProgress) -> str:
    """Say what is missing to the next time, or that there is none in this run."""
    if row.missing == 0:
        return _("Reached.")
    return _("%(missing)s to go") % {"missing": say_figure(row.plan, row.missing)}


def tell_progress(row: BonusProgress) -> tuple[BonusProgress, str, str, str]:
    """Return how far somebody is with what it pays, the figure, and what is missing."""
    return row, say_plan(row.plan), say_figure(row.plan, row.value), say_missing(row)
