"""Settings: one sentence when one is wrong, and what production makes of them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection
from django.test import Client

from config import env, gate

ROOT = Path(__file__).resolve().parent.parent
SECRET = "pa55word"
INTERNAL = "http://web:8000"
WANTED = (
    "ALLOWED_HOSTS",
    "SECURE_SSL_REDIRECT",
    "SECURE_REDIRECT_EXEMPT",
    "SECURE_PROXY_SSL_HEADER",
    "DATABASES",
)


def production(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in gate.OURS}
    return kept | gate.PRODUCTION | more


def load_settings(**more: str) -> dict[str, Any]:
    """Return what a process of its own makes of a production environment."""
    script = (
        "import json; from config import settings as s; "
        f"print(json.dumps({{n: getattr(s, n, None) for n in {WANTED!r}}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=production(**more), capture_output=True
    )
    return dict(json.loads(done.stdout))


@pytest.fixture
def behind_proxy(settings: Any) -> Any:
    """Turn this process's settings into those of a compose file: a proxy in front, http inside."""
    loaded = load_settings(INTERNAL_URL=INTERNAL, TRUSTED_PROXIES="1")
    for name in WANTED[:4]:
        setattr(settings, name, loaded[name])
    return settings


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "", "is not set"),
        ("DATABASE_URL", f"mysql://a:{SECRET}@b/c", "of the form postgres://"),
        ("DATABASE_URL", f"postgres://a:{SECRET}@b:port/c", "of the form postgres://"),
        ("REDIS_URL", f"http://:{SECRET}@b", "of the form redis://"),
        ("REDIS_URL", f"redis://:{SECRET}@b:port", "of the form redis://"),
        ("EMAIL_URL", f"mail://a:{SECRET}@b", r"of the form smtp\+tls://"),
        ("FIELD_ENCRYPTION_KEYS", SECRET, "32 random bytes"),
        ("SITE_URL", "https://a/path", "without a path"),
        ("SITE_URL", "https://a:port", "without a path"),
        ("SITE_URL", "https://[a", "without a path"),
        ("LOG_LEVEL", "loud", "use one of DEBUG, INFO"),
    ],
)
def test_a_wrong_value_is_named_and_a_secret_is_not_repeated(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
):
    read = {
        "DATABASE_URL": env.database,
        "REDIS_URL": lambda name: env.redis_url(name, ""),
        "EMAIL_URL": env.mail_server,
        "FIELD_ENCRYPTION_KEYS": env.fernet_keys,
        "SITE_URL": lambda name: env.site_url(name, ""),
        "LOG_LEVEL": lambda name: env.one_of(name, "INFO", ("DEBUG", "INFO")),
    }[name]
    monkeypatch.delenv(f"{name}_FILE", raising=False)
    monkeypatch.setenv(name, value)

    with pytest.raises(ImproperlyConfigured, match=rf"^{name}\b.*{said}") as refused:
        read(name)

    assert SECRET not in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    for file, why in (("nothing", "No such file"), ("binary", "no UTF-8 text")):
        monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / file))
        with pytest.raises(ImproperlyConfigured, match=rf"^DATABASE_URL_FILE: .*{file}.*{why}"):
            env.database("DATABASE_URL")


def test_a_database_of_several_hosts_and_odd_passwords_is_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://a:b#c[d@one:5432,two:5433/shop")

    found = env.database("DATABASE_URL")

    assert (found["HOST"], found["PORT"], found["PASSWORD"]) == ("one,two", "5432,5433", "b#c[d")


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ["manage.py", "check"],
        ["-m", "config.prepare"],
        ["-m", "celery", "--app=config.worker:app", "worker"],
        ["-c", "import config.wsgi"],
    ],
)
def test_every_process_refuses_a_wrong_setting_with_one_sentence(command: list[str]):
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=production(SECRET_KEY="short"),
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stderr) == (
        1,
        "Fairshare cannot start: SECRET_KEY is too short: use at least 50 random characters.\n",
    )


def test_production_reads_a_database_address_from_a_file(tmp_path: Path):
    (tmp_path / "url").write_text("postgres://me:word@db/shop\n")

    loaded = load_settings(DATABASE_URL="", DATABASE_URL_FILE=str(tmp_path / "url"))

    assert loaded["DATABASES"]["default"]["PASSWORD"] == "word"


@pytest.mark.django_db
def test_the_health_check_answers_over_http_without_a_redirect(behind_proxy: Any):
    answer = Client(headers={"host": "web:8000"}).get("/health/")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_the_health_check_says_503_and_no_detail_when_the_database_is_away():
    def refuse(*arguments: Any) -> None:
        raise OperationalError("connection to server at 10.0.0.7 failed")

    with connection.execute_wrapper(refuse):
        answer = Client().get("/health/")

    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/rails/stripe/brd_unknown", 404),
        ("/standin/stripe/v1/accounts", 401),
        ("/standin/stripe/setup/token", 301),  # a person's page
        ("/accounts/login/", 301),
    ],
)
def test_only_calls_of_the_program_to_itself_may_use_http(
    path: str, status: int, behind_proxy: Any
):
    assert Client(headers={"host": "web:8000"}).post(path).status_code == status


@pytest.mark.django_db
def test_a_request_the_proxy_took_over_https_is_not_sent_round(behind_proxy: Any):
    client = Client(headers={"host": "fairshare.example", "x-forwarded-proto": "https"})

    assert client.get("/accounts/login/").status_code == 200


def test_without_an_address_inside_everything_but_the_health_check_needs_https():
    loaded = load_settings()

    assert loaded["SECURE_REDIRECT_EXEMPT"] == ["^health/$"]
    assert loaded["ALLOWED_HOSTS"] == ["fairshare.example"]
    assert loaded["SECURE_PROXY_SSL_HEADER"] is None
