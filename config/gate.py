"""Every check that needs no test run: `make lint`. Each says how long it took."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
AT_ONCE = 2

# A fitting set of values; no server answers at the database's address, and none is asked.
PRODUCTION = {
    "SITE_URL": "https://fairshare.example",
    "DATABASE_URL": "postgres://nobody@/nothing?host=/nonexistent",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": "only-for-checks-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJ",
    "FIELD_ENCRYPTION_KEYS": "Y2hlY2tzLW9ubHktY2hlY2tzLW9ubHktY2hlY2tzLW8=",
    "CLICK_TOKEN_KEYS": "1:Y2hlY2tzLW9ubHktY2hlY2tzLW9ubHktY2hlY2tzLW8=",
}
DJADE = ("--target-version", "5.2", "--check")
OURS = {"LOCAL", "DEBUG", *PRODUCTION, *(f"{name}_FILE" for name in PRODUCTION)}


def main() -> int:
    """Run every check, also after a failure, so that one run tells all."""
    kept = {name: value for name, value in os.environ.items() if name not in OURS}
    environment = kept | PRODUCTION
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = [
            (name, pool.submit(_passes, name, command, environment)) for name, command in checks()
        ]
    failed = [name for name, passed in running if not passed.result()]
    if failed:
        print(f"Failed: {', '.join(failed)}.", file=sys.stderr)
    return 1 if failed else 0


def checks() -> list[tuple[str, list[str]]]:
    """Return each check's name and command; the longest begins first, the others run beside it."""
    python, manage = sys.executable, str(ROOT / "manage.py")
    # makemigrations would compare with the database's own history, and there is none here.
    quiet = ["-W", "ignore::RuntimeWarning"]
    templates = (
        [("templates", [str(BIN / "djade"), *DJADE, *names])] if (names := _templates()) else []
    )
    return [
        ("types", [str(BIN / "mypy"), "."]),
        ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
        ("lint", [str(BIN / "ruff"), "check", "--quiet", "."]),
        *templates,
        ("layers", [str(BIN / "lint-imports")]),
        ("migrations", [python, *quiet, manage, "makemigrations", "--check", "--dry-run"]),
        ("deployment", [python, manage, "check", "--deploy", "--fail-level", "WARNING"]),
    ]


def _templates() -> list[str]:
    folders = (ROOT / "templates", ROOT / "tracking" / "integrations")
    found = [path for folder in folders for path in folder.rglob("*.html")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def _passes(name: str, command: list[str], environment: dict[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    verdict = "ok" if done.returncode == 0 else "FAILED"
    print(f"{name:<12}{verdict:<8}{time.monotonic() - started:5.1f} s", flush=True)
    if done.returncode:
        print(done.stdout.rstrip(), flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
