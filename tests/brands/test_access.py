import pytest

from brands.access import (
    Right,
    find_member,
    get_brand_for,
    get_connection_for,
    get_group_for,
    get_program_for,
    list_brands_of,
)
from brands.models import Role
from brands.selectors import get_default_group
from brands.services.brands import archive_sandbox
from core.access import Forbidden, NotFound
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_connection,
    make_draft_program,
    make_member,
    make_sandbox,
    make_user,
    open_door,
)

pytestmark = pytest.mark.django_db

RIGHTS = {
    Role.OWNER: {Right.READ, Right.MANAGE, Right.MONEY, Right.CLEAR, Right.TEAM},
    Role.MANAGER: {Right.READ, Right.MANAGE, Right.CLEAR},
    Role.FINANCE: {Right.READ, Right.MONEY, Right.CLEAR},
    Role.ANALYST: {Right.READ},
}


@pytest.mark.parametrize("role", Role)
def test_a_role_has_its_rights_and_no_others(role):
    brand = make_brand()
    user = make_member(brand, role).user
    for right in Right:
        if right in RIGHTS[role]:
            assert get_brand_for(user, brand.slug, right).can(right)
        else:
            with pytest.raises(Forbidden) as caught:
                get_brand_for(user, brand.slug, right)
            assert caught.value.needs == right


def test_the_door_says_what_a_template_may_show():
    access = open_door(make_brand())
    assert (access.can_manage, access.can_move_money, access.can_clear, access.can_edit_team) == (
        True,
        True,
        True,
        True,
    )


def test_a_stranger_and_an_unknown_slug_look_the_same():
    brand, stranger = make_brand(), make_user()
    for slug in (brand.slug, "no-such-brand", "with\0nul", "x" * 80, ""):
        with pytest.raises(NotFound) as caught:
            get_brand_for(stranger, slug)
        assert caught.value.args == ()


def test_someone_inactive_is_a_stranger():
    brand = make_brand()
    owner = get_owner(brand)
    owner.is_active = False
    owner.save()
    with pytest.raises(NotFound):
        get_brand_for(owner, brand.slug)
    assert find_member(owner, brand) is None
    assert not list_brands_of(owner).exists()


def test_an_archived_sandbox_is_not_found():
    brand = make_brand()
    owner, twin = get_owner(brand), make_sandbox(brand)
    assert get_brand_for(owner, twin.slug).brand == twin
    archive_sandbox(brand_id=twin.pk, actor_id=owner.pk, now=NOW)
    with pytest.raises(NotFound):
        get_brand_for(owner, twin.slug)
    assert list(list_brands_of(owner)) == [brand]


def test_doors_open_to_own_objects_only():
    mine, other = make_draft_program(), make_draft_program()
    access = open_door(mine.brand)
    own = {
        get_program_for: mine,
        get_group_for: get_default_group(mine),
        get_connection_for: make_connection(mine.brand),
    }
    foreign = {
        get_program_for: other,
        get_group_for: get_default_group(other),
        get_connection_for: make_connection(other.brand),
    }
    for door, row in own.items():
        assert door(access, row.public_id) == row
        for public_id in (foreign[door].public_id, row.public_id[:-1] + "0", "", "a\0b", "1"):
            with pytest.raises(NotFound) as caught:
                door(access, public_id)
            assert caught.value.args == ()
