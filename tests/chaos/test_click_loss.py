"""No click that was answered as stored is lost when a process is killed (promise I-36)."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection

from tests.chaos.server import serve
from tests.makers import make_link
from tests.tracking.agents import CHROME
from tracking.domain.token import ClickToken, read_token
from tracking.models import Click

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

CLIENTS = 8
BETWEEN_KILLS_S = 1.0


class Log:
    """What shoppers were answered: the one witness outside the system under test."""

    def __init__(self) -> None:
        self.locations: list[str] = []
        self.failed = 0

    def click_ids(self) -> set[object]:
        queries = (parse_qs(urlsplit(location).query) for location in self.locations)
        texts = (query.get("fs_click", [""])[0] for query in queries)
        tokens = (read_token(settings.CLICK_TOKEN_KEYS, text) for text in texts)
        return {token.click_id for token in tokens if isinstance(token, ClickToken)}


def test_killed_workers_and_backends_lose_no_click_answered_as_stored():
    make_link(slug="anna")
    log = Log()

    with serve(workers=2) as server, load(server.port, log):
        for _ in range(3):
            time.sleep(BETWEEN_KILLS_S)
            cut_backends()
            os.kill(server.workers()[0], signal.SIGKILL)
        time.sleep(BETWEEN_KILLS_S)

    ids = log.click_ids()
    stored = Click.objects.filter(pk__in=ids).count()
    assert len(ids) > 100, f"too little came through to mean anything, {log.failed} failed"
    assert stored == len(ids)


@contextmanager
def load(port: int, log: Log) -> Iterator[None]:
    """Open the link again and again from several clients until the block ends."""
    is_over = threading.Event()

    def open_links() -> None:
        while not is_over.is_set():
            open_once(port, log)

    threads = [threading.Thread(target=open_links) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def open_once(port: int, log: Log) -> None:
    http = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        http.request("GET", "/r/anna", headers={"User-Agent": CHROME})
        response = http.getresponse()
        response.read()
    except (OSError, HTTPException):
        log.failed += 1
    else:
        if "X-Click" not in response.headers:
            log.locations.append(response.headers["Location"] or "")
    finally:
        http.close()


def cut_backends() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
