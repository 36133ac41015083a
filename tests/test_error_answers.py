"""A refusal carries what every answer carries, in the reader's language, and tells no more."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from brands.models import Member, Role
from core.models import User
from tests.addresses import undone
from tests.everything import Everything, make_everything
from tests.test_headers import HEADERS, PERMISSIONS, POLICY
from tests.test_settings import HELD

pytestmark = pytest.mark.django_db

SECRET = "a-word-that-only-the-fault-knows"
LEAKS = re.compile(
    rf"{SECRET}|Traceback|Error\b|SELECT |site-packages|\.py\b|DEBUG|SECRET_KEY|Django|psycopg"
)
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
LANGUAGES = {"en": 'lang="en" dir="ltr"', "fa": 'lang="fa" dir="rtl"', "th": 'lang="th" dir="ltr"'}


@pytest.fixture(scope="module")
def world(committed: None) -> Everything:
    return make_everything()


@pytest.fixture
def on_the_internet(settings: Any) -> None:
    """Answer as an installation that is reached by https."""
    for name, value in HELD.items():
        setattr(settings, name, value)


def ask_by_a_wrong_name(client: Client, _world: Everything) -> Any:
    return client.get("/", headers={"Host": "evil.example"}, secure=True)


def ask_by_a_wrong_name_over_http(client: Client, _world: Everything) -> Any:
    return client.get("/", headers={"Host": "evil.example"})


def send_too_many_fields(client: Client, _world: Everything) -> Any:
    return client.post("/preferences/", dict.fromkeys(map(str, range(501)), "x"), secure=True)


def send_too_much(client: Client, world: Everything) -> Any:
    page = reverse("affiliates:asset-create", args=[world.brand.slug])
    file = SimpleUploadedFile("a.png", b"x" * (33 * 1024 * 1024))
    return client.post(page, {"picture": file}, secure=True)


def send_without_a_token(client: Client, _world: Everything) -> Any:
    client.handler.enforce_csrf_checks = True
    return client.post(reverse("portal:settings"), {"name": "x"}, secure=True)


def ask_beyond_the_role(client: Client, world: Everything) -> Any:
    Member.objects.filter(brand=world.brand, user=world.owner).update(role=Role.ANALYST)
    return client.post(reverse("payouts:run-preview", args=[world.brand.slug]), secure=True)


def ask_for_nothing(client: Client, _world: Everything) -> Any:
    return client.get("/no/such/page/", secure=True)


def follow_a_dead_link(client: Client, _world: Everything) -> Any:
    return client.get("/r/no-such-link", secure=True)


def ask_as_a_stranger(client: Client, _world: Everything) -> Any:
    return client.get("/b/no-such-brand/", secure=True)


def come_back_to_a_button(client: Client, world: Everything) -> Any:
    page = reverse("portal:list-export", args=[world.brand.slug, "orders"])
    return client.get(page, secure=True)


def knock_again_and_again(client: Client, _world: Everything) -> Any:
    page = reverse("account_change_password")
    return [client.post(page, {}, secure=True) for _ in range(11)][-1]


def meet_a_fault(client: Client, _world: Everything) -> Any:
    with losing("affiliates_affiliate"):
        return client.get("/me/settings/", secure=True)


def lose_the_database(client: Client, _world: Everything) -> Any:
    with losing(""):
        return client.get("/me/settings/", secure=True)


def ask_whether_it_is_well(client: Client, _world: Everything) -> Any:
    client.logout()
    with losing(""):
        return client.get("/health/", secure=True)


def losing(table: str) -> Any:
    """Let the database refuse what is asked of a table; of all for ""."""

    def fail(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if table in sql:
            raise OperationalError(SECRET)
        return execute(sql, *rest)

    return connection.execute_wrapper(fail)


CASES: dict[Callable[[Client, Everything], Any], int] = {
    ask_by_a_wrong_name: 400,
    ask_by_a_wrong_name_over_http: 400,
    send_too_many_fields: 400,
    send_without_a_token: 403,
    ask_beyond_the_role: 403,
    ask_for_nothing: 404,
    follow_a_dead_link: 404,
    ask_as_a_stranger: 404,
    come_back_to_a_button: 405,
    send_too_much: 413,
    knock_again_and_again: 429,
    meet_a_fault: 500,
    lose_the_database: 500,
    ask_whether_it_is_well: 503,
}
STANDS_ALONE = {meet_a_fault, lose_the_database}  # in all languages at once, without the reader's
NO_PAGE = {ask_whether_it_is_well}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", CASES, ids=[case.__name__ for case in CASES])
@pytest.mark.usefixtures("on_the_internet")
def test_a_refusal_carries_every_header_and_tells_nothing_of_the_inside(case, language, world):
    headers = {"Accept": "text/html", "Accept-Language": language}
    client = Client(headers=headers, raise_request_exception=False)
    client.force_login(world.owner)
    with undone():
        User.objects.filter(pk=world.owner.pk).update(language=language)
        answer = case(client, world)

        assert answer.status_code == CASES[case]
        is_secure = answer.wsgi_request.is_secure()
        assert list(find_faults(answer, is_secure=is_secure)) == []
        page = answer.content.decode()
        assert LEAKS.findall(page) == []
        if case not in STANDS_ALONE | NO_PAGE:
            assert LANGUAGES[language] in page


def find_faults(answer: HttpResponse, *, is_secure: bool) -> Iterator[str]:
    expected = HEADERS | (HSTS if is_secure else {})
    for name, value in expected.items():
        if answer.headers.get(name) != value:
            yield f"{name} is {answer.headers.get(name)}"
    policy = answer.headers.get("Content-Security-Policy", "")
    if {part.strip() for part in policy.split(";")} != POLICY:
        yield f"the policy is {policy}"
    if set(answer.headers.get("Permissions-Policy", "").split(", ")) != PERMISSIONS:
        yield f"the permissions are {answer.headers.get('Permissions-Policy')}"
    if "no-store" not in answer.headers.get("Cache-Control", ""):
        yield "could be stored"
