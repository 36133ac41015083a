"""The folder of a local installation: its lock, its secrets, the addresses of its servers."""

import contextlib
import errno
import fcntl
import json
import os
import secrets
import socket
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config import env
from config.processes import StartFailed

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"

SECRETS: Mapping[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(64),
    "FIELD_ENCRYPTION_KEYS": lambda: urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "CLICK_TOKEN_KEYS": lambda: f"1:{b64encode(secrets.token_bytes(32)).decode()}",
}


@dataclass(frozen=True, slots=True)
class Local:
    """Where a local installation keeps its things and where it answers."""

    data: Path
    port: int

    @property
    def url(self) -> str:
        """Return the address for a browser: passkeys need the name localhost."""
        return f"http://localhost:{self.port}/"

    @property
    def logs(self) -> Path:
        """Return the folder of the logs."""
        return self.data / "log"

    @property
    def addresses(self) -> Path:
        """Return the file that names the running servers' URLs."""
        return self.data / "running.json"


def read_local() -> Local:
    """Read DATA_DIR and PORT.

    :raises ImproperlyConfigured: a value is wrong.
    """
    data = Path(env.text("DATA_DIR", str(ROOT / "var"))).absolute()
    return Local(data=data, port=env.number("PORT", 8000, 1, 65535))


@contextlib.contextmanager
def hold_lock(local: Local) -> Iterator[None]:
    """Hold the data folder for as long as this process lives.

    :raises StartFailed: another process holds it.
    """
    local.data.mkdir(parents=True, exist_ok=True)
    with (local.data / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise StartFailed(
                f"Fairshare already runs on {local.data} at {file.read().strip()}: stop it with "
                "Ctrl-C in its terminal, or choose another folder and port with DATA_DIR and PORT."
            ) from None
        file.truncate(0)
        file.write(local.url)
        file.flush()
        yield


def check_port(port: int) -> None:
    """Make sure that the port can be had, before anything starts.

    :raises StartFailed: it cannot.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            why = (
                "is taken"
                if error.errno == errno.EADDRINUSE
                else f"cannot be used ({error.strerror})"
            )
            raise StartFailed(
                f"Port {port} {why}: choose another with `make run PORT={min(port + 1, 65535)}`."
            ) from None


def secret_files(local: Local) -> dict[str, str]:
    """Return NAME_FILE for each secret the environment does not give, made at the first start."""
    folder = local.data / "secrets"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    wanted = [
        name for name in SECRETS if not (os.environ.get(name) or os.environ.get(f"{name}_FILE"))
    ]
    for name in wanted:
        if not (folder / name).exists():
            _write_private(folder / name, SECRETS[name]())
    return {f"{name}_FILE": str(folder / name) for name in wanted}


def write_addresses(local: Local, urls: Mapping[str, str]) -> None:
    """Keep the URLs of the running servers for commands beside them."""
    _write_private(local.addresses, json.dumps(dict(urls)))


def read_addresses(local: Local) -> dict[str, str]:
    """Return the URLs of the running servers, none when nothing runs."""
    try:
        return dict(json.loads(local.addresses.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _write_private(path: Path, text: str) -> None:
    part = path.with_name(path.name + ".part")
    with open(
        part, "w", encoding="utf-8", opener=lambda name, flags: os.open(name, flags, 0o600)
    ) as file:
        file.write(text)
    part.replace(path)
