"""A copy of a person's own data: a ZIP with each list as JSON and as CSV."""

import json
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from core import audit
from core.exports import Sheet, stream_csv
from core.models import User
from portal.privacy.sheets import SHEETS, OwnSheet, to_cell


@transaction.atomic
def copy_data(*, user_id: int, actor_id: int | None, now: datetime) -> BytesIO:
    """Return a ZIP of everything that is kept about a person; its rows are read one by one.

    `actor_id` None means that the operator asked for it.
    """
    user = User.objects.get(pk=user_id)
    audit.record(brand_id=None, actor_id=actor_id, action="privacy.exported", target=user, now=now)
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, sheet in SHEETS.items():
            _write(archive, name, sheet, user)
    file.seek(0)
    return file


def name_copy(now: datetime) -> str:
    """Return the name the file is saved by."""
    return f"my-data-{now:%Y-%m-%d}.zip"


def _write(archive: ZipFile, name: str, sheet: OwnSheet, user: User) -> None:
    cells = (tuple(to_cell(value) for value in row) for row in sheet.read(user))
    with archive.open(f"{name}.csv", "w") as out:
        for chunk in stream_csv(Sheet(name, sheet.headings, cells, ZoneInfo("UTC"))):
            out.write(chunk)
    with archive.open(f"{name}.json", "w") as out:
        for text in _write_json(sheet, user):
            out.write(text.encode())


def _write_json(sheet: OwnSheet, user: User) -> Iterator[str]:
    before = "[\n"
    for row in sheet.read(user):
        facts = dict(zip(sheet.headings, row, strict=True))
        yield before + json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
