"""What versions of rules change that begin later, and for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from brands.domain.rules import Id, Rule
from brands.domain.terms import generate_terms
from brands.domain.touched import find_touched
from brands.models import Group, Program, RuleSet
from brands.selectors_terms import ComingRules, count_members, get_terms_facts
from brands.wording import list_conditions, render_rule
from brands.wording_terms import ChangedLine, describe_clauses
from core import formats
from core.wording import current_language


@dataclass(frozen=True, slots=True)
class ComingRow:
    """A version that begins later: what it changes against the rules that run until then."""

    rule_set: RuleSet
    lines: Sequence[ChangedLine]
    touches: str
    sentences: Sequence[str]


def describe_coming(
    program: Program, coming: Iterable[ComingRules], groups: Iterable[Group]
) -> list[ComingRow]:
    """Say for the team what each version changes, whom it touches, and what it holds."""
    names = {str(group.pk): group.name for group in groups}
    return [
        ComingRow(
            rule_set=one.rule_set,
            lines=[*_compare(program, one), *_compare_own(one, None)],
            touches=_say_touched(program, one, names),
            sentences=say_rules(one.rules, names),
        )
        for one in coming
    ]


def describe_coming_for(
    program: Program, coming: Iterable[ComingRules], enrollment_id: int | None
) -> list[ComingRow]:
    """Say for a reader what each version changes: what the terms say, and rates of his own."""
    rows = [
        ComingRow(
            rule_set=one.rule_set,
            lines=[
                *_compare(program, one),
                *(_compare_own(one, enrollment_id) if enrollment_id else []),
            ],
            touches="",
            sentences=(),
        )
        for one in coming
    ]
    return [row for row in rows if row.lines]


def say_rules(rules: Iterable[Rule], names: Mapping[str, str]) -> list[str]:
    """Say each rule in a sentence."""
    return [say_rule(rule, names) for rule in rules]


def say_rule(rule: Rule, names: Mapping[str, str]) -> str:
    """Say what a rule pays, its conditions in brackets."""
    conditions = "; ".join(list_conditions(rule, names))
    said = {"rule": render_rule(rule), "conditions": conditions}
    return _("%(rule)s (%(conditions)s)") % said if conditions else said["rule"]


def _compare(program: Program, coming: ComingRules) -> list[ChangedLine]:
    facts = get_terms_facts(program, coming.rule_set.effective_from)
    return describe_clauses(
        generate_terms(facts, coming.before), generate_terms(facts, coming.rules)
    )


def _compare_own(coming: ComingRules, enrollment_id: int | None) -> list[ChangedLine]:
    """Compare the rules for single creators, which the terms do not name: all, or those of one."""
    old, new = (_list_own(rules, enrollment_id) for rules in (coming.before, coming.rules))
    gone = [text for text in old if text not in new]
    come = [text for text in new if text not in old]
    return [ChangedLine(was, now) for was, now in zip_longest(gone, come, fillvalue="")]


def _list_own(rules: Iterable[Rule], enrollment_id: int | None) -> list[str]:
    return [
        say_rule(rule, {})
        for rule in rules
        if rule.conditions.enrollments
        and (enrollment_id is None or enrollment_id in rule.conditions.enrollments)
    ]


def _say_touched(program: Program, coming: ComingRules, names: Mapping[str, str]) -> str:
    touched = find_touched(coming.before, coming.rules)
    if touched.is_everyone:
        count = count_members(program)
        text = ngettext(
            "Touches all creators of the program: %(count)s now",
            "Touches all creators of the program: %(count)s now",
            count,
        )
        return text % {"count": formats.number_text(count, language=current_language())}
    parts = [*_list_groups(touched.groups, names)]
    if touched.enrollments:
        count = len(touched.enrollments)
        text = ngettext(
            "%(count)s creator with a rate of their own",
            "%(count)s creators with a rate of their own",
            count,
        )
        parts.append(text % {"count": formats.number_text(count, language=current_language())})
    who = formats.comma(current_language()).join(parts)
    return _("Touches: %(who)s") % {"who": who} if parts else _("Touches nobody")


def _list_groups(groups: Iterable[Id], names: Mapping[str, str]) -> list[str]:
    return sorted(formats.isolate(names[str(pk)]) for pk in groups if str(pk) in names)
