"""Rules as they are being edited: one draft a program, kept in the editor's session.

A draft remembers the version it was made from, and the list before the last change, for Undo.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.sessions.backends.base import SessionBase

from brands.domain.rules import Conditions, Rule
from brands.models import Program
from brands.selectors import find_latest_rules, list_rules_of
from brands.services.rules import RuleDraft

FIELDS = (
    "name",
    "kind",
    "rate_bps",
    "amounts",
    "is_pro_rata",
    "cap_order",
    "max_payments",
    "max_months",
)


@dataclass(frozen=True, slots=True)
class Draft:
    """The rules being edited; `is_changed` once they were touched."""

    base_version: int
    rules: tuple[RuleDraft, ...]
    before: tuple[RuleDraft, ...] | None = None
    is_changed: bool = field(default=False)


def load_draft(session: SessionBase, program: Program) -> Draft:
    """Return the editor's draft, or the latest published version as an untouched one."""
    stored = session.get(_key(program))
    if stored is not None:
        before = stored.get("before")
        return Draft(
            base_version=stored["base_version"],
            rules=_decode(stored["rules"]),
            before=None if before is None else _decode(before),
            is_changed=True,
        )
    latest = find_latest_rules(program)
    if latest is None:
        return Draft(0, ())
    return Draft(latest.version, tuple(map(to_draft, list_rules_of(latest))))


def save_draft(
    session: SessionBase,
    program: Program,
    draft: Draft,
    rules: Sequence[RuleDraft],
) -> None:
    """Keep the rules as the draft's next state."""
    session[_key(program)] = {
        "base_version": draft.base_version,
        "rules": _encode(rules),
        "before": _encode(draft.rules),
    }


def undo_change(session: SessionBase, program: Program, draft: Draft) -> None:
    """Go back to the list before the last change."""
    if draft.before is not None:
        save_draft(session, program, draft, draft.before)


def rebase_draft(session: SessionBase, program: Program, draft: Draft, version: int) -> None:
    """Say that the draft follows a version its editor has looked at."""
    save_draft(session, program, Draft(version, draft.rules), draft.rules)


def discard_draft(session: SessionBase, program: Program) -> None:
    """Drop the draft; what is published stays."""
    session.pop(_key(program), None)


def change_order(rules: Sequence[RuleDraft], index: int, step: int) -> list[RuleDraft]:
    """Return the list with one rule moved by so many places; outside of it nothing moves."""
    moved, target = list(rules), index + step
    if 0 <= index < len(moved) and 0 <= target < len(moved):
        moved.insert(target, moved.pop(index))
    return moved


def put_rule(rules: Sequence[RuleDraft], index: int | None, rule: RuleDraft) -> list[RuleDraft]:
    """Return the list with a rule in that place, or at its end."""
    changed = list(rules)
    if index is None:
        return [*changed, rule]
    changed[index] = rule
    return changed


def to_draft(rule: Rule) -> RuleDraft:
    """Return a published rule as a draft of the next version."""
    facts: dict[str, Any] = {name: getattr(rule, name) for name in FIELDS}
    return RuleDraft(conditions=rule.conditions, **facts)


def _key(program: Program) -> str:
    return f"rules-{program.public_id}"


def _encode(rules: Sequence[RuleDraft]) -> list[dict[str, Any]]:
    return [
        {
            **{name: getattr(rule, name) for name in FIELDS},
            "amounts": dict(rule.amounts),
            "cap_order": dict(rule.cap_order),
            "conditions": rule.conditions.to_json(),
        }
        for rule in rules
    ]


def _decode(stored: Sequence[dict[str, Any]]) -> tuple[RuleDraft, ...]:
    return tuple(
        RuleDraft(
            conditions=Conditions.from_json(row["conditions"]),
            **{name: row[name] for name in FIELDS if name in row},
        )
        for row in stored
    )
