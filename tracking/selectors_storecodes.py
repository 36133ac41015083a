"""How creators' codes stand in the shops of a brand."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from affiliates.models import Code
from brands.models import StoreConnection
from core.models import Brand
from tracking.domain.storecodes import Drift
from tracking.models import CodeDiscount, CodeSync, CodeTask, StoreCode

FOREIGN = (Drift.FOREIGN, Drift.FOREIGN_ON)
TRIED = 3
"""A code that failed so often waits for somebody."""


@dataclass(frozen=True, slots=True)
class InStore:
    """How one code stands in one shop, by a name of core.states of the kind `store_code`."""

    store: StoreConnection
    state: str


def list_store_codes(connection: StoreConnection) -> QuerySet[StoreCode]:
    """Return the codes of a shop that are kept there now, newest first."""
    rows = _list_kept(StoreCode.objects.filter(connection=connection))
    return rows.select_related("code__enrollment__affiliation__affiliate").order_by("-code_id")


def pick_drifted(rows: QuerySet[StoreCode]) -> QuerySet[StoreCode]:
    """Return those that differ from what is set here, or cannot be brought to it."""
    return rows.filter(_is_drifted())


def list_mendable(connection: StoreConnection) -> list[str]:
    """Return the ids of those that can be made in the shop as they are set here."""
    rows = pick_drifted(list_store_codes(connection)).exclude(drift__in=FOREIGN)
    return list(rows.values_list("public_id", flat=True))


def count_drifted(brand: Brand) -> list[tuple[StoreConnection, int]]:
    """Return the shops with codes that wait for somebody, and how many; also a shop as a whole."""
    rows = _list_kept(StoreCode.objects.filter(_is_drifted(), brand=brand)).order_by()
    counts = dict(rows.values_list("connection").annotate(total=Count("pk")))
    failing = CodeSync.objects.filter(brand=brand, is_on=True, failures__gte=TRIED)
    ids = {*counts, *failing.values_list("connection_id", flat=True)}
    stores = StoreConnection.objects.filter(pk__in=ids, is_active=True).order_by("name", "pk")
    return [(store, counts.get(store.pk, 0)) for store in stores]


def list_in_stores(codes: Collection[Code]) -> dict[int, list[InStore]]:
    """Return how codes stand in each shop they are kept in, by code: one query."""
    rows = _list_kept(StoreCode.objects.filter(code__in=[code.pk for code in codes]))
    found: dict[int, list[InStore]] = {}
    for row in rows.select_related("connection").order_by("connection__name", "pk"):
        found.setdefault(row.code_id, []).append(InStore(row.connection, find_state(row)))
    return found


def find_state(row: StoreCode) -> str:
    """Return how a code stands in a shop, as one word for a badge."""
    if row.task != CodeTask.LOOK:
        if row.reason:
            return "failed"
        return "making" if row.is_wanted else "ending"
    if row.drift in FOREIGN:
        return "foreign"
    if row.drift:
        return "differs"
    return "working" if row.is_wanted else "ended"


def find_own_state(stores: Collection[InStore]) -> str:
    """Return what a creator reads of his code: whether it works in every shop of the brand."""
    states = {one.state for one in stores}
    if states & {"failed", "foreign", "differs"}:
        return "failed"
    return next((state for state in ("making", "working") if state in states), "")


def list_discounts(connection: StoreConnection) -> QuerySet[CodeDiscount]:
    rows = CodeDiscount.objects.filter(connection=connection).select_related("program")
    return rows.order_by("program__created_at", "program_id")


def list_codes_of_store(connection: StoreConnection) -> QuerySet[Code]:
    """Return every code whose program says what it gives in a shop, newest first."""
    kept = CodeDiscount.objects.filter(connection=connection, is_on=True)
    rows = Code.objects.filter(enrollment__program__in=kept.values("program"))
    return rows.select_related("enrollment__affiliation__affiliate", "enrollment__program")


def _is_drifted() -> Q:
    is_failing = Q(failures__gte=TRIED) & ~Q(reason="")
    return Q(task=CodeTask.LOOK) & ~Q(drift="") | is_failing


def _list_kept(rows: QuerySet[StoreCode]) -> QuerySet[StoreCode]:
    discounts = CodeDiscount.objects.filter(
        is_on=True,
        connection_id=OuterRef("connection_id"),
        program_id=OuterRef("code__enrollment__program_id"),
    )
    return rows.filter(Exists(discounts), connection__codesync__is_on=True)
