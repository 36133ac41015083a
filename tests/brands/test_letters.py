"""A brand's own words: who may write them, what they may hold, and from whom mail comes."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from affiliates.emails import APPLIED
from affiliates.emails_welcome import APPROVED
from brands.models import Role
from brands.services.letters import (
    NotEditable,
    NotGood,
    TooManyAsks,
    UnknownPlaceholder,
    confirm_reply_to,
    drop_text,
    set_sender,
    set_text,
)
from core.models import AuditEvent, Brand, Mail, MailSender, MailText
from tests.makers import NOW, get_owner, make_brand, make_member, make_sandbox

pytestmark = pytest.mark.django_db

WORDS = {"subject": "Welcome to {program}", "text": "Your code is {code}.\n\nOpen: {url}"}


@pytest.fixture
def brand() -> Brand:
    return make_brand("Saffron")


@pytest.fixture
def owner(brand) -> Client:
    client = Client()
    client.force_login(get_owner(brand))
    return client


def url(
    brand: Brand, end: str = "", kind: str = "application_approved", language: str = "en"
) -> str:
    return f"/b/{brand.slug}/emails/{kind}/{language}/{end}"


def write(brand: Brand, kind=APPROVED, words=("A {program}", "B {code}")) -> MailText:
    return set_text(
        brand_id=brand.pk,
        kind=kind,
        language="en",
        words=words,
        actor_id=get_owner(brand).pk,
        now=NOW,
    )


def ask(brand: Brand, reply_to: str, now=NOW, from_name: str = "") -> MailSender:
    actor = get_owner(brand).pk
    return set_sender(
        brand_id=brand.pk, from_name=from_name, reply_to=reply_to, actor_id=actor, now=now
    )


def test_words_are_saved_shown_tried_and_taken_back(brand, owner):
    assert owner.post(url(brand), WORDS).status_code == 303
    assert MailText.objects.get().subject == WORDS["subject"]
    assert "Own words" in owner.get(f"/b/{brand.slug}/emails/").content.decode()

    shown = owner.get(url(brand, "preview/")).content.decode()
    assert "Your code is ANNA10." in shown and ">Open</a>" in shown

    assert owner.post(url(brand, "test/")).status_code == 303
    test = Mail.objects.latest("pk")
    assert (test.to, test.subject) == (
        get_owner(brand).email,
        "[Test] Welcome to Autumn program",
    )

    assert "deleted" in owner.get(url(brand, "standard/")).content.decode()
    owner.post(url(brand, "standard/"))
    drop_text(brand_id=brand.pk, kind=APPROVED, language="en", actor_id=test.user_id, now=NOW)
    assert not MailText.objects.exists()
    actions = list(AuditEvent.objects.values_list("action", flat=True))
    assert (actions.count("mail.reworded"), actions.count("mail.standard_again")) == (1, 1)


@pytest.mark.parametrize("bad", ["{salary}", "{code.__class__}", "{", "{{ code }}", "{code!r}"])
def test_words_with_another_placeholder_are_refused_and_kept_in_the_form(brand, owner, bad):
    answer = owner.post(url(brand), {**WORDS, "text": f"Hello {bad}"})

    assert answer.status_code == 422
    assert f"Hello {bad}".replace("'", "&#x27;") in answer.content.decode()
    assert "placeholder" in answer.content.decode()
    assert owner.post(url(brand, "preview/"), {**WORDS, "text": bad}).status_code == 422
    assert not MailText.objects.exists()
    with pytest.raises(UnknownPlaceholder):
        write(brand, words=("x", bad))


def test_a_preview_shows_what_is_typed_escaped_in_a_closed_frame_and_keeps_nothing(brand, owner):
    typed = {"subject": "S", "text": "<script>alert(1)</script> {program}"}

    frame = owner.post(url(brand, "preview/"), typed)
    plain = owner.post(url(brand, "preview/"), {**typed, "as": "text"})
    page = owner.get(url(brand))

    for answer in (frame, plain):
        assert "<script" not in answer.content.decode()
        assert "&lt;script&gt;" in answer.content.decode()
        policy = answer["Content-Security-Policy"]
        assert "sandbox" in policy and "script-src" not in policy
        assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert page["X-Frame-Options"] == "DENY"
    assert not MailText.objects.exists()


def test_letters_that_secure_accounts_or_go_to_the_team_keep_their_words(brand, owner):
    for kind in ("member_added", APPLIED.name, "nothing"):
        assert owner.get(url(brand, kind=kind)).status_code == 404
    assert owner.get(url(brand, language="xx")).status_code == 404
    with pytest.raises(NotEditable):
        write(brand, kind=APPLIED, words=("a", "b"))


def test_an_analyst_reads_and_changes_nothing(brand):
    client = Client()
    client.force_login(make_member(brand, Role.ANALYST).user)

    page = client.get(url(brand))

    assert page.status_code == 200
    assert "Needs the manager role" in page.content.decode()
    for end in ("", "test/", "standard/"):
        assert client.post(url(brand, end), WORDS).status_code == 403


def test_answers_go_to_an_address_once_it_is_confirmed_and_not_before(brand, owner):
    data = {"from_name": "Team Saffron", "reply_to": "Help@Saffron.example"}
    assert owner.post(f"/b/{brand.slug}/emails/sender/", data).status_code == 303

    letter = Mail.objects.latest("pk")
    sender = MailSender.objects.get()
    assert (letter.to, sender.reply_to) == ("help@saffron.example", "")
    path = letter.text.split(settings.SITE_URL)[1].split()[0]
    anybody = Client()
    assert "Saffron" in anybody.get(path).content.decode()
    sender.refresh_from_db()
    assert sender.reply_to == ""

    assert anybody.post(path).status_code == 200
    sender.refresh_from_db()
    assert (sender.reply_to, sender.asked_reply_to) == ("help@saffron.example", "")
    assert anybody.post(path).status_code == 404
    owner.post(url(brand, "test/"))
    mail = Mail.objects.latest("pk")
    assert (mail.reply_to, mail.from_name) == (
        "help@saffron.example",
        "Team Saffron via Fairshare",
    )


def test_a_link_for_an_address_that_is_no_longer_asked_for_is_worth_nothing(brand):
    ask(brand, "first@saffron.example")
    text = Mail.objects.latest("pk").text
    token = text.split("/mail/reply-to/")[1].split("/")[0]
    ask(brand, "second@saffron.example")

    for one in (token, "forged", f"{token}x"):
        with pytest.raises(NotGood):
            confirm_reply_to(token=one, now=NOW)
    assert MailSender.objects.get().reply_to == ""


def test_a_brand_cannot_write_to_strangers_by_asking_for_answers(brand):
    twin = make_sandbox(brand)
    twin.clock_offset_s = 90 * 86400
    twin.save(update_fields=["clock_offset_s"])
    for one, now in ((brand, NOW), (twin, NOW + timedelta(days=90))):
        for number in range(5):
            ask(one, f"person{number}@elsewhere.example", now=now)
        with pytest.raises(TooManyAsks):
            ask(one, "another@elsewhere.example", now=now)


def test_a_hostile_name_of_the_sender_makes_no_header(brand):
    ask(brand, "", from_name='A\r\nBcc: x@mail.example, "B" <c@d.example>')
    write(brand)
    client = Client()
    client.force_login(get_owner(brand))
    client.post(url(brand, "test/"))

    assert "\n" not in Mail.objects.latest("pk").from_name
