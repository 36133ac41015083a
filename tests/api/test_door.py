"""A key opens the API; everything else gets a problem of one shape."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client, override_settings

from brands.models import ApiKey, Scope
from brands.services.apikeys import revoke_key
from core.clock import utc_now
from core.models import BrandStatus, GuessCount
from portal.api import door
from portal.api.errors import Problem
from tests.api.asking import ROOT, Caller, refusal
from tests.makers import NOW, get_owner, make_api_key, make_brand, make_program, make_sandbox

pytestmark = pytest.mark.django_db

GONE = {
    "default": {"BACKEND": "core.cache.ForgivingRedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
}


@pytest.fixture
def brand():
    return make_program().brand


def test_without_a_key_or_with_a_wrong_one_nothing_opens(brand):
    client, (key, text) = Client(), make_api_key(brand)
    url = f"{ROOT}/programs"

    assert refusal(client.get(url)) == (401, "no_key")
    assert refusal(client.get(url, headers={"Authorization": f"Basic {text}"})) == (401, "no_key")
    for wrong in ("x", text[:-1], f"{text}0", key.prefix, "é" * 500, "\x7f"):
        answer = Caller(brand, text=wrong).get("programs")
        assert refusal(answer) == (401, "wrong_key")
        assert answer["WWW-Authenticate"] == "Bearer"
    client.force_login(get_owner(brand))
    for headers in ({}, {"Authorization": f"Bearer {text}"}, {"Authorization": "Bearer x"}):
        seen = client.get(url, headers=headers)
        assert seen.status_code == (200 if text in str(headers) else 401), "a session is no key"
        assert "Clear-Site-Data" not in seen, "and goes on"


def test_a_revoked_key_opens_nothing_and_a_closed_brand_says_so(brand):
    caller = Caller(brand)
    assert caller.get("programs").status_code == 200
    brand.status = BrandStatus.SUSPENDED
    brand.save()
    assert refusal(caller.get("programs")) == (403, "brand_closed")
    key = ApiKey.objects.get(prefix="_".join(caller.text.split("_")[:3]))
    revoke_key(key_id=key.pk, actor_id=get_owner(brand).pk, now=utc_now())
    assert refusal(caller.get("programs")) == (401, "wrong_key")
    twin = make_sandbox(make_brand())
    old = Caller(twin)
    twin.archived_at = utc_now()
    twin.save()
    assert refusal(old.get("programs")) == (403, "brand_closed")


def test_wrong_keys_are_counted_and_right_ones_are_neither_counted_nor_stopped(brand):
    wrong, right = Caller(brand, text="fs_live_x"), Caller(brand)

    answers = [refusal(wrong.get("programs")) for _ in range(21)]

    assert answers == [(401, "wrong_key")] * 20 + [(429, "too_many_guesses")]
    assert wrong.get("programs")["Retry-After"] == "60"
    assert right.get("programs").status_code == 200
    assert GuessCount.objects.get().count == 20


@pytest.mark.parametrize("caches", [None, GONE], ids=["with Redis", "without Redis"])
def test_a_key_has_its_requests_a_minute_also_while_redis_is_away(brand, settings, caches):
    cache.clear()
    if caches:
        settings.CACHES = caches
    caller, other = Caller(brand), Caller(brand)
    with override_settings(API_REQUESTS_PER_MINUTE=3):
        answers = [caller.get("programs") for _ in range(8)]

        late = [one for one in answers if one.status_code == 429]
        assert answers[2].status_code == 200 and len(late) >= 2
        assert refusal(late[-1]) == (429, "too_many_requests")
        assert 1 <= int(late[-1]["Retry-After"]) <= 60
        assert other.get("programs").status_code == 200


def test_turns_of_many_threads_are_all_counted_and_a_minute_begins_anew(monkeypatch, settings):
    key, minutes = ApiKey(prefix="fs_live_many"), [NOW + timedelta(minutes=one) for one in range(3)]
    settings.API_REQUESTS_PER_MINUTE = 50
    monkeypatch.setattr(door, "_count_everywhere", lambda _name: 0)

    def refuses(_turn):
        try:
            door.take_turn(key)
        except Problem:
            return True
        return False

    for minute in minutes:
        monkeypatch.setattr(door, "utc_now", lambda at=minute: at)
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(refuses, range(80))) == 30


def test_every_refusal_under_the_api_is_a_problem(brand):
    caller, client = Caller(brand), Client()
    key = {"Authorization": f"Bearer {caller.text}"}

    assert refusal(client.get("/api/nothing")) == (404, "not_found")
    assert refusal(client.post("/api/v1/")) == (404, "not_found")
    assert refusal(client.get(f"{ROOT}/programs/")) == (404, "not_found")
    answer = client.put(f"{ROOT}/links", headers=key)
    assert refusal(answer) == (405, "wrong_method") and "POST" in answer["Allow"]
    assert refusal(client.options(f"{ROOT}/links", headers=key)) == (405, "wrong_method")
    form = client.post(f"{ROOT}/links", {"a": "b"}, headers=key | {"Idempotency-Key": "1"})
    assert refusal(form) == (415, "unsupported_type")
    plain = client.get(f"{ROOT}/programs", headers=key | {"Accept": "text/html"})
    assert plain.status_code == 200 and plain["Content-Type"] == "application/json"
    assert "no-store" in plain["Cache-Control"]
    assert client.head(f"{ROOT}/programs", headers=key).status_code == 200
    assert refusal(Caller(brand, Scope.SALES_READ).get("programs")) == (403, "no_scope")


def test_what_breaks_here_is_a_problem_too(brand, monkeypatch):
    def break_down(*_args):
        raise RuntimeError("planted")

    monkeypatch.setattr("portal.api.programs.list_programs", break_down)
    assert refusal(Caller(brand).get("programs")) == (500, "server_error")


def test_a_use_of_a_key_is_noted(brand):
    caller = Caller(brand)
    caller.get("programs")
    assert ApiKey.objects.get().last_used_at is not None
