"""Several workers at once: one place, one slug, one version, one open application."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError

from affiliates.models import Application, Code, Enrollment, Invitation, LinkSlug
from affiliates.services.accepting import Consent, accept_invitation
from affiliates.services.applications import (
    AlreadyApplied,
    AlreadyDecided,
    approve_application,
)
from affiliates.services.bulk import LeftOut, Selection
from affiliates.services.bulk_applications import approve_applications, reject_applications
from affiliates.services.errors import ProgramFull
from affiliates.services.invitations import InvitationEnded
from affiliates.services.links import SlugTaken
from brands.models import Member, Role, RuleSet
from brands.selectors import find_latest_terms
from brands.services.programs import update_program
from brands.services.rules import StaleRules
from brands.services.team import LastOwner, remove_member
from core.models import Mail, User
from tests import racing
from tests.makers import (
    NOW,
    get_owner,
    make_application,
    make_brand,
    make_draft_program,
    make_enrollment,
    make_invitation,
    make_link,
    make_member,
    make_program,
    make_rules,
    make_user,
)

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4
REFUSALS = (
    AlreadyApplied,
    AlreadyDecided,
    InvitationEnded,
    LastOwner,
    ProgramFull,
    SlugTaken,
    StaleRules,
    IntegrityError,
)


# By what was wanted and what the application is in the end. Who found the program full may see
# an application refused afterwards.
TRUE_REASONS = {
    ("approved", "approved"): {LeftOut.ALREADY},
    ("approved", "rejected"): {LeftOut.DECIDED, LeftOut.NO_ROOM},
    ("approved", "submitted"): {LeftOut.NO_ROOM},
    ("rejected", "approved"): {LeftOut.DECIDED},
}


def race(*jobs: Callable[[], Any]) -> list[type[Exception] | None]:
    return racing.race(*jobs, refusals=REFUSALS)


def test_approvals_at_once_never_take_in_more_than_the_program_may_have():
    program = make_program()
    owner = get_owner(program.brand)
    update_program(program_id=program.pk, actor_id=owner.pk, now=NOW, max_creators=2)
    waiting = [make_application(program) for _ in range(WORKERS)]

    def approve(application: Application) -> None:
        approve_application(
            application_id=application.pk, group_id=None, actor_id=owner.pk, now=NOW
        )

    refused = race(*(partial(approve, one) for one in waiting))

    assert sorted(map(str, refused)) == sorted(map(str, [None, None, ProgramFull, ProgramFull]))
    assert Enrollment.objects.filter(program=program).count() == 2


def test_an_invitation_for_one_takes_in_one_of_two_who_use_it_at_once():
    program = make_program()
    anna = make_user("anna@mail.example")
    one = make_invitation(program, anna.email)
    terms = find_latest_terms(program)

    def accept() -> None:
        consent = Consent(anna.pk, terms.pk)
        accept_invitation(invitation_id=one.pk, consent=consent, now=NOW)

    results = race(*[accept] * WORKERS)
    assert results.count(None) == 1
    assert set(results) <= {None, InvitationEnded}
    assert (Enrollment.objects.count(), Code.objects.count()) == (1, 1)


def test_a_link_for_two_takes_in_no_third():
    program = make_program()
    link = make_invitation(program)
    Invitation.objects.filter(pk=link.pk).update(max_uses=2)
    terms = find_latest_terms(program)

    def accept(user: User) -> Callable[[], Any]:
        consent = Consent(user.pk, terms.pk)
        return lambda: accept_invitation(invitation_id=link.pk, consent=consent, now=NOW)

    results = race(*[accept(make_user()) for _ in range(WORKERS)])
    assert sorted(results, key=str) == [InvitationEnded] * 2 + [None] * 2
    assert Enrollment.objects.count() == 2


def test_an_application_is_approved_once():
    application = make_application(make_program())
    owner = get_owner(application.brand).pk

    def approve() -> None:
        approve_application(application_id=application.pk, group_id=None, actor_id=owner, now=NOW)

    results = race(*[approve] * WORKERS)
    assert sorted(results, key=str) == [AlreadyDecided] * (WORKERS - 1) + [None]
    assert (Enrollment.objects.count(), LinkSlug.objects.count(), Code.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("limit", [None, 2])
def test_many_decided_by_two_members_at_once_are_decided_once_and_each_is_told_the_truth(limit):
    program = make_program()
    owner = get_owner(program.brand).pk
    update_program(program_id=program.pk, actor_id=owner, now=NOW, max_creators=limit)
    waiting = [make_application(program) for _ in range(WORKERS)]
    told: dict[str, Selection[Application]] = {}

    def approve(rows: list[Application], name: str) -> None:
        told[name] = approve_applications(applications=rows, groups={}, actor_id=owner, now=NOW)

    def reject(rows: list[Application]) -> None:
        told["refused"] = reject_applications(
            applications=rows, reason="content", note="", actor_id=owner, now=NOW
        )

    jobs = [
        partial(approve, waiting, "one"),
        partial(approve, waiting[::-1], "other"),
        partial(reject, waiting[1:]),
    ]
    assert race(*jobs) == [None] * len(jobs)

    taken_in = [row.pk for name in ("one", "other") for row in told[name].fits]
    refused = [row.pk for row in told["refused"].fits]
    by_status = dict(Application.objects.values_list("pk", "status"))
    assert len(set(taken_in + refused)) == len(taken_in + refused)
    assert set(taken_in) == {pk for pk, status in by_status.items() if status == "approved"}
    assert set(refused) == {pk for pk, status in by_status.items() if status == "rejected"}
    assert Enrollment.objects.count() == len(taken_in) <= (limit or WORKERS)
    assert Mail.objects.filter(kind="application_rejected").count() == len(refused)
    for name, selection in told.items():
        wanted = "rejected" if name == "refused" else "approved"
        for row, why in selection.left_out:
            assert why in TRUE_REASONS[wanted, by_status[row.pk]]


def test_a_creator_applies_once():
    program, anna = make_program(), make_user()
    results = race(*[lambda: make_application(program, anna)] * WORKERS)
    assert results.count(None) == Application.objects.count() == 1
    assert results.count(AlreadyApplied) == WORKERS - 1


def test_a_slug_is_given_once():
    enrollments = [make_enrollment() for _ in range(WORKERS)]
    jobs = [lambda one=one: make_link(one, slug="anna") for one in enrollments]
    results = race(*jobs)
    assert results.count(None) == LinkSlug.objects.filter(slug="anna").count() == 1
    assert results.count(SlugTaken) == WORKERS - 1


def test_a_version_of_the_rules_is_published_once():
    program = make_draft_program()
    results = race(*[lambda: make_rules(program)] * WORKERS)
    versions = list(RuleSet.objects.order_by("version").values_list("version", flat=True))
    assert versions == list(range(1, results.count(None) + 1))
    assert set(results) <= {None, StaleRules}


def test_two_owners_who_leave_at_once_leave_one():
    brand = make_brand()
    members = [Member.objects.get(brand=brand), make_member(brand, Role.OWNER)]
    jobs = [
        lambda member=member: remove_member(member_id=member.pk, actor_id=member.user_id, now=NOW)
        for member in members
    ]
    assert sorted(race(*jobs), key=str) == [LastOwner, None]
    assert Member.objects.filter(brand=brand).count() == 1
