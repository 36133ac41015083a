"""What a person chooses: at once, in a digest, not at all; and addresses that refuse mail."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import signing
from django.test import Client, override_settings

from affiliates.emails import APPLIED, REINSTATED, SUSPENDED
from core import digests, postman, stopping
from core.choices import NotAChoice, choose, find_choice
from core.emails import mail_check
from core.mail import send_notice
from core.models import AuditEvent, Brand, Delivery, Mail, MailAddress, MailStatus, User
from core.notices import ACCOUNT, APPLICATIONS, COMMISSIONS, GROUPS, INVITATIONS, MEMBERSHIP
from core.refusals import confirm_url, note_refusal
from core.stopping import DIGEST, stop_url
from tests.makers import make_brand, make_enrollment, make_user

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 8, 12, 12, 0, tzinfo=UTC)  # a Wednesday
DAY = timedelta(days=1)


@pytest.fixture
def brand() -> Brand:
    brand = make_brand("Saffron")
    Mail.objects.all().delete()
    return brand


def apply_at(user: User, brand: Brand, *, name: str = "Anna", now: datetime = NOON) -> Mail | None:
    params = {"name": name, "program": "Autumn", "where": "x", "url": "https://a.example/q"}
    return send_notice(kind=APPLIED, to=user, brand=brand, params=params, now=now)


def want(user: User, delivery: str) -> None:
    choose(user_id=user.pk, group=APPLICATIONS, delivery=delivery, now=NOON)


@pytest.mark.parametrize(
    ("delivery", "status"),
    [("now", "waiting"), ("daily", "collected"), ("weekly", "collected"), ("off", None)],
)
def test_a_group_comes_as_its_reader_wants_it(brand, delivery, status):
    user = make_user()
    want(user, delivery)

    mail = apply_at(user, brand)

    assert (mail.status if mail else None) == status


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_every_group_takes_what_it_offers_and_nothing_else(group):
    user = make_user()
    for delivery in Delivery:
        if delivery in group.deliveries:
            choose(user_id=user.pk, group=group, delivery=delivery, now=NOON)
            assert find_choice(user, group) == delivery
        else:
            with pytest.raises(NotAChoice):
                choose(user_id=user.pk, group=group, delivery=delivery, now=NOON)
    assert group.can_be_off == (group not in {ACCOUNT, MEMBERSHIP})


@pytest.mark.parametrize(
    ("zone", "delivery", "due"),
    [
        ("", "daily", datetime(2026, 8, 13, 8, tzinfo=UTC)),
        ("Asia/Tehran", "daily", datetime(2026, 8, 13, 4, 30, tzinfo=UTC)),
        ("Pacific/Honolulu", "daily", datetime(2026, 8, 12, 18, tzinfo=UTC)),
        ("", "weekly", datetime(2026, 8, 17, 8, tzinfo=UTC)),
    ],
)
def test_a_digest_is_due_at_eight_where_its_reader_lives(brand, zone, delivery, due):
    user = make_user()
    user.time_zone = zone
    user.save(update_fields=["time_zone"])
    want(user, delivery)

    mail = apply_at(user, brand)

    assert mail is not None
    assert mail.next_attempt_at == due
    assert digests.send_digests(now=due - timedelta(minutes=1)) == 0
    assert digests.send_digests(now=due) == 1


def test_a_digest_holds_what_waited_once_however_often_the_job_runs(brand):
    user, other = make_user("mara@mail.example", language="fa"), make_brand("Cem")
    want(user, "daily")
    for name in ("Anna", "Bea"):
        apply_at(user, brand, name=name)
    apply_at(user, other, name="Cleo")
    tomorrow = NOON + DAY

    assert digests.send_digests(now=tomorrow) == 1
    assert digests.send_digests(now=tomorrow) == 0

    digest = Mail.objects.get(kind=DIGEST)
    assert (digest.to, digest.language, digest.parts.count()) == ("mara@mail.example", "fa", 3)
    assert all(name in digest.text for name in ("Anna", "Bea", "Cleo", "Saffron", "Cem"))
    assert digest.text.count("https://a.example/q") == 3
    assert 'dir="rtl"' in digest.html
    assert not Mail.objects.filter(status=MailStatus.COLLECTED).exists()
    assert "List-Unsubscribe" in postman.build_message(digest).extra_headers


def test_a_long_digest_counts_what_it_does_not_list(brand):
    user = make_user()
    want(user, "daily")
    for number in range(25):
        apply_at(user, brand, name=f"Person {number}")

    digests.send_digests(now=NOON + DAY)

    assert "And 5 more." in Mail.objects.get(kind=DIGEST).text


def test_choosing_off_drops_what_waits_and_at_once_brings_it(brand):
    user, hasty = make_user(), make_user()
    for one in (user, hasty):
        want(one, "daily")
        apply_at(one, brand)

    want(user, "off")
    want(hasty, "now")

    assert not Mail.objects.filter(user=user).exists()
    assert digests.send_digests(now=NOON) == 1
    assert AuditEvent.objects.filter(action="notices.chosen", actor=user).count() == 2


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def test_one_click_stops_a_group_logged_out_and_looking_does_not():
    user = make_user()
    url = path(stop_url(user_id=user.pk, group=APPLICATIONS.name))
    client = Client(enforce_csrf_checks=True)

    page = client.get(url)
    assert page.status_code == 200
    assert user.email not in page.content.decode()
    assert find_choice(user, APPLICATIONS) == Delivery.NOW

    for _ in range(2):
        answer = client.post(url, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert find_choice(user, APPLICATIONS) == Delivery.OFF


def test_stopping_the_digest_stops_what_comes_in_it_alone():
    user = make_user()
    stop = stopping.read_token(path(stop_url(user_id=user.pk, group=DIGEST)).split("/")[3])

    stopping.stop_mails(stop, now=NOON)

    assert find_choice(user, COMMISSIONS) == Delivery.OFF
    assert find_choice(user, APPLICATIONS) == Delivery.NOW


def test_an_address_without_account_is_stopped_too():
    address = MailAddress.objects.create(email="new@mail.example")
    url = path(stop_url(address_id=address.pk, group=INVITATIONS.name))

    assert Client().post(url).status_code == 200

    address.refresh_from_db()
    assert address.stopped_at is not None


def test_forged_expired_and_foreign_tokens_answer_the_same(monkeypatch):
    user = make_user()
    gone = path(stop_url(user_id=10**9, group=APPLICATIONS.name))
    good = path(stop_url(user_id=user.pk, group=APPLICATIONS.name))
    forged = good.replace(f"u{user.pk}.", f"u{user.pk + 1}.")
    fixed = path(stop_url(user_id=user.pk, group=ACCOUNT.name))
    other_salt = f"/mail/stop/{signing.TimestampSigner(salt='x').sign(f'u{user.pk}.commissions')}/"
    client = Client()

    answers = [client.post(url) for url in (gone, forged, fixed, other_salt, "/mail/stop/x/")]
    monkeypatch.setattr(stopping, "GOOD_FOR", timedelta(seconds=-1))
    answers.append(client.post(good))

    assert {answer.status_code for answer in answers} == {404}
    bodies = {
        answer.content.decode().partition("<main")[2].partition("</main")[0] for answer in answers
    }
    assert len(bodies) == 1
    assert not user.notice_choices.exists()


def test_a_refused_address_works_again_once_its_reader_says_so(brand):
    user = make_user()
    note_refusal(user.email, answer="550 5.1.1 no such mailbox", now=NOON)
    apply_at(user, brand)
    postman.send_waiting(now=NOON, limit=5)
    assert Mail.objects.get().status == MailStatus.HELD

    assert mail_check(user=user, now=NOON)
    assert not mail_check(user=user, now=NOON)
    postman.send_waiting(now=NOON, limit=5)
    assert Mail.objects.get(kind="check_address").status != MailStatus.HELD
    client = Client()
    url = path(confirm_url(user))
    client.get(url)
    assert MailAddress.objects.get().refused_at is not None
    for _ in range(2):
        assert client.post(url).status_code == 200

    assert MailAddress.objects.get().refused_at is None
    assert digests.send_digests(now=datetime.now(UTC)) == 1
    assert client.post("/mail/confirm/forged/").status_code == 404


def test_a_confirmation_of_an_address_left_since_is_worth_nothing():
    user = make_user()
    url = path(confirm_url(user))
    user.email = "other@mail.example"
    user.save(update_fields=["email"])

    assert Client().post(url).status_code == 404


def test_the_page_offers_a_person_what_is_written_to_him_and_keeps_his_choice():
    creator, client = make_enrollment().affiliation.affiliate.user, Client()
    client.force_login(creator)

    page = client.get("/me/settings/notices/").content.decode()
    assert "Commissions" in page and "New applications" not in page
    names = [g.name for g in GROUPS if g.audience == "creator" and len(g.deliveries) > 1]
    saved = client.post("/me/settings/notices/", dict.fromkeys(names, "off"))
    wrong = client.post("/me/settings/notices/", {**dict.fromkeys(names, "off"), names[0]: "x"})

    assert (saved.status_code, wrong.status_code) == (303, 422)
    assert find_choice(creator, COMMISSIONS) == Delivery.OFF


def test_whoever_mail_does_not_reach_is_told_after_logging_in_and_on_his_page():
    user, client = make_user(), Client()
    user.set_password("copper teapot over 9 hills")
    user.save()
    user.emailaddress_set.create(email=user.email, verified=True, primary=True)
    note_refusal(user.email, answer="550 no", now=NOON)

    data = {"login": user.email, "password": "copper teapot over 9 hills"}
    page = client.post("/accounts/login/", data, follow=True).content.decode()
    notices = client.get("/me/settings/notices/").content.decode()

    assert "is refused" in page
    assert "550 no" in notices
    client.post("/me/settings/notices/check/")
    assert Mail.objects.filter(kind="check_address", user=user).count() == 1


def test_the_outbox_shows_mail_on_this_machine_and_nowhere_else(brand):
    mail = send_notice(
        kind=SUSPENDED,
        to=make_user("mara@mail.example"),
        brand=brand,
        params={"reason": "<b>Ads</b>"},
        now=NOON,
    )
    send_notice(kind=REINSTATED, to=make_user(), brand=brand, params={}, now=NOON)
    assert mail is not None
    client, base = Client(), "/ops/outbox/"
    urls = [base, f"{base}{mail.pk}/", f"{base}{mail.pk}/html/"]

    pages = [client.get(url) for url in urls]
    found = client.get(base, {"to": "mara@"}).content.decode()

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert "mara@mail.example" in found and "active again" not in found
    assert "&lt;b&gt;Ads" in pages[1].content.decode()
    policy = pages[2]["Content-Security-Policy"]
    assert "sandbox" in policy and "default-src 'none'" in policy and "script" not in policy
    assert pages[2]["X-Frame-Options"] == "SAMEORIGIN"
    assert client.get(f"{base}?before=x&to=%00").status_code == 200
    with override_settings(LOCAL=False, SECURE_SSL_REDIRECT=False):
        assert {client.get(url).status_code for url in urls} == {404}
