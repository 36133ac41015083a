"""What a shop is given to paste: the same code on its page and in its guide, and it works."""

import html
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from core.signing import Verified
from tests.tracking.adapting import at, document
from tests.tracking.payloads import ROOT, own
from tracking.integrations import find_template, squarespace

GUIDES = ROOT / "docs" / "stores"
PAGES = ("setup.html", "click.html")
SHOPS = ("magento", "medusa", "prestashop", "saleor")


def blocks(platform: str, language: str = r"[a-z]+") -> list[str]:
    guide = (GUIDES / f"{platform}.md").read_text("utf-8")
    return re.findall(rf"```(?:{language})\n(.*?)```", guide, re.DOTALL)


@pytest.mark.parametrize("platform", SHOPS)
def test_a_page_and_its_guide_give_the_same_code(platform: str):
    pages = html.unescape("".join(find_template(platform, name) for name in PAGES))
    found = blocks(platform)

    assert found
    assert [block for block in found if block.strip() not in pages] == []


def test_the_query_for_saleor_asks_for_every_field_that_is_read():
    query, _ = blocks("saleor", "graphql")
    order = document("saleor", "order_paid")["order"]
    del order["aFieldOfTomorrow"]
    names = {*order, *order["lines"][0], *order["lines"][0]["variant"]["product"]}

    assert [name for name in sorted(names) if not re.search(rf"\b{name}\b", query)] == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not here")
def test_the_command_for_squarespace_signs_what_is_believed(tmp_path: Path):
    [command] = [block for block in blocks("squarespace", "sh") if "SIGNATURE=" in block]
    secret, body = "0f" * 32, own("squarespace", "notification")
    (tmp_path / "body.json").write_bytes(body)
    line = next(line for line in command.splitlines() if line.startswith("SIGNATURE="))
    script = f'SECRET={secret}; {line}; printf %s "$SIGNATURE"'
    shell = str(shutil.which("sh"))
    done = subprocess.run([shell, "-c", script], cwd=tmp_path, capture_output=True, check=True)

    headers = {"Squarespace-Signature": done.stdout.decode()}
    verified = squarespace.verify(
        headers=headers, body=body, secrets=[secret], now=at(2026, 3, 2), address=""
    )
    assert verified == Verified(0)
