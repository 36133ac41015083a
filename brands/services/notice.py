"""Whether a change may apply now, or needs notice because it is worse for creators."""

from collections.abc import Sequence
from datetime import datetime

from brands.domain.changes import is_worse
from brands.domain.rules import Rule
from brands.models import ChangeSubject, PendingChange, Program
from brands.selectors import find_latest_rules, list_rules_of
from brands.selectors_terms import describe_side, find_notice_end, list_open_changes


class NoticeNeeded(ValueError):
    """The change is worse for creators and would apply before `earliest`."""

    def __init__(self, program: Program, earliest: datetime) -> None:
        super().__init__(f"program {program.public_id}: not before {earliest.isoformat()}")
        self.program, self.earliest = program, earliest


class AlreadyAnnounced(ValueError):
    """Another value of the same setting is announced: `change`."""

    def __init__(self, change: PendingChange) -> None:
        super().__init__(f"change {change.public_id} is announced")
        self.change = change


def check_rules_notice(
    *, program: Program, before: Sequence[Rule], after: Sequence[Rule], at: datetime, now: datetime
) -> None:
    """Let worse rules begin only after notice.

    :raises NoticeNeeded: they would begin earlier.
    """
    earliest = find_rules_notice(program=program, before=before, after=after, now=now)
    if earliest is not None and at < earliest:
        raise NoticeNeeded(program, earliest)


def find_rules_notice(
    *, program: Program, before: Sequence[Rule], after: Sequence[Rule], now: datetime
) -> datetime | None:
    """Return from when rules may begin that are worse; None where they need no notice."""
    old, new = describe_side(program, before), describe_side(program, after)
    return find_notice_end(program, now) if is_worse(before=old, after=new) else None


def check_change_notice(
    *, program: Program, change: PendingChange, at: datetime, now: datetime
) -> None:
    """Let a worse setting apply only after notice, and no two values of one setting wait.

    `change` is not stored. Both sides are compared under the newest rules.

    :raises NoticeNeeded: it would apply earlier.
    :raises AlreadyAnnounced: another value of a setting it names is announced.
    """
    _check_announced(program, change)
    earliest = find_notice_end(program, now) if is_worse_change(program, change) else None
    if earliest is not None and at < earliest:
        raise NoticeNeeded(program, earliest)


def is_worse_change(program: Program, change: PendingChange) -> bool:
    """Say whether settings are worse than those in force; a program without rules has no terms."""
    rule_set = find_latest_rules(program)
    if rule_set is None:
        return False
    rules = list_rules_of(rule_set)
    old, new = describe_side(program, rules), describe_side(program, rules, [change])
    if change.subject == ChangeSubject.GROUP and "name" in change.changes:
        name = PendingChange(
            subject=change.subject,
            group_id=change.group_id,
            changes={"name": change.changes["name"]},
        )
        old = describe_side(program, rules, [name])
    return is_worse(before=old, after=new)


def _check_announced(program: Program, change: PendingChange) -> None:
    for one in list_open_changes(program):
        is_same = (one.subject, one.group_id) == (change.subject, change.group_id)
        if is_same and one.changes.keys() & change.changes.keys():
            raise AlreadyAnnounced(one)
