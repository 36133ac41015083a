"""Asked to join: by mail for one, by link for many, in whole tables or not at all."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from affiliates.domain.invitesheet import (
    MAX_BYTES,
    SheetRefused,
    decode_sheet,
    read_addresses,
    read_sheet,
    write_sheet,
)
from affiliates.keys import make_invite_token
from affiliates.models import Application, ApplicationStatus, Enrollment, Invitation
from affiliates.selectors_invitations import invite_url, list_invitations
from affiliates.services.accepting import (
    Consent,
    InvitedAnother,
    accept_invitation,
    decline_invitation,
)
from affiliates.services.errors import AlreadyMember, ProgramNotOpen, StaleTerms
from affiliates.services.invitations import (
    InvitationEnded,
    SentLately,
    resend_invitation,
    revoke_invitation,
)
from brands.models import ProgramStatus
from brands.selectors import find_latest_terms
from brands.services.programs import set_program_status
from core.clock import brand_now
from core.models import Mail
from tests.makers import (
    NOW,
    get_owner,
    make_application,
    make_code,
    make_enrollment,
    make_group,
    make_invitation,
    make_program,
    make_user,
)
from tests.portal.text import plain

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def program():
    return make_program()


def accept(invitation, user, *, now=NOW, terms=None):
    terms = terms or find_latest_terms(invitation.program).pk
    consent = Consent(user.pk, terms, "Anna Beck")
    return accept_invitation(invitation_id=invitation.pk, consent=consent, now=now)


def state_of(invitation, *, now=NOW):
    return list_invitations(invitation.brand, now=now).get(pk=invitation.pk).state


def post_sheet(client, program, body: bytes, **more):
    file = SimpleUploadedFile("people.csv", body)
    group = program.groups.get(is_default=True).public_id
    data = {"group": group, "language": "en", "days": "30", "file": file, **more}
    return client.post(reverse("affiliates:invitation-create", args=[program.brand.slug]), data)


def test_who_accepts_is_in_at_once_in_the_group_with_the_code_made_ready(program):
    vip = make_group(program, "Vip")
    one = make_invitation(program, "anna@mail.example")
    Invitation.objects.filter(pk=one.pk).update(group=vip, code="ANNA-VIP")
    anna = make_user("anna@mail.example")

    place = accept(one, anna)

    assert (place.group, place.invitation, place.codes.get().text) == (vip, one, "ANNA-VIP")
    assert place.links.count() == 1
    assert state_of(one) == "joined"
    assert Mail.objects.filter(to=anna.email, kind="invitation_accepted").count() == 1
    with pytest.raises(InvitationEnded):
        accept(one, anna)


def test_a_code_that_was_taken_meanwhile_gives_way_to_one_of_the_name(program):
    one = make_invitation(program, "anna@mail.example")
    Invitation.objects.filter(pk=one.pk).update(code="BEN10")
    make_code(make_enrollment(program), "BEN10")

    assert accept(one, make_user("anna@mail.example")).codes.get().text.startswith("ANNABECK")


def test_an_application_that_waits_is_approved_by_accepting(program):
    anna = make_user("anna@mail.example")
    application = make_application(program, anna)

    accept(make_invitation(program, anna.email), anna)

    application.refresh_from_db()
    assert application.status == ApplicationStatus.APPROVED
    assert Application.objects.count() == Enrollment.objects.count() == 1


def test_one_that_was_mailed_is_for_its_address_alone(program):
    one = make_invitation(program, "anna@mail.example")

    with pytest.raises(InvitedAnother):
        accept(one, make_user("ben@mail.example"))
    assert not Enrollment.objects.exists()


def test_a_link_is_good_for_its_uses_and_its_time(program):
    link = make_invitation(program)
    Invitation.objects.filter(pk=link.pk).update(max_uses=1)
    with pytest.raises(InvitationEnded):
        accept(link, make_user(), now=NOW + 31 * DAY)
    anna = make_user()

    accept(link, anna)

    assert state_of(link) == "used_up"
    with pytest.raises(InvitationEnded):
        accept(link, make_user())
    with pytest.raises(AlreadyMember):
        accept(make_invitation(program), anna)


def test_old_terms_and_a_paused_program_take_nobody_in(program):
    one = make_invitation(program, "anna@mail.example")
    anna = make_user("anna@mail.example")

    with pytest.raises(StaleTerms):
        accept(one, anna, terms=-1)
    set_program_status(
        program_id=program.pk,
        status=ProgramStatus.PAUSED,
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )
    with pytest.raises(ProgramNotOpen):
        accept(one, anna)


def test_revoked_and_declined_invitations_open_nothing(program):
    anna, owner = make_user("anna@mail.example"), get_owner(program.brand).pk
    first = make_invitation(program, anna.email)
    revoke_invitation(invitation_id=first.pk, actor_id=owner, now=NOW)
    second = make_invitation(program, anna.email)
    decline_invitation(invitation_id=second.pk, now=NOW)

    for one in (first, second):
        with pytest.raises(InvitationEnded):
            accept(one, anna)
        with pytest.raises(InvitationEnded):
            resend_invitation(invitation_id=one.pk, actor_id=owner, now=NOW + 2 * DAY)


def test_an_expired_one_is_good_again_once_it_is_mailed_again_but_not_twice_a_day(program):
    one, owner = make_invitation(program, "anna@mail.example"), get_owner(program.brand).pk
    with pytest.raises(SentLately):
        resend_invitation(invitation_id=one.pk, actor_id=owner, now=NOW)
    later = NOW + 40 * DAY
    assert state_of(one, now=later) == "expired"

    resend_invitation(invitation_id=one.pk, actor_id=owner, now=later)

    assert state_of(one, now=later + 29 * DAY) == "sent"
    assert Mail.objects.filter(to=one.email).count() == 2


def test_an_expired_one_says_whom_to_ask_and_its_team_where_to_send_it_again(client, program):
    one = make_invitation(program, "anna@mail.example")
    Invitation.objects.filter(pk=one.pk).update(expires_at=NOW)
    url = invite_url(one).partition("//")[2].partition("/")[2]
    found = f"{reverse('affiliates:invitation-list', args=[program.brand.slug])}?q={one.public_id}"

    page = plain(client.get(f"/{url}"))
    assert f"Ask {program.brand.name} for a new one" in page
    assert found not in page
    client.force_login(get_owner(program.brand))
    assert found in plain(client.get(f"/{url}"))
    assert "Send again" in plain(client.get(found))
    client.force_login(get_owner(make_program().brand))
    assert found not in plain(client.get(f"/{url}"))


def test_nothing_stored_opens_an_invitation_once_its_mail_is_gone(program):
    one = make_invitation(program, "anna@mail.example")
    secret = make_invite_token(one).rpartition(":")[2]
    assert secret in Mail.objects.get(to=one.email).text

    stored = Invitation.objects.filter(pk=one.pk).values().get()

    assert secret not in repr(stored)


def test_a_table_is_shown_first_and_sent_as_a_whole(client, program):
    make_group(program, "Vip")
    member = make_enrollment(program).affiliation.affiliate.user.email
    make_invitation(program, "asked@mail.example")
    client.force_login(get_owner(program.brand))
    body = (
        "Email;Group;Code;Name;Message\r\n"
        "Anna@mail.example;vip;ANNA10;=cmd|x;<b>Hello</b>\r\n"
        "anna@mail.example;;;;\r\n"
        f"{member};;;;\r\nasked@mail.example;;;;\r\n\r\n"
        "ben@mail.example;;;;\r\n"
    ).encode("utf-16")

    page = post_sheet(client, program, body)

    assert page.status_code == 200
    said = page.content.decode()
    assert [one.email for one in page.context["plan"].invitees] == [
        "anna@mail.example",
        "ben@mail.example",
    ]
    assert "&lt;b&gt;Hello&lt;/b&gt;" in said
    assert all(why in said for why in ("in the program already", "invited already", "named before"))
    assert Invitation.objects.count() == 1
    fields = page.context["fields"]
    url = reverse("affiliates:invitation-create", args=[program.brand.slug])
    client.post(url, {**fields, "confirmed": "1"})
    client.post(url, {**fields, "confirmed": "1"})
    assert Invitation.objects.count() == 3
    anna = Invitation.objects.get(email="anna@mail.example")
    assert (anna.group.name, anna.code, anna.name) == ("Vip", "ANNA10", "=cmd|x")
    assert Mail.objects.filter(kind="invitation").count() == 3


def test_one_wrong_row_stops_the_whole_table(client, program):
    client.force_login(get_owner(program.brand))
    taken = make_code(make_enrollment(program), "TAKEN10").text
    wrong = f"email,group,code\nno address,,\na@mail.example,None such,\nb@mail.example,,{taken}\n"

    page = post_sheet(client, program, f"{wrong}good@mail.example,,\n".encode(), confirmed="1")

    assert page.status_code == 422
    assert [row.line for row, _why in page.context["faults"]] == [2, 3, 4]
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not_text"),
        (b"email\n" + b"a" * MAX_BYTES, "too_large"),
        (b"", "no_email_column"),
        (b"name,code\nAnna,X", "no_email_column"),
        (b"email,phone\na@mail.example,1", "unknown_column"),
        (b"email,email\na@mail.example,b", "column_twice"),
        (b"email\na@mail.example,too,many", "too_many_cells"),
        (b"email\n\n", "nobody"),
        (b"email\n" + b"a@mail.example\n" * 501, "too_many_rows"),
    ],
)
def test_garbage_is_refused_with_its_reason(body, code):
    with pytest.raises(SheetRefused) as refusal:
        read_sheet(decode_sheet(body))
    assert refusal.value.code == code


def test_pasted_addresses_are_read_however_they_are_parted():
    rows = read_addresses("Anna Beck <anna@mail.example>; ben@mail.example,\ncem@mail.example")

    assert [(row.email, row.name) for row in rows] == [
        ("anna@mail.example", "Anna Beck"),
        ("ben@mail.example", ""),
        ("cem@mail.example", ""),
    ]
    assert [row.email for row in read_sheet(write_sheet(rows))] == [row.email for row in rows]


def test_an_invited_person_signs_in_reads_the_terms_and_is_in(client, program):
    one = make_invitation(program, "anna@mail.example", now=brand_now(program.brand))
    anna, url = make_user("anna@mail.example"), invite_url(one)

    assert "Sign up and join" in client.get(url).content.decode()
    assert Invitation.objects.get(pk=one.pk).opened_at is not None
    client.force_login(make_user())
    assert "mailed to another address" in client.get(url).content.decode()
    client.force_login(anna)
    version = client.get(url).context["terms"].version
    assert client.post(url, {"version": version, "name": "Anna"}).status_code == 422
    assert client.post(url, {"version": version, "name": "Anna", "accept": "1"}).status_code == 303
    assert "You are in this program" in client.get(url).content.decode()
    client.logout()
    assert "was used already" in client.get(url).content.decode()


def test_a_token_of_somebody_elses_making_gets_a_clear_page(client, program):
    one = make_invitation(program, "anna@mail.example")
    other = make_invitation(make_program(), "anna@mail.example")
    wrong = invite_url(one).replace(make_invite_token(one), make_invite_token(other))
    for url in (invite_url(one)[:-2] + "x/", wrong):
        page = client.get(url)
        assert page.status_code == 404
        assert "not the address of an invitation" in page.content.decode()


def test_an_invitation_is_declined_without_an_account(client, program):
    one = make_invitation(program, "anna@mail.example", now=brand_now(program.brand))

    client.post(invite_url(one), {"decline": "1"})

    assert state_of(one) == "declined"


def test_the_database_keeps_one_open_invitation_an_address(program):
    one = make_invitation(program, "anna@mail.example")
    one.pk, one.public_id = None, "inv_other"
    with pytest.raises(Exception, match="affiliates_invitation_one_open"), transaction.atomic():
        one.save(force_insert=True)
