"""What the pages say of tiers: what is missing, what comes, what made a move."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from affiliates.models import GroupMove
from brands.domain.rules import Rule
from brands.models import Ladder, Program, TierMeasure, TierReach
from core import formats
from core.money import Money
from core.wording import current_language
from portal.offer_words import say_money
from portal.tiers import OnLadder, find_end, find_rate


def describe_place(row: OnLadder, *, now: datetime) -> dict[str, Any]:
    """Return what the pages print of a creator on a ladder."""
    following = row.next_tier
    return {
        "row": row,
        "measure": row.ladder.get_measure_display(),
        "value": say_figure(row.ladder, row.standing.running_value),
        "counted": say_figure(row.ladder, row.standing.value),
        "target": say_figure(row.ladder, following.threshold) if following else "",
        "bar_value": max(0, min(row.standing.running_value, following.threshold))
        if following
        else 0,
        "bar_max": following.threshold if following else 0,
        "missing": say_missing(row),
        "comes": say_verdict(row),
        "since": _day(row.span.since) if row.span.since else "",
        "until": _day(until) if (until := find_end(row, now)) else "",
    }


def list_steps(row: OnLadder) -> list[dict[str, Any]]:
    """Return the tiers of a creator's ladder, with what each asks and pays."""
    program = row.ladder.program
    return [
        {
            "name": tier.group.name,
            "from": say_figure(row.ladder, tier.threshold),
            "rate": say_rate(find_rate(row.rules, tier.group_id), program),
            "reach": TierReach(tier.reach).label if tier.position > 1 else "",
            "is_own": tier.group_id == row.place.group_id,
        }
        for tier in row.tiers
    ]


def say_figure(ladder: Ladder, value: int) -> str:
    """Return a figure of a ladder: an amount with its currency, or a number."""
    if ladder.currency:
        return say_money(value, ladder.currency)
    return formats.number_text(value, language=current_language())


def say_rate(rule: Rule | None, program: Program) -> str:
    """Say in a few words what the ordinary orders of a group pay; "" where that is no one rate."""
    if rule is None or rule.kind == "exclude":
        return ""
    if rule.kind == "percent":
        return formats.percent_text(rule.rate_bps, language=current_language())
    amount = rule.amounts.get(program.currency)
    if amount is None:
        return ""
    said = {"amount": say_money(amount, program.currency)}
    if rule.kind == "flat_item":
        return _("%(amount)s an item") % said
    return _("%(amount)s an order") % said


def say_missing(row: OnLadder) -> str:
    """Say what is missing until the next tier, and what that pays: "3 more orders until …"."""
    following = row.next_tier
    if following is None:
        return _("The highest group is reached.")
    program = row.ladder.program
    said: dict[str, Any] = {
        "missing": say_figure(row.ladder, row.missing),
        "group": formats.isolate(following.group.name),
        "rate": say_rate(find_rate(row.rules, following.group_id), program),
    }
    return _missing_text(row, has_rate=bool(said["rate"])) % said


def _missing_text(row: OnLadder, *, has_rate: bool) -> str:
    if row.ladder.measure == TierMeasure.ORDERS:
        if has_rate:
            return ngettext(
                "%(missing)s more order until %(group)s, %(rate)s.",
                "%(missing)s more orders until %(group)s, %(rate)s.",
                row.missing,
            )
        return ngettext(
            "%(missing)s more order until %(group)s.",
            "%(missing)s more orders until %(group)s.",
            row.missing,
        )
    if row.ladder.measure == TierMeasure.REVENUE:
        if has_rate:
            return _("%(missing)s more revenue until %(group)s, %(rate)s.")
        return _("%(missing)s more revenue until %(group)s.")
    if has_rate:
        return _("%(missing)s more commission until %(group)s, %(rate)s.")
    return _("%(missing)s more commission until %(group)s.")


def say_verdict(row: OnLadder) -> str:
    """Say what becomes of a creator, and why nothing does where a person or time holds him."""
    verdict = row.verdict
    said = {
        "group": formats.isolate(row.target.group.name) if row.target else "",
        "day": _day(verdict.falls_on) if verdict.falls_on else "",
    }
    sentences = {
        "rises": _("Moves up to %(group)s within the hour."),
        "falls": _("Moves down to %(group)s within the hour."),
        "will_fall": _("Moves down to %(group)s on %(day)s, unless the figure is reached by then."),
        "pinned": _("Pinned by hand: stays whatever is reached."),
        "too_new": _("Stays: not yet a whole period in this group."),
    }
    text = sentences.get(verdict.reason if verdict.outcome == "stays" else verdict.outcome, "")
    return text % said


def describe_move(move: GroupMove) -> dict[str, Any]:
    """Return what the pages print of a move: who made it, by what, and what it reaches."""
    zone = ZoneInfo(move.enrollment.program.brand.time_zone)
    reach = ""
    if move.effective_from < move.at:
        since = formats.local_day(move.effective_from, zone=zone)
        reach = _("Also holds for orders placed since %(day)s.") % {"day": _day(since)}
    return {
        "move": move,
        "day": _day(formats.local_day(move.at, zone=zone)),
        "by": formats.isolate(str(move.by)) if move.by else _("by the figures"),
        "figures": _say_figures(move.figures),
        "reach": reach,
    }


def _say_figures(figures: Mapping[str, Any]) -> str:
    if not figures:
        return ""
    return _("%(measure)s: %(value)s of %(threshold)s") % {
        "measure": TierMeasure(figures["measure"]).label,
        "value": _figure(figures, "value"),
        "threshold": _figure(figures, "threshold"),
    }


def _figure(figures: Mapping[str, Any], name: str) -> str:
    language = current_language()
    if figures["currency"]:
        amount = Money(figures[f"{name}_minor"], figures["currency"])
        return formats.money_text(amount, language=language)
    return formats.number_text(figures[name], language=language)


def _day(day: date) -> str:
    return formats.day_text(day, language=current_language())
