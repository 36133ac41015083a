"""Endpoints of a brand: added, changed, stopped and started, and what is brought once more.

`now` is real time everywhere, also in a sandbox: tries and signatures follow no moved clock. The
audit log has the brand's.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from brands.models import (
    DeliveryStatus,
    Endpoint,
    EndpointStatus,
    EventDelivery,
    StopCause,
)
from brands.services.delivering import stop
from brands.services.fanout import DELIVER, make_delivery, store_deliveries, wants
from core import audit, egress, outbox
from core.clock import brand_now
from core.jobs import enqueue
from core.locks import lock_row
from core.models import Brand, OutboxEvent
from core.signing import make_secret
from core.topics import TEST, TOPICS

KEEP_DAYS = 2
MAX_ENDPOINTS = 20
LOOK_BACK = timedelta(days=30)
BATCH = 5_000


class AddressRefused(ValueError):
    """Nothing may be sent to this address."""


class UnknownTopic(ValueError):
    """There is no such topic."""


class TooManyEndpoints(Exception):
    """The brand has as many as it may have."""


class EndpointStopped(Exception):
    """Nothing is sent to a stopped endpoint; it is started first."""


class NotStopped(Exception):
    """The endpoint is at work."""


class AlreadyStopped(Exception):
    """The endpoint is stopped."""


def check_address(url: str) -> None:
    """Look at an address as it is typed; the name is looked up when something is sent.

    :raises AddressRefused: by its form alone.
    """
    allowed = egress.Allowed(settings.LOCAL, settings.WEBHOOK_NETWORKS)
    try:
        egress.check_url(url, allowed)
    except egress.EgressFailed:
        raise AddressRefused(url) from None
    if not allowed and (urlsplit(url).port or 443) not in egress.PORTS:
        raise AddressRefused(url)


@transaction.atomic
def add_endpoint(
    *,
    brand_id: int,
    url: str,
    description: str,
    topics: Sequence[str],
    actor_id: int,
    now: datetime,
) -> Endpoint:
    """Deliver the brand's events, of these topics or of all where none is named, to an address.

    :raises AddressRefused: nothing may be sent there.
    :raises UnknownTopic: one of them is none.
    :raises TooManyEndpoints: the brand has enough.
    """
    check_address(url)
    lock_row(Brand, brand_id)
    if Endpoint.objects.filter(brand_id=brand_id).count() >= MAX_ENDPOINTS:
        raise TooManyEndpoints(brand_id)
    endpoint = Endpoint.objects.create(
        brand_id=brand_id,
        url=url,
        description=description.strip(),
        topics=_check_topics(topics),
        secret=make_secret(),
        created_by_id=actor_id,
        created_at=now,
    )
    _record(endpoint, "endpoint.added", actor_id, now, after=_facts(endpoint))
    return endpoint


@transaction.atomic
def change_endpoint(
    *,
    endpoint_id: int,
    url: str,
    description: str,
    topics: Sequence[str],
    actor_id: int,
    now: datetime,
) -> Endpoint:
    """Change address, description and topics; what waits goes to the new address.

    :raises AddressRefused: nothing may be sent there.
    :raises UnknownTopic: one of them is none.
    """
    check_address(url)
    endpoint = _lock(endpoint_id)
    before = _facts(endpoint)
    if url != endpoint.url:
        endpoint.paused_until = None
    endpoint.url, endpoint.description = url, description.strip()
    endpoint.topics = _check_topics(topics)
    after = _facts(endpoint)
    endpoint.save(update_fields=["url", "description", "topics", "paused_until"])
    old, new = audit.pick_changed(before, after)
    if new:
        _record(endpoint, "endpoint.changed", actor_id, now, before=old, after=new)
    return endpoint


@transaction.atomic
def rotate_endpoint_secret(*, endpoint_id: int, actor_id: int, now: datetime) -> Endpoint:
    """Make a new secret; each event is signed with both for two days."""
    endpoint = _lock(endpoint_id)
    endpoint.old_secret, endpoint.secret = endpoint.secret, make_secret()
    endpoint.old_secret_until = now + timedelta(days=KEEP_DAYS)
    endpoint.save(update_fields=["secret", "old_secret", "old_secret_until"])
    after = {"old_secret_until": endpoint.old_secret_until.isoformat()}
    _record(endpoint, "endpoint.secret_rotated", actor_id, now, after=after)
    return endpoint


@transaction.atomic
def stop_endpoint(*, endpoint_id: int, actor_id: int, now: datetime) -> Endpoint:
    """Send nothing more to an address; what waits stays listed as not delivered.

    :raises AlreadyStopped: by its status.
    """
    endpoint = _lock(endpoint_id)
    if endpoint.status == EndpointStatus.STOPPED:
        raise AlreadyStopped(endpoint.public_id)
    count = stop(endpoint, StopCause.BY_HAND, now)
    _record(endpoint, "endpoint.stopped", actor_id, now, after={"not_delivered": count})
    return endpoint


@transaction.atomic
def start_endpoint(*, endpoint_id: int, actor_id: int, now: datetime) -> Endpoint:
    """Deliver again, from now on; what was missed is asked for apart.

    :raises NotStopped: by its status.
    """
    endpoint = _lock(endpoint_id)
    if endpoint.status != EndpointStatus.STOPPED:
        raise NotStopped(endpoint.public_id)
    endpoint.status, endpoint.stop_cause, endpoint.stopped_at = EndpointStatus.ACTIVE, "", None
    endpoint.failures, endpoint.failing_since, endpoint.paused_until = 0, None, None
    endpoint.save()
    _record(endpoint, "endpoint.started", actor_id, now)
    return endpoint


@transaction.atomic
def send_test(*, endpoint_id: int, now: datetime) -> EventDelivery:
    """Send an event to this endpoint alone, whatever topics it hears of.

    :raises EndpointStopped: by its status.
    """
    endpoint = _lock_working(endpoint_id)
    event = outbox.keep(
        brand_id=endpoint.brand_id,
        topic=TEST,
        payload={"endpoint": endpoint.public_id},
        now=brand_now(Brand.objects.get(pk=endpoint.brand_id), now),
        real_now=now,
    )
    delivery = make_delivery(endpoint, event.pk, now)
    delivery.save()
    _hurry(endpoint)
    return delivery


@transaction.atomic
def redeliver(*, delivery_id: int, actor_id: int, now: datetime) -> EventDelivery:
    """Bring one event once more, under the same id.

    :raises EndpointStopped: by its status.
    """
    of = EventDelivery.objects.only("endpoint_id").get(pk=delivery_id)
    endpoint = _lock_working(of.endpoint_id)
    delivery = EventDelivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    delivery.status, delivery.tries = DeliveryStatus.WAITING, 0
    delivery.begun_at = delivery.next_at = now
    delivery.save(update_fields=["status", "tries", "begun_at", "next_at"])
    _hurry(endpoint)
    _record(endpoint, "endpoint.redelivered", actor_id, now, after={"count": 1})
    return delivery


@transaction.atomic
def redeliver_since(*, endpoint_id: int, since: datetime, actor_id: int, now: datetime) -> int:
    """Bring what was not delivered since a time, and what was missed while it was stopped.

    Returns how many, the oldest 5,000 of each at most. `since` is real time too.

    :raises EndpointStopped: by its status.
    """
    endpoint = _lock_working(endpoint_id)
    since = max(since, endpoint.created_at, now - LOOK_BACK)
    failed = endpoint.deliveries.filter(status=DeliveryStatus.FAILED)
    failed = failed.filter(event__processed_at__gte=since).order_by("pk")
    ids = list(failed.values_list("pk", flat=True)[:BATCH])
    count = EventDelivery.objects.filter(pk__in=ids).update(
        status=DeliveryStatus.WAITING, tries=0, begun_at=now, next_at=now
    )
    count += store_deliveries(
        make_delivery(endpoint, event_id, now) for event_id in _list_missed(endpoint, since)
    )
    _hurry(endpoint)
    zone = ZoneInfo(Brand.objects.get(pk=endpoint.brand_id).time_zone)
    after = {"since": since.astimezone(zone).date().isoformat(), "count": count}
    _record(endpoint, "endpoint.redelivered", actor_id, now, after=after)
    return count


def _list_missed(endpoint: Endpoint, since: datetime) -> list[int]:
    has_one = EventDelivery.objects.filter(endpoint=endpoint, event=OuterRef("pk"))
    topics = [name for name in TOPICS if name != TEST and wants(endpoint, name)]
    events = OutboxEvent.objects.filter(
        ~Exists(has_one), brand_id=endpoint.brand_id, processed_at__gte=since, topic__in=topics
    )
    return list(events.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _hurry(endpoint: Endpoint) -> None:
    """Let the next try wait for nothing."""
    endpoint.paused_until = None
    endpoint.save(update_fields=["paused_until"])
    enqueue(DELIVER)


def _lock(endpoint_id: int) -> Endpoint:
    return lock_row(Endpoint, endpoint_id)


def _lock_working(endpoint_id: int) -> Endpoint:
    endpoint = _lock(endpoint_id)
    if endpoint.status == EndpointStatus.STOPPED:
        raise EndpointStopped(endpoint.public_id)
    return endpoint


def _check_topics(topics: Sequence[str]) -> list[str]:
    if not set(topics) <= TOPICS.keys() - {TEST}:
        raise UnknownTopic(sorted(set(topics) - TOPICS.keys()))
    return sorted(set(topics))


def _facts(endpoint: Endpoint) -> dict[str, Any]:
    """Return what the log keeps: of the address its host, because the rest may be a secret."""
    return {
        "url": urlsplit(endpoint.url).hostname or "",
        "description": endpoint.description,
        "topics": endpoint.topics,
    }


def _record(
    endpoint: Endpoint,
    action: str,
    actor_id: int,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=endpoint.brand_id,
        actor_id=actor_id,
        action=action,
        target=endpoint,
        now=brand_now(Brand.objects.get(pk=endpoint.brand_id), now),
        before=before,
        after=after,
    )
