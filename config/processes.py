"""Child processes: each in a group of its own, its output in a file, none outlives its parent."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

PR_SET_PDEATHSIG = 1  # prctl(2), Linux only
POLL_S = 0.02
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class AccountOptions(TypedDict, total=False):
    """What subprocess takes to run a program as another account."""

    user: int
    group: int
    extra_groups: list[int]


class StartFailed(Exception):
    """A sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Child:
    """A started process and how to end it."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    stop_signal: signal.Signals = signal.SIGTERM


def spawn(
    *,
    name: str,
    command: Sequence[str | Path],
    log: Path,
    env: Mapping[str, str],
    cwd: Path,
    account: pwd.struct_passwd | None = None,
    stop_signal: signal.Signals = signal.SIGTERM,
) -> Child:
    """Start a program in its own process group, as `account` where one is given (root only)."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=env,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_die_with_parent(stop_signal),  # noqa: PLW1509  the callers have one thread
            **as_account(account),
        )
    return Child(name, process, log, stop_signal)


def as_account(account: pwd.struct_passwd | None) -> AccountOptions:
    """Return what makes subprocess change to `account`; nothing for None."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def wait_until(is_ready: Callable[[], bool], *, child: Child, timeout_s: float) -> None:
    """Wait for a child to serve.

    :raises StartFailed: it ended, or was not ready in time.
    """
    deadline = time.monotonic() + timeout_s
    while not is_ready():
        if child.process.poll() is not None:
            raise StartFailed(f"{child.name} stopped while starting. {explain(child)}")
        if time.monotonic() > deadline:
            raise StartFailed(
                f"{child.name} was not ready after {timeout_s:.0f} s. {explain(child)}"
            )
        time.sleep(POLL_S)


def explain(child: Child) -> str:
    """Return the last line a child wrote and where the rest is."""
    lines = child.log.read_text(encoding="utf-8", errors="replace").split("\n")
    written = [line.strip() for line in lines if line.strip()]
    last = f'Its last words: "{written[-1][:300]}". ' if written else ""
    return f"{last}The log is {child.log}."


def stop(children: Iterable[Child], *, grace_s: float) -> None:
    """Ask all of them to stop, wait at most `grace_s` for the lot, then kill what is left."""
    listed = list(children)
    for child in listed:
        if child.process.poll() is None:
            child.process.send_signal(child.stop_signal)
    deadline = time.monotonic() + grace_s
    for child in listed:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.process.wait(max(0.0, deadline - time.monotonic()))
        # The group can hold processes that its leader left behind. macOS says EPERM for a zombie.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Have the kernel stop the child even when the parent is killed with SIGKILL."""
    if _LIBC is None:
        return None
    libc, parent = _LIBC, os.getpid()

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return in_child
