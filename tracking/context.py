"""What tracking tells the pages of a brand below it; config names these functions."""

from datetime import datetime
from uuid import UUID

from brands.models import Program
from core.models import Brand
from tracking.models import Commission, ReviewHold, StoreEvent, TrialRun
from tracking.selectors_claims import count_waiting


def count_for_navigation(brand: Brand) -> dict[str, int]:
    """Return the counts beside the navigation, by their name in the templates."""
    return {"review_count": count_open_reviews(brand), "claim_count": count_waiting(brand)}


def count_open_reviews(brand: Brand) -> int:
    """Count the commissions a person of the brand still has to look at."""
    rows = ReviewHold.objects.filter(brand=brand, closed_at__isnull=True)
    return rows.values("commission_id").distinct().count()


def has_heard_store(brand: Brand) -> bool:
    """Say whether any store of the brand ever reported something."""
    return StoreEvent.objects.filter(brand=brand).exists()


def has_passed_trial(brand: Brand) -> bool:
    """Say whether a test order reached its end."""
    return TrialRun.objects.filter(brand=brand, is_passed=True).exists()


def count_pending(program: Program) -> int:
    """Count the program's commissions that wait for their date."""
    return Commission.objects.filter(
        program=program, released_at__isnull=True, rejected_at__isnull=True, amount_minor__gt=0
    ).count()


def find_active(brand: Brand, since: datetime) -> set[UUID]:
    """Return the creators of a brand who were credited an order placed since then."""
    rows = Commission.objects.filter(brand=brand, order__placed_at__gte=since)
    return set(rows.values_list("affiliation_id", flat=True))
