"""A check of a store with a finding, for tests that need one to be there."""

from datetime import datetime, timedelta

from brands.models import StoreConnection
from tests.makers import get_owner
from tracking.models import CheckStage, FindingKind, StoreCheck, StoreFinding

FIGURES = {
    "currency": "EUR",
    "status": "paid",
    "total": 12000,
    "discount": 1000,
    "tax": 1900,
    "shipping": 490,
    "lines": 9610,
    "refunded": 0,
}


def make_check(store: StoreConnection, *, now: datetime) -> StoreCheck:
    """Make a check that ended, which somebody asked for."""
    until = (now - timedelta(days=1)).date()
    return StoreCheck.objects.create(
        brand_id=store.brand_id,
        connection=store,
        since=until - timedelta(days=6),
        until=until,
        stage=CheckStage.DONE,
        cursor_at=now,
        counts={"equal": 1204, "different": 1, "test": 3},
        new=1,
        asked_at=now,
        asked_by=get_owner(store.brand),
        started_at=now,
        ended_at=now,
    )


def make_finding(check: StoreCheck, *, order_id: str = "4711", now: datetime) -> StoreFinding:
    """Make an order that is dearer in the shop than here."""
    return StoreFinding.objects.create(
        brand_id=check.brand_id,
        connection_id=check.connection_id,
        seen_in=check,
        external_order_id=order_id,
        number=order_id,
        placed_at=now - timedelta(days=2),
        kind=FindingKind.DIFFERENT,
        fields=["total", "lines"],
        told=FIGURES,
        here=FIGURES | {"total": 11000, "lines": 8610},
        found_at=now,
    )
