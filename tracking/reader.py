"""For whom tracking's reasons are put into words on a brand's pages."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from core.models import Brand
from core.wording import Reader
from tracking.selectors_wording import load_names


def brand_reader(brand: Brand, params: Iterable[Mapping[str, Any]] = ()) -> Reader:
    """Return the brand as reader, with the names of every creator and member in the parameters."""
    return Reader(
        audience="brand",
        zone=ZoneInfo(brand.time_zone),
        names=load_names(brand_id=brand.pk, params=params),
        known={"brand": brand.name},
    )
