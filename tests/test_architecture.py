"""Rules that no linter holds: caps, promises between files, names that must match."""

import ast
import re
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import models

from portal.audit_words import AREAS, SENTENCES

ROOT = Path(__file__).resolve().parent.parent
APPS = ("core", "ledger", "brands", "affiliates", "tracking", "payouts", "portal", "config")
SOURCES = [
    path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts
]
MONEY_APPS = {"ledger", "tracking", "payouts"}
LOCKS = (
    "requirements.txt",
    "requirements-build.txt",
    "requirements-dev.txt",
    "requirements-server.txt",
    "requirements-uv.txt",
    "package-lock.json",
    ".npmrc",
)
CAP = 400
ACTION = re.compile(r"[a-z_]+\.[a-z_]+")


def names_in_sources(pattern: str) -> set[str]:
    return {name for path in SOURCES for name in re.findall(pattern, path.read_text("utf-8"))}


def test_no_module_outgrows_its_cap():
    lengths = {str(path.relative_to(ROOT)): path.read_text("utf-8").count("\n") for path in SOURCES}

    assert {path: lines for path, lines in lengths.items() if lines > CAP} == {}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_names_no_host(name: str):
    lines = (ROOT / name).read_text("utf-8").splitlines()

    # npm keeps a package's "funding" page; nothing is fetched from there.
    assert [line for line in lines if "://" in line and '"url":' not in line] == []


@pytest.mark.parametrize("name", [name for name in LOCKS if name.startswith("requirements")])
def test_every_locked_package_has_a_hash(name: str):
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())

    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["requirements-build.txt", "requirements-server.txt"])
def test_what_an_image_installs_is_pinned_as_it_is_tested(name: str):
    """By versions and hashes: on which interpreters one is due depends on who else asks for it."""
    due = re.compile(r" ; .*(?= \\\n)")
    entries, tested = (
        {due.sub("", entry) for entry in re.split(r"\n(?=\S)", text.strip())}
        for text in ((ROOT / one).read_text("utf-8") for one in (name, "requirements-dev.txt"))
    )

    assert entries - tested == set()


def test_every_locked_asset_has_a_hash():
    lock = (ROOT / "package-lock.json").read_text("utf-8")
    entries = re.findall(r'"node_modules/[^"]+": \{[^}]*', lock)

    assert entries
    assert [entry for entry in entries if '"integrity": "sha512-' not in entry] == []


def test_no_row_of_money_disappears_with_another():
    cascading = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in MONEY_APPS
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        if field.remote_field.on_delete is not models.PROTECT
    ]

    assert cascading == []


def test_every_task_that_is_enqueued_or_scheduled_is_registered():
    current_app.loader.import_default_modules()
    enqueued = names_in_sources(r'enqueue\(\s*"([^"]+)"')
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert (enqueued | scheduled) - set(current_app.tasks) == set()


def test_every_setting_is_documented():
    read = names_in_sources(r'env\.\w+\(\s*"([A-Z_]+)"')
    documented = set(
        re.findall(r"`([A-Z_]+)`", (ROOT / "docs" / "operators.md").read_text("utf-8"))
    )

    assert read
    assert read - documented == set()


def test_the_environment_is_read_in_one_place():
    outside = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.parent.name != "config"
        # a switch for drills, and what PostgreSQL's programs inherit
        and path.name not in {"faults.py", "programs.py"}
        and re.search(r"os\.(environ|getenv)", path.read_text("utf-8"))
    ]

    assert outside == []


def test_every_audited_action_has_a_sentence_and_a_place_in_the_log():
    """A new action needs its line in portal/audit_words.py, in every language."""
    exact, begun = set(), set()
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call):
                for text in _list_actions(call):
                    (begun if text.endswith("*") else exact).add(text.removesuffix("*"))

    assert len(exact) > 40
    assert exact - set(SENTENCES) == set()
    assert {one for one in begun if not any(name.startswith(one) for name in SENTENCES)} == set()
    placed = {prefix for _label, prefixes in AREAS.values() for prefix in prefixes}
    assert {name.partition(".")[0] for name in SENTENCES} - placed == set()


def _list_actions(call: ast.Call) -> list[str]:
    """Return the actions a call to the audit, or to a module's own helper for it, may record."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    values = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
    values += call.args if name in {"record", "_record", "_audit"} else []
    found: list[str] = []
    for value in values:
        for node in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
            if isinstance(node, ast.Constant) and ACTION.fullmatch(str(node.value)):
                found.append(str(node.value))
            if isinstance(node, ast.JoinedStr) and str(ast.unparse(node.values[0])).endswith(".'"):
                found.append(f"{ast.literal_eval(node.values[0])}*")
    return found
