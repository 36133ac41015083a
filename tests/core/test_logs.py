"""No line of the log holds a secret, a person or a query string, and each says what it is about."""

import io
import json
import logging
import logging.config
from copy import deepcopy
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.test import Client, override_settings

from core import jobs, logs

CANARIES = {
    "address": "someone.private+tag@mail.example",
    "stripe key": "sk_live_51HcanarY",
    "webhook secret": "whsec_canary",
    "click token": "AZ7fZpOgcYcAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB",
    "session": "k3v9x1q8w7e6r5t4y3u2i1o0p9a8s7d6",
    "fernet": "gAAAAABmY2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5MTIz==",
    "bearer": "Bearer short-word",
    "password": "pa55word",
}
SENTENCE = (
    "GET /b/anna/?email={address}&x=1 said 500; {stripe key}, {webhook secret} {click token} "
    "{session} {fernet} {bearer} postgres://fairshare:{password}@db/fairshare"
)


@pytest.fixture(params=["line", "json"])
def log(request: pytest.FixtureRequest) -> Any:
    """Send a logger of its own through the settings' handler, in each of the two forms."""
    config = deepcopy(settings.LOGGING)
    config["handlers"]["stderr"] |= {"formatter": request.param, "stream": (out := io.StringIO())}
    config["root"] = {"handlers": [], "level": "WARNING"}
    config["loggers"] = {"walk": {"handlers": ["stderr"], "level": "INFO", "propagate": False}}
    logging.config.dictConfig(config | {"incremental": False})
    yield logging.getLogger("walk"), out, request.param
    logging.config.dictConfig(settings.LOGGING)


def test_whatever_a_line_is_told_no_secret_stands_in_it(log):
    logger, out, form = log
    sentence = SENTENCE.format(**CANARIES)
    logger.info(sentence, extra={"data": {"kwargs": sentence}, "request": sentence})
    logger.warning("%s and %r", *[sentence] * 2)
    try:
        raise ValueError(sentence)
    except ValueError:
        logger.exception("it failed")

    written = out.getvalue()
    secret = {name: text.removeprefix("Bearer ") for name, text in CANARIES.items()}
    assert {name for name, text in secret.items() if text in written} == set()
    assert "email=" not in written
    assert "ValueError" in written and "/b/anna/" in written and "db/fairshare" in written
    if form == "json":
        lines = [json.loads(line) for line in written.splitlines()]
        assert {"time", "level", "logger", "request_id", "message"} <= set(lines[0])
        assert lines[2]["exc_info"].startswith("Traceback")
        assert set().union(*lines) <= set(logs.FIELDS)


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["line", "json"])
def test_a_request_that_fails_tells_where_and_why_and_nothing_of_the_person(form, client):
    config, out = deepcopy(settings.LOGGING), io.StringIO()
    config["handlers"]["stderr"] |= {"formatter": form, "stream": out}
    logging.config.dictConfig(config)
    client.raise_request_exception = False
    form_data = {"login": CANARIES["address"], "password": CANARIES["password"]}

    def fail(*_: object) -> None:
        raise OperationalError(SENTENCE.format(**CANARIES))

    try:
        with connection.execute_wrapper(fail):
            url = f"/accounts/login/?next=/{CANARIES['session']}&q={CANARIES['address']}"
            answer = client.post(url, form_data, headers={"authorization": CANARIES["bearer"]})
    finally:
        logging.config.dictConfig(settings.LOGGING)

    written = out.getvalue()
    assert answer.status_code == 500
    assert answer["X-Request-Id"] in written
    assert "/accounts/login/" in written and "OperationalError" in written
    secret = {name: text.removeprefix("Bearer ") for name, text in CANARIES.items()}
    assert {name for name, text in secret.items() if text in written} == set()


@pytest.mark.parametrize(
    "text",
    [
        "task 6fa459ea-ee8a-3ca4-894e-db77e160355e of core.sweep",
        "books of saffron-and-pine differ in 2 places",
        "File /srv/lib/python3.11/site-packages/django/core/handlers/exception.py, line 55",
        "is evt_0123456789abcdefghij there? Yes.",
    ],
)
def test_what_helps_an_operator_is_left_alone(text: str):
    assert logs.redact(text) == text


@pytest.mark.django_db
def test_every_answer_names_its_request_and_only_a_proxy_may_choose_the_name():
    given = {"x-request-id": "given-by-proxy-1"}
    alone = Client(headers=given).get("/health/")
    with override_settings(TRUSTED_PROXIES=1):
        behind = Client(headers=given).get("/health/")
        garbage = Client(headers={"x-request-id": "a b\x00<script>"}).get("/health/")

    assert behind["X-Request-Id"] == "given-by-proxy-1"
    assert len({alone["X-Request-Id"], garbage["X-Request-Id"], "given-by-proxy-1"}) == 3
    assert len(alone["X-Request-Id"]) == len(garbage["X-Request-Id"]) == 16


def test_work_that_a_request_asks_for_carries_its_name(monkeypatch):
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda _name, **more: sent.append(more))
    jobs.broker_pause.end()
    token = logs.request_id.set("the-request")

    jobs._send("core.sweep", {})

    logs.request_id.reset(token)
    assert sent[0]["headers"] == {"request_id": "the-request"}
