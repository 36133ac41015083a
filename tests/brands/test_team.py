"""A team says who was invited and who has come, and invites once more."""

import pytest
from django.test import Client
from django.urls import reverse

from brands.models import Role
from brands.services.team import HasJoined, invite_again, invite_member
from core.models import AuditEvent, Mail
from tests.makers import NOW, get_owner, make_brand, make_member, make_user
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    return make_brand()


def test_who_has_not_come_is_invited_again_and_who_has_is_not(client: Client, brand):
    owner = get_owner(brand)
    client.force_login(owner)
    member = invite_member(
        brand_id=brand.pk, email="new@mail.example", role=Role.FINANCE, actor_id=owner.pk, now=NOW
    )
    mails = Mail.objects.filter(to="new@mail.example")
    sent = mails.count()

    page = plain(client.get(reverse("brands:team", args=[brand.slug])))
    client.post(reverse("brands:member-again", args=[brand.slug, member.pk]))

    assert page.count("Invited, not logged in yet") == 1 and "Has joined" in page
    assert "Finance: payouts, rails, review of commissions" in page
    assert mails.count() == sent + 1
    assert AuditEvent.objects.filter(action="member.invited_again").count() == 1
    client.force_login(member.user)
    client.get(f"/b/{brand.slug}/")
    with pytest.raises(HasJoined):
        invite_again(member_id=member.pk, actor_id=owner.pk, now=NOW)


def test_of_an_invited_person_the_team_knows_the_address_alone_until_he_comes(brand):
    owner, known, client, guest = get_owner(brand), make_user(name="Ida Known"), Client(), Client()
    client.force_login(owner)
    guest.force_login(known)  # he uses the program, and knows nothing of this brand
    page = reverse("brands:team", args=[brand.slug])
    invite_member(
        brand_id=brand.pk, email=known.email, role=Role.ANALYST, actor_id=owner.pk, now=NOW
    )
    before = plain(client.get(page))

    guest.get(f"/b/{brand.slug}/")

    assert known.email in before and "Ida Known" not in before
    assert "Ida Known" in plain(client.get(page))
    assert AuditEvent.objects.get(action="member.joined").actor == known


def test_only_an_owner_invites_again(client: Client, brand):
    member = make_member(brand, Role.ANALYST)
    client.force_login(make_member(brand, Role.MANAGER).user)

    answer = client.post(reverse("brands:member-again", args=[brand.slug, member.pk]))

    assert answer.status_code == 403
    assert not AuditEvent.objects.filter(action="member.invited_again").exists()
