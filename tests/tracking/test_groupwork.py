"""Many requests, one statement: shared, answered once each, and never waiting for ever."""

import os
import threading
from collections.abc import Sequence
from time import monotonic, sleep

import psycopg
import pytest
from django.db import connection

from tracking import groupwork
from tracking.groupwork import Connection, GroupWorker, NotAnswered

pytestmark = pytest.mark.django_db(transaction=True)


def double(line: Connection, items: Sequence[int]) -> list[int]:
    rows = line.execute(
        "SELECT n * 2 FROM unnest(%s::int[]) WITH ORDINALITY AS t(n, i) ORDER BY i", [list(items)]
    )
    return [row[0] for row in rows]


def test_each_request_gets_its_own_result_and_they_share_statements():
    sizes: list[int] = []

    def work(line: Connection, items: Sequence[int]) -> list[int]:
        sizes.append(len(items))
        sleep(0.02)
        return double(line, items)

    worker = GroupWorker(name="test", work=work)
    results: dict[int, int] = {}

    def ask(number: int) -> None:
        results[number] = worker.ask(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker.close()

    assert results == {number: number * 2 for number in range(20)}
    assert sum(sizes) == 20
    assert len(sizes) < 10


def test_a_cut_connection_is_replaced_without_anybody_noticing():
    worker = GroupWorker(name="test", work=double)
    assert worker.ask(1) == 2

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert worker.ask(2) == 4
    worker.close()


def test_after_a_failure_it_is_left_alone_for_a_moment_and_then_tried_again(monkeypatch):
    calls: list[int] = []

    def fail(line: Connection, items: Sequence[int]) -> list[int]:
        calls.append(len(items))
        raise psycopg.OperationalError("no")

    worker = GroupWorker(name="test", work=fail)

    for _ in range(5):
        with pytest.raises(NotAnswered):
            worker.ask(1)
    assert calls == [1]

    monkeypatch.setattr(groupwork, "monotonic", lambda: monotonic() + groupwork.BREAK_S)
    with pytest.raises(NotAnswered):
        worker.ask(1)
    assert calls == [1, 1]
    worker.close()


def test_nobody_waits_longer_than_his_patience_nor_behind_a_stuck_statement(monkeypatch):
    monkeypatch.setattr(groupwork, "PATIENCE_S", 0.1)
    is_free = threading.Event()

    def hang(line: Connection, items: Sequence[int]) -> list[int]:
        is_free.wait(5)
        return list(items)

    worker = GroupWorker(name="test", work=hang)
    began = monotonic()
    for _ in range(3):
        with pytest.raises(NotAnswered):
            worker.ask(1)
    waited = monotonic() - began
    is_free.set()
    worker.close()

    assert waited < 0.3


def test_it_ends_its_connection_when_closed_and_starts_anew_when_asked():
    worker = GroupWorker(name="test", work=double)
    worker.ask(1)
    assert count_sessions() == 1

    worker.close()

    wait_until_no_session()
    assert worker.ask(3) == 6
    worker.close()


@pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning")  # the case in question
def test_a_forked_child_works_with_a_connection_of_its_own():
    worker = GroupWorker(name="test", work=double)
    worker.ask(1)

    child = os.fork()
    if child == 0:
        os._exit(0 if worker.ask(21) == 42 else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    assert worker.ask(2) == 4
    worker.close()


def count_sessions() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def wait_until_no_session() -> None:
    """A server ends a session a moment after its client has left."""
    deadline = monotonic() + 5
    while count_sessions():
        assert monotonic() < deadline
        sleep(0.01)
