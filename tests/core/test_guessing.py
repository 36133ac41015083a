"""Passwords are not guessed, nobody is flooded with mail, and old sessions end."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, override_settings
from django.urls import reverse

from core.attempts import account_limit, forget_guesses, give_back, network_limit, take_attempt
from core.devices import network_of
from core.models import GuessCount, Mail
from core.sessions import BEGAN, SEEN
from tests.core.test_factors import PASSWORD, is_in, log_in, make_person
from tests.makers import make_brand, make_enrollment, make_program

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 12, 12, 0, tzinfo=UTC)
GONE = {
    "default": {"BACKEND": "core.cache.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
}


@pytest.fixture(autouse=True)
def _hash_quickly(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


MAILING = [
    ("account_signup", {"password1": PASSWORD}),
    ("account_reset_password", {}),
    ("account_request_login_code", {}),
]


def test_each_guess_after_five_waits_twice_as_long_up_to_fifteen_minutes():
    limits, waits, now = [account_limit("x")], [], NOW
    for _ in range(4):
        assert take_attempt(limits, now=now)
    for _ in range(7):
        assert take_attempt(limits, now=now)
        until = GuessCount.objects.get().blocked_until
        assert until is not None
        assert not take_attempt(limits, now=until - timedelta(seconds=1))
        waits.append((until - now).total_seconds() / 60)
        now = until

    assert waits == [1, 2, 4, 8, 15, 15, 15]


def test_a_right_password_is_not_counted_and_a_day_later_counting_begins_anew():
    limits = [account_limit("x"), network_limit("203.0.113.0")]
    for _ in range(40):
        assert take_attempt(limits, now=NOW)
        give_back(limits, now=NOW)
    for _ in range(5):
        take_attempt(limits, now=NOW)

    assert take_attempt(limits, now=NOW + timedelta(days=1))
    assert forget_guesses(now=NOW + timedelta(days=4)) == 2


def test_a_network_has_thirty_guesses_an_hour_whatever_the_account():
    network = network_limit("203.0.113.0")
    taken = [take_attempt([network, account_limit(str(n))], now=NOW) for n in range(31)]

    assert taken == [True] * 30 + [False]


@pytest.mark.parametrize(
    ("address", "network"),
    [("203.0.113.77", "203.0.113.0"), ("2001:db8:1:2::3", "2001:db8:1::"), ("?", "?")],
)
def test_whole_addresses_are_neither_kept_nor_counted(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize("caches", [None, GONE], ids=["redis", "redis-gone"])
def test_guesses_at_a_password_stop_with_redis_or_without(caches, settings):
    cache.clear()
    if caches:
        settings.CACHES = caches
    make_person("anna@mail.example")
    client = Client()
    for _ in range(5):
        log_in(client, password="wrong wrong wrong")

    log_in(client)

    assert not is_in(client)


def test_a_stranger_who_guesses_does_not_lock_the_owner_out_of_his_own_browser():
    make_person("anna@mail.example")
    known = Client()
    log_in(known)
    known.post(reverse("account_logout"))
    for _ in range(6):
        log_in(Client(), password="wrong wrong wrong")

    log_in(known)

    assert is_in(known)


def test_the_mark_of_a_known_browser_is_good_for_its_own_address_only():
    make_person("anna@mail.example")
    make_person("ben@mail.example")
    known = Client()
    log_in(known, "ben@mail.example")
    known.post(reverse("account_logout"))
    for _ in range(5):
        log_in(Client(), password="wrong wrong wrong")

    log_in(known)

    assert not is_in(known)


def test_a_log_in_gets_a_new_session_and_a_log_out_clears_the_browser():
    make_person("anna@mail.example")
    client = Client()
    planted = client.session
    planted["planted"] = "by somebody who knows its key"
    planted.save()
    log_in(client)
    during = client.session.session_key

    answer = client.post(reverse("account_logout"))

    assert during != planted.session_key
    assert not Session.objects.filter(session_key__in=[during, planted.session_key]).exists()
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize(("minutes", "stays"), [(-1, True), (0, False)])
def test_a_session_ends_twelve_hours_after_its_last_use(minutes, stays):
    make_person("anna@mail.example")
    client = Client()
    log_in(client)
    session = client.session
    session[SEEN] = (datetime.now(UTC) - timedelta(hours=12, minutes=minutes)).isoformat()
    session.save()

    assert is_in(client) == stays


@pytest.mark.parametrize("role", ["owner", "creator"])
def test_a_session_that_was_ended_elsewhere_is_out_at_its_next_request(role):
    anna = make_person("anna@mail.example")
    page = "/me/settings/"
    if role == "owner":
        page = f"/b/{make_brand(owner=anna).slug}/"
    else:
        make_enrollment(make_program(), user=anna)
    here, lost = Client(), Client()
    log_in(here)
    log_in(lost)
    assert lost.get(page).status_code == 200
    listed = UserSession.objects.get(session_key=lost.session.session_key)

    here.post(reverse("core:session-end", args=[listed.pk]))

    assert lost.get(page)["Location"].startswith(reverse("account_login"))
    assert lost.post(page)["Location"].startswith(reverse("account_login"))
    assert here.get(page).status_code == 200


@pytest.mark.parametrize(
    ("days", "is_staff", "stays"), [(6, False, True), (7, False, False), (1, True, False)]
)
def test_a_session_ends_after_seven_days_and_for_staff_the_same_day(days, is_staff, stays):
    anna = make_person("anna@mail.example")
    anna.is_staff = is_staff
    anna.save()
    client = Client()
    log_in(client)
    session = client.session
    session[BEGAN] = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    session.save()

    assert is_in(client) == stays


@pytest.mark.parametrize("email", ["anna@mail.example", "nona@mail.example"])
@pytest.mark.parametrize(("name", "form"), MAILING)
def test_mails_that_anybody_may_ask_for_do_not_pile_up_without_redis(email, name, form, settings):
    settings.CACHES = GONE
    make_person("anna@mail.example")
    answers = [
        Client().post(reverse(name), {**form, "email": address}).status_code
        for address in [email] * 5 + [email.upper(), "other@mail.example"]
    ]

    assert answers == [302] * 5 + [429, 302]
    assert Mail.objects.filter(to=email).count() == 5


def test_a_network_may_ask_sixty_times_an_hour_and_is_told_when_to_come_back():
    answers = [
        Client().post(reverse("account_reset_password"), {"email": f"n{n}@mail.example"})
        for n in range(61)
    ]

    assert [answer.status_code for answer in answers] == [302] * 60 + [429]
    assert answers[-1]["Retry-After"] == "900"


def test_an_address_that_is_not_confirmed_is_not_flooded_by_logging_in():
    make_person("anna@mail.example")
    EmailAddress.objects.update(verified=False)
    for _ in range(7):
        log_in(Client())

    assert Mail.objects.filter(to="anna@mail.example").count() == 5


def test_the_password_of_a_session_left_open_is_not_guessed_by_changing_it(settings):
    settings.CACHES = GONE
    make_person("anna@mail.example")
    client = Client()
    log_in(client)
    new = "another teapot over 9 hills"
    guess = {"oldpassword": "wrong wrong wrong", "password1": new, "password2": new}
    answers = [client.post(reverse("account_change_password"), guess) for _ in range(11)]

    assert [answer.status_code for answer in answers] == [200] * 10 + [429]


@pytest.mark.parametrize(
    ("shown", "comes_next"),
    [
        ("http://testserver/me/?currency=EUR", "/me/?currency=EUR"),
        ("http://elsewhere.example/me/", "/me/earnings/"),
    ],
)
def test_a_part_of_a_page_whose_session_ended_leads_the_whole_page_to_the_log_in(shown, comes_next):
    by_htmx = {"HX-Request": "true", "HX-Current-URL": shown}

    answer = Client().get("/me/earnings/", headers=by_htmx)

    where = urlsplit(answer["HX-Redirect"])
    assert (answer.status_code, "Location" in answer) == (200, False)
    assert where.path == reverse("account_login")
    assert parse_qs(where.query) == {"next": [comes_next]}


@override_settings(ACCOUNT_REAUTHENTICATION_TIMEOUT=600)
def test_what_touches_the_account_asks_again_after_ten_minutes():
    make_person("anna@mail.example")
    client = Client()
    log_in(client)
    page = reverse("mfa_activate_totp")
    assert client.get(page).status_code == 200
    session = client.session
    session[BEGAN] = (datetime.now(UTC) - timedelta(minutes=11)).isoformat()
    session["account_authentication_methods"] = []
    session.save()

    asked = client.get(page)
    by_htmx = client.get(page, headers={"HX-Request": "true"})
    client.post(asked["Location"], {"password": PASSWORD, "next": page})

    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert by_htmx["HX-Redirect"] == asked["Location"]
    assert client.get(page).status_code == 200


def test_somebody_without_a_password_is_asked_for_a_mailed_code():
    anna = make_person("anna@mail.example")
    anna.set_unusable_password()
    anna.save()
    client = Client()
    client.force_login(anna)
    client.get("/me/settings/")
    session = client.session
    session[BEGAN] = (datetime.now(UTC) - timedelta(minutes=11)).isoformat()
    session.save()

    asked = client.get(reverse("mfa_add_webauthn"))
    sent = client.post(reverse("core:again-by-mail"), {"next": reverse("mfa_add_webauthn")})

    assert asked["Location"].startswith(reverse("core:again-by-mail"))
    assert sent["Location"].startswith(reverse("account_request_login_code"))
    assert not is_in(client)
