"""The kinds of creators a brand offers: the usual ones, fewer of them, and its own."""

import pytest
from django.db import IntegrityError, transaction

from brands.models import Group, PartnerKind, PartnerType
from brands.selectors_kinds import list_offered_kinds, name_kinds
from brands.services.kinds import KindNameTaken, NoKindLeft, offer_kinds, rename_kind
from brands.services.twins import copy_program
from core.models import AuditEvent
from tests.brands.pages import make_world, sign_in_as, text_of
from tests.makers import NOW, get_owner, make_group, make_kind, make_sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def by(brand):
    return {"actor_id": get_owner(brand).pk, "now": NOW}


def test_all_seventeen_usual_kinds_are_offered_and_one_for_the_rest(world):
    offered = dict(list_offered_kinds(world.brand))

    assert len(offered) == 18
    assert offered["placement"] == "Product placement"


def test_a_group_keeps_a_kind_that_is_hidden_and_no_other_is_given_it(world):
    group = make_group(world.program, "Deals", partner_type=PartnerType.COUPON)
    client = sign_in_as(world.brand)
    others = [value for value in PartnerType.values if value != "coupon"]

    client.post(f"{world.base}/kinds/", {"keys": others})

    mine = client.get(world.url(f"program/groups/{group.public_id}/"))
    another = client.get(world.url("program/groups/new/"))
    assert 'value="coupon" selected' in text_of(mine)
    assert 'value="coupon"' not in text_of(another)
    assert AuditEvent.objects.filter(brand=world.brand, action="kind.hidden").count() == 1
    client.post(f"{world.base}/kinds/", {"keys": PartnerType.values})
    assert "coupon" in dict(list_offered_kinds(world.brand))


def test_a_kind_of_its_own_is_given_to_a_group_and_renamed_everywhere(world):
    client = sign_in_as(world.brand)

    client.post(f"{world.base}/kinds/new/", {"name": " Podcast "})
    kind = PartnerKind.objects.get(brand=world.brand)
    client.post(
        world.url("program/groups/new/"), {"name": "Voices", "partner_type": kind.public_id}
    )
    client.post(f"{world.base}/kinds/{kind.public_id}/", {"name": "Podcasts and radio"})

    assert Group.objects.get(name="Voices").partner_type == kind.public_id
    assert "Podcasts and radio" in text_of(client.get(world.url("program/groups/")))
    log = text_of(client.get(f"{world.base}/audit/"))
    assert "added the kind of creators Podcasts and radio" in log
    assert kind.public_id not in log.replace(f"kinds/{kind.public_id}", "")


def test_two_kinds_never_have_one_name(world):
    kind = make_kind(world.brand, "Podcast")
    client = sign_in_as(world.brand)

    for taken in ("PODCAST", "influencer"):
        answer = client.post(f"{world.base}/kinds/new/", {"name": taken})
        assert answer.status_code == 422
    make_kind(world.brand, "Radio")
    with pytest.raises(KindNameTaken):
        rename_kind(kind_id=kind.pk, name="radio", **by(world.brand))


def test_one_kind_at_least_is_offered(world):
    with pytest.raises(NoKindLeft):
        offer_kinds(brand_id=world.brand.pk, keys=["kin_of_nobody"], **by(world.brand))

    answer = sign_in_as(world.brand).post(f"{world.base}/kinds/", {})

    assert answer.status_code == 422
    assert "Tick one kind at least." in text_of(answer)


def test_a_kind_of_another_brand_is_no_choice(world):
    theirs = make_kind(make_world().brand, "Podcast")
    client = sign_in_as(world.brand)
    data = {"name": "Voices", "partner_type": theirs.public_id}

    assert client.post(world.url("program/groups/new/"), data).status_code == 422
    assert client.get(f"{world.base}/kinds/{theirs.public_id}/").status_code == 404


def test_an_analyst_reads_the_kinds_and_changes_none(world):
    client = sign_in_as(world.brand, "analyst")

    page = client.get(f"{world.base}/kinds/")

    assert "Needs the manager role" in text_of(page)
    assert client.post(f"{world.base}/kinds/", {"keys": ["coupon"]}).status_code == 403


def test_the_database_takes_no_kind_of_another_shape(world):
    group = make_group(world.program)
    for odd in ("podcast", "kin_short", "kin_" + "a" * 21):
        group.partner_type = odd
        with pytest.raises(IntegrityError), transaction.atomic():
            group.save()


def test_the_sandbox_has_a_kind_of_its_own_by_the_same_name(world):
    kind = make_kind(world.brand, "Podcast")
    make_group(world.program, "Voices", partner_type=kind.public_id)
    twin = make_sandbox(world.brand)

    copied = copy_program(program_id=world.program.pk, twin_id=twin.pk, **by(world.brand))

    theirs = copied.groups.get(name="Voices").partner_type
    assert theirs != kind.public_id
    assert name_kinds(twin)[theirs] == "Podcast"
