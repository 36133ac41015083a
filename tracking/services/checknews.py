"""Tell the team of orders that differ from the shop: what is new, at most once a day of a brand."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from brands.models import StoreConnection
from core.locks import lock_row
from core.models import Brand
from tracking.emails_checks import mail_findings
from tracking.models import LIVE, StoreCheck, StoreFinding


def list_brands_with_news() -> list[Brand]:
    """Return the brands with open findings nobody was mailed about, and no check under way."""
    new = StoreFinding.objects.filter(state__in=LIVE, told_at=None)
    busy = StoreCheck.objects.filter(ended_at=None)
    rows = Brand.objects.filter(
        pk__in=new.values("brand_id"), archived_at=None, sandbox_of=None
    ).exclude(pk__in=busy.values("brand_id"))
    return list(rows.order_by("pk"))


@transaction.atomic
def tell_team(*, brand_id: int, now: datetime) -> int:
    """Mail the new findings of a brand, unless a mail of that day did; returns how many."""
    brand = lock_row(Brand, brand_id)
    rows = StoreFinding.objects.filter(brand=brand)
    last = rows.aggregate(last=Max("told_at"))["last"]
    zone = ZoneInfo(brand.time_zone)
    if last is not None and last.astimezone(zone).date() >= now.astimezone(zone).date():
        return 0
    new = rows.filter(state__in=LIVE, told_at=None)
    stores = list(
        StoreConnection.objects.filter(pk__in=new.values("connection_id")).order_by("name", "pk")
    )
    count = new.update(told_at=now)
    if count:
        mail_findings(brand=brand, stores=stores, count=count, now=now)
    return count
