"""Write the lock files again from pyproject.toml and package.json; `--upgrade` moves the pins.

Run by path with `python -P`. The files hold hashes and no index URL, and fit every platform.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# Each file and what it resolves. An image takes the last two: one to build with, one to run on.
SETS = {
    "requirements.txt": ("pyproject.toml", "--group=embedded", "--group=build"),
    "requirements-dev.txt": ("pyproject.toml", "--group=dev"),
    "requirements-build.txt": ("--group=build",),
    "requirements-server.txt": ("pyproject.toml",),
}
OPTIONS = (
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    "--quiet",
)


def main(arguments: list[str]) -> int:
    """Resolve every Python set and the front-end set."""
    for output, sources in SETS.items():
        _run("uv", "pip", "compile", *sources, *OPTIONS, "-o", output, *arguments)
    _run("npm", "install", "--package-lock-only", "--loglevel=error")
    return 0


def _run(program: str, *arguments: str) -> None:
    search = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    command = [str(BIN / program), *arguments]
    subprocess.run(command, cwd=ROOT, check=True, env={**os.environ, "PATH": search})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
