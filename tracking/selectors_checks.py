"""Reads of comparisons with shops, for pages."""

from datetime import datetime

from django.db.models import Count, QuerySet

from brands.models import StoreConnection
from core.asked import Asked, read_text
from core.models import Brand
from tracking.models import (
    LIVE,
    CheckStage,
    FindingKind,
    FindingState,
    Order,
    StoreCheck,
    StoreFinding,
)

HEAVY = ("body", "findings")  # of an upload


def pick_findings(connection: StoreConnection, asked: Asked) -> QuerySet[StoreFinding]:
    """Return the findings under the filters of an address: those that stand open unless asked."""
    rows = list_findings(connection)
    if check := read_text(asked, "check"):
        rows = rows.filter(seen_in__public_id=check)
    if (kind := asked.get("kind", "")) in FindingKind.values:
        rows = rows.filter(kind=kind)
    state = asked.get("state", "")
    if state in FindingState.values:
        rows = rows.filter(state=state)
    elif not check and state != "all":
        rows = rows.filter(state__in=LIVE)
    if text := read_text(asked, "q").removeprefix("#"):
        rows = rows.filter(external_order_id=text) | rows.filter(number__in=[text, f"#{text}"])
    return rows


def find_agreement(connection: StoreConnection) -> datetime | None:
    """Return as of when a store agrees with its shop; None where it does not, or nobody looked."""
    last = StoreCheck.objects.filter(connection=connection, stage=CheckStage.DONE)
    check = last.order_by("-ended_at").first()
    if check is None or StoreFinding.objects.filter(connection=connection, state__in=LIVE).exists():
        return None
    return check.started_at


def list_findings(connection: StoreConnection) -> QuerySet[StoreFinding]:
    """Return the findings of a store, newest first, without bodies and files."""
    rows = StoreFinding.objects.filter(connection=connection).select_related(
        "brand", "connection", "seen_in__upload", "order", "event", "upload", "closed_by"
    )
    files = [f"{path}__{name}" for path in ("upload", "seen_in__upload") for name in HEAVY]
    return rows.defer("event__body", "order__facts", *files).order_by("-pk")


def count_live(connection: StoreConnection) -> dict[str, int]:
    """Return how many findings of a store stand open, by kind."""
    rows = StoreFinding.objects.filter(connection=connection, state__in=LIVE)
    return dict(rows.values_list("kind").annotate(count=Count("id")).order_by("kind"))


def list_live_of(order: Order) -> list[StoreFinding]:
    """Return the open findings about an order."""
    rows = StoreFinding.objects.filter(
        connection_id=order.connection_id,
        external_order_id=order.external_order_id,
        state__in=LIVE,
    )
    files = [f"seen_in__upload__{name}" for name in HEAVY]
    return list(rows.select_related("seen_in__upload", "connection", "brand").defer(*files))


def list_open_stores(brand: Brand) -> list[tuple[StoreConnection, int]]:
    """Return the stores of a brand with findings that stand open, and how many."""
    rows = StoreConnection.objects.filter(brand=brand, findings__state__in=LIVE)
    counted = rows.annotate(live=Count("findings")).order_by("name", "pk")
    return [(store, store.live) for store in counted]
