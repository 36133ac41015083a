"""What public checks of web sites look at, point by point, on an installation on the internet.

The points and what each is worth are those of the HTTP Observatory (MDN): 100 to begin with, more
for what goes beyond. Two are not asked for: preloading HSTS is the operator's decision, and no page
needs COEP.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.core.test_factors import PASSWORD, make_person
from tests.test_error_answers import on_the_internet
from tests.test_headers import Page

__all__ = ["on_the_internet"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_the_internet")]

HALF_A_YEAR_S = 15_768_000
UNSAFE = {"unsafe-inline", "unsafe-eval", "data:", "http:", "https:", "*", "strict-dynamic"}


def policy_of(answer: HttpResponse) -> dict[str, str]:
    parts = (part.split() for part in answer["Content-Security-Policy"].split(";"))
    return {name: " ".join(values) for name, *values in parts}


def loads_nothing_from_elsewhere(answer: HttpResponse) -> bool:
    page = Page()
    page.feed(answer.content.decode())
    return page.faults == []


def asks_for_https(answer: HttpResponse) -> bool:
    found = re.match(r"max-age=(\d+)", answer["Strict-Transport-Security"])
    return found is not None and int(found[1]) >= HALF_A_YEAR_S


def has_strict_cookies(answer: HttpResponse) -> bool:
    return bool(answer.cookies) and all(
        one["secure"] and one["httponly"] and one["samesite"] in {"Lax", "Strict"}
        for one in answer.cookies.values()
    )


def prefixes_what_logs_in(answer: HttpResponse) -> bool:
    return {"__Host-session", "__Host-csrf"} <= answer.cookies.keys() and all(
        one["path"] == "/" and not one["domain"] for one in answer.cookies.values()
    )


def allows_nothing_unsafe(answer: HttpResponse) -> bool:
    words = {word.strip("'") for rule in policy_of(answer).values() for word in rule.split()}
    return not words & UNSAFE


def fixes_base_and_forms(answer: HttpResponse) -> bool:
    policy = policy_of(answer)
    return (policy["base-uri"], policy["form-action"]) == ("'none'", "'self'")


def shares_with_nobody(answer: HttpResponse) -> bool:
    return not [name for name in answer.headers if name.startswith("Access-Control")]


def names_no_software(answer: HttpResponse) -> bool:
    return not {"Server", "X-Powered-By"} & answer.headers.keys()


def says(name: str, value: str) -> Callable[[HttpResponse], bool]:
    return lambda answer: bool(answer[name] == value)


def rules(name: str, value: str) -> Callable[[HttpResponse], bool]:
    return lambda answer: policy_of(answer)[name] == value


# Each point: what it is worth beyond the hundred, and what fulfils it.
POINTS: dict[str, tuple[int, Callable[[HttpResponse], bool]]] = {
    "policy denies by default": (10, rules("default-src", "'none'")),
    "policy allows nothing unsafe": (0, allows_nothing_unsafe),
    "policy forbids frames": (5, rules("frame-ancestors", "'none'")),
    "policy fixes base and forms": (0, fixes_base_and_forms),
    "cookies": (5, has_strict_cookies),
    "cookie prefixes": (0, prefixes_what_logs_in),
    "referrer": (5, says("Referrer-Policy", "strict-origin-when-cross-origin")),
    "resource policy": (10, says("Cross-Origin-Resource-Policy", "same-origin")),
    "opener policy": (10, says("Cross-Origin-Opener-Policy", "same-origin")),
    "https for half a year and more": (0, asks_for_https),
    "no sniffing": (0, says("X-Content-Type-Options", "nosniff")),
    "no frames, for old browsers": (0, says("X-Frame-Options", "DENY")),
    "no sharing with other origins": (0, shares_with_nobody),
    "nothing from elsewhere": (0, loads_nothing_from_elsewhere),
    "no name of the software": (0, names_no_software),
}
TARGET = 145


def test_a_page_of_somebody_who_is_logged_in_keeps_every_point_and_gets_the_best_mark():
    answer = log_in_and_look()

    kept = {point: worth for point, (worth, holds) in POINTS.items() if holds(answer)}
    assert POINTS.keys() - kept.keys() == set()
    assert 100 + sum(kept.values()) == TARGET


def test_http_leads_to_https_at_the_same_name_and_path():
    answer = Client().get("/programs/?q=tea")

    assert answer.status_code == 301
    assert answer["Location"] == "https://testserver/programs/?q=tea"


def log_in_and_look() -> Any:
    """Return a page with the cookies of the whole way to it."""
    anna, client = make_person("anna@mail.example"), Client()
    form = {"login": anna.email, "password": PASSWORD}
    client.post(reverse("account_login"), form, secure=True)
    answer = client.get(reverse("portal:settings"), secure=True)
    assert answer.status_code == 200
    answer.cookies = client.cookies
    return answer
