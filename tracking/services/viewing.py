"""Keep that a picture was seen: once a visitor, link, picture and UTC day, up to a bound."""

from datetime import datetime, timedelta

from affiliates.models import Asset
from tracking.linktable import LinkFacts
from tracking.models import Impression
from tracking.visits import VisitKeys

MOST_A_DAY = 20_000
"""Of one link and picture; whoever makes up visitors fills no more than that."""


def keep_impression(*, link: LinkFacts, asset: Asset, keys: VisitKeys, real_now: datetime) -> None:
    """Insert the view unless it is known; `at` is the brand's time, the day is the salt's."""
    day = real_now.date()
    rows = Impression.objects.filter(link_id=link.link_id, asset_id=asset.pk, day=day)
    if rows.order_by().values("pk")[:MOST_A_DAY].count() >= MOST_A_DAY:
        return
    view = Impression(
        brand_id=link.brand_id,
        program_id=link.program_id,
        enrollment_id=link.enrollment_id,
        link_id=link.link_id,
        asset_id=asset.pk,
        visitor_key=keys.visitor,
        day=day,
        at=real_now + timedelta(seconds=link.clock_offset_s),
    )
    Impression.objects.bulk_create([view], ignore_conflicts=True)
