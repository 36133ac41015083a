"""Notices as they are written and, over a mail server of the tests, as they arrive."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation
from django.utils.translation import gettext_lazy

from affiliates.emails import APPLIED, REJECTED, SUSPENDED
from affiliates.emails_welcome import APPROVED
from core import letters, postman
from core.letters import Footer
from core.mail import Address, WrongParams, queue_mail, send_notice
from core.models import Brand, Mail, MailAddress, MailSender, MailStatus, MailText, User
from core.money import Money
from core.notices import INVITATIONS, Kind, list_kinds
from tests.makers import make_brand, make_sandbox, make_user
from tests.postoffice import PostOffice, open_post_office

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 12, 12, 0, tzinfo=UTC)
APPLICANT = {
    "name": "Anna Beck",
    "program": "Autumn",
    "where": "https://anna.example",
    "url": f"{settings.SITE_URL}/b/saffron/creators/",
}
INVITED = Kind(
    name="test_invited",
    group=INVITATIONS,
    label=gettext_lazy("Invitations to programs"),
    subject=gettext_lazy("Stop mails"),
    text=gettext_lazy("Stop mails"),
    samples={},
)


@pytest.fixture
def brand() -> Brand:
    brand = make_brand("Saffron")
    Mail.objects.all().delete()
    return brand


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_post_office() as office:
        yield office


def tell(to: User | Address, brand: Brand, kind: Kind = APPLIED, **params: str) -> Mail:
    given = {**(APPLICANT if kind is APPLIED else {}), **params}
    mail = send_notice(kind=kind, to=to, brand=brand, params=given, now=NOW)
    assert mail is not None
    return mail


def deliver(office: PostOffice, now: datetime = NOW) -> EmailMessage:
    assert postman.send_waiting(now=now, limit=10) == 1
    return office.arrived[-1]


def part(message: EmailMessage, kind: str) -> str:
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def test_a_notice_arrives_as_text_and_html_with_every_header(brand, office):
    MailSender.objects.create(brand=brand, reply_to="help@saffron.example")
    mail = tell(make_user("mara@mail.example"), brand)

    message = deliver(office)

    assert message["Subject"] == "Anna Beck wants to join Autumn"
    assert message["From"] == f"Saffron via Fairshare <noreply@{settings.SITE_HOST}>"
    assert message["Reply-To"] == "help@saffron.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    url = message["List-Unsubscribe"].strip(" <>")
    assert url.startswith(f"{settings.SITE_URL}/mail/stop/u")
    assert message["Message-ID"] == postman.build_message(mail).extra_headers["Message-ID"]
    text, html = part(message, "plain"), part(message, "html")
    assert f"Approve or reject: {APPLICANT['url']}" in text
    assert "Stop these mails:" in text
    assert f'href="{APPLICANT["url"]}"' in html and "Approve or reject</a>" in html
    assert '<html lang="en" dir="ltr">' in html
    mail.refresh_from_db()
    assert (mail.status, mail.sent_at) == (MailStatus.SENT, NOW)


def test_what_secures_the_account_cannot_be_stopped_from_the_mail(brand, office):
    tell(make_user(), brand, SUSPENDED, reason="Ads on our name")

    message = deliver(office)

    assert message["List-Unsubscribe"] is None
    assert "Stop these mails" not in part(message, "plain")


@pytest.mark.parametrize("language", ["fa", "th"])
def test_the_reader_is_written_to_in_his_language_whatever_the_page_speaks(brand, office, language):
    tell(make_user(language=language), brand)

    message = deliver(office)

    with translation.override(language):
        words = str(APPLIED.text).split("{where}")[1].strip().split(":")[0]
    assert words in part(message, "html")
    direction = "rtl" if language == "fa" else "ltr"
    assert f'<html lang="{language}" dir="{direction}">' in part(message, "html")


HOSTILE = 'Anna\r\nBcc: everybody@mail.example\n\n{url} <script>alert(1)</script> {brand.slug} "x'


def test_what_a_stranger_typed_adds_no_header_no_markup_and_fills_nothing(brand, office):
    tell(make_user(), brand, name=HOSTILE, program="{name}{name}")

    message = deliver(office)

    assert message["Bcc"] is None
    assert len(office.arrived) == 1
    assert "\n" not in message["Subject"]
    assert "{name}{name}" in message["Subject"]
    html = part(message, "html")
    assert "<script" not in html and "&lt;script&gt;" in html
    assert "{brand.slug}" in html


def test_a_brand_with_a_hostile_name_sends_under_its_name_and_no_other_header(office):
    brand = make_brand('Evil"\r\nBcc: x@mail.example <root@mail.example>')
    Mail.objects.all().delete()
    tell(make_user(), brand)

    message = deliver(office)

    assert message["Bcc"] is None
    (address,) = message["From"].addresses
    assert address.addr_spec == f"noreply@{settings.SITE_HOST}"


def test_an_address_no_mail_can_have_fails_and_holds_up_nobody(brand, office):
    broken = tell(make_user(), brand)
    Mail.objects.filter(pk=broken.pk).update(to="a\n@mail.example")
    tell(make_user("fine@mail.example"), brand)

    postman.send_waiting(now=NOW, limit=10)

    broken.refresh_from_db()
    assert broken.status == MailStatus.FAILED
    assert [message["To"] for message in office.arrived] == ["fine@mail.example"]


def test_the_mails_of_one_sweep_take_one_connection(brand, office):
    for _ in range(3):
        tell(make_user(), brand)

    postman.send_waiting(now=NOW, limit=10)

    assert (len(office.arrived), office.connections) == (3, 1)


def test_a_refused_address_fails_at_once_and_later_notices_wait(brand, office):
    mara = make_user("mara@mail.example")
    office.refusing["mara@mail.example"] = "550 5.1.1 no such mailbox"
    first = tell(mara, brand)
    postman.send_waiting(now=NOW, limit=10)
    later, grave = tell(mara, brand), tell(mara, brand, SUSPENDED, reason="Ads")
    office.refusing.clear()

    postman.send_waiting(now=NOW, limit=10)

    for mail in (first, later, grave):
        mail.refresh_from_db()
    assert (first.status, first.last_error) == (MailStatus.FAILED, "550 5.1.1 no such mailbox")
    assert MailAddress.objects.get().refused_at == NOW
    assert later.status == MailStatus.HELD
    assert grave.status == MailStatus.SENT


@pytest.mark.parametrize("answer", ["451 4.7.1 later", "550 5.7.1 relaying denied"])
def test_a_server_that_is_busy_or_misset_says_nothing_about_the_address(brand, office, answer):
    office.refusing["mara@mail.example"] = answer
    mail = tell(make_user("mara@mail.example"), brand)

    postman.send_waiting(now=NOW, limit=10)

    mail.refresh_from_db()
    is_final = answer.startswith("5")
    assert mail.status == (MailStatus.FAILED if is_final else MailStatus.WAITING)
    assert not MailAddress.objects.filter(refused_at__isnull=False).exists()


def test_a_server_that_is_away_is_asked_again(brand):
    mail = tell(make_user(), brand)
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=1,
    ):
        postman.send_waiting(now=NOW, limit=1)

    mail.refresh_from_db()
    assert (mail.status, mail.attempts) == (MailStatus.WAITING, 1)
    assert mail.next_attempt_at > NOW


@override_settings(MAIL_DAILY_CAP=10)
def test_a_brand_sends_its_mails_of_a_day_and_the_rest_later(brand, office):
    other = make_brand("Cem")
    Mail.objects.all().delete()
    for _ in range(12):
        tell(make_user(), brand)
    tell(make_user("other@mail.example"), other)

    postman.send_waiting(now=NOW, limit=50)
    assert len(office.arrived) == 11
    assert "other@mail.example" in [message["To"] for message in office.arrived]
    assert postman.count_left(brand_id=brand.pk, now=NOW) == 0

    postman.send_waiting(now=NOW + timedelta(hours=2), limit=50)
    assert len(office.arrived) == 11
    postman.send_waiting(now=NOW + timedelta(hours=25), limit=50)
    assert len(office.arrived) == 13


def test_a_brands_own_words_take_the_place_of_the_standard_in_their_language_alone(brand):
    MailText.objects.create(
        brand=brand,
        kind=REJECTED.name,
        language="en",
        subject="About {program}",
        text="Hello {recipient},\n{brand} says no: {reason}\n{note}\nBye",
        changed_at=NOW,
    )
    params = {"program": "Autumn", "reason": "Content", "note": ""}

    english = tell(make_user("cleo@mail.example"), brand, REJECTED, **params)
    thai = tell(make_user(language="th"), brand, REJECTED, **params)

    assert english.subject == "About Autumn"
    assert english.text.startswith("Hello cleo@mail.example,\nSaffron says no: Content\nBye\n")
    assert "Autumn" in thai.subject and "About" not in thai.subject


def test_a_notice_with_other_parameters_than_its_kind_is_a_mistake(brand):
    with pytest.raises(WrongParams):
        send_notice(kind=APPROVED, to=make_user(), brand=brand, params={}, now=NOW)


def test_mail_of_a_sandbox_leaves_in_real_time_whatever_its_clock_says(brand):
    twin = make_sandbox(brand)
    twin.clock_offset_s = 86400
    moved = NOW + timedelta(days=1)

    mail = send_notice(kind=APPLIED, to=make_user(), brand=twin, params=APPLICANT, now=moved)

    assert mail is not None
    assert mail.next_attempt_at == NOW


def test_an_address_without_account_is_written_to_until_it_stops_that(brand):
    mail = tell(Address("New@Mail.example", language="fa"), brand, INVITED)
    assert (mail.to, mail.user, mail.language) == ("new@mail.example", None, "fa")

    MailAddress.objects.update(stopped_at=NOW)

    again = send_notice(
        kind=INVITED, to=Address("new@mail.example"), brand=brand, params={}, now=NOW
    )
    assert again is None


def test_a_code_for_logging_in_is_forgotten_once_it_left(office):
    mail = queue_mail(
        to="a@mail.example", subject="Code", text="Your code:\n\nK7QX-22", brand_id=None, now=NOW
    )
    assert "K7QX-22" in mail.html

    message = deliver(office)

    mail.refresh_from_db()
    assert "K7QX-22" in part(message, "plain")
    assert (mail.text, mail.html) == ("", "")


def test_old_letters_are_emptied_and_what_waits_is_not(brand, office):
    old, fresh = tell(make_user(), brand), tell(make_user(), brand)
    postman.send_waiting(now=NOW, limit=1)

    assert postman.forget_old(now=NOW + timedelta(days=29)) == 0
    assert postman.forget_old(now=NOW + timedelta(days=31)) == 1
    for mail in (old, fresh):
        mail.refresh_from_db()
    assert (old.text, old.html, old.to != "") == ("", "", True)
    assert fresh.text and fresh.html


@pytest.mark.parametrize("language", ["en", "fa", "th"])
def test_every_kind_reads_in_every_language_without_a_brace_left(language):
    for kind in list_kinds():
        with translation.override(language):
            words = f"{kind.subject}\n{kind.text}"
        assert letters.list_unknown(words, kind.placeholders) == [], kind.name
        assert len(str(kind.label)) <= 60


@pytest.mark.parametrize(
    "template",
    ["{name", "name}", "{ name }", "{name.__class__}", "{0}", "{}", "{Name}", "{name!r}"],
)
def test_only_exact_placeholders_are_known_and_nothing_else_is_filled(template):
    assert letters.list_unknown(template, {"name"})
    assert letters.fill(template, {"name": "x"}) == f"{template}\n"


def test_values_read_in_the_readers_language():
    zone = letters.ZoneInfo("Asia/Tehran")
    words = [
        letters.in_words(value, language="fa", zone=zone)
        for value in (Money(123450, "EUR"), NOW, NOW.date(), 7)
    ]

    assert "۱٬۲۳۴٫۵۰" in words[0] and "EUR" in words[0]
    assert words[1].endswith("۱۵:۳۰\u2069") or "۱۵:۳۰" in words[1]
    assert "مرداد" in words[2]
    assert letters.in_words(Money(500, "USD"), language="en", zone=zone) == "5.00\u00a0USD"


def test_only_addresses_of_this_site_become_buttons_and_others_are_shown():
    text = f"Open: {settings.SITE_URL}/me/\n\nLook: https://elsewhere.example/x?a=1&b=2."
    html = letters.to_html("S", text, Footer("Saffron"), language="en")

    assert f'href="{settings.SITE_URL}/me/"' in html and ">Open</a>" in html
    shown = "https://elsewhere.example/x?a=1&amp;b=2"
    assert re.search(rf'<a href="{re.escape(shown)}"[^>]*>{re.escape(shown)}</a>\.', html)
