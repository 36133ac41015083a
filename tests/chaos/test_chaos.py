"""Chaos in small: real processes are killed under load, and what was answered is all there, once.

Promises I-17, I-29, I-36, I-38. What is then taken away or doubled must be found, else the run
would prove nothing.
"""

import json
from pathlib import Path

import pytest
from django.db import connection

from payouts.rails.stripe.standin import namespace_of
from tests.chaos.oracle import click_id
from tests.chaos.server import on_test_database
from tests.chaos.supervisor import run_chaos
from tests.drill.standin import KEY, SqliteStore

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.nightly]


def test_what_was_answered_is_there_once_and_a_planted_loss_is_found(tmp_path):
    outcome, look_again = run_chaos(
        seconds=15, payouts=10, seed=3, folder=tmp_path, environment=on_test_database()
    )

    assert outcome.is_well, (outcome.found.lost, outcome.found.duplicate, outcome.red)
    assert min(outcome.found.clicks, outcome.found.events, outcome.kills.total()) > 0
    assert outcome.found.payouts == 10

    click, event = _first(tmp_path / "facts", "click"), _first(tmp_path / "facts", "event")
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tracking_click WHERE id = %s", [click_id(click["token"])])
        key = f"{event['topic']}:{event['event']}"
        cursor.execute(
            "UPDATE tracking_storeevent SET status = 'ignored' WHERE event_id = %s", [key]
        )
    _send_twice(tmp_path / "service.sqlite")

    found = look_again()
    assert found.lost == [f"click {click_id(click['token'])}: 0 of 1", f"event {key}: 0 of 1"]
    assert len(found.duplicate) == 1 and "2 instead of 1" in found.duplicate[0]


def _first(facts: Path, kind: str) -> dict[str, str]:
    rows = map(json.loads, facts.read_text("utf-8").splitlines())
    return next(row for row in rows if row["kind"] == kind)


def _send_twice(state: Path) -> None:
    store, namespace = SqliteStore(state), namespace_of(KEY)
    transfer = store.list(namespace=namespace, kind="transfer")[0]
    store.put(namespace=namespace, kind="transfer", object_id="tr_twice", value=transfer)
