"""pytest plugin: a PostgreSQL and a Redis-compatible server for one run of the tests.

Loaded with `-p tests.services`, ahead of pytest-django's reading of the settings. A given
DATABASE_URL or REDIS_URL wins. xdist workers inherit what the controller started.
"""

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from config.embedded import Server, remove_data, start_postgres, start_redis

# Fixed, so that a failure can be repeated; nothing outside the tests knows them.
SETTINGS = {
    "LOCAL": "1",
    "API_REQUESTS_PER_MINUTE": "100000",  # a crawl asks with one key
    "SECRET_KEY": "tests-only-" * 6,
    "FIELD_ENCRYPTION_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
    "CLICK_TOKEN_KEYS": "1:dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Start what is missing; a wrapper runs ahead of pytest-django's own hook."""
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    known = early_config.known_args_namespace
    if "PYTEST_XDIST_WORKER" not in os.environ and not (known.help or known.version):
        # Without this a SIGTERM would end Python ahead of its atexit functions.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        start_missing()
        os.environ["STATE_DIR"] = tempfile.mkdtemp(prefix="fs-state-")
    return (yield)


def start_missing() -> None:
    """Start the servers no URL is given for, name them in the environment, stop them at exit."""
    missing = [name for name in ("DATABASE_URL", "REDIS_URL") if not os.environ.get(name)]
    if not missing:
        return
    folder = Path(tempfile.mkdtemp(prefix="fs-tests-"))
    folder.chmod(0o711)  # as root, PostgreSQL runs under another account
    servers: list[Server] = []
    atexit.register(_stop, servers, folder)
    if "DATABASE_URL" in missing:
        data, log = folder / "postgres", folder / "postgres.log"
        servers.append(start_postgres(data=data, log=log, durable=False))
    if "REDIS_URL" in missing:
        data, log = folder / "redis", folder / "redis.log"
        servers.append(start_redis(data=data, log=log, durable=False))
    os.environ.update({server.variable: server.url for server in servers})


def _stop(servers: list[Server], folder: Path) -> None:
    for server in servers:
        server.stop()
    remove_data(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)
