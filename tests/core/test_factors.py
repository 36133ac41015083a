"""Second factors: set up, asked for, used once, and never dropped by the way."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from core.factors import claim_code, has_second_factor
from core.models import Mail, User
from tests.addresses import list_addresses
from tests.makers import make_user
from tests.safety import make_app, make_passkey

PASSWORD = "copper teapot over 9 hills"


@pytest.fixture
def anna(db: None) -> User:
    return make_person("anna@mail.example")


def make_person(email: str) -> User:
    user = make_user(email)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=email, primary=True, verified=True)
    return user


def code_of(secret: str, *, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def log_in(client: Client, email: str = "anna@mail.example", password: str = PASSWORD):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/me/settings/").status_code == 200


def test_an_app_is_set_up_with_its_code_and_asked_for_at_the_next_log_in(
    anna, django_capture_on_commit_callbacks
):
    client, elsewhere = Client(), Client()
    log_in(client)
    log_in(elsewhere)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    picture = client.get(reverse("core:totp-qr"))

    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    codes = client.get(answer["Location"]).context["unused_codes"]
    file = client.post(reverse("core:recovery-file"), {"code": codes})
    guessed = client.post(reverse("core:recovery-file"), {"code": codes[:9]})

    assert picture["Content-Type"] == "image/svg+xml"
    assert secret not in str(Authenticator.objects.get(type="totp").data)
    assert len(codes) == 10
    assert file.content.decode().splitlines()[2:] == codes
    assert file["Content-Disposition"].startswith("attachment")
    assert guessed["Location"] == reverse("mfa_view_recovery_codes")
    assert "****" in client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]
    assert Mail.objects.filter(to=anna.email, subject="An authenticator app was added").exists()
    assert is_in(client)
    assert not is_in(elsewhere)
    client.logout()
    assert log_in(client)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": codes[0]})
    assert is_in(client)


def test_whoever_has_few_recovery_codes_left_is_told_and_led_to_new_ones(anna):
    make_app(anna)
    codes = RecoveryCodes.activate(anna)
    for code in codes.get_unused_codes()[:6]:
        codes.validate_code(code)
    client = Client()
    log_in(client)

    client.post(reverse("mfa_authenticate"), {"code": codes.get_unused_codes()[0]})
    page = client.get("/me/settings/").content.decode()

    assert "recovery codes are left." in page
    assert f'href="{reverse("mfa_generate_recovery_codes")}"' in page
    assert "Few codes are left" in client.get(reverse("mfa_index")).content.decode()


def test_a_code_of_an_app_works_once(anna):
    secret = make_app(anna)
    code, first, second = code_of(secret), Client(), Client()
    for client in (first, second):
        log_in(client)
        client.post(reverse("mfa_authenticate"), {"code": code})

    assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_at_once_with_one_code_one_wins():
    anna = make_person("anna@mail.example")
    make_app(anna)
    row = Authenticator.objects.get(user=anna)

    def claim(_number: int) -> bool:
        try:
            return claim_code(authenticator_id=row.pk, code="123456")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(claim, range(4))) == [False, False, False, True]


def test_an_earlier_code_does_not_come_back_after_another(anna):
    make_app(anna)
    row = Authenticator.objects.get(user=anna)

    claimed = [claim_code(authenticator_id=row.pk, code=code) for code in ("1", "2", "1")]

    assert claimed == [True, True, False]


def test_a_changed_address_is_told_to_both_and_kept(anna, django_capture_on_commit_callbacks):
    EmailAddress.objects.create(user=anna, email="new@mail.example", verified=True)
    client = Client()
    log_in(client)

    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("account_email"), {"email": "new@mail.example", "action_primary": ""})

    anna.refresh_from_db()
    told = set(Mail.objects.filter(to__contains="@").values_list("to", flat=True))
    assert (anna.email, anna.former_email) == ("new@mail.example", "anna@mail.example")
    assert anna.email_changed_at is not None
    assert told == {"anna@mail.example", "new@mail.example"}


def test_every_page_that_asks_again_exists():
    known = {address.name for address in list_addresses()}

    assert settings.STEP_UP_PAGES - known == set()


def test_codes_are_guessed_five_times_and_no_more(anna):
    secret = make_app(anna)
    client = Client()
    log_in(client)
    for _ in range(5):
        client.post(reverse("mfa_authenticate"), {"code": "000000"})

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert not is_in(client)


def test_a_new_password_drops_no_factor(anna):
    make_app(anna)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": anna.email})
    letter = Mail.objects.filter(to=anna.email).latest("pk").text
    link = next(word for word in letter.split() if "/password/reset/key/" in word)
    path = client.get(link[link.index("/accounts") :])["Location"]
    new = "another teapot over 9 hills"
    client.post(path, {"password1": new, "password2": new})

    anna.refresh_from_db()
    assert anna.check_password(new)
    assert has_second_factor(anna)
    assert log_in(client, password=new)["Location"] == reverse("mfa_authenticate")


def test_the_page_of_security_lists_and_ends_sessions(anna):
    client, elsewhere = Client(headers={"User-Agent": "Mozilla/5.0 Firefox/140.0"}), Client()
    log_in(client)
    log_in(elsewhere)
    other = UserSession.objects.exclude(session_key=client.session.session_key).get()

    page = client.get(reverse("usersessions_list")).content.decode()
    client.post(reverse("core:session-end", args=[other.pk]))

    assert "Firefox" in page
    assert "127.0.0.0" in page
    assert "127.0.0.1" not in page
    assert is_in(client)
    assert not is_in(elsewhere)


def test_nobody_ends_the_session_of_another(anna):
    ben, client = make_person("ben@mail.example"), Client()
    log_in(Client())
    log_in(client, ben.email)
    target = UserSession.objects.get(user=anna)

    assert client.post(reverse("core:session-end", args=[target.pk])).status_code == 404
    assert UserSession.objects.filter(pk=target.pk).exists()


def test_a_passkey_that_is_all_somebody_has_stays(anna):
    client = Client()
    log_in(client)
    anna.set_unusable_password()
    anna.save()
    client.force_login(anna)
    first, second = make_passkey(anna), make_passkey(anna)
    client.post(reverse("mfa_remove_webauthn", args=[first.pk]))

    refused = client.post(reverse("mfa_remove_webauthn", args=[second.pk]), follow=True)

    assert [one.pk for one in Authenticator.objects.filter(user=anna)] == [second.pk]
    assert f'href="{reverse("account_set_password")}"' in refused.content.decode()
    make_app(anna)
    client.post(reverse("mfa_remove_webauthn", args=[second.pk]))
    assert not Authenticator.objects.filter(pk=second.pk).exists()


def test_the_last_passkey_goes_with_its_mail_and_the_codes(anna):
    client = Client()
    log_in(client)
    passkey = make_passkey(anna)

    client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]))

    assert not Authenticator.objects.filter(user=anna).exists()
    assert Mail.objects.filter(to=anna.email, subject="A passkey was removed").exists()
    assert mail.outbox == []
