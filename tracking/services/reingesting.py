"""Bring the shop's order in, where a check found that it is not the same here.

It goes the way of every delivery: stored, processed, merged. Then both sides are compared again:
the finding is settled with what it changed, or stays with the reason. Each is a turn of its own.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from brands.models import StoreConnection
from core import audit, faults, jobs
from core.clock import brand_now
from core.locks import lock_row
from core.models import InboundStatus
from tracking.domain import storecheck
from tracking.domain.merge import EMPTY
from tracking.domain.storecheck import Figures
from tracking.models import LIVE, FindingKind, FindingState, StoreEvent, StoreFinding
from tracking.services import shopside
from tracking.services.adapters import PayloadRefused
from tracking.services.intake import replay, store_delivery
from tracking.services.orders import load_state
from tracking.services.processing import process_store_event
from tracking.services.shopside import Shop
from tracking.services.sources import PullFailed
from tracking.services.storefindings import settle, sum_commissions

WORK = "tracking.work_on_findings"
TURN = timedelta(minutes=2)
MOST_TRIES = 5
FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=1)
TO_FETCH = (FindingKind.MISSING, FindingKind.WAITING, FindingKind.DIFFERENT, FindingKind.REFUND)

GONE = "finding.gone"
SAME_VERSION = "finding.same_version"
NOT_WORKED_ON = "finding.not_worked_on"


def ask(
    *,
    connection: StoreConnection,
    finding_ids: Iterable[int],
    actor_id: int,
    now: datetime,
    real_now: datetime,
) -> int:
    """Have the orders of findings fetched from the shop; returns how many stood open."""
    with transaction.atomic():
        rows = StoreFinding.objects.filter(
            connection=connection,
            pk__in=list(finding_ids),
            state=FindingState.OPEN,
            kind__in=TO_FETCH,
        )
        count = rows.update(
            state=FindingState.QUEUED, asked_by_id=actor_id, tries=0, effect={}, next_at=real_now
        )
        if count:
            audit.record(
                brand_id=connection.brand_id,
                actor_id=actor_id,
                action="store_finding.fetched",
                target=connection,
                now=now,
                after={"orders": count},
            )
            jobs.enqueue(WORK, connection_id=connection.pk)
    return count


def list_due(*, real_now: datetime) -> list[int]:
    """Return the stores with findings somebody has to go on with."""
    rows = StoreFinding.objects.filter(next_at__lte=real_now)
    return sorted(set(rows.values_list("connection_id", flat=True)))


def claim_next(*, connection_id: int, real_now: datetime) -> StoreFinding | None:
    """Take a turn at the next finding of a store; None where none waits."""
    rows = StoreFinding.objects.filter(connection_id=connection_id, next_at__lte=real_now)
    with transaction.atomic():
        locked = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
        row = locked.select_related("brand", "connection").order_by("next_at", "pk").first()
        if row is not None:
            row.next_at = real_now + TURN
            row.save(update_fields=["next_at"])
    return row


def bring_in(*, finding: StoreFinding, shop: Shop, real_now: datetime) -> StoreFinding:
    """Store and process the shop's order of a claimed finding, then compare again.

    Safe to do twice: a body is stored once, merging makes repeats harmless, and what the order
    earned before is kept with the first try.
    """
    try:
        found = shop.source.get_order(finding.asked_as or finding.external_order_id)
        if found is None:
            return _stay(finding, GONE)
        body = shopside.complete(shop, found)
    except PullFailed as failure:
        return _put_off(finding, failure, real_now)
    event = _store(finding, shop, body)
    if event is None:
        return finding
    faults.point("store_finding.after_store")
    process_store_event(event_id=event.pk, adapter=shop.adapter, now=shop.now)
    event.refresh_from_db()
    try:
        _, state = shopside.read_state(shop.parse(shop.source.topic, body), shop.now)
    except PayloadRefused as refusal:
        return _stay(finding, f"store.{refusal.code}", refusal.detail, event)
    if event.status in (InboundStatus.STORED, InboundStatus.FAILED):
        return _stay(finding, NOT_WORKED_ON, event=event)
    return _conclude(finding, storecheck.measure(state), shop.now)


def follow_uploads(*, real_now: datetime) -> int:
    """Compare again the findings whose rows were taken from a file; returns how many those are."""
    rows = StoreFinding.objects.filter(
        state__in=LIVE, upload__finished_at__isnull=False
    ).select_related("brand")
    for row in rows:
        told = Figures.from_json(row.told) if row.told else None
        _conclude(row, told, brand_now(row.brand, real_now))
    return len(rows)


def list_to_fetch(connection: StoreConnection) -> QuerySet[StoreFinding]:
    """Return the open findings of a store that its shop can settle."""
    return StoreFinding.objects.filter(
        connection=connection, state=FindingState.OPEN, kind__in=TO_FETCH
    ).order_by("pk")


def _store(finding: StoreFinding, shop: Shop, body: bytes) -> StoreEvent | None:
    """Store the delivery and keep what the order earned before it; None if the turn was lost."""
    with transaction.atomic():
        row = _lock(finding)
        if row is None:
            return None
        event, is_new = store_delivery(
            connection=shop.connection,
            topic=shop.source.topic,
            event_id="",
            body=body,
            key_index=0,
            now=shop.now,
        )
        stuck = (InboundStatus.FAILED, InboundStatus.REFUSED)
        if not is_new and event.status in stuck and event.body and row.asked_by_id:
            event = replay(event_id=event.pk, actor_id=row.asked_by_id, now=shop.now)
        if "before" not in row.effect:
            before = sum_commissions(row.connection_id, row.external_order_id)
            row.effect = {"before": before}
            row.save(update_fields=["effect"])
    return event


def _conclude(finding: StoreFinding, told: Figures | None, now: datetime) -> StoreFinding:
    """Settle a finding if both sides agree now; else it stays, with the figures of now."""
    with transaction.atomic():
        row = lock_row(StoreFinding, finding.pk)
        if row.state not in LIVE:
            return row
        order = shopside.find_order(row.connection, row.external_order_id)
        here = storecheck.measure(load_state(order) if order else EMPTY)
        names = set(row.told) or storecheck.FIELDS  # a file may tell less than all
        row.order = order
        row.here = here.to_json() if here else {}
        row.told = told.to_json(names) if told else row.told
        differing = storecheck.compare(told, here, names) if told and here else ("total",)
        is_same = not differing
        after = sum_commissions(row.connection_id, row.external_order_id)
        row.effect = {"before": {}, **row.effect, "after": after}
        row.upload_id = row.upload_id if is_same else None
        if is_same:
            row.code, row.detail = "", ""
            settle(row, now)
        else:
            row.code, row.detail = SAME_VERSION, ""
            row.state, row.next_at = FindingState.OPEN, None
            row.save()
    return row


def _stay(
    finding: StoreFinding, code: str, detail: str = "", event: StoreEvent | None = None
) -> StoreFinding:
    """Leave a finding open with the reason why the shop's order did not settle it."""
    with transaction.atomic():
        row = _lock(finding)
        if row is None:
            return finding
        row.state, row.next_at, row.code, row.detail = FindingState.OPEN, None, code[:64], detail
        row.event = event or row.event
        row.save()
    return row


def _put_off(finding: StoreFinding, failure: PullFailed, real_now: datetime) -> StoreFinding:
    """Try again later; after several times leave it open with the failure in words."""
    with transaction.atomic():
        row = _lock(finding)
        if row is None:
            return finding
        row.tries += 1
        row.code, row.detail = f"pull.{failure.code}", ""
        wait = max(FIRST_WAIT * 2 ** (row.tries - 1), failure.retry_after)
        row.next_at = real_now + min(wait, LONGEST_WAIT)
        if row.tries >= MOST_TRIES or failure.code == "gone":
            row.state, row.next_at = FindingState.OPEN, None
        row.save()
    return row


def _lock(finding: StoreFinding) -> StoreFinding | None:
    """Return the row of a turn, locked; None where it went to another worker."""
    rows = StoreFinding.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("brand", "connection")
    return rows.filter(pk=finding.pk, next_at=finding.next_at).first()
