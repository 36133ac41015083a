"""What a program offers, in sentences made of the rules that run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Avg, DurationField, ExpressionWrapper, F
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from affiliates.models import Application
from brands.domain.rules import Conditions, Rule, effective_rules
from brands.models import Group, HoldAnchor, PayoutPolicy, Program, RailSettings, RuleSet
from brands.selectors import get_base_policy, list_rules_of_all
from brands.wording import list_conditions, render_example, render_rule
from core import formats
from core.money import Money
from core.wording import current_language
from payouts.wording import WORDS

ANSWERS_OF = timedelta(days=90)
LEAST_ANSWERS = 3
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Offer:
    """A program as it presents itself. `rates`: the rules of the list, told one by one."""

    program: Program
    headline: str
    rates: tuple[str, ...]
    example: str
    facts: tuple[str, ...]
    answer: str = ""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the offers of many programs are made of, by program or brand."""

    rules: Mapping[int, tuple[Rule, ...]]
    groups: Mapping[int, Sequence[Group]]
    policies: Mapping[int, PayoutPolicy]
    rails: Mapping[int, tuple[str, ...]]


def list_offers(programs: Iterable[Program], *, now: datetime) -> list[Offer]:
    """Return what each program offers now; the same number of queries for any number of them."""
    rows = list(programs)
    loaded = _load(rows, now)
    return [_make_offer(program, loaded) for program in rows]


def make_offer(program: Program, *, now: datetime) -> Offer:
    """Return what one program offers now, and how soon its brand answers."""
    offer = list_offers([program], now=now)[0]
    return Offer(
        offer.program,
        offer.headline,
        offer.rates,
        offer.example,
        offer.facts,
        _say_answer(program, now),
    )


def _load(programs: Sequence[Program], now: datetime) -> _Loaded:
    brands = {program.brand_id for program in programs}
    versions: dict[int, list[RuleSet]] = {}
    for rule_set in RuleSet.objects.filter(program__in=programs).order_by("version"):
        versions.setdefault(rule_set.program_id, []).append(rule_set)
    current = {pk: effective_rules(versions=sets, at=now) for pk, sets in versions.items()}
    rules = list_rules_of_all(current.values())
    rails: dict[int, tuple[str, ...]] = {}
    for row in RailSettings.objects.filter(brand_id__in=brands, is_enabled=True).order_by("rail"):
        rails[row.brand_id] = (*rails.get(row.brand_id, ()), row.rail)
    return _Loaded(
        rules={pk: rules[rule_set.pk] for pk, rule_set in current.items()},
        groups=_collect_groups(programs),
        policies={row.brand_id: row for row in PayoutPolicy.objects.filter(brand_id__in=brands)},
        rails=rails,
    )


def _collect_groups(programs: Sequence[Program]) -> dict[int, list[Group]]:
    found: dict[int, list[Group]] = {}
    for group in Group.objects.filter(program__in=programs).order_by("pk"):
        found.setdefault(group.program_id, []).append(group)
    return found


def _make_offer(program: Program, loaded: _Loaded) -> Offer:
    rules = [r for r in loaded.rules.get(program.pk, ()) if not r.conditions.enrollments]
    groups = loaded.groups.get(program.pk, ())
    names = {str(group.pk): group.name for group in groups}
    default = next((group.pk for group in groups if group.is_default), None)
    example = render_example(
        rules=rules,
        base=get_base_policy(program),
        currency=program.currency,
        group_id=default,
    )
    return Offer(
        program=program,
        headline=_say_headline(rules),
        rates=tuple(_say_rate(rule, names) for rule in rules) if len(rules) > 1 else (),
        example=example if rules else "",
        facts=tuple(_list_facts(program, loaded)),
    )


def _say_headline(rules: Sequence[Rule]) -> str:
    """Name what every order earns, by the rule that asks for nothing; else point to the list."""
    plain = next((rule for rule in rules if rule.conditions == Conditions()), None)
    if plain is None or plain.kind == "exclude":
        return _("Earn a commission on orders you send")
    if plain.kind == "percent":
        rate = formats.percent_text(plain.rate_bps, language=current_language())
        return _("Earn %(rate)s on every order") % {"rate": rate}
    amounts = ", ".join(_money(amount, code) for code, amount in sorted(plain.amounts.items()))
    if plain.kind == "flat_item":
        return _("Earn %(amounts)s for every item") % {"amounts": amounts}
    return _("Earn %(amounts)s for every order") % {"amounts": amounts}


def _say_rate(rule: Rule, names: Mapping[str, str]) -> str:
    conditions = "; ".join(list_conditions(rule, names))
    said = {"rule": render_rule(rule), "conditions": conditions}
    return _("%(rule)s (%(conditions)s)") % said if conditions else said["rule"]


def _list_facts(program: Program, loaded: _Loaded) -> list[str]:
    policy = loaded.policies.get(program.brand_id) or PayoutPolicy()
    facts = [_say_window(program), _say_hold(program), _say_payout(program, policy)]
    words = WORDS["rail"]
    rails = [str(words[rail]) for rail in loaded.rails.get(program.brand_id, ()) if rail in words]
    if rails:
        facts.append(_("Ways of being paid: %(ways)s") % {"ways": ", ".join(rails)})
    return facts


def _say_window(program: Program) -> str:
    return _days(
        ngettext(
            "A click counts for %(days)s day",
            "A click counts for %(days)s days",
            program.window_days,
        ),
        program.window_days,
    )


def _say_hold(program: Program) -> str:
    days = program.hold_days
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


def _say_payout(program: Program, policy: PayoutPolicy) -> str:
    day = formats.number_text(policy.day_of_month, language=current_language())
    minimum = policy.minimums.get(program.currency)
    if minimum is None:
        return _("Paid monthly on day %(day)s") % {"day": day}
    said = {"day": day, "minimum": _money(minimum, program.currency)}
    return _("Paid monthly on day %(day)s, from %(minimum)s") % said


def _say_answer(program: Program, now: datetime) -> str:
    """Say how soon applications are answered; nothing where too few were."""
    if program.is_auto_approving:
        return _("You can start at once: applications are approved by themselves")
    rows = Application.objects.filter(program=program, decided_at__gte=now - ANSWERS_OF)
    if rows.count() < LEAST_ANSWERS:
        return ""
    wait = ExpressionWrapper(F("decided_at") - F("submitted_at"), output_field=DurationField())
    average: timedelta = rows.aggregate(wait=Avg(wait))["wait"]
    days = max(1, -(-average // DAY))
    return _days(
        ngettext(
            "Applications are answered within %(days)s day (average of the last 90 days)",
            "Applications are answered within %(days)s days (average of the last 90 days)",
            days,
        ),
        days,
    )


def _days(text: str, days: int) -> str:
    return text % {"days": formats.number_text(days, language=current_language())}


def _money(amount_minor: int, currency: str) -> str:
    return formats.money_text(Money(amount_minor, currency), language=current_language())
