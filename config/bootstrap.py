"""Set up what a command needs, then run it: `python3 config/bootstrap.py run`.

Runs under the system's Python with nothing but the standard library, and is run by path: importing
the `config` package would import Celery, which is not there yet. The syntax stays old enough for
an outdated Python to reach the sentence that says so.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
OLDEST, NEWEST = (3, 11), (3, 14)  # requires-python in pyproject.toml
UV_LOCK = "requirements-uv.txt"
RUN_LOCK = "requirements.txt"
DEV_LOCK = "requirements-dev.txt"

BOTH = ("-n", "2", "--dist", "worksteal")  # two processes; who is done takes of the other's tests

# Command: (lock file, what the environment's Python runs). Arguments of the caller are appended.
COMMANDS = {
    "run": (RUN_LOCK, ["-m", "config.run"]),
    "manage": (RUN_LOCK, ["-m", "config.run", "manage"]),
    "reset": (RUN_LOCK, ["-m", "config.run", "reset"]),
    "messages": (RUN_LOCK, ["-m", "config.extract"]),
    "test": (DEV_LOCK, ["-m", "pytest", *BOTH]),
    "journey": (RUN_LOCK, ["-m", "config.run", "journey"]),
    "screenshots": (DEV_LOCK, ["-m", "config.run", "screenshots"]),
    "nightly": (DEV_LOCK, ["-m", "pytest", *BOTH, "-m", "nightly or not nightly"]),
    "crawl": (DEV_LOCK, ["-m", "tests.crawler"]),
    "axe": (DEV_LOCK, ["-m", "tests.browser.axe"]),
    "mutants": (DEV_LOCK, ["-m", "tests.mutants"]),
    "fuzz": (DEV_LOCK, ["-m", "tests.fuzz"]),
    "chaos": (DEV_LOCK, ["-m", "tests.chaos"]),
    "payout-drill": (DEV_LOCK, ["-m", "tests.drill"]),
    "lint": (DEV_LOCK, ["-m", "config.gate"]),
    "lock": (DEV_LOCK, ["-P", "config/lock.py"]),
}
NEEDS_BROWSER = {"test", "nightly", "screenshots", "axe"}


class SetupFailed(Exception):
    """A sentence for the person at the terminal."""


def main(arguments: list[str]) -> int:
    """Set up, then become the command; return on failure or for `help`."""
    name = arguments[0] if arguments else "help"
    if name not in COMMANDS:
        _print_help()
        return 0 if name == "help" else 2
    _use_supported_python(arguments)
    lock_file, command = COMMANDS[name]
    try:
        with _one_at_a_time():
            _set_up(lock_file, needs_browser=name in NEEDS_BROWSER)
    except SetupFailed as error:
        print(error, file=sys.stderr)
        return 1
    except PermissionError as error:
        print(f"{error.filename} belongs to another user: start as that user.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    sys.stdout.flush()
    os.chdir(ROOT)
    return os.execve(PYTHON, [str(PYTHON), *command, *arguments[1:]], keep_compiled(os.environ))


def keep_compiled(environment: Mapping[str, str]) -> dict[str, str]:
    """Return it so that compiled code is kept, in .venv where none is wanted beside the sources.

    A program of several processes, and its tests of many, would compile everything for each.
    """
    kept = dict(environment)
    if kept.pop("PYTHONDONTWRITEBYTECODE", ""):
        kept.setdefault("PYTHONPYCACHEPREFIX", str(VENV / "compiled"))
    return kept


def _print_help() -> None:
    for line in (ROOT / "Makefile").read_text(encoding="utf-8").splitlines():
        target, mark, text = line.partition("## ")
        if mark:
            print(f"  make {target.split(':')[0]:<13} {text}")


def _use_supported_python(arguments: list[str]) -> None:
    """Go on under a Python that fits, if there is one under a version's own name."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = shutil.which(f"python3.{minor}")
        if other:
            os.execv(other, [other, __file__, *arguments])
    version = sys.version.split()[0]
    raise SystemExit(
        f"Fairshare needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}, and {sys.executable} is "
        f"{version}: name another, for example `make run PYTHON=/path/to/python3.12`."
    )


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Let a second set-up wait for the first instead of writing over it."""
    lock = ROOT / "var" / "setup.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _set_up(lock_file: str, *, needs_browser: bool) -> None:
    if not _is_installed(lock_file):
        _install(lock_file)
    _script("config/assets.py")
    _script("config/messages.py")
    if needs_browser:
        _script("tests/chromium.py")


def _script(path: str) -> None:
    """Run a script of ours, which says itself what went wrong; -P keeps config/ unimportable."""
    if subprocess.run([PYTHON, "-P", path], cwd=ROOT).returncode:
        raise SetupFailed("Set-up stopped; nothing was started.")


def _digest(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()


def _is_installed(lock_file: str) -> bool:
    try:
        return json.loads(STAMP.read_text())[lock_file] == _digest(lock_file) and PYTHON.exists()
    except (OSError, ValueError, KeyError):
        return False


def _install(lock_file: str) -> None:
    started = time.monotonic()
    print(
        "Installing Python packages into .venv (only when their list has changed) ...", flush=True
    )
    _make_environment()
    _install_hashed(lock_file)
    # The development list holds the run-time list, at the same versions.
    names = [RUN_LOCK, DEV_LOCK] if lock_file == DEV_LOCK else [RUN_LOCK]
    STAMP.write_text(json.dumps({name: _digest(name) for name in names}))
    print(f"  done in {time.monotonic() - started:.0f} s", flush=True)


def _make_environment() -> None:
    """Create .venv, or again when the Python it was made for has gone or changed."""
    if PYTHON.exists() and _run(PYTHON, "-c", "import pip").returncode == 0:
        return
    try:
        venv.create(VENV, clear=VENV.exists(), with_pip=True, symlinks=True)
    except subprocess.CalledProcessError as error:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SetupFailed(
            f"{sys.executable} cannot make a virtual environment; on Debian and Ubuntu install it "
            "with `apt-get install python3-venv`."
        ) from error


def _install_hashed(lock_file: str) -> None:
    """Install with the pinned uv, or with pip where uv has no build or cannot reach the index."""
    pip: list[str | Path] = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    uv: list[str | Path] = [VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", PYTHON]
    hashed = ["--require-hashes", "-r"]
    if _run(*pip, *hashed, UV_LOCK).returncode == 0:
        if _run(*uv, *hashed, lock_file).returncode == 0:
            return
        print("  uv could not install them; trying pip ...", flush=True)
    failed = _run(*pip, *hashed, lock_file)
    if failed.returncode:
        raise SetupFailed(
            f"{failed.stderr.strip()}\nThe packages of {lock_file} cannot be installed."
        )


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        cwd=ROOT,
        # uv brings its own list of authorities; a company's proxy is known to the machine's alone.
        env={"UV_SYSTEM_CERTS": "1", **os.environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


if __name__ == "__main__":
    sys.path.pop(0)  # this folder: its celery.py would hide the library
    sys.exit(main(sys.argv[1:]))
