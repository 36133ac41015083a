import pytest

from affiliates.models import Affiliation, AffiliationStatus
from affiliates.selectors import find_link_by_slug, get_current_slug, list_terms_to_accept
from affiliates.services.errors import GroupOfOtherProgram, ReasonMissing, StaleTerms
from affiliates.services.membership import (
    AlreadySuspended,
    NotSuspended,
    accept_terms,
    move_to_group,
    reinstate_affiliation,
    suspend_affiliation,
)
from affiliates.services.people import ensure_affiliate, update_profile
from brands.selectors import find_latest_terms
from brands.services.programs import update_program
from core.models import AuditEvent, Mail, OutboxEvent
from ledger.models import Entry
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_enrollment,
    make_group,
    make_link,
    make_program,
    make_user,
)

pytestmark = pytest.mark.django_db


def suspend(affiliation, reason="Bids on the brand's name"):
    return suspend_affiliation(
        affiliation_id=affiliation.pk,
        reason=reason,
        actor_id=get_owner(affiliation.brand).pk,
        now=NOW,
    )


def reinstate(affiliation, reason="Cleared up"):
    return reinstate_affiliation(
        affiliation_id=affiliation.pk,
        reason=reason,
        actor_id=get_owner(affiliation.brand).pk,
        now=NOW,
    )


def test_suspending_dates_it_tells_why_and_posts_nothing():
    enrollment = make_enrollment()
    link = make_link(enrollment)
    affiliation = suspend(enrollment.affiliation)
    assert (affiliation.status, affiliation.suspended_at) == (AffiliationStatus.SUSPENDED, NOW)
    mail = Mail.objects.filter(to=get_creator(enrollment).email).latest("pk")
    assert "Bids on the brand's name" in mail.text
    assert OutboxEvent.objects.filter(topic="affiliate.suspended").exists()
    assert AuditEvent.objects.get(action="affiliation.suspended").reason
    assert not Entry.objects.exists()
    assert find_link_by_slug(get_current_slug(link)) == link


def test_reinstating_undoes_it():
    affiliation = suspend(make_enrollment().affiliation)
    affiliation = reinstate(affiliation)
    stored = Affiliation.objects.get(pk=affiliation.pk)
    assert (stored.status, stored.suspended_at, stored.suspended_reason) == (
        AffiliationStatus.ACTIVE,
        None,
        "",
    )
    assert AuditEvent.objects.get(action="affiliation.reinstated").reason == "Cleared up"


def test_a_standing_changes_once_and_with_a_reason():
    affiliation = make_enrollment().affiliation
    with pytest.raises(NotSuspended):
        reinstate(affiliation)
    with pytest.raises(ReasonMissing):
        suspend(affiliation, " ")
    suspend(affiliation)
    with pytest.raises(AlreadySuspended):
        suspend(affiliation)


def test_suspension_in_one_brand_is_none_in_another():
    anna = make_user()
    here, there = make_enrollment(user=anna), make_enrollment(user=anna)
    suspend(here.affiliation)
    there.affiliation.refresh_from_db()
    assert there.affiliation.status == AffiliationStatus.ACTIVE


def test_new_terms_are_accepted_once_and_only_the_newest():
    enrollment = make_enrollment()
    program, anna = enrollment.program, get_creator(enrollment)
    affiliate = enrollment.affiliation.affiliate
    first = enrollment.terms
    assert list_terms_to_accept(affiliate) == []
    update_program(
        program_id=program.pk, actor_id=get_owner(program.brand).pk, now=NOW, window_days=45
    )
    second = find_latest_terms(program)
    assert list_terms_to_accept(affiliate) == [(enrollment, second)]
    with pytest.raises(StaleTerms):
        accept_terms(enrollment_id=enrollment.pk, terms_id=first.pk, actor_id=anna.pk, now=NOW)
    for _ in range(2):
        accept_terms(enrollment_id=enrollment.pk, terms_id=second.pk, actor_id=anna.pk, now=NOW)
    assert list_terms_to_accept(affiliate) == []
    assert OutboxEvent.objects.filter(topic="terms.accepted").count() == 1


def test_terms_of_another_program_cannot_be_accepted():
    enrollment, other = make_enrollment(), make_program()
    with pytest.raises(StaleTerms):
        accept_terms(
            enrollment_id=enrollment.pk,
            terms_id=find_latest_terms(other).pk,
            actor_id=get_creator(enrollment).pk,
            now=NOW,
        )


def test_a_creator_moves_between_groups_of_his_program_only():
    enrollment = make_enrollment()
    gold, actor = make_group(enrollment.program, "Gold"), get_owner(enrollment.brand).pk
    moved = move_to_group(enrollment_id=enrollment.pk, group_id=gold.pk, actor_id=actor, now=NOW)
    assert moved.group == gold
    other = make_group(make_program(enrollment.brand))
    with pytest.raises(GroupOfOtherProgram):
        move_to_group(enrollment_id=enrollment.pk, group_id=other.pk, actor_id=actor, now=NOW)


def test_a_person_becomes_a_creator_once():
    anna = make_user("anna@mail.example")
    first = ensure_affiliate(user_id=anna.pk, display_name="", country="", now=NOW)
    again = ensure_affiliate(user_id=anna.pk, display_name="Other", country="DE", now=NOW)
    assert first == again
    assert again.display_name == "anna"
    changed = update_profile(affiliate_id=first.pk, display_name="Anna", country="de", now=NOW)
    assert (changed.display_name, changed.country) == ("Anna", "DE")
