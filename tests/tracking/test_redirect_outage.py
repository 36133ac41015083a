"""The redirect under load, and when the database is slow, cut off or not there."""

import threading
from time import monotonic
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.makers import (
    DOMAIN,
    make_enrollment,
    make_link,
)
from tests.tracking.asking import (
    Reply,
    ask,
    break_database,
    click_of,
    cut_connections,
)
from tracking import groupwork, redirect
from tracking.domain.token import ClickToken, read_token
from tracking.models import Click, ClickReferrer

pytestmark = pytest.mark.django_db(transaction=True)


def test_without_a_database_the_shopper_arrives_uncounted_with_a_token_that_proves_itself(
    monkeypatch,
):
    link = make_link(slug="anna")
    ask("/r/anna")
    before = redirect.uncounted.total
    break_database(monkeypatch)

    replies = [ask("/r/anna", f"sub=lost{n}") for n in range(3)]

    assert {(reply.status, reply.headers["X-Click"]) for reply in replies} == {
        ("302 Found", "uncounted")
    }
    tokens = [read_token(settings.CLICK_TOKEN_KEYS, reply.token) for reply in replies]
    assert [token.link_id for token in tokens if isinstance(token, ClickToken)] == [link.pk] * 3
    assert redirect.uncounted.total == before + 3
    assert not Click.objects.filter(sub_id__startswith="lost").exists()


def test_what_could_earn_nothing_with_a_database_gets_no_token_without_one(monkeypatch):
    make_link(slug="anna")
    ask("/r/anna")
    break_database(monkeypatch)

    for environ in ({"HTTP_USER_AGENT": "curl/8.5.0"}, {"HTTP_SEC_GPC": "1"}):
        assert ask("/r/anna", **environ).location == f"https://{DOMAIN}/cups"


@pytest.mark.parametrize(("seconds", "has_token"), [(55, True), (65, False), (3500, False)])
def test_a_link_known_for_a_minute_is_trusted_and_for_an_hour_leads_to_the_shop(
    monkeypatch, seconds, has_token
):
    make_link(slug="anna")
    ask("/r/anna")
    break_database(monkeypatch)

    later = monotonic() + seconds
    monkeypatch.setattr("tracking.linktable.monotonic", lambda: later)

    reply = ask("/r/anna")
    assert reply.location.startswith(f"https://{DOMAIN}/cups")
    assert bool(reply.token) is has_token


def test_a_link_never_seen_asks_to_come_again(monkeypatch):
    break_database(monkeypatch)

    reply = ask("/r/anna")

    assert reply.status == "503 Service Unavailable"
    assert reply.headers["Retry-After"] == "30"


def test_a_slow_database_does_not_keep_the_shopper_waiting(monkeypatch):
    make_link(slug="anna")
    ask("/r/anna")
    monkeypatch.setattr(groupwork, "PATIENCE_S", 0.2)
    with psycopg.connect(**other_connection()) as blocker:
        blocker.execute("LOCK TABLE tracking_click IN ACCESS EXCLUSIVE MODE")
        began = monotonic()
        reply = ask("/r/anna", "sub=slow")
        waited = monotonic() - began

    assert reply.location.startswith(f"https://{DOMAIN}/cups?")
    assert reply.token
    assert waited < 1


def other_connection() -> dict[str, Any]:
    params = connection.get_connection_params()
    return {name: params[name] for name in ("dbname", "host", "port", "user") if name in params}


def test_killed_backends_lose_no_click_that_was_answered_as_stored():
    make_link(slug="anna")
    replies = [ask("/r/anna")]

    def load(number: int) -> None:
        replies.extend(ask("/r/anna", REMOTE_ADDR=f"198.51.{number}.{n}") for n in range(40))

    threads = [threading.Thread(target=load, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        cut_connections()
        threads[0].join(0.05)
    for thread in threads:
        thread.join()

    stored = [reply for reply in replies if "X-Click" not in reply.headers]
    tokens = [read_token(settings.CLICK_TOKEN_KEYS, reply.token) for reply in stored]
    ids = {token.click_id for token in tokens if isinstance(token, ClickToken)}
    assert len(replies) == 321
    assert len(ids) > 100
    assert Click.objects.filter(pk__in=ids).count() == len(ids)


def test_many_at_once_are_stored_together_and_each_gets_its_own_answer():
    slugs = [f"creator-{n}" for n in range(8)]
    enrollment = make_enrollment()
    links = {slug: make_link(enrollment, slug=slug).pk for slug in slugs}
    answers: list[tuple[str, Reply]] = []

    def load(slug: str) -> None:
        answers.extend(
            (slug, ask(f"/r/{slug}", HTTP_REFERER=f"https://{slug}.example/")) for _ in range(20)
        )

    threads = [threading.Thread(target=load, args=(slug,)) for slug in slugs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == Click.objects.count() == 160
    assert all(click_of(reply).link_id == links[slug] for slug, reply in answers)
    assert ClickReferrer.objects.filter(host__startswith="creator-").count() == 8
