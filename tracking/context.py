"""What tracking adds to every page of a brand."""

from core.models import Brand
from tracking.models import ReviewHold


def count_open_reviews(brand: Brand) -> int:
    """Count the commissions a person of the brand still has to look at."""
    rows = ReviewHold.objects.filter(brand=brand, closed_at__isnull=True)
    return rows.values("commission_id").distinct().count()
