"""The examples of docs/stores sign as the program reads: each is run as it stands there."""

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.signing import Verified, make_secret, verify

STORES = Path(__file__).resolve().parent.parent / "docs" / "stores"
BODY = '{"type": "order.paid", "data": {"id": "A-1", "title": "لیوان ☕", "total": "12.50"}}\n'
SECRET = make_secret()
CURL = '#!/bin/sh\nfor one in "$@"; do case $one in *:\\ *) printf "%s\\n" "$one";; esac; done\n'


def example(page: str, language: str, word: str) -> str:
    text = (STORES / f"{page}.md").read_text("utf-8")
    blocks = re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    (found,) = [block for block in blocks if word in block]
    return found


def run(command: list[str], folder: Path, **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def read_headers(lines: str) -> dict[str, str]:
    return dict(line.split(": ", 1) for line in lines.splitlines())


def with_shell(folder: Path, code: str, secret: str) -> dict[str, str]:
    """Run a shell example with a `curl` that prints the headers it was given."""
    (folder / "body.json").write_text(BODY, "utf-8")
    (folder / "curl").write_text(CURL)
    (folder / "curl").chmod(0o755)
    script = re.sub(r"SECRET='[^']*'", f"SECRET='{secret}'", code)
    path = f"{folder}:{os.environ['PATH']}"
    return read_headers(run(["sh", "-ec", script], folder, PATH=path))


def with_python(folder: Path) -> dict[str, str]:
    scope: dict[str, object] = {}
    exec(example("generic", "python", "def sign("), scope)
    sign = scope["sign"]
    assert callable(sign)
    headers: dict[str, str] = sign(SECRET, "evt_1", BODY.encode())
    return headers


def with_node(folder: Path) -> dict[str, str]:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    call = f"console.log(JSON.stringify(sign({json.dumps(SECRET)}, 'evt_1', {json.dumps(BODY)})))"
    code = f"{example('generic', 'js', 'function sign(')}\n{call}"
    headers: dict[str, str] = json.loads(
        run(["node", "--input-type=module", "--eval", code], folder)
    )
    return headers


def with_php(folder: Path) -> dict[str, str]:
    if shutil.which("php") is None:
        pytest.skip("php is not installed")
    call = f"echo implode(\"\\n\", fairshare_headers('{SECRET}', 'evt_1', getenv('BODY')));"
    code = f"{example('generic', 'php', 'function fairshare_headers')}\n{call}"
    return read_headers(run(["php", "-r", code], folder, BODY=BODY))


def with_curl(folder: Path) -> dict[str, str]:
    return with_shell(folder, example("generic", "sh", "body.json"), SECRET)


@pytest.mark.parametrize("sign", [with_curl, with_python, with_node, with_php])
def test_an_example_of_the_generic_webhook_signs_what_is_taken(sign, tmp_path: Path):
    headers = sign(tmp_path)

    found = verify(
        scheme="standard_webhooks",
        secrets=[SECRET],
        headers=headers,
        body=BODY.encode(),
        now=datetime.now(UTC),
    )

    assert isinstance(found, Verified), found


def test_the_example_of_woocommerce_signs_what_is_taken(tmp_path: Path):
    headers = with_shell(tmp_path, example("woocommerce", "sh", "body.json"), "a-secret")

    found = verify(
        scheme="woocommerce",
        secrets=["a-secret"],
        headers=headers,
        body=BODY.encode(),
        now=datetime.now(UTC),
    )

    assert isinstance(found, Verified), found
