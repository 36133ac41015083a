import pytest
from django.test import override_settings

from brands.models import Group, PartnerType, ProgramStatus, Terms
from brands.selectors import find_latest_terms, list_open_programs
from brands.services.groups import GroupNameTaken, create_group, update_group
from brands.services.programs import (
    AliasInvalid,
    AmountsInvalid,
    CodeUrlInvalid,
    DomainRefused,
    HoldOutOfRange,
    LandingRefused,
    ProgramNotReady,
    StatusNotAllowed,
    WindowOutOfRange,
    create_program,
    set_program_status,
    update_program,
)
from core.models import AuditEvent
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_draft_program,
    make_group,
    make_program,
    make_rules,
    make_sandbox,
)

pytestmark = pytest.mark.django_db


def change(program, **changes):
    actor = get_owner(program.brand)
    return update_program(program_id=program.pk, actor_id=actor.pk, now=NOW, **changes)


def set_status(program, status):
    actor = get_owner(program.brand)
    return set_program_status(program_id=program.pk, status=status, actor_id=actor.pk, now=NOW)


def test_a_new_program_is_a_draft_with_a_default_group():
    program = make_draft_program()
    assert program.status == ProgramStatus.DRAFT
    assert Group.objects.get(program=program).is_default
    assert program.hold_days == 30


def test_domains_and_landing_page_are_kept_in_their_plain_form():
    brand = make_brand()
    program = create_program(
        brand_id=brand.pk,
        name="Main",
        currency="EUR",
        landing_url="https://SHOP.example",
        domains=[" Shop.Example ", "bücher.example", "shop.example"],
        actor_id=get_owner(brand).pk,
        now=NOW,
    )
    assert program.landing_url == "https://shop.example/"
    assert program.domains == ["shop.example", "xn--bcher-kva.example"]


@pytest.mark.parametrize("domain", ["", "shop", "10.0.0.1", "https://shop.example", "a b.example"])
def test_what_is_no_domain_is_refused(domain):
    program = make_draft_program()
    with pytest.raises(DomainRefused):
        change(program, domains=[domain])
    with pytest.raises(DomainRefused):
        change(program, domains=[])


def test_a_landing_page_elsewhere_is_refused():
    with pytest.raises(LandingRefused) as caught:
        change(make_draft_program(), landing_url="https://evil.example/")
    assert caught.value.refused.code == "url.outside"


@pytest.mark.parametrize("days", [0, 29, 61, 400])
def test_the_hold_keeps_to_the_installations_range(days):
    with pytest.raises(HoldOutOfRange) as caught:
        change(make_draft_program(), hold_days=days)
    assert (caught.value.low, caught.value.high) == (30, 60)


def test_an_operator_may_widen_the_range_and_later_narrow_it():
    program = make_draft_program()
    with override_settings(HOLD_DAYS_MIN=0, HOLD_DAYS_MAX=90):
        change(program, hold_days=0)
    assert change(program, about="Still editable").hold_days == 0


def test_settings_that_cannot_be_are_refused():
    program = make_draft_program()
    for error, changes in (
        (WindowOutOfRange, {"window_days": 0}),
        (WindowOutOfRange, {"window_days": 366}),
        (AmountsInvalid, {"cap_order": {"EUR": 0}}),
        (AmountsInvalid, {"cap_creator_month": {"ZZZ": 100}}),
        (AmountsInvalid, {"budget_minor": -1}),
        (AliasInvalid, {"ref_aliases": ["a b"]}),
        (CodeUrlInvalid, {"code_url": "https://evil.example/{code}"}),
    ):
        with pytest.raises(error):
            change(program, **changes)


@pytest.mark.parametrize("name", ["status", "currency", "brand_id", "created_at"])
def test_what_is_no_setting_cannot_be_changed_along(name):
    program = make_program()
    with pytest.raises(TypeError):
        change(program, about="x", **{name: 1})


def test_a_change_is_audited_with_what_was_before():
    program = make_program()
    change(program, hold_days=45, name=program.name)
    event = AuditEvent.objects.get(action="program.updated")
    assert (event.before, event.after) == ({"hold_days": 30}, {"hold_days": 45})


def test_a_change_that_creators_feel_makes_new_terms_and_another_does_not():
    program = make_program()
    change(program, about="Lovely cups")
    assert find_latest_terms(program).version == 1
    change(program, hold_days=45)
    assert find_latest_terms(program).version == 2
    change(program, hold_days=45)
    assert Terms.objects.filter(program=program).count() == 2
    change(program, own_terms="Be kind.")
    assert find_latest_terms(program).own_text == "Be kind."


def test_a_program_goes_live_only_with_rules():
    program = make_draft_program()
    with pytest.raises(ProgramNotReady):
        set_status(program, ProgramStatus.LIVE)
    make_rules(program)
    assert set_status(program, ProgramStatus.LIVE).status_at == NOW


def test_a_status_follows_from_the_one_before():
    program = make_program()
    with pytest.raises(StatusNotAllowed):
        set_status(program, ProgramStatus.DRAFT)
    set_status(program, ProgramStatus.PAUSED)
    set_status(program, ProgramStatus.CLOSED)
    with pytest.raises(StatusNotAllowed):
        set_status(program, ProgramStatus.PAUSED)


def test_the_directory_shows_live_listed_programs_of_real_brands():
    shown = make_program()
    change(make_program(), is_listed=False)
    make_draft_program()
    make_program(make_sandbox(shown.brand))
    assert list(list_open_programs()) == [shown]


def test_a_group_has_a_name_of_its_own_and_a_hold_within_the_range():
    program = make_program()
    group = make_group(program, "Gold", hold_days=45)
    actor = get_owner(program.brand)
    with pytest.raises(GroupNameTaken):
        make_group(program, "Gold")
    with pytest.raises(HoldOutOfRange):
        make_group(program, "Silver", hold_days=5)
    changed = update_group(
        group_id=group.pk,
        name="Gold",
        partner_type=PartnerType.COUPON,
        hold_days=None,
        actor_id=actor.pk,
        now=NOW,
    )
    assert (changed.partner_type, changed.hold_days) == (PartnerType.COUPON, None)
    assert find_latest_terms(program).version == 3


def test_a_group_of_the_same_name_may_stand_in_another_program():
    for _ in range(2):
        program = make_draft_program()
        create_group(
            program_id=program.pk, name="Gold", actor_id=get_owner(program.brand).pk, now=NOW
        )
    assert Group.objects.filter(name="Gold").count() == 2
