"""For whom tracking's reasons are put into words on a brand's pages."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from core.models import Brand, InboundStatus
from core.wording import Reader
from tracking.models import StoreEvent
from tracking.selectors_wording import load_names
from tracking.wording import delivery_reason, explain


def brand_reader(brand: Brand, params: Iterable[Mapping[str, Any]] = ()) -> Reader:
    """Return the brand as reader, with the names of every creator and member in the parameters."""
    return Reader(
        audience="brand",
        zone=ZoneInfo(brand.time_zone),
        names=load_names(brand_id=brand.pk, params=params),
        known={"brand": brand.name},
    )


def say_result(event: StoreEvent, reader: Reader) -> str:
    """Say what came of a delivery."""
    if event.code:
        code, params = delivery_reason(code=event.code, detail=event.detail)
        return explain(code=code, params=params, reader=reader)
    if event.status == InboundStatus.PROCESSED:
        return _("Applied to its order.")
    if event.status == InboundStatus.IGNORED:
        return _("Set aside: it changes no order.")
    return _("Stored; it is worked on within a minute.")
