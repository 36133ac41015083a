"""What a program offers besides its rates, said in sentences."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brands.domain.rules import COUNTED_KINDS, Rule
from brands.models import HoldAnchor, PayoutPolicy, Program
from brands.wording_schedule import say_schedule
from core import formats
from core.money import Money
from core.wording import current_language
from payouts.wording import WORDS

DAY = timedelta(days=1)


def say_window(program: Program) -> str:
    return _days(
        ngettext(
            "A click counts for %(days)s day",
            "A click counts for %(days)s days",
            program.window_days,
        ),
        program.window_days,
    )


def say_hold(program: Program, days: int) -> str:
    """Say when a commission is released that is held for so many days."""
    if program.hold_anchor == HoldAnchor.PAID:
        text = ngettext(
            "Commissions are released %(days)s day after the payment",
            "Commissions are released %(days)s days after the payment",
            days,
        )
    elif program.hold_anchor == HoldAnchor.FULFILLED:
        text = ngettext(
            "Commissions are released %(days)s day after the dispatch",
            "Commissions are released %(days)s days after the dispatch",
            days,
        )
    else:
        text = ngettext(
            "Commissions are released %(days)s day after the delivery",
            "Commissions are released %(days)s days after the delivery",
            days,
        )
    return _days(text, days)


def say_payout(program: Program, policy: PayoutPolicy) -> str:
    days, minimum = say_schedule(policy.schedule), policy.minimums.get(program.currency)
    if minimum is None:
        return days
    said = {"days": days, "minimum": say_money(minimum, program.currency)}
    return _("%(days)s, from %(minimum)s") % said


def say_ways(rails: Sequence[str]) -> str:
    """Name the ways of being paid; nothing where the brand has none yet."""
    words = WORDS["rail"]
    return formats.comma(current_language()).join(
        str(words[rail]) for rail in rails if rail in words
    )


UNSAID = {"exclude", *COUNTED_KINDS}


def say_countries(rules: Sequence[Rule]) -> str:
    """Name the countries whose orders earn, by the rules that pay."""
    paying = [rule.conditions.countries for rule in rules if rule.kind not in UNSAID]
    if not paying:
        return ""
    if any(not countries for countries in paying):
        return _("Orders from every country")
    names = sorted({country for countries in paying for country in countries})
    shown = formats.comma(current_language()).join(formats.isolate(name) for name in names)
    return _("Orders from %(countries)s") % {"countries": shown}


def say_answer(program: Program, wait: timedelta | None) -> str:
    """Say how soon applications are answered; nothing where that is not known."""
    if program.is_auto_approving:
        return _("You can start at once: applications are approved by themselves")
    if wait is None:
        return ""
    days = max(1, -(-wait // DAY))
    return _days(
        ngettext(
            "Half of the applications are answered within %(days)s day (last 90 days)",
            "Half of the applications are answered within %(days)s days (last 90 days)",
            days,
        ),
        days,
    )


def say_money(amount_minor: int, currency: str) -> str:
    return formats.money_text(Money(amount_minor, currency), language=current_language())


def _days(text: str, days: int) -> str:
    return text % {"days": formats.number_text(days, language=current_language())}
