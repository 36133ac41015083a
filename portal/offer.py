"""What a program offers, in sentences made of the rules that run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Aggregate, Count, DurationField, F
from django.utils.translation import gettext as _

from affiliates.models import Application
from affiliates.selectors import count_creators
from brands.domain.rules import FITTING, Conditions, Rule, effective_rules
from brands.models import Group, PayoutPolicy, Program, RailSettings, RuleSet
from brands.selectors import get_base_policy, list_rules_of_all
from brands.wording import render_example, render_rule
from brands.wording_coming import say_rule
from core import formats
from core.wording import current_language
from portal.offer_words import (
    say_answer,
    say_countries,
    say_hold,
    say_money,
    say_payout,
    say_ways,
    say_window,
)

ANSWERS_OF = timedelta(days=90)
LEAST_ANSWERS = 5


@dataclass(frozen=True, slots=True)
class Offer:
    """A program as it presents itself; what is not known is empty.

    `rates`: the rules of the list, told one by one. `is_full`: nobody else can join.
    """

    program: Program
    headline: str
    rates: tuple[str, ...]
    example: str
    window: str
    hold: str
    payout: str
    ways: str
    countries: str
    answer: str
    is_full: bool

    @property
    def facts(self) -> list[str]:
        facts = [self.window, self.hold, self.payout]
        if self.ways:
            facts.append(_("Ways of being paid: %(ways)s") % {"ways": self.ways})
        return facts


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What the offers of many programs are made of, by program or brand."""

    rules: Mapping[int, tuple[Rule, ...]]
    groups: Mapping[int, Sequence[Group]]
    policies: Mapping[int, PayoutPolicy]
    rails: Mapping[int, tuple[str, ...]]
    waits: Mapping[int, timedelta]
    creators: Mapping[int, int]


class _Median(Aggregate):
    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def list_offers(programs: Iterable[Program], *, now: datetime) -> list[Offer]:
    """Return what each program offers now; the same number of queries for any number of them."""
    rows = list(programs)
    loaded = _load(rows, now)
    return [_make_offer(program, loaded) for program in rows]


def make_offer(program: Program, *, now: datetime) -> Offer:
    """Return what one program offers now."""
    return list_offers([program], now=now)[0]


def _load(programs: Sequence[Program], now: datetime) -> _Loaded:
    brands = {program.brand_id for program in programs}
    versions: dict[int, list[RuleSet]] = {}
    standing = RuleSet.objects.filter(program__in=programs, withdrawn_at__isnull=True)
    for rule_set in standing.order_by("version"):
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
        waits=_load_waits(programs, now),
        creators=count_creators([one for one in programs if one.max_creators is not None]),
    )


def _load_waits(programs: Sequence[Program], now: datetime) -> dict[int, timedelta]:
    """Return the median time to a person's answer, of programs where enough were given."""
    rows = Application.objects.filter(
        program__in=programs, decided_by__isnull=False, decided_at__gte=now - ANSWERS_OF
    )
    answers = (
        rows.order_by()
        .values("program")
        .annotate(count=Count("pk"), wait=_Median(F("decided_at") - F("submitted_at")))
        .filter(count__gte=LEAST_ANSWERS)
    )
    return {row["program"]: row["wait"] for row in answers}


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
        rates=tuple(say_rule(rule, names) for rule in rules) if len(rules) > 1 else (),
        example=example if rules else "",
        window=say_window(program),
        hold=say_hold(program, program.hold_days),
        payout=say_payout(program, loaded.policies.get(program.brand_id) or PayoutPolicy()),
        ways=say_ways(loaded.rails.get(program.brand_id, ())),
        countries=say_countries(rules),
        answer=say_answer(program, loaded.waits.get(program.pk)),
        is_full=_is_full(program, loaded),
    )


def _say_headline(rules: Sequence[Rule]) -> str:
    """Name what every order earns, by the rule that asks for nothing; else point to the list."""
    of_orders = [rule for rule in rules if rule.kind not in FITTING]
    plain = next((rule for rule in of_orders if rule.conditions == Conditions()), None)
    if not of_orders and rules:
        return render_rule(rules[0])
    if plain is None or plain.kind == "exclude":
        return _("Earn a commission on orders you send")
    if plain.kind == "percent":
        rate = formats.percent_text(plain.rate_bps, language=current_language())
        return _("Earn %(rate)s on every order") % {"rate": rate}
    mark = formats.comma(current_language())
    amounts = mark.join(say_money(amount, code) for code, amount in sorted(plain.amounts.items()))
    if plain.kind == "flat_item":
        return _("Earn %(amounts)s for every item") % {"amounts": amounts}
    return _("Earn %(amounts)s for every order") % {"amounts": amounts}


def _is_full(program: Program, loaded: _Loaded) -> bool:
    limit = program.max_creators
    return limit is not None and loaded.creators.get(program.pk, 0) >= limit
