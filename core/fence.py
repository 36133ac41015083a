"""The fence after a restore: a copy of the past must not pay what was paid since.

The database holds a number, the epoch; a file outside it holds the same. Both grow ahead of
whatever a restored copy could not know of: a backup that was made, a payout that is sent. A copy
that was restored is behind the file, or finds none, and pays nothing until what left is taken in.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F

from core.models import Installation

EPOCH, ERASED = "epoch.json", "erased.log"


class Fenced(Exception):
    """This database may be a restored copy: nothing is paid until what left is taken in."""


class Standing(StrEnum):
    """How the database stands to the file.

    behind: the file knows a later time. elsewhere: there is no file, or that of another.
    """

    OPEN = "open"
    BEHIND = "behind"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class _Mark:
    installation: str
    epoch: int


def begin(*, using: str, now: datetime) -> None:
    """Name a new installation, once; one whose file is there already was restored without its row.

    What an earlier version left has neither and begins here.
    """
    rows = Installation.objects.using(using)
    if rows.exists():
        return
    row = rows.create(id=1, key=uuid4(), epoch=1, seen_at=now)
    if _read() is None:
        _write(_Mark(str(row.key), row.epoch))


def find_standing() -> Standing:
    """Compare the file with the database; the file first, for the database is never behind it."""
    mark, row = _read(), Installation.objects.first()
    if row is None:
        return Standing.OPEN  # nothing was begun here: a database of a test
    if mark is None or mark.installation != str(row.key):
        return Standing.ELSEWHERE
    return Standing.BEHIND if mark.epoch > row.epoch else Standing.OPEN


def check_open() -> None:
    """Refuse to move money out of a restored copy.

    :raises Fenced: until `lift`.
    """
    standing = find_standing()
    if standing is not Standing.OPEN:
        raise Fenced(standing.value)


def advance(*, now: datetime) -> None:
    """Leave every copy of the past behind, ahead of something that it could not know of.

    :raises Fenced: this is such a copy.
    """
    check_open()
    if Installation.objects.update(epoch=F("epoch") + 1, seen_at=now):
        row = Installation.objects.get()
        _write(_Mark(str(row.key), row.epoch))


def lift(*, now: datetime) -> Installation:
    """Let money move again, after what left was taken in; the file becomes this database's own."""
    with transaction.atomic():
        mark, row = _read(), Installation.objects.select_for_update().get()
        row.epoch = max(row.epoch, mark.epoch if mark else 0) + 1
        row.seen_at = now
        row.save(update_fields=["epoch", "seen_at"])
    _write(_Mark(str(row.key), row.epoch), replaces=True)
    return row


def find_seen() -> datetime | None:
    """Return the last time that this database surely knows everything of."""
    return Installation.objects.values_list("seen_at", flat=True).first()


def keep_outside(line: str) -> None:
    """Write who was erased beside the file: a restored copy reads there whom to erase again."""
    if not Installation.objects.exists():
        return
    with _locked() as folder, (folder / ERASED).open("a", encoding="utf-8") as log:
        log.write(f"{line}\n")
        log.flush()
        os.fsync(log.fileno())


def _read() -> _Mark | None:
    try:
        found = json.loads((Path(settings.STATE_DIR) / EPOCH).read_text("utf-8"))
    except FileNotFoundError:
        return None
    return _Mark(found["installation"], found["epoch"])


def _write(mark: _Mark, *, replaces: bool = False) -> None:
    """Replace the file as one step; of two processes the one with the later epoch stays."""
    with _locked() as folder:
        there = _read()
        is_later = there is not None and there.installation == mark.installation
        if is_later and not replaces and there is not None and there.epoch >= mark.epoch:
            return
        draft = folder / f"{EPOCH}.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"installation": mark.installation, "epoch": mark.epoch}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / EPOCH)


@contextmanager
def _locked() -> Iterator[Path]:
    folder = Path(settings.STATE_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder
