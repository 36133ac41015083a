"""What a version of the terms changes, in the reader's language, line by line."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest

from django.utils.translation import gettext as _

from brands.domain.changes import list_changes
from brands.domain.terms import Clause
from brands.models import PendingChange, Program, Terms
from brands.selectors import find_latest_rules, list_rules_of
from brands.selectors_terms import describe_side
from brands.wording import render_clause
from core import formats


@dataclass(frozen=True, slots=True)
class ChangedLine:
    """A sentence that was, one that is, or one in the place of another; "" where there is none."""

    before: str
    after: str
    is_worse: bool = False


def describe_changes(before: Terms, after: Terms) -> list[ChangedLine]:
    """Return what the later version says otherwise: the generated part, then the own text."""
    return [
        *describe_clauses(_clauses(before), _clauses(after)),
        *_compare_text(before.own_text, after.own_text),
    ]


def describe_pending(program: Program, change: PendingChange) -> list[ChangedLine]:
    """Return what the terms will say otherwise than now, for a change that is stored or not."""
    rule_set = find_latest_rules(program)
    rules = list_rules_of(rule_set) if rule_set else ()
    before, after = describe_side(program, rules), describe_side(program, rules, [change])
    return [
        *describe_clauses(before.clauses, after.clauses),
        *_compare_text(before.own_text, after.own_text),
    ]


def describe_clauses(before: Sequence[Clause], after: Sequence[Clause]) -> list[ChangedLine]:
    """Return what the later clauses say otherwise."""
    return [
        ChangedLine(_say(change.before), _say(change.after), change.is_worse)
        for change in list_changes(before, after)
    ]


def say_change(line: ChangedLine) -> str:
    """Say a change in one sentence."""
    said = {"before": formats.isolate(line.before), "after": formats.isolate(line.after)}
    if not line.before:
        return _("New: %(after)s") % said
    if not line.after:
        return _("No longer: %(before)s") % said
    return _("Instead of “%(before)s”: %(after)s") % said


def _say(clause: Clause | None) -> str:
    return render_clause(clause) if clause else ""


def _clauses(terms: Terms) -> list[Clause]:
    return [Clause.from_json(stored) for stored in terms.generated]


def _compare_text(before: str, after: str) -> list[ChangedLine]:
    old, new = _lines(before), _lines(after)
    found = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag != "equal":
            pairs = zip_longest(old[i1:i2], new[j1:j2], fillvalue="")
            found += [ChangedLine(was, now, is_worse=True) for was, now in pairs]
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
