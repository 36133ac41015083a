"""Ask the redirect as a server would, and read what it did."""

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from affiliates.models import Link
from brands.models import Program
from config.wsgi import application
from tests.makers import make_link
from tests.tracking.agents import CHROME
from tracking import groupwork
from tracking.domain.token import ClickToken, read_token
from tracking.models import Click

BROWSER = {
    "HTTP_USER_AGENT": CHROME,
    "HTTP_SEC_FETCH_DEST": "document",
    "HTTP_SEC_FETCH_MODE": "navigate",
    "REMOTE_ADDR": "203.0.113.9",
}


@dataclass
class Reply:
    status: str
    headers: dict[str, str]
    body: bytes

    @property
    def location(self) -> str:
        return self.headers["Location"]

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.location).query).get("fs_click", [""])[0]


def ask(path: str, query: str = "", *, method: str = "GET", **environ: Any) -> Reply:
    """Ask the WSGI entry as a server would."""
    replies: list[Reply] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        assert len({name for name, _ in headers}) == len(headers)
        replies.append(Reply(status, dict(headers), b""))

    request = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        **BROWSER,
        **environ,
    }
    body = application(request, start)
    replies[0].body = b"".join(body)
    return replies[0]


def share(
    program: dict[str, Any] | None = None, link: dict[str, Any] | None = None, slug: str = "anna"
) -> Link:
    """Make a creator's link, then give its program and itself these values."""
    made = make_link(slug=slug)
    Program.objects.filter(pk=made.enrollment.program_id).update(**(program or {"status": "live"}))
    Link.objects.filter(pk=made.pk).update(**(link or {"name": "Tea"}))
    return made


def click_of(reply: Reply) -> Click:
    token = read_token(settings.CLICK_TOKEN_KEYS, reply.token)
    assert isinstance(token, ClickToken)
    click = Click.objects.get(pk=token.click_id)
    assert click.link_id == token.link_id
    return click


def only_click() -> Click:
    return Click.objects.get()


def break_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the database away from the redirect: no new connection, the old ones cut."""

    def refuse() -> None:
        raise psycopg.OperationalError("connection refused")

    monkeypatch.setattr(groupwork, "connect", refuse)
    cut_connections()


def cut_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
