"""The two commands a newcomer runs: what they refuse, what they leave behind."""

import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError
from cryptography.fernet import Fernet

from config import assets, bootstrap, embedded, local, run
from config.messages import compile_catalogue
from config.processes import StartFailed
from tracking.domain.token import parse_keys

ROOT = Path(__file__).resolve().parent.parent
GIVEN = {"DATABASE_URL", "REDIS_URL", "STATE_DIR", "LOCAL", *local.SECRETS}


@dataclass
class Started:
    """A `config.run` of this test's own."""

    process: subprocess.Popen[str]
    environment: dict[str, str]
    greeting: str


def run_environment(data: Path, **more: str) -> dict[str, str]:
    """Return an environment in which nothing is given; `data` also marks the processes."""
    kept = {name: value for name, value in os.environ.items() if name not in GIVEN}
    return kept | {"DATA_DIR": str(data), "PORT": str(free_port())} | more


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_to_end(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "config.run", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)


def processes_of(data: Path) -> list[str]:
    """Return the command of every living process that was started for `data`."""
    listed = subprocess.run(["ps", "-eww", "-o", "stat=,args="], capture_output=True, text=True)
    if sys.platform != "linux":
        return [line for line in listed.stdout.splitlines() if str(data) in line]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            mark = f"DATA_DIR={data}\0".encode()
            if mark in (folder / "environ").read_bytes() + b"\0":
                found.append((folder / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


def is_alive(pid: str) -> bool:
    """Say whether a process runs; one that waits for its parent to look has ended."""
    try:
        return ") Z " not in (Path("/proc") / pid / "stat").read_text()
    except OSError:
        return False


def is_port_open(port: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", int(port))) == 0


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "var"
    yield folder
    embedded.remove_data(folder / "postgres")


@pytest.fixture
def started(data: Path) -> Iterator[Started]:
    environment = run_environment(data, DEMO_PERCENT="5")
    process = subprocess.Popen(
        [sys.executable, "-m", "config.run"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield Started(process, environment, _read_greeting(process))
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=30)


def _read_greeting(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "real use" in line:
            break
    return "".join(lines)


@pytest.mark.slow
@pytest.mark.timeout(300)  # it loads the demo
def test_a_run_serves_refuses_a_second_and_leaves_nothing_behind(started: Started, data: Path):
    port = started.environment["PORT"]
    assert f"http://localhost:{port}/" in started.greeting, started.greeting
    assert "for trying and testing" in started.greeting
    assert is_port_open(port)
    assert len(processes_of(data)) >= 6  # this one, two servers, web, worker, scheduler

    second = run_to_end(env=started.environment)
    assert (second.returncode, second.stderr.count("\n")) == (1, 1)
    assert f"already runs on {data}" in second.stderr

    started.process.send_signal(signal.SIGINT)
    started.process.communicate(timeout=30)
    assert started.process.returncode == 0
    assert processes_of(data) == []
    assert not is_port_open(port)
    assert not (data / "running.json").exists()


@pytest.mark.slow
def test_a_part_that_dies_at_the_start_is_one_sentence_and_nothing_stays(data: Path):
    done = run_to_end(env=run_environment(data, SECRET_KEY="short"))

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "SECRET_KEY is too short" in done.stderr
    assert processes_of(data) == []


def test_a_taken_port_is_refused_before_anything_starts(data: Path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(
            StartFailed, match=rf"^Port {taken} is taken: .* `make run PORT=\d+`\.$"
        ):
            run.run(local.Local(data=data, port=taken))

    assert [path.name for path in data.iterdir()] == ["run.lock"]


def test_reset_deletes_the_databases_alone_and_only_when_nothing_runs(data: Path):
    place = local.Local(data=data, port=8000)
    for name in ("postgres", "redis", "secrets", "log"):
        (data / name).mkdir(parents=True)
        (data / name / "file").touch()

    with local.hold_lock(place), pytest.raises(StartFailed, match="already runs"):
        run.reset(place)
    assert (data / "postgres" / "file").exists()

    run.reset(place)
    assert sorted(path.name for path in data.iterdir()) == ["log", "run.lock", "secrets"]


def test_a_port_that_is_no_number_is_one_sentence(data: Path):
    done = run_to_end(env=run_environment(data, PORT="eighty"))

    assert (done.returncode, done.stderr) == (
        1,
        "PORT is 'eighty'; use a whole number from 1 to 65535.\n",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_a_child_does_not_outlive_a_killed_parent(tmp_path: Path):
    script = (
        "import os, pathlib, signal, sys; from config.processes import spawn\n"
        "command = [sys.executable, '-c', 'import time; time.sleep(60)']\n"
        "child = spawn(name='x', command=command, env=os.environ, cwd=pathlib.Path('/'),"
        f" log=pathlib.Path({str(tmp_path / 'x.log')!r}))\n"
        "print(child.process.pid, flush=True); os.kill(os.getpid(), signal.SIGKILL)"
    )
    parent = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True
    )
    assert parent.stdout.strip().isdigit(), parent.stderr

    deadline = time.monotonic() + 5
    while is_alive(parent.stdout.strip()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(parent.stdout.strip())


def test_data_of_another_major_version_is_refused_with_the_command_that_saves_it(tmp_path: Path):
    cluster = tmp_path / "postgres"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("14\n")
    if os.geteuid() == 0:
        os.chown(cluster, pwd.getpwnam("nobody").pw_uid, -1)

    with pytest.raises(StartFailed) as refused:
        embedded.start_postgres(data=cluster, log=tmp_path / "log", durable=True)

    assert "PostgreSQL 14" in str(refused.value)
    assert re.search(r"`[^`]*pg_dump [^`]*fairshare\.sql[^`]*`", str(refused.value))
    assert "make reset" in str(refused.value)


def test_secrets_are_made_once_and_are_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in local.SECRETS:
        monkeypatch.delenv(name, raising=False)
    place = local.Local(data=tmp_path / "var", port=8000)

    files = local.secret_files(place)
    first = {name: Path(path).read_text() for name, path in files.items()}
    second = {name: Path(path).read_text() for name, path in local.secret_files(place).items()}

    assert set(files) == {"SECRET_KEY_FILE", "FIELD_ENCRYPTION_KEYS_FILE", "CLICK_TOKEN_KEYS_FILE"}
    assert first == second
    assert len(first["SECRET_KEY_FILE"]) >= 50
    Fernet(first["FIELD_ENCRYPTION_KEYS_FILE"])
    parse_keys([first["CLICK_TOKEN_KEYS_FILE"]])
    assert {stat.S_IMODE(Path(path).stat().st_mode) for path in files.values()} == {0o600}


def test_a_given_secret_is_not_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_KEY", "given")

    assert "SECRET_KEY_FILE" not in local.secret_files(local.Local(data=tmp_path, port=8000))


def test_copied_assets_hold_no_source_map_and_no_data_image(tmp_path: Path):
    packages = tmp_path / "node_modules"
    for source in assets.FILES.values():
        path = packages / source
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            """a{b:url("data:image/svg+xml,%3csvg fill='oklch%281%25 0 0%29'/%3e")}\n"""
            "/*# sourceMappingURL=a.css.map */\n"
        )

    assets.copy_files(packages=packages, vendor=tmp_path / "vendor")

    css = (tmp_path / "vendor" / "tabler.min.css").read_text()
    assert "sourceMappingURL" not in css
    image = re.fullmatch(r'a\{b:url\("(images/\w+\.svg)"\)\}\s*', css)
    assert image
    assert (tmp_path / "vendor" / image[1]).read_text() == '<svg fill="oklch(1% 0 0)"/>'


def test_catalogues_compile_without_gettext_and_a_broken_one_is_refused(tmp_path: Path):
    source = tmp_path / "th" / "LC_MESSAGES" / "django.po"
    source.parent.mkdir(parents=True)
    header = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n'
    source.write_text(header + 'msgid "a"\nmsgstr "ก"\n', encoding="utf-8")
    target = source.with_suffix(".mo")

    compile_catalogue(source=source, target=target)

    assert "ก".encode() in target.read_bytes()
    source.write_text("msgid\n")
    with pytest.raises(PoFileError):
        compile_catalogue(source=source, target=target)


def test_an_outdated_python_is_told_so_in_one_sentence(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "version", "3.9.2 (old)")
    monkeypatch.setattr(shutil, "which", lambda name: None)

    with pytest.raises(
        SystemExit, match=r"needs Python 3\.11 to 3\.14, and .* is 3\.9\.2: name another"
    ):
        bootstrap._use_supported_python(["run"])


def test_compiled_code_is_kept_in_the_environment_where_none_is_wanted_beside_the_sources() -> None:
    refused = {"PATH": "/bin", "PYTHONDONTWRITEBYTECODE": "1"}
    kept = str(bootstrap.VENV / "compiled")

    assert bootstrap.keep_compiled(refused) == {"PATH": "/bin", "PYTHONPYCACHEPREFIX": kept}
    own = {**refused, "PYTHONPYCACHEPREFIX": "/own"}
    assert bootstrap.keep_compiled(own) == {"PATH": "/bin", "PYTHONPYCACHEPREFIX": "/own"}
    assert bootstrap.keep_compiled({"PATH": "/bin"}) == {"PATH": "/bin"}


def test_the_versions_checked_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    low, high = bootstrap.OLDEST, bootstrap.NEWEST

    assert project["requires-python"] == f">={low[0]}.{low[1]},<{high[0]}.{high[1] + 1}"


def test_every_command_of_the_makefile_exists():
    targets = re.findall(r"bootstrap\.py ([\w-]+)", (ROOT / "Makefile").read_text())

    assert set(targets) == {"help", *bootstrap.COMMANDS}
