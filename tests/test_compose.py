"""The image and the compose file: what they name exists, and they hold no secret."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.local import SECRETS
from tests.yamlsubset import NotPlain, read_yaml

ROOT = Path(__file__).resolve().parent.parent
COMPOSE = read_yaml((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "fairshare" in service["image"]}
OPERATORS = (ROOT / "docs" / "operators.md").read_text("utf-8")
MAY_HOLD_A_SECRET = {*SECRETS, "DATABASE_URL", "MIGRATION_DATABASE_URL", "EMAIL_URL"}


def settings_of(service: dict[str, Any]) -> set[str]:
    return {name.removesuffix("_FILE") for name in service["environment"]}


def files_for_secrets() -> set[str]:
    return {entry["file"] for entry in COMPOSE["secrets"].values()}


@pytest.mark.parametrize("text", ["a: {b: 1}", "a: |", "a: 'x'", "- a", "a: 1\na: 2", "a: b: c"])
def test_a_form_of_yaml_that_is_not_read_is_refused(text: str):
    with pytest.raises(NotPlain):
        read_yaml(text)


def test_every_process_and_server_is_a_service():
    assert set(OURS) == {"web", "worker", "beat", "migrate"}
    assert set(SERVICES) - set(OURS) == {"postgres", "redis", "caddy"}


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_by_a_tag(name: str):
    _, _, tag = SERVICES[name]["image"].partition(":")

    assert tag not in {"", "latest"}


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_a_service_is_watched_and_started_again(name: str):
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_log_does_not_fill_the_disk(name: str):
    assert SERVICES[name]["logging"] == {"driver": "local"}


def test_migrations_run_once_and_first():
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("web", "worker", "beat"):
        done = OURS[name]["depends_on"]["migrate"]
        assert done == {"condition": "service_completed_successfully"}


@pytest.mark.parametrize("name", OURS)
def test_every_setting_given_exists_and_is_documented(name: str):
    known = (ROOT / "config" / "settings.py").read_text("utf-8")

    for setting in settings_of(OURS[name]):
        assert re.search(rf'env\.\w+\("{setting}"', known), setting
        assert f"`{setting}`" in OPERATORS, setting


@pytest.mark.parametrize("name", OURS)
def test_our_processes_get_every_key_and_may_do_little(name: str):
    service = OURS[name]

    assert set(SECRETS) | {"DATABASE_URL", "REDIS_URL", "SITE_URL"} <= settings_of(service)
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_secret_comes_from_a_file_that_the_service_is_given(name: str):
    service = SERVICES[name]
    environment: dict[str, str] = service.get("environment", {})
    files = {value for name, value in environment.items() if name.endswith("_FILE")}

    assert not MAY_HOLD_A_SECRET & set(environment)
    assert files == {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
    assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])


def test_no_address_in_the_compose_file_holds_a_password():
    text = (ROOT / "docker-compose.yml").read_text("utf-8")

    assert re.findall(r"\w+://[^\s/\"]*@", text) == []


def test_secrets_are_ignored_by_git_and_the_guide_makes_every_one():
    assert {"secrets/", ".env"} <= set((ROOT / ".gitignore").read_text("utf-8").split())
    for file in files_for_secrets():
        assert re.search(rf"> {file.removeprefix('./')}\b", OPERATORS), file


def test_the_program_reaches_itself_by_the_name_of_the_web_service():
    environment = OURS["worker"]["environment"]

    assert environment["INTERNAL_URL"] == "http://web:8000"
    assert "http://web:8000/health/" in " ".join(OURS["web"]["healthcheck"]["test"])
    assert "reverse_proxy web:8000" in (ROOT / "config" / "Caddyfile").read_text("utf-8")
    assert environment["TRUSTED_PROXIES"] == "1"


def test_only_the_proxy_is_reached_from_outside_and_the_databases_reach_nothing():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert COMPOSE["networks"]["data"] == {"internal": True}
    for name in ("postgres", "redis"):
        assert SERVICES[name]["networks"] == ["data"]


def test_what_must_outlive_a_container_is_a_volume():
    named = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert set(COMPOSE["volumes"]) == {name for name in named if "/" not in name}
    assert "--appendonly" in SERVICES["redis"]["command"]


def test_the_image_holds_every_app_and_nothing_of_this_folder_by_accident():
    lines = [
        line
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    apps = {
        app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()
    }
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}

    assert lines[0] == "*"
    assert apps | {"templates", "static", "locale", "manage.py"} <= allowed
    assert [name for name in sorted(allowed) if not (ROOT / name).exists()] == []


def test_the_last_stage_of_the_image_builds_nothing_and_is_not_root():
    stages = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text("utf-8"), flags=re.MULTILINE)
    last = stages[-1]

    assert re.search(r"^USER fairshare$", last, re.MULTILINE)
    assert re.search(r"\b(pip3? install|npm|gcc|apt-get|requirements)\b", last) is None
    assert re.search(r"-name pip .*rm -rf", last)  # the base image's own
    assert "config.wsgi:application" in last
    for name in re.findall(r"requirements-\w+\.txt", "".join(stages)):
        assert (ROOT / name).exists()
