"""Run everything on this machine: `python -m config.run`, for trying and developing.

Starts PostgreSQL and a Redis-compatible server where none is given, prepares the database, starts
the web server, the worker and the scheduler, and stops all of it again.
"""

import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.embedded import Server, remove_data, start_postgres, start_redis
from config.local import (
    HOST,
    ROOT,
    Local,
    check_port,
    hold_lock,
    read_addresses,
    read_local,
    secret_files,
    write_addresses,
)
from config.processes import Child, StartFailed, explain, spawn, stop, wait_until

PREPARE_S = 600
WEB_S = 60
GRACE_S = 10
WATCH_S = 0.2


def main(arguments: list[str]) -> int:
    """Run, reset or manage; every failure is one sentence."""
    try:
        local = read_local()
        if arguments[:1] == ["reset"]:
            reset(local)
        elif arguments[:1] == ["manage"]:
            manage(local, arguments[1:])
        elif arguments[:1] == ["journey"]:
            return journey(local)
        elif arguments[:1] == ["screenshots"]:
            return screenshots(local, arguments[1:])
        else:
            run(local)
    except (StartFailed, ImproperlyConfigured) as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"{error.filename} belongs to another user: start as that user.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


def run(local: Local) -> None:
    """Start everything and stay until Ctrl-C, SIGTERM or the death of a part.

    :raises StartFailed: something did not start, or ended.
    :raises KeyboardInterrupt: it was asked to stop, and everything has stopped.
    """
    with _everything(local, wants_demo=True) as up:
        print(_greeting(local, up.logins, up.servers), flush=True)
        _watch([*up.apps, *(server.child for server in up.servers)])


def journey(local: Local) -> int:
    """Walk the self-test through an installation apart; the last line printed is the journey's."""
    with _apart(local, wants_demo=False) as (url, up):
        command = [sys.executable, str(ROOT / "manage.py"), "selftest", "--url", url]
        walk = subprocess.run(command, env=up.environment, cwd=ROOT, capture_output=True)
    sys.stderr.write(walk.stderr.decode())
    sys.stdout.write(walk.stdout.decode())
    return walk.returncode


def screenshots(local: Local, arguments: list[str]) -> int:
    """Photograph the pages of a demo apart."""
    with _apart(local, wants_demo=True) as (url, up):
        command = [sys.executable, "-m", "tests.browser.screenshots", "--site", url, *arguments]
        return subprocess.run(command, env=up.environment, cwd=ROOT).returncode


@contextlib.contextmanager
def _apart(local: Local, *, wants_demo: bool) -> "Iterator[tuple[str, _Up]]":
    """Start everything beside whatever runs, with databases of its own in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="fairshare-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        apart = replace(local, data=Path(folder), port=_free_port())
        os.environ.update({"DATA_DIR": folder, "PORT": str(apart.port)})
        for name in ("DATABASE_URL", "REDIS_URL", "SITE_URL", "INTERNAL_URL", "STATE_DIR"):
            os.environ.pop(name, None)
        with _everything(apart, wants_demo=wants_demo) as up:
            yield apart.url, up


@dataclass
class _Up:
    """What was started, and the environment it runs with."""

    servers: list[Server]
    apps: list[Child]
    environment: dict[str, str]
    logins: str


@contextlib.contextmanager
def _everything(local: Local, *, wants_demo: bool) -> Iterator[_Up]:
    """Start everything, and stop all of it whatever happens inside."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    servers: list[Server] = []
    apps: list[Child] = []
    with hold_lock(local):
        check_port(local.port)
        _set_logs_aside(local)
        try:
            environment = _start_servers(local, servers)
            is_ours = any(server.variable == "DATABASE_URL" for server in servers)
            logins = _prepare(local, environment, apps, demo=is_ours and wants_demo)
            _start_apps(local, environment, apps)
            yield _Up(servers, apps, environment, logins)
        finally:
            _stop_everything(local, apps, servers)


def app_commands(port: int) -> dict[str, list[str]]:
    """Return what Python runs for each process of the program, by name, the web server first."""
    celery = ["celery", "--app=config.worker:app"]
    address = [f"--host={HOST}", f"--port={port}", "--no-ws"]
    web = ["granian", "--interface=wsgi", *address, "--workers=1", "--blocking-threads=16"]
    work = ["worker", "--pool=threads", "--concurrency=4", "--loglevel=INFO"]
    return {
        "web": [*web, "config.wsgi:application"],
        "worker": [*celery, *work],
        "scheduler": [*celery, "beat", "--pidfile=", "--loglevel=INFO"],
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def reset(local: Local) -> None:
    """Delete the embedded databases; secrets and logs stay.

    :raises StartFailed: they are in use.
    """
    with hold_lock(local):
        remove_data(local.data / "postgres")
        remove_data(local.data / "redis")
        shutil.rmtree(local.data / "state", ignore_errors=True)
    print(f"The embedded databases in {local.data} are deleted; `make run` makes new ones.")


def manage(local: Local, arguments: list[str]) -> None:
    """Become a management command that talks to the running servers.

    :raises StartFailed: nothing runs and no DATABASE_URL is given.
    """
    environment = _environment(local, read_addresses(local))
    if not environment.get("DATABASE_URL"):
        raise StartFailed(
            "Nothing runs here: start `make run` in another terminal, or set DATABASE_URL."
        )
    os.execve(sys.executable, [sys.executable, str(ROOT / "manage.py"), *arguments], environment)


def _environment(local: Local, urls: Mapping[str, str]) -> dict[str, str]:
    """Return what every part of the program runs with; what the caller set wins."""
    defaults = {
        "LOCAL": "1",
        "PORT": str(local.port),
        "PYTHONUNBUFFERED": "1",
        "STATE_DIR": str(local.data / "state"),
    }
    given = {name: value for name, value in os.environ.items() if value}
    return defaults | secret_files(local) | dict(urls) | given


def _set_logs_aside(local: Local) -> None:
    for log in local.logs.glob("*.log"):
        log.replace(log.with_suffix(".log.1"))


def _start_servers(local: Local, servers: list[Server]) -> dict[str, str]:
    """Start the servers no URL is given for, adding each to `servers`; return the environment."""
    for variable, start, name in (
        ("DATABASE_URL", start_postgres, "postgres"),
        ("REDIS_URL", start_redis, "redis"),
    ):
        if not os.environ.get(variable):
            print(f"Starting {name} ...", flush=True)
            servers.append(
                start(data=local.data / name, log=local.logs / f"{name}.log", durable=True)
            )
    urls = {server.variable: server.url for server in servers}
    write_addresses(local, urls)
    return _environment(local, urls)


def _prepare(local: Local, environment: Mapping[str, str], apps: list[Child], *, demo: bool) -> str:
    """Migrate, and load the demo into a database of ours; return the demo's log-ins."""
    more = ", at the first start with demo data" if demo else ""
    print(f"Preparing the database{more} ...", flush=True)
    logins = local.logs / "logins.txt"
    logins.unlink(missing_ok=True)
    child = _spawn_python(
        local, environment, "prepare", "config.prepare", *([str(logins)] if demo else [])
    )
    apps.append(child)
    if child.process.wait(PREPARE_S):
        raise StartFailed(f"The database could not be prepared. {explain(child)}")
    apps.remove(child)
    return logins.read_text(encoding="utf-8").strip() if logins.exists() else ""


def _start_apps(local: Local, environment: Mapping[str, str], apps: list[Child]) -> None:
    """Start web server, worker and scheduler, adding each to `apps`; wait for the first page."""
    for name, command in app_commands(local.port).items():
        apps.append(_spawn_python(local, environment, name, *command))
        if name == "web":  # the others after its first page, which need not wait for their boot
            wait_until(lambda: _answers(local.port), child=apps[0], timeout_s=WEB_S)


def _spawn_python(local: Local, environment: Mapping[str, str], name: str, *module: str) -> Child:
    command = [sys.executable, "-m", *module]
    log = local.logs / f"{name}.log"
    return spawn(name=f"The {name} process", command=command, log=log, env=environment, cwd=ROOT)


def _answers(port: int) -> bool:
    """Say whether the web server answers at all; which page it is does not matter here."""
    link = http.client.HTTPConnection(HOST, port, timeout=5)
    with contextlib.closing(link), contextlib.suppress(OSError, http.client.HTTPException):
        link.request("HEAD", "/health/")
        return bool(link.getresponse().status)
    return False


def _greeting(local: Local, logins: str, servers: list[Server]) -> str:
    lines = ["", f"Fairshare runs at {local.url}"]
    lines += ["", logins] if logins else []
    lines += ["", f"Mail is kept, to be read at {local.url}ops/outbox/"]
    lines += ["", f"Data and logs are in {_short(local.data)}. Ctrl-C stops everything."]
    if servers:
        lines += [
            "The embedded databases are for trying and testing: "
            "set DATABASE_URL and REDIS_URL for real use."
        ]
    return "\n".join(lines)


def _short(path: Path) -> str:
    return f"{path.relative_to(Path.cwd())}/" if path.is_relative_to(Path.cwd()) else str(path)


def _watch(children: list[Child]) -> None:
    while True:
        for child in children:
            if child.process.poll() is not None:
                raise StartFailed(f"{child.name} ended, so everything stops. {explain(child)}")
        time.sleep(WATCH_S)


def _stop_everything(local: Local, apps: list[Child], servers: list[Server]) -> None:
    """Stop the program first, its servers after; a second Ctrl-C does not cut this short."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    stop(apps, grace_s=GRACE_S)
    for server in reversed(servers):
        server.stop()
    local.addresses.unlink(missing_ok=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
