import pytest
from django.contrib.auth.models import AnonymousUser

from affiliates.access import (
    find_affiliate,
    get_affiliate,
    get_affiliation_for,
    get_affiliation_of,
    get_application_for,
    get_brand_code,
    get_brand_enrollment,
    get_brand_link,
    get_code_for,
    get_enrollment_for,
    get_link_for,
    get_own_application,
    list_affiliations,
    list_enrollments,
)
from affiliates.models import Application, Code, Link
from brands.services.brands import archive_sandbox
from core.access import NotFound
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_application,
    make_enrollment,
    make_program,
    make_sandbox,
    make_user,
    open_door,
)

pytestmark = pytest.mark.django_db


def rows_of(enrollment):
    return {
        get_affiliation_of: enrollment.affiliation,
        get_enrollment_for: enrollment,
        get_link_for: Link.objects.get(enrollment=enrollment),
        get_code_for: Code.objects.get(enrollment=enrollment),
        get_own_application: Application.objects.get(affiliate=enrollment.affiliation.affiliate),
    }


BRAND_DOORS = {
    get_affiliation_of: get_affiliation_for,
    get_enrollment_for: get_brand_enrollment,
    get_link_for: get_brand_link,
    get_code_for: get_brand_code,
    get_own_application: get_application_for,
}


def test_a_creator_opens_his_own_things_only():
    program = make_program()
    anna, ben = make_enrollment(program), make_enrollment(program)
    for door, row in rows_of(anna).items():
        assert door(get_creator(anna), row.public_id) == row
        for stranger in (get_creator(ben), make_user(), AnonymousUser(), get_owner(program.brand)):
            with pytest.raises(NotFound) as caught:
                door(stranger, row.public_id)
            assert caught.value.args == ()
        with pytest.raises(NotFound):
            door(get_creator(anna), "lnk_nothing\0")


def test_a_brand_opens_the_things_of_its_own_creators_only():
    here, there = make_enrollment(), make_enrollment()
    access = open_door(here.brand)
    foreign = rows_of(there)
    for own_door, row in rows_of(here).items():
        door = BRAND_DOORS[own_door]
        assert door(access, row.public_id) == row
        for public_id in (foreign[own_door].public_id, "crt_unknown", ""):
            with pytest.raises(NotFound) as caught:
                door(access, public_id)
            assert caught.value.args == ()


def test_someone_who_is_no_creator_has_no_places():
    nobody = make_user()
    assert find_affiliate(nobody) is None
    with pytest.raises(NotFound):
        get_affiliate(nobody)
    assert not list_affiliations(nobody).exists()
    assert not list_enrollments(AnonymousUser()).exists()


def test_a_creator_sees_all_brands_he_is_in():
    anna = make_user()
    first, second = make_enrollment(user=anna), make_enrollment(user=anna)
    assert set(list_affiliations(anna)) == {first.affiliation, second.affiliation}
    assert set(list_enrollments(anna)) == {first, second}


def test_an_archived_sandbox_is_out_of_sight():
    brand = make_program().brand
    twin, owner = make_sandbox(brand), get_owner(brand)
    enrollment = make_enrollment(make_program(twin), user=owner)
    assert list(list_enrollments(owner)) == [enrollment]
    archive_sandbox(brand_id=twin.pk, actor_id=owner.pk, now=NOW)
    assert not list_enrollments(owner).exists()
    with pytest.raises(NotFound):
        get_enrollment_for(owner, enrollment.public_id)


def test_an_application_is_shown_with_the_applicant():
    application = make_application(make_program())
    found = get_application_for(open_door(application.brand), application.public_id)
    assert found.affiliate.user.email
