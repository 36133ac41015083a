"""Names for the ids that reasons hold: loaded once for a page, for members of the brand only."""

from collections.abc import Iterable, Mapping
from typing import Any

from affiliates.models import Enrollment
from brands.models import Member
from core.wording import KINDS, Kind, Names


def load_names(*, brand_id: int, params: Iterable[Mapping[str, Any]]) -> Names:
    """Return creators' names by enrollment id and members' by user id: at most two queries.

    For the brand's pages: a creator's page passes no names, because no creator sees another's.
    Ids of other brands have no name here.
    """
    rows = list(params)
    return {
        "creator": _load_creators(brand_id, _collect_ids(rows, "creator")),
        "member": _load_members(brand_id, _collect_ids(rows, "member")),
    }


def _collect_ids(rows: Iterable[Mapping[str, Any]], kind: Kind) -> set[int]:
    """Collect whole numbers; an id of another shape belongs to another app's catalogue."""
    found = {str(row.get(name)) for row in rows for name in KINDS if KINDS[name] == kind}
    return {int(text) for text in found if text.isascii() and text.isdigit()}


def _load_creators(brand_id: int, ids: set[int]) -> dict[str, str]:
    if not ids:
        return {}
    rows = Enrollment.objects.filter(brand_id=brand_id, pk__in=ids)
    return {
        str(pk): name for pk, name in rows.values_list("pk", "affiliation__affiliate__display_name")
    }


def _load_members(brand_id: int, ids: set[int]) -> dict[str, str]:
    """Name members by their own name, else by their address."""
    if not ids:
        return {}
    rows = Member.objects.filter(brand_id=brand_id, user_id__in=ids)
    return {
        str(pk): name or email
        for pk, name, email in rows.values_list("user_id", "user__name", "user__email")
    }
