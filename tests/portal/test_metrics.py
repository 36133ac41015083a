"""Metrics are for who brings the token, and hold what the database says and nobody's name."""

import tomllib
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from config.settings import VERSION
from core.models import OutboxEvent
from ledger.models import BooksCheck
from portal.metrics import write_metrics
from tests.everything import make_everything
from tests.portal.test_doctor import run_all_tasks
from tests.test_docs import ROOT

pytestmark = pytest.mark.django_db
TOKEN = "a-long-random-text"


def ask(authorization: str = "") -> int:
    return Client(headers={"authorization": authorization}).get("/metrics").status_code


def test_without_the_right_token_there_are_no_metrics():
    with override_settings(METRICS_TOKEN=""):
        off = {ask(), ask("Bearer "), ask("Bearer x")}
    with override_settings(METRICS_TOKEN=TOKEN):
        wrong = {ask(), ask(TOKEN), ask("Bearer x"), ask("Bearer \N{SNOWMAN}")}
        right = ask(f"Bearer {TOKEN}")

    assert (off, wrong, right) == ({404}, {404}, 200)


def test_the_figures_are_those_of_the_database():
    world = make_everything()
    now = world.shop.now + timedelta(hours=1)
    run_all_tasks(now)
    OutboxEvent.objects.update(processed_at=now)
    OutboxEvent.objects.filter(pk=OutboxEvent.objects.latest("pk").pk).update(
        processed_at=None, at=now - timedelta(seconds=90)
    )
    BooksCheck.objects.create(
        brand=world.brand, checked_at=now, entries=1, differences=3, largest_minor=5
    )

    text = write_metrics(now=now).decode()

    found = {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["fairshare_build_info", VERSION] == 1
    assert found["fairshare_orders",] == 5
    assert found["fairshare_payouts", "submitted"] == 1
    assert found["fairshare_store_deliveries", "processed"] > 5
    assert found["fairshare_queue_length", "outbox"] == 1
    assert found["fairshare_queue_age_seconds", "outbox"] == 90
    assert found["fairshare_job_ok", "core.sweep"] == 1
    assert found["fairshare_books_differences",] == 3
    assert ("fairshare_clicks_today", "counted") in found
    for secret in (world.brand.slug, world.brand.name, world.creator.email):
        assert secret not in text


def test_the_version_is_that_of_the_package():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"] == VERSION


def test_a_web_server_is_not_ready_while_migrations_are_missing():
    ready = Client().get("/health/ready/")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'portal' OR app = 'ledger'")
    missing = Client().get("/health/ready/")

    assert (ready.status_code, ready.content) == (200, b"ready\n")
    assert (missing.status_code, missing.content) == (503, b"migrations are missing\n")
