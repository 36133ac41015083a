"""What the guides of the stores tell people to paste really signs: run as it stands there."""

import json
import shutil
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core.signing import Verified
from tests.tracking.payloads import ROOT
from tracking.integrations import get_adapter

GENERIC_SECRET = "whsec_a2tra2tra2tra2tra2tra2tra2tra2tr"
WOOCOMMERCE_SECRET = "5d41402abc4b2a76b9719d911017c592"
BODY = '{"type": "order.paid", "data": {"title": "قوری ☕"}}'.encode()
CURL = '#!/bin/sh\nprintf "%s\\n" "$@" > told\n'


def example(platform: str, language: str) -> str:
    text = (ROOT / "docs" / "stores" / f"{platform}.md").read_text("utf-8")
    return text.split(f"```{language}\n")[1].split("```")[0]


def is_believed(platform: str, secret: str, headers: dict[str, str]) -> bool:
    now = datetime.fromtimestamp(time.time(), UTC)
    adapter = get_adapter(platform)
    found = adapter.verify(headers=headers, body=BODY, secrets=[secret], now=now)
    return isinstance(found, Verified)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
@pytest.mark.parametrize(
    ("platform", "placeholder", "secret"),
    [
        ("generic", "whsec_…", GENERIC_SECRET),
        ("woocommerce", "the secret of this store", WOOCOMMERCE_SECRET),
    ],
)
def test_the_shell_example_signs(platform, placeholder, secret, tmp_path: Path, monkeypatch):
    (tmp_path / "body.json").write_bytes(BODY)
    curl = tmp_path / "curl"
    curl.write_text(CURL)
    curl.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    script = example(platform, "sh").replace(placeholder, secret)

    subprocess.run(["/bin/sh", "-eu", "-c", script], cwd=tmp_path, check=True, timeout=20)

    told = (tmp_path / "told").read_text().splitlines()
    pairs = [told[at + 1].partition(": ") for at, word in enumerate(told) if word == "-H"]
    assert "--data-binary" in told
    assert is_believed(platform, secret, {name: value for name, _, value in pairs})


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_the_node_example_signs(tmp_path: Path):
    call = f"console.log(JSON.stringify(sign({GENERIC_SECRET!r}, 'evt_1', {BODY.decode()!r})));"
    (tmp_path / "sign.mjs").write_text(example("generic", "js") + call, "utf-8")

    done = subprocess.run(
        [shutil.which("node") or "node", "sign.mjs"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=20,
    )

    assert is_believed("generic", GENERIC_SECRET, json.loads(done.stdout))
