"""Worse settings and rules wait for their day; better ones hold at once."""

from datetime import timedelta

import pytest

from affiliates.selectors import find_terms_due
from affiliates.services.membership import accept_terms
from affiliates.services.terms import announce_waiting_terms
from brands.models import PendingChange, Program, Terms
from brands.selectors import find_latest_terms, list_rules_at
from brands.selectors_terms import find_terms_in_force
from brands.services.changes import (
    ChangeOver,
    announce_group_change,
    announce_payout_change,
    announce_program_change,
    apply_due_changes,
    cancel_change,
)
from brands.services.groups import update_group
from brands.services.notice import AlreadyAnnounced, NoticeNeeded
from brands.services.programs import update_program
from core.models import AuditEvent, Mail
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_draft_program,
    make_enrollment,
    make_group,
    make_program,
    make_rules,
    make_sandbox,
    percent_rule,
)

pytestmark = pytest.mark.django_db

EARLY, DAY = NOW + timedelta(days=13), NOW + timedelta(days=15)
AFTER = DAY + timedelta(minutes=1)


@pytest.fixture
def place():
    return make_enrollment()


@pytest.fixture
def program(place):
    return place.program


def by(program, now=NOW):
    return {"actor_id": get_owner(program.brand).pk, "now": now}


def announce(program, applies_at=DAY, **changes):
    return announce_program_change(
        program_id=program.pk, changes=changes, applies_at=applies_at, **by(program)
    )


def test_a_worse_setting_is_refused_and_the_earliest_day_is_said(program):
    with pytest.raises(NoticeNeeded) as caught:
        update_program(program_id=program.pk, hold_days=60, **by(program))
    assert caught.value.earliest > NOW + timedelta(days=14)
    with pytest.raises(NoticeNeeded):
        announce(program, EARLY, hold_days=60)
    assert not PendingChange.objects.exists()
    assert Terms.objects.filter(program=program).count() == 1


def test_without_members_nobody_needs_notice():
    for program in (make_program(), make_draft_program()):
        assert update_program(program_id=program.pk, hold_days=60, **by(program)).hold_days == 60


def test_a_better_setting_holds_at_once_and_is_told(program, place):
    update_program(program_id=program.pk, window_days=60, **by(program))
    terms = find_latest_terms(program)
    assert (terms.version, terms.effective_from) == (2, NOW)
    assert announce_waiting_terms(real_now=NOW) == 1
    mail = Mail.objects.get(kind="terms_changed", to=get_creator(place).email)
    assert "A click counts for 30 days." in mail.text
    assert "A click counts for 60 days." in mail.text
    assert find_terms_due([place.affiliation], now=AFTER) == {}  # better needs no consent


def test_an_announced_setting_is_in_the_terms_now_and_in_force_on_its_day(program, place):
    announce(program, hold_days=60)
    terms = find_latest_terms(program)
    assert (terms.version, terms.effective_from) == (2, DAY)
    assert find_terms_in_force(program, NOW).version == 1
    assert apply_due_changes(real_now=DAY - timedelta(seconds=1)) == 0
    assert Program.objects.get(pk=program.pk).hold_days == 30
    assert [apply_due_changes(real_now=AFTER) for _ in range(2)] == [1, 0]
    assert Program.objects.get(pk=program.pk).hold_days == 60
    assert Terms.objects.filter(program=program).count() == 2
    assert AuditEvent.objects.filter(action="program.updated").count() == 1


def test_payouts_wait_for_consent_from_that_day_on_and_no_earlier(program, place):
    announce(program, hold_days=60)
    apply_due_changes(real_now=AFTER)
    assert find_terms_due([place.affiliation], now=NOW) == {}
    assert find_terms_due([place.affiliation], now=AFTER) == {place.affiliation_id: 2}
    accept_terms(
        enrollment_id=place.pk,
        terms_id=find_latest_terms(program).pk,
        actor_id=get_creator(place).pk,
        now=AFTER,
    )
    assert find_terms_due([place.affiliation], now=AFTER) == {}


def test_what_is_taken_back_never_applies_and_binds_nobody(program, place):
    change = announce(program, hold_days=60)
    cancel_change(change_id=change.pk, **by(program))
    with pytest.raises(ChangeOver):
        cancel_change(change_id=change.pk, **by(program))
    assert apply_due_changes(real_now=AFTER) == 0
    assert find_latest_terms(program).generated == find_terms_in_force(program, NOW).generated
    assert find_terms_due([place.affiliation], now=AFTER) == {}


def test_two_values_of_one_setting_never_wait_at_once(program):
    announce(program, hold_days=60)
    with pytest.raises(AlreadyAnnounced):
        announce(program, hold_days=50)
    with pytest.raises(AlreadyAnnounced):
        update_program(program_id=program.pk, hold_days=30, **by(program))
    announce(program, window_days=7)


def test_what_is_better_meanwhile_holds_at_once_beside_what_is_announced(program):
    announce(program, hold_days=60)
    update_program(program_id=program.pk, window_days=90, **by(program))
    assert Program.objects.get(pk=program.pk).window_days == 90
    assert (find_latest_terms(program).version, find_latest_terms(program).effective_from) == (
        3,
        DAY,
    )


def test_worse_rules_begin_after_notice_and_better_ones_at_once(program):
    with pytest.raises(NoticeNeeded):
        make_rules(program, [percent_rule(900)])
    make_rules(program, [percent_rule(1200)])
    make_rules(program, [percent_rule(900)], effective_from=DAY)
    assert list_rules_at(program, NOW)[1][0].rate_bps == 1200
    assert find_latest_terms(program).effective_from == DAY


def test_a_groups_longer_hold_and_a_higher_minimum_wait_too(program):
    group = make_group(program, "Gold")
    facts = {"name": "Gold", "partner_type": group.partner_type}
    with pytest.raises(NoticeNeeded):
        update_group(group_id=group.pk, hold_days=45, **facts, **by(program))
    announce_group_change(
        group_id=group.pk, changes={"hold_days": 45}, applies_at=DAY, **by(program)
    )
    announce_payout_change(
        brand_id=program.brand_id,
        changes={"minimums": {"EUR": 9000}},
        applies_at=DAY,
        **by(program),
    )
    assert apply_due_changes(real_now=AFTER) == 2
    group.refresh_from_db()
    program.brand.payout_policy.refresh_from_db()
    assert (group.hold_days, program.brand.payout_policy.minimums) == (45, {"EUR": 9000})


def test_a_renamed_group_needs_no_notice(program):
    group = make_group(program, "Slow", hold_days=45)
    facts = {"partner_type": group.partner_type, "hold_days": 45}
    assert update_group(group_id=group.pk, name="Patient", **facts, **by(program)).name == "Patient"


def test_a_sandbox_reaches_the_day_by_its_own_clock(program):
    twin = make_sandbox(program.brand)
    play = make_enrollment(make_program(twin), user=get_owner(twin)).program
    announce(play, hold_days=60)
    assert apply_due_changes(real_now=NOW) == 0
    twin.clock_offset_s = int(timedelta(days=16).total_seconds())
    twin.save()
    assert apply_due_changes(real_now=NOW) == 1


def test_members_are_mailed_once_and_only_of_the_newest(program, place):
    update_program(program_id=program.pk, window_days=60, **by(program))
    update_program(program_id=program.pk, window_days=90, **by(program))
    assert [announce_waiting_terms(real_now=NOW) for _ in range(2)] == [2, 0]
    (mail,) = Mail.objects.filter(kind="terms_changed")
    assert "90 days" in mail.text and "60 days" not in mail.text
    assert list(Terms.objects.order_by("version").values_list("announced_to", flat=True)) == [
        0,
        0,
        1,
    ]
