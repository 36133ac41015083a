"""The examples of docs/stores post what is taken: each is run as it stands, against a listener."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from core.signing import Verified, make_secret, verify
from tracking.domain.events import OrderSnapshot
from tracking.integrations.generic.parser import parse

STORES = Path(__file__).resolve().parent.parent / "docs" / "stores"
HOOK = "https://your-fairshare.example/hooks/con_…"
SECRET = make_secret()
EVENT = {"type": "order.paid", "data": {"id": "A-1", "title": "لیوان ☕", "total": "12.50"}}

Post = Callable[[str, Path], None]


class Listener(HTTPServer):
    """Keeps what was posted."""

    url: str
    taken: list[tuple[dict[str, str], bytes]]


class _Handler(BaseHTTPRequestHandler):
    server: Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.taken.append((dict(self.headers.items()), body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener(("127.0.0.1", 0), _Handler) as server:
        server.url, server.taken = f"http://127.0.0.1:{server.server_port}/hooks/con_1", []
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def example(page: str, language: str, word: str) -> str:
    text = (STORES / f"{page}.md").read_text("utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    (found,) = [block for block in blocks if word in block]
    return found


def run(program: str, *arguments: str, folder: Path, **environment: str) -> None:
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def run_shell(code: str, secret: str, url: str, folder: Path) -> None:
    (folder / "body.json").write_text(json.dumps(EVENT, ensure_ascii=False) + "\n", "utf-8")
    script = re.sub(r"SECRET='[^']*'", f"SECRET='{secret}'", code).replace(HOOK, url)
    assert url in script
    run("curl", "--version", folder=folder)
    run("sh", "-ec", script, folder=folder)


def with_curl(url: str, folder: Path) -> None:
    run_shell(example("generic", "sh", "openssl"), SECRET, url, folder)


def with_python(url: str, _folder: Path) -> None:
    scope: dict[str, Any] = {}
    exec(example("generic", "python", "def post("), scope)
    assert scope["post"](url, SECRET, "evt_1", EVENT) == 200


def with_node(url: str, folder: Path) -> None:
    arguments = ", ".join(json.dumps(one) for one in (url, SECRET, "evt_1", EVENT))
    code = f"{example('generic', 'js', 'function post(')}\nawait post({arguments});"
    run("node", "--input-type=module", "--eval", code, folder=folder)


def with_php(url: str, folder: Path) -> None:
    call = f"fairshare_post('{url}', '{SECRET}', 'evt_1', json_decode(getenv('EVENT'), true));"
    code = f"{example('generic', 'php', 'function fairshare_post')}\n{call}"
    run("php", "-r", code, folder=folder, EVENT=json.dumps(EVENT))


@pytest.mark.parametrize("post", [with_curl, with_python, with_node, with_php])
def test_an_example_of_the_generic_webhook_posts_what_is_taken(
    post: Post, listener: Listener, tmp_path: Path
):
    post(listener.url, tmp_path)

    ((headers, body),) = listener.taken
    found = verify(
        scheme="standard_webhooks",
        secrets=[SECRET],
        headers=headers,
        body=body,
        now=datetime.now(UTC),
    )
    assert isinstance(found, Verified), found
    assert (json.loads(body), headers_type(headers)) == (EVENT, "application/json")


LEAD = ("L-7", "2026-03-02T09:00:00Z", "asker@example.com", "a-token")


def lead_with_curl(url: str, folder: Path) -> None:
    """Post what the example wrote into its file, by the example of the signature."""
    code = f"{example('generic', 'sh', 'LEAD')}\n{example('generic', 'sh', 'openssl')}"
    script = re.sub(r"SECRET='[^']*'", f"SECRET='{SECRET}'", code).replace(HOOK, url)
    run("curl", "--version", folder=folder)
    run("sh", "-ec", script, folder=folder)


def lead_with_python(url: str, _folder: Path) -> None:
    scope: dict[str, Any] = {}
    exec(example("generic", "python", "def post("), scope)
    exec(example("generic", "python", "def report_lead("), scope)
    assert scope["report_lead"](url, SECRET, *LEAD) == 200
    assert scope["reject_lead"](url, SECRET, *LEAD[:2]) == 200


def lead_with_node(url: str, folder: Path) -> None:
    said = [", ".join(map(json.dumps, (url, SECRET, *facts))) for facts in (LEAD, LEAD[:2])]
    parts = [example("generic", "js", "async function post("), example("generic", "js", "Lead(")]
    calls = f"await reportLead({said[0]});\nawait rejectLead({said[1]});"
    run("node", "--input-type=module", "--eval", "\n".join([*parts, calls]), folder=folder)


def lead_with_php(url: str, folder: Path) -> None:
    said = [", ".join(f"'{one}'" for one in (url, SECRET, *facts)) for facts in (LEAD, LEAD[:2])]
    parts = [
        example("generic", "php", "function fairshare_post"),
        example("generic", "php", "function fairshare_lead"),
    ]
    calls = f"fairshare_lead({said[0]});\nfairshare_reject_lead({said[1]});"
    run("php", "-r", "\n".join([*parts, calls]), folder=folder)


@pytest.mark.parametrize("post", [lead_with_curl, lead_with_python, lead_with_node, lead_with_php])
def test_an_example_of_a_lead_posts_what_is_read_as_one(
    post: Post, listener: Listener, tmp_path: Path
):
    post(listener.url, tmp_path)

    (headers, body), *later = listener.taken
    found = verify(
        scheme="standard_webhooks",
        secrets=[SECRET],
        headers=headers,
        body=body,
        now=datetime.now(UTC),
    )
    assert isinstance(found, Verified), found
    (lead,) = parse(topic="lead.created", headers={}, body=body, hash_email=str).events
    assert isinstance(lead, OrderSnapshot)
    assert (lead.kind, lead.external_order_id) == ("lead", "lead:L-7")
    kinds = [json.loads(one)["type"] for _headers, one in later]
    assert kinds in ([], ["lead.rejected"])


def test_the_example_of_woocommerce_signs_what_is_taken(listener: Listener, tmp_path: Path):
    run_shell(example("woocommerce", "sh", "body.json"), "a-secret", listener.url, tmp_path)

    ((headers, body),) = listener.taken
    found = verify(
        scheme="woocommerce",
        secrets=["a-secret"],
        headers=headers,
        body=body,
        now=datetime.now(UTC),
    )
    assert isinstance(found, Verified), found


def headers_type(headers: dict[str, str]) -> str:
    return next(value for name, value in headers.items() if name.lower() == "content-type")
