"""What the guides name exists: files, headings, make targets, management commands."""

import re
from pathlib import Path

import pytest

from config.bootstrap import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
GUIDES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = {path: path.read_text("utf-8") for path in GUIDES}
DJANGO = {"shell", "collectstatic"}
LINK = re.compile(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")


def names(pattern: str) -> set[str]:
    return {name for text in TEXT.values() for name in re.findall(pattern, text)}


def commands() -> set[str]:
    files = ROOT.glob("*/management/commands/*.py")
    return {path.stem for path in files if not path.stem.startswith("_")}


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path):
    for file, anchor in LINK.findall(TEXT[path]):
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), file
        assert not anchor or anchor in anchors(target), anchor


def test_every_make_target_named_exists():
    assert names(r"`make ([\w-]+)") <= set(COMMANDS)


def test_every_management_command_named_exists_and_every_one_is_named():
    named = names(r"(?:manage\.py|ARGS='?)[ =]?(\w+)") - {"command"}

    assert named - DJANGO == commands()
