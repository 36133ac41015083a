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
from psycopg import IsolationLevel

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


# What holds on the internet, whatever Django's defaults become.
HELD: dict[str, Any] = {
    "DEBUG": False,
    "CSRF_TRUSTED_ORIGINS": ["https://fairshare.example"],
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SECURE_HSTS_PRELOAD": False,
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_REFERRER_POLICY": "strict-origin-when-cross-origin",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "X_FRAME_OPTIONS": "DENY",
    "SESSION_COOKIE_NAME": "__Host-session",
    "SESSION_COOKIE_SECURE": True,
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_AGE": 43_200,
    "USE_X_FORWARDED_HOST": False,
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "CSRF_COOKIE_NAME": "__Host-csrf",
    "CSRF_COOKIE_SECURE": True,
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Strict",
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 262_144,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 500,
    "DATA_UPLOAD_MAX_NUMBER_FILES": 5,
    "FILE_UPLOAD_MAX_MEMORY_SIZE": 1_048_576,
    "FILE_UPLOAD_PERMISSIONS": 0o640,
    "PASSWORD_RESET_TIMEOUT": 3600,
    "PASSWORD_HASHERS": [
        "django.contrib.auth.hashers.Argon2PasswordHasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ],
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE": True,
    "ACCOUNT_EMAIL_NOTIFICATIONS": True,
    "USE_TZ": True,
    "TIME_ZONE": "UTC",
    "EMAIL_TIMEOUT": 10,
    "CELERY_TIMEZONE": "UTC",
    "CELERY_TASK_ACKS_LATE": True,
    "CELERY_TASK_REJECT_ON_WORKER_LOST": True,
    "CELERY_TASK_IGNORE_RESULT": True,
    "CELERY_TASK_TIME_LIMIT": 120,
    "CELERY_TASK_SOFT_TIME_LIMIT": 90,
    "CELERY_WORKER_PREFETCH_MULTIPLIER": 1,
    "CELERY_ACCEPT_CONTENT": ["json"],
    "CELERY_TASK_SERIALIZER": "json",
}


def load_settings(*names: str, **more: str) -> dict[str, Any]:
    """Return what a process of its own makes of a production environment."""
    script = (
        "import json; from config import settings as s; "
        f"print(json.dumps({{n: getattr(s, n, None) for n in {names or WANTED!r}}}))"
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

    assert loaded["SECURE_REDIRECT_EXEMPT"] == ["^health/$", "^health/ready/$"]
    assert loaded["ALLOWED_HOSTS"] == ["fairshare.example"]
    assert loaded["SECURE_PROXY_SSL_HEADER"] is None


def test_what_guards_an_installation_on_the_internet_is_set():
    loaded = load_settings(*HELD, "DATABASES", "CELERY_BROKER_TRANSPORT_OPTIONS")
    database = loaded.pop("DATABASES")["default"]
    broker = loaded.pop("CELERY_BROKER_TRANSPORT_OPTIONS")

    assert loaded == HELD
    assert (database["ATOMIC_REQUESTS"], database["CONN_HEALTH_CHECKS"]) == (False, True)
    assert database["OPTIONS"]["isolation_level"] == IsolationLevel.READ_COMMITTED
    for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
        assert f"-c {limit}=" in database["OPTIONS"]["options"]
    # A message comes again only after the task that holds it must have ended.
    assert broker["visibility_timeout"] > loaded["CELERY_TASK_TIME_LIMIT"]


@pytest.mark.django_db
def test_every_cookie_of_an_installation_on_the_internet_is_for_https_alone(settings: Any):
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_NAME")
    for name, value in load_settings(*names).items():
        setattr(settings, name, value)
    settings.LOCAL = False
    client = Client()
    client.post("/preferences/", {"language": "th", "theme": "dark"})
    client.get("/accounts/login/")

    assert len(client.cookies) == 3
    for cookie in client.cookies.values():
        assert (cookie["secure"], cookie["httponly"], cookie["path"]) == (True, True, "/")


@pytest.mark.django_db
def test_every_answer_over_https_asks_for_https_from_then_on(behind_proxy: Any):
    for name, value in load_settings("SECURE_HSTS_SECONDS").items():
        setattr(behind_proxy, name, value)
    client = Client(headers={"host": "fairshare.example", "x-forwarded-proto": "https"})

    for path in ("/", "/accounts/login/", "/me/", "/nothing/", "/health/", "/images/0/full"):
        assert client.get(path)["Strict-Transport-Security"].startswith("max-age=31536000"), path


def test_passwords_are_hashed_slowly_and_may_not_be_short():
    loaded = load_settings("PASSWORD_HASHERS", "AUTH_PASSWORD_VALIDATORS")

    assert loaded["PASSWORD_HASHERS"][0].endswith("Argon2PasswordHasher")
    checks = {one["NAME"].rpartition(".")[2]: one for one in loaded["AUTH_PASSWORD_VALIDATORS"]}
    assert checks["MinimumLengthValidator"]["OPTIONS"] == {"min_length": 12}
    assert {"CommonPasswordValidator", "UserAttributeSimilarityValidator"} <= set(checks)
