"""What every door may answer. The edges map NotFound to 404 and Forbidden to 403."""

import re
from typing import TypeVar

from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)

_PUBLIC_ID = re.compile(r"[a-z]{2,6}_[0-9a-z]{1,25}")


class NotFound(LookupError):
    """There is no such thing for this person: unknown and foreign ids look the same."""


class Forbidden(PermissionError):
    """The person may see this but not do that; `needs` names the missing right."""

    def __init__(self, needs: str) -> None:
        super().__init__(f"needs the right {needs}")
        self.needs = needs


def get_by_public_id(rows: QuerySet[Row], public_id: str) -> Row:
    """Return the one row with that public id.

    :raises NotFound: there is none, or the text cannot be one (NUL would be a database error).
    """
    if not _PUBLIC_ID.fullmatch(public_id):
        raise NotFound
    found = rows.filter(public_id=public_id).order_by()[:1]  # first() would sort the one there is
    row = next(iter(found), None)
    if row is None:
        raise NotFound
    return row
