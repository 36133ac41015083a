"""Messages of a rail: stored once, and never believed; they only make us ask the rail."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from core.jobs import enqueue
from core.models import InboundStatus
from payouts.models import (
    AttemptStatus,
    Payout,
    PayoutAttempt,
    PayoutMethod,
    PayoutStatus,
    RailEvent,
)
from payouts.selectors import find_lost_attempt
from payouts.services.following import refresh_sent
from payouts.services.found import ask_about
from payouts.services.methods import record_account_state
from payouts.services.rails import Found, Notice, Onboarding, Rail
from payouts.services.sending import instruction_of, record_found, resolve_payout

WAITING = (InboundStatus.STORED, InboundStatus.FAILED)
ACCOUNT_KINDS = frozenset({"account", "account_closed"})


def store_notice(
    *, brand_id: int, rail: str, notice: Notice, body: bytes, now: datetime
) -> RailEvent:
    """Store a genuine message once, by the rail's own event id."""
    ids = [notice.account] if notice.kind in ACCOUNT_KINDS else list(notice.external_ids)
    with transaction.atomic():
        event, _ = RailEvent.objects.get_or_create(
            brand_id=brand_id,
            rail=rail,
            event_id=notice.event_id,
            defaults={
                "topic": notice.kind,
                "body": body.decode("latin-1"),
                "body_sha256": hashlib.sha256(body).hexdigest(),
                "size_bytes": len(body),
                "received_at": now,
                "next_attempt_at": now,
                "detail": ",".join(ids)[:300],
                "status": InboundStatus.IGNORED
                if notice.kind == "ignored"
                else InboundStatus.STORED,
            },
        )
        enqueue("payouts.process_rail_events")
    return event


def list_waiting(*, now: datetime, limit: int) -> list[RailEvent]:
    """Return stored messages that are due, oldest first."""
    rows = RailEvent.objects.filter(status__in=WAITING, next_attempt_at__lte=now)
    return list(rows.order_by("id")[:limit])


def follow_event(  # the rail's two faces and two clocks
    *,
    event_id: int,
    rail: Rail,
    onboarding: Onboarding | None,
    expects_live: bool,
    now: datetime,
    real_now: datetime,
) -> None:
    """Ask the rail about every object the message names; unknown ones are nobody's here."""
    event = RailEvent.objects.get(pk=event_id)
    if event.status not in WAITING:
        return
    for external_id in filter(None, event.detail.split(",")):
        if event.topic in ACCOUNT_KINDS and onboarding is not None:
            for method in PayoutMethod.objects.filter(
                brand_id=event.brand_id, external_account=external_id
            ):
                refresh_account(
                    method=method, onboarding=onboarding, expects_live=expects_live, now=now
                )
        elif event.topic == "transfer":
            _refresh_transfer(event, external_id, rail, now, real_now)
    RailEvent.objects.filter(pk=event.pk).update(
        status=InboundStatus.PROCESSED, processed_at=now, attempts=F("attempts") + 1
    )


def refresh_account(
    *, method: PayoutMethod, onboarding: Onboarding, expects_live: bool, now: datetime
) -> PayoutMethod:
    """Fetch the state of a creator's account and keep it.

    :raises RailUnavailable: the rail did not answer.
    """
    state = onboarding.account_state(account=method.external_account)
    return record_account_state(
        method_id=method.pk, state=state, expects_live=expects_live, now=now
    )


def put_off(*, event_id: int, now: datetime) -> None:
    """Try again later: a minute, doubling to six hours."""
    event = RailEvent.objects.get(pk=event_id)
    wait = min(timedelta(minutes=2 ** min(event.attempts, 9)), timedelta(hours=6))
    RailEvent.objects.filter(pk=event_id).update(
        status=InboundStatus.FAILED, attempts=F("attempts") + 1, next_attempt_at=now + wait
    )


def _refresh_transfer(
    event: RailEvent, external_id: str, rail: Rail, now: datetime, real_now: datetime
) -> None:
    attempt = PayoutAttempt.objects.filter(
        brand_id=event.brand_id, external_id=external_id, status=AttemptStatus.ACCEPTED
    ).first()
    if attempt is not None:
        refresh_sent(payout_id=attempt.payout_id, rail=rail, now=now, real_now=real_now)
        return
    if ask_about(
        brand_id=event.brand_id, rail=rail, external_id=external_id, now=now, real_now=real_now
    ):
        return
    unknown = Payout.objects.filter(
        brand_id=event.brand_id, rail=event.rail, status=PayoutStatus.UNKNOWN
    )
    for payout in unknown.order_by("pk"):
        if not _is_named(payout, external_id, rail, now, real_now):
            resolve_payout(payout_id=payout.pk, rail=rail, now=now, real_now=real_now)


def _is_named(
    payout: Payout, external_id: str, rail: Rail, now: datetime, real_now: datetime
) -> bool:
    """Ask by the rail's own number about a payout whose number of ours the rail has forgotten."""
    attempt = find_lost_attempt(payout)
    if attempt is None:
        return False
    named = replace(instruction_of(attempt), external_id=external_id)
    found = rail.lookup(instruction=named)
    if isinstance(found, Found):
        record_found(attempt=attempt, found=found, now=now, real_now=real_now)
    return isinstance(found, Found)
