"""Whom one list of rules touches that stood otherwise in another."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from brands.domain.rules import Id, Rule


@dataclass(frozen=True, slots=True)
class Touched:
    """All creators, or those of some groups and some single ones."""

    is_everyone: bool
    groups: frozenset[Id]
    enrollments: frozenset[Id]


def find_touched(before: Sequence[Rule], after: Sequence[Rule]) -> Touched:
    """Return for whom a rule is new, gone, or stands at another place."""
    rules = _list_changed(before, after)
    plain = [one for one in rules if not one.conditions.groups and not one.conditions.enrollments]
    return Touched(
        is_everyone=bool(plain),
        groups=frozenset(
            group
            for rule in rules
            if not rule.conditions.enrollments
            for group in rule.conditions.groups
        ),
        enrollments=frozenset(place for rule in rules for place in rule.conditions.enrollments),
    )


def _list_changed(before: Sequence[Rule], after: Sequence[Rule]) -> list[Rule]:
    old, new = [_content(rule) for rule in before], [_content(rule) for rule in after]
    found: list[Rule] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag != "equal":
            found += [*before[i1:i2], *after[j1:j2]]
    return found


def _content(rule: Rule) -> str:
    """Return what a rule says, whatever its number and place."""
    return repr(replace(rule, rule_id=0, position=0).to_json())
