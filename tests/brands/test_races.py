"""Terms and announced changes when several people, or several workers, act at once."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from brands.models import Group, PendingChange, Program, Terms
from brands.selectors import find_latest_rules, find_latest_terms, list_rules_of
from brands.selectors_terms import preview_terms
from brands.services.changes import (
    ChangeOver,
    announce_program_change,
    apply_due_changes,
    cancel_change,
)
from brands.services.notice import AlreadyAnnounced
from brands.services.programs import update_program
from brands.services.rules import StaleRules, publish_rules
from core.models import AuditEvent
from tests import racing
from tests.makers import (
    NOW,
    get_owner,
    make_group,
    make_pending_change,
    make_program,
    percent_rule,
)

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4
LATER = NOW + timedelta(days=40)


def race(*jobs: Any) -> list[type[Exception] | None]:
    return racing.race(*jobs, refusals=(AlreadyAnnounced, ChangeOver, StaleRules))


def by(program: Program) -> dict[str, Any]:
    return {"actor_id": get_owner(program.brand).pk, "now": NOW}


def read_as_it_runs(program: Program) -> list[dict[str, Any]]:
    """Return the clauses that the program's rules and settings make now."""
    program.refresh_from_db()
    rule_set = find_latest_rules(program)
    assert rule_set is not None
    clauses = preview_terms(program, list_rules_of(rule_set), rule_set.effective_from)
    return [clause.to_json() for clause in clauses]


def test_settings_and_rules_changed_at_once_leave_terms_that_say_both():
    program = make_program()
    settings = [{"window_days": 60}, {"hold_days": 31}, {"own_terms": "Be kind."}]
    publish = partial(
        publish_rules,
        program_id=program.pk,
        drafts=[percent_rule(2000)],
        effective_from=NOW,
        base_version=1,
        **by(program),
    )

    refused = race(
        publish,
        *(partial(update_program, program_id=program.pk, **by(program), **one) for one in settings),
    )

    assert refused == [None] * WORKERS
    versions = Terms.objects.filter(program=program).order_by("version")
    assert [terms.version for terms in versions] == list(range(1, len(versions) + 1))
    latest = find_latest_terms(program)
    assert latest is not None
    assert latest.generated == read_as_it_runs(program)
    assert (latest.own_text, program.window_days, program.hold_days) == ("Be kind.", 60, 31)


def test_of_those_who_publish_the_same_version_at_once_one_does():
    program = make_program()
    publish = partial(
        publish_rules,
        program_id=program.pk,
        drafts=[percent_rule(2000)],
        effective_from=NOW,
        base_version=1,
        **by(program),
    )

    refused = race(*[publish] * WORKERS)

    assert refused.count(None) == 1
    assert Terms.objects.filter(program=program).count() == 2


def test_a_change_that_is_due_and_taken_back_at_once_is_one_of_both():
    program = make_program()
    change = make_pending_change(make_group(program))
    take_back = partial(
        cancel_change, change_id=change.pk, actor_id=get_owner(program.brand).pk, now=LATER
    )

    refused = race(partial(apply_due_changes, real_now=LATER), take_back)

    change.refresh_from_db()
    is_cancelled = change.cancelled_at is not None
    assert (change.applied_at is None) == is_cancelled
    assert refused == [None, None if is_cancelled else ChangeOver]
    hold = Group.objects.values_list("hold_days", flat=True).get(pk=change.group_id)
    assert hold == (None if is_cancelled else 45)
    latest = find_latest_terms(program)
    assert latest is not None
    assert latest.generated == read_as_it_runs(program)


def test_the_job_run_by_several_workers_at_once_applies_a_change_once():
    program = make_program()
    change = make_pending_change(make_group(program))

    refused = race(*[partial(apply_due_changes, real_now=LATER)] * WORKERS)

    assert refused == [None] * WORKERS
    assert Group.objects.get(pk=change.group_id).hold_days == 45
    assert AuditEvent.objects.filter(action="change.applied").count() == 1
    assert AuditEvent.objects.filter(action="group.updated").count() == 1


def test_of_two_days_announced_at_once_for_one_setting_one_stands():
    program = make_program()
    announce = [
        partial(
            announce_program_change,
            program_id=program.pk,
            changes={"hold_days": days},
            applies_at=LATER,
            **by(program),
        )
        for days in (45, 60)
    ]

    refused = race(*announce)

    assert sorted(refused, key=str) == [AlreadyAnnounced, None]
    assert PendingChange.objects.filter(program=program).count() == 1
