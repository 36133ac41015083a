"""Find a Chromium for the browser tests, or fetch one: `python -P tests/chromium.py`.

In this order: $CHROMIUM, what is on PATH, Chrome on a Mac, Debian's package (as root), and at last
the npm package @sparticuz/chromium, which needs nothing but glibc (Linux on x86-64).
"""

import io
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import brotli

ROOT = Path(__file__).resolve().parent.parent
PACKED = ROOT / "node_modules" / "@sparticuz" / "chromium" / "bin"
UNPACKED = ROOT / "var" / "chromium"
# The shell without windows comes first: it does the same pages for a good part less work.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # No page lives long enough to earn back what optimising its scripts costs.
    "--js-flags=--no-opt,--no-maglev,--single-threaded",
)


def find_chromium() -> tuple[str, dict[str, str]] | None:
    """Return the program and the environment it needs beside the usual one, or None."""
    installed = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if installed:
        return installed, {}
    if MAC.exists():
        return str(MAC), {}
    if (UNPACKED / "chromium").exists():
        libraries = f"{UNPACKED / 'al2023' / 'lib'}:{UNPACKED / 'swiftshader'}"
        return str(UNPACKED / "chromium"), {"LD_LIBRARY_PATH": libraries}
    return None


def main() -> int:
    """Fetch a browser when there is none; say so in one sentence when that fails."""
    if find_chromium():
        return 0
    print("Fetching a Chromium for the browser tests (once) ...", flush=True)
    _install_with_apt()
    if not find_chromium():
        _install_from_npm()
    if find_chromium():
        return 0
    print("No Chromium: install one, or set CHROMIUM to its path.", file=sys.stderr)
    return 1


def _install_with_apt() -> None:
    apt = shutil.which("apt-get")
    if apt is None or os.geteuid() != 0:
        return
    install = [apt, "install", "-y", "-q", "--no-install-recommends"]
    shell, whole = [*install, "chromium-headless-shell"], [*install, "chromium"]
    for command in (shell, [apt, "update", "-q"], shell, whole):
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
        )
        if command[1] == "install" and done.returncode == 0:
            return


def _install_from_npm() -> None:
    subprocess.run(
        [sys.executable, "-P", "config/assets.py", "--with-chromium"], cwd=ROOT, check=True
    )
    part = UNPACKED.with_name("chromium.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    for name in ("al2023", "swiftshader"):
        packed = brotli.decompress((PACKED / f"{name}.tar.br").read_bytes())
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            archive.extractall(part / name)
    program = part / "chromium"
    program.write_bytes(brotli.decompress((PACKED / "chromium.br").read_bytes()))
    program.chmod(0o755)
    part.rename(UNPACKED)


if __name__ == "__main__":
    sys.exit(main())
