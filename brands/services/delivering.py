"""Claim deliveries that are due, and record what came of each.

A claim is a lease: whoever dies between the call and its record leaves a delivery that is made
again when the lease is over. So each arrives at least once, under the same id. Endpoint first, then
delivery: one lock order.
"""

import json
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Min, Q, QuerySet

from brands import emails
from brands.domain import backoff
from brands.models import (
    DeliveryStatus,
    DeliveryTry,
    Endpoint,
    EndpointStatus,
    EventDelivery,
    StopCause,
)
from brands.selectors import live_secrets
from core import audit, faults
from core.clock import brand_now
from core.crypto import Undecryptable
from core.models import Brand, OutboxEvent
from core.topics import VERSION, iso_utc

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
AT_ONCE = 2
GONE = 410


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is sent: the same id and body on every try, signed with each live secret."""

    delivery_id: int
    endpoint_id: int
    event_id: str
    url: str
    body: bytes
    secrets: tuple[str, ...]
    leased_until: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back: the status answered, or a code of why there was no answer."""

    answer: int | None
    code: str
    duration_ms: int

    @property
    def is_taken(self) -> bool:
        return self.answer is not None and 200 <= self.answer < 300


def claim_due(*, now: datetime, places: int) -> list[Parcel]:
    """Take deliveries that are due, the endpoint that waits longest first; `now` is real time."""
    if places < 1:
        return []
    parcels: list[Parcel] = []
    waiting = list_due(now).values("endpoint_id").annotate(first=Min("next_at"))
    for row in waiting.order_by("first", "endpoint_id")[: 4 * places]:
        parcels += _claim_if_readable(row["endpoint_id"], now, places - len(parcels))
        if len(parcels) >= places:
            break
    if parcels:
        faults.point("webhook.after_claim")
    return parcels


def list_due(now: datetime) -> QuerySet[EventDelivery]:
    """Return deliveries that may be tried now."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    rested = Q(endpoint__paused_until=None) | Q(endpoint__paused_until__lte=now)
    return list_waiting().filter(free, rested, next_at__lte=now)


def list_waiting() -> QuerySet[EventDelivery]:
    """Return deliveries that are still to be made, or made again."""
    return EventDelivery.objects.filter(
        status=DeliveryStatus.WAITING,
        endpoint__status__in=[EndpointStatus.ACTIVE, EndpointStatus.WARNED],
        brand__archived_at=None,
    )


def write_body(event: OutboxEvent, *, is_sandbox: bool) -> str:
    """Return what is sent of an event; its time is the brand's."""
    said = {
        "id": event.public_id,
        "type": event.topic,
        "version": VERSION,
        "timestamp": iso_utc(event.at),
        "sandbox": is_sandbox,
        "data": event.payload,
    }
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def record(*, parcel: Parcel, outcome: Outcome, now: datetime) -> None:
    """Keep what came of a try, and what follows for the delivery and its endpoint."""
    faults.point("webhook.after_call")
    with transaction.atomic():
        endpoint = Endpoint.objects.select_for_update(of=("self",), no_key=True).get(
            pk=parcel.endpoint_id
        )
        delivery = EventDelivery.objects.select_for_update(of=("self",)).get(pk=parcel.delivery_id)
        DeliveryTry.objects.create(
            brand_id=delivery.brand_id,
            delivery=delivery,
            at=now,
            duration_ms=outcome.duration_ms,
            answer=outcome.answer,
            code=outcome.code,
        )
        if outcome.is_taken:
            _note_taken(endpoint, delivery, now)
        elif delivery.leased_until == parcel.leased_until:
            _note_failure(endpoint, delivery, outcome, now)
        faults.point("webhook.before_record_commit")


def stop(endpoint: Endpoint, cause: StopCause, now: datetime) -> int:
    """Stop a locked endpoint; what waits for it counts as not delivered. Returns how many that is.

    A try that is under way may still be taken.
    """
    endpoint.status, endpoint.stop_cause = EndpointStatus.STOPPED, cause
    endpoint.stopped_at = now
    endpoint.save(update_fields=["status", "stop_cause", "stopped_at"])
    waiting = endpoint.deliveries.filter(status=DeliveryStatus.WAITING)
    return waiting.update(status=DeliveryStatus.FAILED)


def _claim_if_readable(endpoint_id: int, now: datetime, places: int) -> list[Parcel]:
    """Claim of one endpoint; a secret no key opens holds up its own deliveries alone."""
    try:
        return _claim(endpoint_id, now, places)
    except Undecryptable:
        logger.exception("the secret of endpoint %s cannot be read; its events wait", endpoint_id)
        return []


def _claim(endpoint_id: int, now: datetime, places: int) -> list[Parcel]:
    with transaction.atomic():
        rows = Endpoint.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
        endpoint = rows.select_related("brand").filter(pk=endpoint_id).first()
        if endpoint is None:
            return []
        flying = endpoint.deliveries.filter(status=DeliveryStatus.WAITING, leased_until__gt=now)
        at_once = 1 if endpoint.failures else AT_ONCE
        room = min(places, at_once - flying.count())
        if room < 1:
            return []
        due = (
            list_due(now)
            .select_for_update(of=("self",), skip_locked=True)
            .select_related("event")
            .filter(endpoint=endpoint)
            .order_by("next_at", "pk")[:room]
        )
        return [_lease(endpoint, delivery, now) for delivery in due]


def _lease(endpoint: Endpoint, delivery: EventDelivery, now: datetime) -> Parcel:
    leased_until = now + LEASE
    if not delivery.body:
        is_sandbox = endpoint.brand.is_sandbox
        delivery.body = write_body(delivery.event, is_sandbox=is_sandbox)
    delivery.leased_until = leased_until
    delivery.save(update_fields=["body", "leased_until"])
    return Parcel(
        delivery_id=delivery.pk,
        endpoint_id=endpoint.pk,
        event_id=delivery.event.public_id,
        url=endpoint.url,
        body=delivery.body.encode(),
        secrets=live_secrets(endpoint, now),
        leased_until=leased_until,
    )


def _note_taken(endpoint: Endpoint, delivery: EventDelivery, now: datetime) -> None:
    delivery.status, delivery.delivered_at = DeliveryStatus.DELIVERED, now
    delivery.leased_until = None
    delivery.save(update_fields=["status", "delivered_at", "leased_until"])
    if endpoint.failures:
        endpoint.failures, endpoint.failing_since, endpoint.paused_until = 0, None, None
        if endpoint.status == EndpointStatus.WARNED:
            endpoint.status = EndpointStatus.ACTIVE
        endpoint.save(update_fields=["failures", "failing_since", "paused_until", "status"])


def _note_failure(
    endpoint: Endpoint, delivery: EventDelivery, outcome: Outcome, now: datetime
) -> None:
    delivery.tries, delivery.leased_until = delivery.tries + 1, None
    next_at = backoff.next_try(
        tries=delivery.tries, begun_at=delivery.begun_at, key=delivery.public_id, now=now
    )
    if next_at is None or endpoint.status == EndpointStatus.STOPPED:
        delivery.status = DeliveryStatus.FAILED
    delivery.next_at = next_at or delivery.next_at
    delivery.save(update_fields=["tries", "leased_until", "next_at", "status"])
    endpoint.failures += 1
    endpoint.failing_since = endpoint.failing_since or now
    endpoint.paused_until = backoff.pause_until(failures=endpoint.failures, now=now)
    endpoint.save(update_fields=["failures", "failing_since", "paused_until"])
    if endpoint.status != EndpointStatus.STOPPED:
        _judge(endpoint, endpoint.failing_since, outcome, now)


def _judge(endpoint: Endpoint, since: datetime, outcome: Outcome, now: datetime) -> None:
    """Stop an endpoint that is gone or hopeless, and tell its owners; of one that fails, once."""
    if outcome.answer == GONE:
        _give_up(endpoint, StopCause.GONE, now)
    elif backoff.is_hopeless(since=since, now=now):
        _give_up(endpoint, StopCause.FAILING, now)
    elif endpoint.status == EndpointStatus.ACTIVE and backoff.is_worth_a_word(
        failures=endpoint.failures, since=since, now=now
    ):
        endpoint.status = EndpointStatus.WARNED
        endpoint.save(update_fields=["status"])
        emails.mail_endpoint_failing(endpoint=endpoint, now=_brand_time(endpoint, now))


def _give_up(endpoint: Endpoint, cause: StopCause, now: datetime) -> None:
    count = stop(endpoint, cause, now)
    told_at = _brand_time(endpoint, now)
    audit.record(
        brand_id=endpoint.brand_id,
        actor_id=None,
        action="endpoint.given_up",
        target=endpoint,
        now=told_at,
        after={"not_delivered": count},
    )
    emails.mail_endpoint_stopped(endpoint=endpoint, now=told_at)


def _brand_time(endpoint: Endpoint, now: datetime) -> datetime:
    return brand_now(Brand.objects.get(pk=endpoint.brand_id), now)
