"""Rules that no linter holds: caps, promises between files, names that must match."""

import re
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.conf import settings
from django.db import models

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
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text("utf-8").strip())
    tested = re.split(r"\n(?=\S)", (ROOT / "requirements-dev.txt").read_text("utf-8").strip())

    assert set(entries) - set(tested) == set()


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
        and path.name != "faults.py"  # a switch for drills
        and re.search(r"os\.(environ|getenv)", path.read_text("utf-8"))
    ]

    assert outside == []
