"""Work of payouts that a worker does; each is safe to run twice and beside itself."""

import logging
from datetime import datetime, timedelta
from functools import partial

import httpx
from celery import shared_task
from django.conf import settings
from django.db import DatabaseError

from brands.models import RailKind, RailSettings
from core import fence
from core.clock import brand_now, database_now
from core.jobs import enqueue, run_once
from core.models import Brand, BrandStatus
from payouts.domain.kinds import CALLED_RAILS
from payouts.models import PayoutMethod, RailEvent
from payouts.rails.registry import (
    LIMITS,
    RailOff,
    make_paypal_standin,
    make_standin,
    onboarding_for,
    rail_for,
)
from payouts.rails.stripe.standin import Delivery, namespace_of
from payouts.selectors import list_unchecked
from payouts.services import driving, railevents, schedule, write_offs
from payouts.services.documents import remind_of_documents
from payouts.services.rails import RailDeclined, RailUnavailable
from payouts.services.statements import close_next_month, has_month_due, tell_statements

logger = logging.getLogger(__name__)

STANDIN_TIMEOUT_S = 10
CHECK_AGE = timedelta(hours=20)  # so that each account has its turn every day


@shared_task(name="payouts.drive_open", acks_late=True, ignore_result=True)
def drive_open() -> None:
    """Send approved payouts and find out what became of those without an answer."""
    if fence.find_standing() is not fence.Standing.OPEN:
        logger.error("nothing is paid: this database was restored; see payouts_import_since")
        return
    rows = RailSettings.objects.filter(
        rail__in=CALLED_RAILS, is_enabled=True, brand__status=BrandStatus.ACTIVE
    )
    for row in rows.select_related("brand").order_by("brand_id", "rail"):
        if driving.has_work(brand_id=row.brand_id, rail=row.rail, real_now=database_now()):
            drive_rail(row)
        if row.brand.is_sandbox:
            deliver_standin_events(row)
    process_rail_events()


def drive_rail(row: RailSettings) -> None:
    """Drive everything open of one brand's rail; a rail without a key waits."""
    try:
        rail = rail_for(row)
    except RailOff:
        return
    driving.drive_brand(
        brand_id=row.brand_id, rail=rail, now=brand_now(row.brand), real_now=database_now()
    )


@shared_task(name="payouts.process_rail_events", acks_late=True, ignore_result=True)
def process_rail_events() -> None:
    """Follow stored messages of rails: each only makes us ask the rail."""
    for event in railevents.list_waiting(now=database_now(), limit=100):
        process_rail_event(event)


def process_rail_event(event: RailEvent) -> None:
    """Ask the rail about what one message names; what cannot be asked now is asked later."""
    row = RailSettings.objects.select_related("brand").get(brand=event.brand_id, rail=event.rail)
    try:
        railevents.follow_event(
            event_id=event.pk,
            rail=rail_for(row),
            onboarding=onboarding_for(row) if row.rail == RailKind.STRIPE else None,
            expects_live=row.is_live,
            now=brand_now(row.brand),
            real_now=database_now(),
        )
    except (RailOff, RailUnavailable, RailDeclined) as error:
        logger.warning("rail event %s waits: %s", event.pk, type(error).__name__)
        railevents.put_off(event_id=event.pk, now=database_now())


def deliver_standin_events(row: RailSettings) -> None:
    """Carry a stand-in's events to our own endpoint, signed as the service signs them."""
    if not (row.secret_key and row.webhook_secret):
        return
    namespace, secret = namespace_of(row.secret_key), row.webhook_secret
    if row.rail == RailKind.PAYPAL:
        paypal = make_paypal_standin()
        for event in paypal.list_pending_events(namespace=namespace):
            signed = paypal.sign_event(event=event, namespace=namespace, webhook_id=secret)
            if not _post(row, signed):
                return
            paypal.mark_delivered(namespace=namespace, event=event)
        return
    standin = make_standin()
    for event in standin.list_pending_events(namespace=namespace):
        if not _post(row, standin.sign_event(event=event, secrets=[secret], now=database_now())):
            return
        standin.mark_delivered(namespace=namespace, event_id=event["id"])


def _post(row: RailSettings, delivery: Delivery) -> bool:
    """Say whether our endpoint took an event."""
    url = f"{settings.INTERNAL_URL}/rails/{row.rail}/{row.brand.public_id}"
    try:
        answer = httpx.post(
            url, content=delivery.body, headers=dict(delivery.headers), timeout=STANDIN_TIMEOUT_S
        )
    except httpx.HTTPError:
        return False
    return answer.is_success


@shared_task(name="payouts.refresh_method", acks_late=True, ignore_result=True)
def refresh_method(*, method_id: int) -> None:
    """Ask the rail what a creator's account can do."""
    method = PayoutMethod.objects.select_related("brand").get(pk=method_id)
    row = RailSettings.objects.select_related("brand").get(brand=method.brand_id, rail=method.rail)
    try:
        railevents.refresh_account(
            method=method,
            onboarding=onboarding_for(row),
            expects_live=row.is_live,
            now=brand_now(row.brand),
        )
    except (RailOff, RailUnavailable, RailDeclined) as error:
        logger.warning("payout method %s not refreshed: %s", method.pk, type(error).__name__)


@shared_task(name="payouts.write_off_due", acks_late=True, ignore_result=True)
def write_off_due() -> None:
    """Write off what outlived its recovery window, once a day, each brand by its own clock."""
    real_now = database_now()
    run_once(
        name="write_off_due",
        window=real_now.strftime("%Y-%m-%d"),
        now=real_now,
        work=lambda: f"{_write_off_all(real_now)} entries",
    )


def _write_off_all(real_now: datetime) -> int:
    brands = Brand.objects.filter(status=BrandStatus.ACTIVE, archived_at__isnull=True)
    return sum(
        write_offs.write_off_due(brand=brand, now=brand_now(brand, real_now))
        for brand in brands.order_by("pk")
    )


@shared_task(name="payouts.draft_runs", acks_late=True, ignore_result=True)
def draft_runs() -> None:
    """Make the drafts of each brand on its day, once; nothing is approved by itself."""
    real_now = database_now()
    brands = Brand.objects.filter(status=BrandStatus.ACTIVE, archived_at__isnull=True)
    for brand in brands.order_by("pk"):
        now = brand_now(brand, real_now)
        day = schedule.find_due_day(brand=brand, now=now)
        if day is not None:
            run_once(
                name="draft_runs",
                window=f"{brand.pk} {day}",
                now=real_now,
                work=partial(_draft_runs, brand, now),
            )


def _draft_runs(brand: Brand, now: datetime) -> str:
    return f"{schedule.draft_runs(brand=brand, limits=LIMITS, now=now)} drafts"


@shared_task(name="payouts.check_destinations", acks_late=True, ignore_result=True)
def check_destinations() -> None:
    """Have each account at a rail looked at once a day: news of a change may have got lost."""
    real_now = database_now()
    rows = RailSettings.objects.filter(
        rail=RailKind.STRIPE,
        is_enabled=True,
        brand__status=BrandStatus.ACTIVE,
        brand__archived_at__isnull=True,
    )
    for row in rows.select_related("brand").order_by("brand_id"):
        due = brand_now(row.brand, real_now) - CHECK_AGE
        for method_id in list_unchecked(brand=row.brand, since=due).values_list("pk", flat=True):
            enqueue("payouts.refresh_method", method_id=method_id)


@shared_task(name="payouts.issue_statements", acks_late=True, ignore_result=True)
def issue_statements() -> None:
    """Close the months that are over, each brand's by its own calendar, and mail what is due."""
    real_now = database_now()
    for brand in Brand.objects.filter(archived_at__isnull=True).order_by("pk"):
        now = brand_now(brand, real_now)
        try:
            while has_month_due(brand=brand, now=now):
                close_next_month(brand_id=brand.pk, now=now)
            tell_statements(brand=brand, now=now)
            remind_of_documents(brand=brand, now=now)
        except DatabaseError:
            logger.exception("no statements of brand %s were issued", brand.public_id)
