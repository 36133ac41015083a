"""Redis is gone: shops, shoppers and people are answered, and nothing is lost but haste.

Trap 17, promise I-38. The program runs in its own process with an address where nobody answers.
"""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from time import monotonic
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from core.models import InboundStatus, OutboxEvent
from core.signing import sign_standard_webhooks
from core.tasks import sweep
from portal.books import prove_books
from tests.chaos.server import Server, free_port, serve
from tests.makers import (
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
)
from tests.shop import Shop, code
from tests.tracking.agents import CHROME
from tracking.models import Click, StoreEvent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

PATIENCE_S = 20  # a figure that tells an answer from none on a busy machine


@contextmanager
def refusing() -> Iterator[int]:
    """Yield a port where nobody listens."""
    yield free_port()


@contextmanager
def silent() -> Iterator[int]:
    """Yield a port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        yield listener.getsockname()[1]


@pytest.mark.parametrize("redis", [refusing, pytest.param(silent, marks=pytest.mark.nightly)])
def test_without_redis_everybody_is_answered_and_every_fact_is_kept(redis):
    program = make_program(make_brand())
    enrollment = make_enrollment(program)
    make_code(enrollment, "ANNA")
    make_link(enrollment, slug="anna")
    shop = Shop(make_connection(program.brand))

    with redis() as port, serve(workers=1, REDIS_URL=f"redis://127.0.0.1:{port}/0") as server:
        token = open_link(server, "/r/anna")
        for number in ("1", "2"):
            post_order(server, shop, number, token)
        for path in ("/", "/programs/", "/accounts/login/"):
            assert ask(server, "GET", path).status == 200
        log_in_wrongly(server)

    assert Click.objects.count() == 1
    assert set(StoreEvent.objects.values_list("status")) == {(InboundStatus.PROCESSED,)}
    assert [shop.commission(number).amount_minor for number in ("1", "2")] == [1000, 1000]
    assert prove_books(brand_id=program.brand_id).is_balanced
    waiting = OutboxEvent.objects.filter(processed_at__isnull=True)
    assert waiting.filter(topic="commission.created").count() == 2

    sweep()

    assert not waiting.exists()


def open_link(server: Server, path: str) -> str:
    response = ask(server, "GET", path, headers={"User-Agent": CHROME})
    assert response.status == 302
    return parse_qs(urlsplit(response.headers["Location"]).query)["fs_click"][0]


def post_order(server: Server, shop: Shop, number: str, token: str) -> None:
    data = shop.order(number, discounts=code("anna"), click=token)
    body = json.dumps({"type": "order.paid", "data": data}).encode()
    secret, now = shop.connection.secret, datetime.now(UTC)
    headers = sign_standard_webhooks(secrets=[secret], event_id=f"evt{number}", body=body, now=now)
    path = f"/hooks/{shop.connection.public_id}"
    assert ask(server, "POST", path, body, headers).status == 200


def log_in_wrongly(server: Server) -> None:
    """Fail to log in: failures are counted in the cache."""
    page = ask(server, "GET", "/accounts/login/")
    (cookie,) = [c for c in page.headers.get_all("Set-Cookie") if c.startswith("csrftoken")]
    token = cookie.split(";")[0].partition("=")[2]
    form = {"login": "a@mail.example", "password": "wrong wrong", "csrfmiddlewaretoken": token}
    headers = {
        "Cookie": f"csrftoken={token}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    response = ask(server, "POST", "/accounts/login/", urlencode(form).encode(), headers)
    assert response.status in {200, 422}


def ask(
    server: Server,
    method: str,
    path: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
) -> HTTPResponse:
    http = HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    began = monotonic()
    http.request(method, path, body, headers or {})
    response = http.getresponse()
    response.read()
    print(method, path, response.status, f"{monotonic() - began:.2f} s")
    http.close()
    return response
