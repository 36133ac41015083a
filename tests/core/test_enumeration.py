"""Nobody finds out whether an address has an account: known and unknown get the same answers."""

import re
import time
from datetime import timedelta
from difflib import unified_diff
from statistics import NormalDist, median
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from affiliates.keys import make_invite_token
from brands.models import Member
from core.models import GuessCount, User
from core.throttle import time_to_beat
from tests.core.test_factors import log_in, make_person
from tests.makers import get_owner, make_brand, make_invitation, make_program

KNOWN, UNKNOWN = "anna@mail.example", "nona@mail.example"
WRONG = {"code": "WRONG-CODE"}
DRAWN_ANEW = {"Expires", "X-Request-Id"}
NEW = "another teapot over 9 hills"

Step = tuple[str, dict[str, str] | None]

# What is posted one after the other; None looks at the page. "{email}" is the address tried.
TALKS: dict[str, list[Step]] = {
    "log-in": [("account_login", {"login": "{email}", "password": "wrong wrong wrong"})] * 7,
    "reset": [("account_reset_password", {"email": "{email}"})] * 7,
    "sign-up": [
        ("account_signup", {"email": "{email}", "password1": NEW}),
        ("account_email_verification_sent", None),
        ("account_email_verification_sent", {"action": "resend"}),
        *[("account_email_verification_sent", WRONG)] * 4,
    ],
    "sign-up with a weak password": [("account_signup", {"email": "{email}", "password1": "x"})],
    "code": [
        ("account_request_login_code", {"email": "{email}"}),
        ("account_confirm_login_code", None),
        ("account_confirm_login_code", {"action": "resend"}),
        *[("account_confirm_login_code", WRONG)] * 4,
    ],
}


@pytest.fixture(autouse=True)
def _hash_quickly(request, settings):
    """Hash passwords by what costs nothing, where no time is taken."""
    if request.node.get_closest_marker("nightly") is None:
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["confirmed", "not confirmed", "without a password", "closed"])
@pytest.mark.parametrize("talk", TALKS)
def test_a_stranger_gets_the_same_answers_of_any_address(talk, kind):
    make_known(kind)

    answers = [hold(Client(), TALKS[talk], email) for email in (KNOWN, UNKNOWN)]

    assert_same(*answers)


@pytest.mark.django_db
def test_somebody_who_adds_an_address_to_his_account_gets_the_same_answers():
    make_person(KNOWN)
    steps: list[Step] = [
        ("account_email", {"email": "{email}", "action_add": ""}),
        ("account_email_verification_sent", None),
        ("account_email_verification_sent", {"action": "resend"}),
        *[("account_email_verification_sent", WRONG)] * 3,
        ("account_email", None),
    ]
    answers = []
    for email in (KNOWN, UNKNOWN):
        own = f"{email[0]}.adds@mail.example"
        make_person(own)
        client = Client()
        log_in(client, own)
        answers.append([one.replace(own, "{own}") for one in hold(client, steps, email)])

    assert_same(*answers)


@pytest.mark.django_db
def test_an_owner_who_invites_to_the_team_gets_the_same_answers():
    make_known("confirmed")
    brand, client, answers = make_brand(), Client(), []
    client.force_login(get_owner(brand))
    client.get(reverse("brands:team", args=[brand.slug]))
    for email in (KNOWN, UNKNOWN):
        form = {"email": email, "role": "analyst"}
        answers.append(
            [
                see(client.post(reverse("brands:member-invite", args=[brand.slug]), form), email),
                see(client.get(reverse("brands:team", args=[brand.slug])), email),
            ]
        )
        Member.objects.filter(user__email=email).delete()

    assert_same(*answers)


@pytest.mark.django_db
def test_whoever_has_an_invitation_mailed_to_somebody_gets_the_same_answers():
    make_known("confirmed")
    program, answers = make_program(), []
    for email in (KNOWN, UNKNOWN):
        token = make_invite_token(make_invitation(program, email, now=timezone.now()))
        url = reverse("portal:invited", args=[program.brand.slug, program.slug, token])
        talk = [Client().get(url), Client().post(url, {"decline": "1"})]
        answers.append([see(answer, email, token) for answer in talk])

    assert_same(*answers)
    assert "200" in answers[0][0]


TRIALS = 1000
TIMED: dict[str, Step] = {
    "log-in": TALKS["log-in"][0],
    "reset": TALKS["reset"][0],
    "sign-up": TALKS["sign-up"][0],
    "code": TALKS["code"][0],
}


@pytest.mark.parametrize(("passed", "wait"), [(0.1, 0.15), (0.249, 0.001), (0.26, 0.24)])
def test_an_answer_about_an_address_comes_at_the_next_beat(passed, wait):
    assert time_to_beat(passed, beat_s=0.25) == pytest.approx(wait)
    assert time_to_beat(passed, beat_s=0) == 0


@pytest.mark.nightly
@pytest.mark.timeout(1800)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked", TIMED)
def test_an_answer_takes_as_long_for_an_address_without_an_account(asked, capsys, settings):
    settings.ANSWER_BEAT_S = 0.25
    make_person(KNOWN)
    known: list[float] = []
    unknown: list[float] = []
    for number in range(TRIALS + 20):
        trials = [(known, KNOWN), (unknown, f"n{number}@mail.example")]
        for times, email in trials if number % 2 else trials[::-1]:
            GuessCount.objects.all().delete()
            times.append(measure(TIMED[asked], email))
    known, unknown = known[20:], unknown[20:]  # the first ones load code
    chance = compare(known, unknown)
    with capsys.disabled():
        print(
            f"\n{asked}: {TRIALS} trials each, medians {median(known) * 1e3:.2f} and "
            f"{median(unknown) * 1e3:.2f} ms, Mann-Whitney p={chance:.3f}"
        )

    assert chance > 0.01


def make_known(kind: str) -> User:
    """Make the known account, of somebody who used it last an hour ago."""
    anna = make_person(KNOWN)
    anna.name, anna.last_login = "Anna Known", timezone.now() - timedelta(hours=1)
    anna.is_active = kind != "closed"
    if kind == "without a password":
        anna.set_unusable_password()
    anna.save()
    EmailAddress.objects.filter(user=anna).update(verified=kind != "not confirmed")
    return anna


def hold(client: Client, steps: list[Step], email: str) -> list[str]:
    """Do what is in the steps; returns all that came back."""
    GuessCount.objects.all().delete()
    return [see(ask(client, step, email), email) for step in steps]


def ask(client: Client, step: Step, email: str) -> Any:
    name, form = step
    if form is None:
        return client.get(reverse(name))
    return client.post(reverse(name), {key: text.format(email=email) for key, text in form.items()})


def measure(step: Step, email: str) -> float:
    client = Client()
    began = time.perf_counter()
    ask(client, step, email)
    return time.perf_counter() - began


def assert_same(known: list[str], unknown: list[str]) -> None:
    """Fail with the lines that differ first."""
    for step, (one, other) in enumerate(zip(known, unknown, strict=True)):
        lines = list(unified_diff(one.splitlines(), other.splitlines(), lineterm="", n=0))
        assert not lines, "\n".join([f"answer {step} differs:", *lines])


def see(answer: HttpResponse, *typed: str) -> str:
    """Return everything a browser gets, without what is drawn anew for every answer."""
    headers = [
        f"{name}: {text}" for name, text in sorted(answer.headers.items()) if name not in DRAWN_ANEW
    ]
    cookies = [
        (name, {key: text for key, text in one.items() if key != "expires"})
        for name, one in sorted(answer.cookies.items())
    ]
    head = "\n".join([str(answer.status_code), *headers, *map(str, cookies)])
    text = f"{head}\n{answer.content.decode()}"
    text = re.sub(r'(name="csrfmiddlewaretoken" value=")\w{64}', r"\1", text)
    text = re.sub(r"/team/\d+/", "/team/1/", text)
    text = re.sub(r'datetime="[^"]*"', "", text)
    for word in typed:
        for form in (word, quote(word, safe="")):
            text = text.replace(form, "{typed}")
    return text


def compare(some: list[float], others: list[float]) -> float:
    """Return the two-sided chance of such ranks if both came from one source (Mann-Whitney)."""
    ranked = sorted([(one, True) for one in some] + [(one, False) for one in others])
    ranks = sum(rank for rank, (_one, is_some) in enumerate(ranked, 1) if is_some)
    n, m = len(some), len(others)
    middle, spread = n * (n + m + 1) / 2, (n * m * (n + m + 1) / 12) ** 0.5
    return 2 * NormalDist().cdf(-abs(ranks - middle) / spread)
