"""Every change of how somebody gets in stands in his history, and a mail tells him of it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal.auth import STATE_SESSION_KEY
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from fido2.utils import websafe_encode

from core.audit import list_about
from core.clock import utc_now
from core.factors import has_second_factor
from core.history import note, note_guessing
from core.models import AuditEvent, GuessCount, Mail, User
from tests.core.test_factors import PASSWORD, code_of, log_in, make_person
from tests.safety import make_app, make_passkey, register_passkey

NEW = "seven quiet lamps by the river"
ADDRESS = "anna@mail.example"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hash_quickly(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def anna() -> User:
    return make_person(ADDRESS)


@pytest.fixture
def client(anna) -> Client:
    client = Client()
    log_in(client)
    return client


def change_password(client: Client, _anna: User) -> None:
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client.post(reverse("account_change_password"), form)


def set_password(client: Client, anna: User) -> None:
    anna.set_unusable_password()
    anna.save()
    client.force_login(anna)
    client.post(reverse("account_set_password"), {"password1": NEW, "password2": NEW})


def reset_password(client: Client, anna: User) -> None:
    client.logout()
    client.post(reverse("account_reset_password"), {"email": anna.email})
    letter = Mail.objects.filter(to=anna.email).latest("pk").text
    link = next(word for word in letter.split() if "/password/reset/key/" in word)
    page = client.get(link, follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})


def add_address(client: Client, _anna: User) -> None:
    client.post(reverse("account_email"), {"email": "more@mail.example", "action_add": ""})
    letter = Mail.objects.filter(to="more@mail.example").latest("pk").text
    code = next(line for line in letter.splitlines() if line.isupper() and " " not in line)
    client.post(reverse("account_email_verification_sent"), {"code": code})


def use_address(client: Client, anna: User) -> None:
    EmailAddress.objects.create(user=anna, email="more@mail.example", verified=True)
    client.post(reverse("account_email"), {"email": "more@mail.example", "action_primary": ""})


def remove_address(client: Client, anna: User) -> None:
    EmailAddress.objects.create(user=anna, email="more@mail.example", verified=True)
    client.post(reverse("account_email"), {"email": "more@mail.example", "action_remove": ""})


def add_app(client: Client, _anna: User) -> None:
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})


def remove_app(client: Client, anna: User) -> None:
    make_app(anna)
    client.post(reverse("mfa_deactivate_totp"))


def add_passkey(client: Client, _anna: User) -> None:
    session = client.session
    session[STATE_SESSION_KEY] = {
        "challenge": websafe_encode(bytes(16)),
        "user_verification": None,
    }
    session.save()
    form = {"credential": json.dumps(register_passkey()), "name": "Phone"}
    client.post(reverse("mfa_add_webauthn"), form, headers={"Host": "localhost"})


def remove_passkey(client: Client, anna: User) -> None:
    client.post(reverse("mfa_remove_webauthn", args=[make_passkey(anna).pk]))


def make_codes(client: Client, anna: User) -> None:
    make_app(anna)
    RecoveryCodes.activate(anna)
    client.post(reverse("mfa_generate_recovery_codes"))


def use_code(_client: Client, anna: User) -> None:
    make_app(anna)
    codes, elsewhere = RecoveryCodes.activate(anna).get_unused_codes(), Client()
    log_in(elsewhere)
    elsewhere.post(reverse("mfa_authenticate"), {"code": codes[0]})


CHANGES: dict[str, tuple[Callable[[Client, User], None], str]] = {
    "account.password_changed": (change_password, "Your password was changed"),
    "account.password_set": (set_password, "Your account has a password now"),
    "account.password_reset": (reset_password, "Your password was changed"),
    "account.address_added": (add_address, "Your e-mail address is confirmed"),
    "account.address_changed": (use_address, "Your e-mail address was changed"),
    "account.address_removed": (remove_address, "An e-mail address was removed"),
    "account.app_added": (add_app, "An authenticator app was added"),
    "account.app_removed": (remove_app, "The authenticator app was removed"),
    "account.passkey_added": (add_passkey, "A passkey was added"),
    "account.passkey_removed": (remove_passkey, "A passkey was removed"),
    "account.codes_made": (make_codes, "New recovery codes were made"),
    "account.code_used": (use_code, "A recovery code was used"),
}


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_is_recorded_once_and_told_by_mail(
    action, anna, client, django_capture_on_commit_callbacks
):
    change, subject = CHANGES[action]

    with django_capture_on_commit_callbacks(execute=True):
        change(client, anna)

    [row] = list_about(anna).filter(action=action)
    assert (row.actor, row.after["network"]) == (anna, "127.0.0.0")
    assert Mail.objects.filter(to=ADDRESS, subject=subject).count() == 1


def test_whoever_ends_sessions_finds_it_in_his_history(anna, client):
    other = Client()
    log_in(other)
    session = anna.usersession_set.exclude(session_key=client.session.session_key).get()
    client.post(reverse("core:session-end", args=[session.pk]))
    client.post(reverse("usersessions_list"))

    page = client.get(reverse("portal:account-history")).content.decode()

    assert [row.action for row in list_about(anna)] == [
        "account.sessions_ended",
        "account.session_ended",
    ]
    assert "ended all other sessions" in page
    assert "127.0.0.0" in page


def test_wrong_guesses_are_recorded_once_a_day_and_name_nobody(anna):
    make_app(anna)
    stranger, halfway = Client(), Client()
    for _ in range(7):
        log_in(stranger, password="wrong wrong wrong")
    for _ in range(7):
        log_in(stranger, "nobody@mail.example", password="wrong wrong wrong")
    GuessCount.objects.all().delete()
    log_in(halfway)
    for _ in range(7):
        halfway.post(reverse("mfa_authenticate"), {"code": "000000"})
    now = utc_now()

    note_guessing(user=anna, action="account.codes_guessed", now=now)
    note_guessing(user=anna, action="account.codes_guessed", now=now + timedelta(hours=25))

    rows = AuditEvent.objects.filter(action__startswith="account.").order_by("pk")
    assert [(row.action, row.actor) for row in rows] == [
        ("account.passwords_guessed", None),
        ("account.codes_guessed", None),
        ("account.codes_guessed", None),
    ]


def test_a_history_is_its_owners_and_a_change_that_failed_is_not_in_it(anna, client):
    note(user=make_person("ben@mail.example"), action="account.app_added", now=utc_now())
    client.post(reverse("mfa_activate_totp"), {"code": "000000"})

    page = client.get(reverse("portal:account-history")).content.decode()

    assert "Nothing so far" in page


def test_a_change_whose_row_cannot_be_written_does_not_happen(anna, client):
    make_app(anna)
    client.raise_request_exception = False

    with connection.execute_wrapper(refuse_rows):
        answer = client.post(reverse("mfa_deactivate_totp"))

    assert answer.status_code == 500
    assert has_second_factor(anna)


def refuse_rows(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    if sql.startswith('INSERT INTO "core_auditevent"'):
        raise OperationalError
    return execute(sql, *rest)
