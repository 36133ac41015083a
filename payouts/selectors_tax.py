"""Who has declared what a brand needs for tax."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from affiliates.models import Affiliation
from core.models import Brand
from payouts.models import TaxProfile, TaxSettings


def is_required(brand: Brand) -> bool:
    """Say whether payouts of the brand wait for declarations."""
    return TaxSettings.objects.filter(brand=brand, requires_profile=True).exists()


def list_undeclared(*, brand: Brand, parties: Collection[UUID], now: datetime) -> set[UUID]:
    """Return who of them must declare first; nobody where the brand does not ask."""
    if not is_required(brand):
        return set()
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    rows = TaxProfile.objects.filter(brand=brand, affiliation__in=parties)
    held = {row.affiliation_id for row in rows if holds(row, today)}
    return set(parties) - held


def holds(profile: TaxProfile, today: date) -> bool:
    """Say whether a declaration may be relied on."""
    return profile.details is not None and not (profile.valid_until and profile.valid_until < today)


def list_creators_by_tax(
    brand: Brand, *, search: str = "", what: str = ""
) -> QuerySet[Affiliation]:
    """Return the brand's creators, newest first; `what` may be `missing`: who never declared."""
    rows = Affiliation.objects.filter(brand=brand).select_related("affiliate", "tax_profile")
    if search:
        rows = rows.filter(affiliate__display_name__icontains=search)
    if what == "missing":
        rows = rows.filter(tax_profile__isnull=True)
    return rows.order_by("-pk")
