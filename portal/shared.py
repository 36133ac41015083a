"""All links and codes of a brand as its list shows them: narrowed by what an address asks."""

from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from affiliates.models import Code, Link
from affiliates.selectors import list_brand_codes, list_brand_links
from core.asked import Asked, read_text
from core.models import Brand
from tracking.selectors_linkchecks import list_broken_links

Row = TypeVar("Row", bound=Model)

FILTERS = ("q", "program", "state")
STATES = ("used", "ended")
BROKEN = "broken"
_CREATOR = "enrollment__affiliation__affiliate__display_name__icontains"


def pick_links(brand: Brand, asked: Asked) -> QuerySet[Link]:
    """Return the links of the filters, newest first; every slug a link ever had is searched."""
    text = read_text(asked, "q")
    found = Q(name__icontains=text) | Q(destination_url__icontains=text) | Q(public_id=text)
    by_slug = Q(pk__in=Link.objects.filter(brand=brand, slugs__slug__icontains=text).values("pk"))
    rows = list_brand_links(brand)
    if read_text(asked, "state") == BROKEN:
        rows = rows.filter(pk__in=list_broken_links(brand))
    return _narrow(rows, asked, found | by_slug | Q(**{_CREATOR: text}), "archived_at")


def pick_codes(brand: Brand, asked: Asked) -> QuerySet[Code]:
    """Return the codes of the filters, newest first; those for one order only by a search."""
    text = read_text(asked, "q")
    rows = list_brand_codes(brand) if text else list_brand_codes(brand).filter(batch=None)
    found = Q(text__icontains=text) | Q(public_id=text) | Q(**{_CREATOR: text})
    return _narrow(rows, asked, found, "disabled_at")


def _narrow(rows: QuerySet[Row], asked: Asked, found: Q, ended_at: str) -> QuerySet[Row]:
    said: dict[str, Any] = {name: read_text(asked, name) for name in FILTERS}
    if said["q"]:
        rows = rows.filter(found)
    if said["program"]:
        rows = rows.filter(enrollment__program__public_id=said["program"])
    if said["state"] in STATES:
        rows = rows.filter(**{f"{ended_at}__isnull": said["state"] == "used"})
    return rows
