import pytest
from django.utils import translation

from affiliates.models import (
    Affiliation,
    Application,
    ApplicationStatus,
    Code,
    Enrollment,
    Link,
    RejectReason,
)
from affiliates.selectors import get_current_slug, list_waiting_applications
from affiliates.services.applications import (
    AlreadyApplied,
    AlreadyDecided,
    ReasonUnknown,
    apply_to_program,
    approve_application,
    reject_application,
)
from affiliates.services.errors import (
    AffiliationSuspended,
    AlreadyMember,
    GroupOfOtherProgram,
    ProgramNotOpen,
    StaleTerms,
)
from affiliates.services.membership import suspend_affiliation
from brands.models import ProgramStatus, Role
from brands.services.programs import set_program_status, update_program
from core.access import NotFound
from core.crypto import customer_hash
from core.models import AuditEvent, Mail, OutboxEvent
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_application,
    make_draft_program,
    make_enrollment,
    make_group,
    make_member,
    make_program,
    make_rules,
    make_sandbox,
    make_user,
)

pytestmark = pytest.mark.django_db


def approve(application, group=None):
    return approve_application(
        application_id=application.pk,
        group_id=group.pk if group else None,
        actor_id=get_owner(application.brand).pk,
        now=NOW,
    )


def reject(application, reason=RejectReason.CONTENT, note=""):
    return reject_application(
        application_id=application.pk,
        reason=reason,
        note=note,
        actor_id=get_owner(application.brand).pk,
        now=NOW,
    )


def set_status(program, status):
    set_program_status(
        program_id=program.pk, status=status, actor_id=get_owner(program.brand).pk, now=NOW
    )


def topics():
    return list(OutboxEvent.objects.order_by("pk").values_list("topic", flat=True))


def test_an_application_waits_and_the_team_is_told():
    program = make_program()
    manager = make_member(program.brand, Role.MANAGER).user
    analyst = make_member(program.brand, Role.ANALYST).user
    application = make_application(program, make_user(name="Anna"))
    assert application.status == ApplicationStatus.SUBMITTED
    assert list(list_waiting_applications(program.brand)) == [application]
    told = Mail.objects.filter(subject__startswith="Anna wants to join")
    assert {mail.to for mail in told} == {get_owner(program.brand).email, manager.email}
    assert analyst.email not in {mail.to for mail in told}
    assert "affiliate.applied" in topics()


def test_approval_gives_a_place_a_link_and_a_code_and_mails_them():
    program = make_program()
    application = make_application(program, make_user("anna@mail.example", name="Anna Beck"))
    enrollment = approve(application)
    link, code = Link.objects.get(enrollment=enrollment), Code.objects.get(enrollment=enrollment)
    slug = get_current_slug(link)
    assert len(slug) == 10
    assert link.destination_url == program.landing_url
    assert code.text.startswith("ANNABECK")
    assert enrollment.terms == application.terms
    assert enrollment.affiliation.email_hash == customer_hash(
        program.brand.public_id, " Anna@Mail.example"
    )
    mail = Mail.objects.get(to="anna@mail.example")
    assert f"/r/{slug}" in mail.text
    assert code.text in mail.text
    assert topics()[-2:] == ["link.created", "affiliate.approved"]
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"application.approved", "link.created", "code.created"} <= actions


def test_the_address_hash_of_one_brand_says_nothing_in_another():
    anna = make_user()
    first, second = (make_enrollment(make_program(), user=anna) for _ in range(2))
    assert first.affiliation.affiliate == second.affiliation.affiliate
    assert first.affiliation.email_hash != second.affiliation.email_hash


def test_one_place_in_the_brand_serves_two_programs():
    anna, program = make_user(), make_program()
    other = make_program(program.brand)
    make_enrollment(program, user=anna)
    make_enrollment(other, user=anna)
    assert Affiliation.objects.count() == 1
    assert Enrollment.objects.count() == 2


def test_a_program_may_approve_by_itself():
    program = make_program()
    update_program(
        program_id=program.pk,
        actor_id=get_owner(program.brand).pk,
        now=NOW,
        is_auto_approving=True,
    )
    application = make_application(program)
    assert (application.status, application.decided_by) == (ApplicationStatus.APPROVED, None)
    assert Enrollment.objects.get().group.is_default


def test_a_rejection_is_mailed_with_its_reason_in_the_applicants_language():
    program = make_program()
    application = make_application(program, make_user("anna@mail.example", language="th"))
    with translation.override("fa"):
        reject(application, RejectReason.FULL, "Try again in spring.")
    application.refresh_from_db()
    assert application.status == ApplicationStatus.REJECTED
    mail = Mail.objects.get(to="anna@mail.example")
    assert "Try again in spring." in mail.text
    with translation.override("th"):
        assert str(RejectReason.FULL.label) in mail.text
    assert "affiliate.rejected" in topics()


def test_a_reason_must_be_one_of_the_list():
    with pytest.raises(ReasonUnknown):
        reject(make_application(make_program()), "because")


def test_who_was_rejected_may_apply_again():
    program, anna = make_program(), make_user()
    reject(make_application(program, anna))
    assert make_application(program, anna).status == ApplicationStatus.SUBMITTED
    assert Application.objects.count() == 2


def test_nobody_applies_twice():
    program, anna = make_program(), make_user()
    application = make_application(program, anna)
    with pytest.raises(AlreadyApplied):
        make_application(program, anna)
    approve(application)
    with pytest.raises(AlreadyMember):
        make_application(program, anna)


def test_an_application_is_decided_once():
    application = make_application(make_program())
    approve(application)
    for decide in (approve, reject):
        with pytest.raises(AlreadyDecided) as caught:
            decide(application)
        assert caught.value.status == ApplicationStatus.APPROVED
    assert Enrollment.objects.count() == 1


def test_a_group_of_another_program_is_refused_and_nothing_is_made():
    application = make_application(make_program())
    with pytest.raises(GroupOfOtherProgram):
        approve(application, make_group(make_program(application.brand)))
    assert not Enrollment.objects.exists()


def test_only_a_live_program_takes_applications():
    program = make_program()
    for status in (ProgramStatus.PAUSED, ProgramStatus.CLOSED):
        set_status(program, status)
        with pytest.raises(ProgramNotOpen) as caught:
            make_application(program)
        assert caught.value.status == status


def test_a_draft_is_not_there():
    program = make_draft_program()
    make_rules(program)
    with pytest.raises(NotFound):
        make_application(program)


def test_a_sandbox_is_open_to_its_team_and_hidden_from_strangers():
    brand = make_program().brand
    program = make_program(make_sandbox(brand))
    with pytest.raises(NotFound):
        make_application(program)
    assert make_application(program, get_owner(brand)).status == ApplicationStatus.SUBMITTED


def test_the_terms_accepted_are_the_newest():
    program = make_program()
    first = program.terms.get()
    update_program(
        program_id=program.pk, actor_id=get_owner(program.brand).pk, now=NOW, hold_days=45
    )
    with pytest.raises(StaleTerms):
        apply_to_program(
            user_id=make_user().pk,
            program_id=program.pk,
            terms_id=first.pk,
            publishes_at="blog",
            message="",
            now=NOW,
        )


def test_a_suspended_creator_does_not_come_back_by_another_program():
    enrollment = make_enrollment()
    brand, anna = enrollment.brand, get_creator(enrollment)
    waiting = make_application(make_program(brand), anna)
    suspend_affiliation(
        affiliation_id=enrollment.affiliation_id,
        reason="Spam",
        actor_id=get_owner(brand).pk,
        now=NOW,
    )
    with pytest.raises(AffiliationSuspended):
        make_application(make_program(brand), anna)
    with pytest.raises(AffiliationSuspended):
        approve(waiting)
