"""Figures of the installation for Prometheus, read from PostgreSQL: any web server says the same.

Labels are a status, a verdict, a task: never a brand or a person.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min, QuerySet, Sum
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from brands.services.delivering import list_waiting
from core.models import Brand, InboundStatus, JobRun, Mail, MailStatus, OutboxEvent
from ledger.models import BooksCheck
from payouts.models import Payout, RailEvent
from portal.jobs import list_jobs
from tracking.models import Click, Order, OrderKind, StoreEvent, Verdict

OPEN = (InboundStatus.STORED, InboundStatus.FAILED)


class Figures(Collector):
    """Everything that is counted, as of `now`."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield from _build()
        yield from _queues(self.now)
        yield from _jobs(self.now)
        yield _clicks(self.now)
        yield _by_status("store_deliveries", "Deliveries of stores", StoreEvent.objects.all())
        yield _by_status("rail_messages", "Messages of payment services", RailEvent.objects.all())
        yield _by_status("mails", "Mails", Mail.objects.all())
        real = Payout.objects.filter(brand__sandbox_of__isnull=True)
        yield _by_status("payouts", "Payouts, sandboxes left out", real)
        yield from _books()
        orders = Order.objects.filter(brand__sandbox_of=None, kind=OrderKind.ORDER)
        yield GaugeMetricFamily(
            "fairshare_orders", "Orders, sandboxes left out", value=orders.count()
        )
        yield _by_status(
            "brands", "Brands, sandboxes left out", Brand.objects.filter(sandbox_of=None)
        )


def write_metrics(*, now: datetime) -> bytes:
    """Return the figures in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(now=now))
    return generate_latest(registry)


def _build() -> Iterable[Metric]:
    found = GaugeMetricFamily("fairshare_build_info", "What runs", labels=["version"])
    found.add_metric([settings.VERSION], 1)
    yield found


def _queues(now: datetime) -> Iterable[Metric]:
    waiting: dict[str, tuple[QuerySet[Any], str]] = {
        "outbox": (OutboxEvent.objects.filter(processed_at__isnull=True), "at"),
        "webhooks": (list_waiting().filter(endpoint__failures=0), "next_at"),
        "mail": (Mail.objects.filter(status=MailStatus.WAITING), "next_attempt_at"),
        "store_events": (StoreEvent.objects.filter(status__in=OPEN), "next_attempt_at"),
        "rail_events": (RailEvent.objects.filter(status__in=OPEN), "next_attempt_at"),
    }
    length = GaugeMetricFamily("fairshare_queue_length", "Rows that wait", labels=["queue"])
    age = GaugeMetricFamily(
        "fairshare_queue_age_seconds",
        "How long the oldest row has been due, 0 when none is",
        labels=["queue"],
    )
    for name, (rows, field) in waiting.items():
        found = rows.aggregate(count=Count("pk"), oldest=Min(field))
        oldest = found["oldest"]
        length.add_metric([name], found["count"])
        age.add_metric([name], max(0.0, (now - oldest).total_seconds()) if oldest else 0)
    yield length
    yield age


def _jobs(now: datetime) -> Iterable[Metric]:
    last = GaugeMetricFamily(
        "fairshare_job_last_run_timestamp_seconds", "When it last ended", labels=["job"]
    )
    took = GaugeMetricFamily("fairshare_job_duration_seconds", "How long it took", labels=["job"])
    well = GaugeMetricFamily(
        "fairshare_job_ok", "1 when it ran well and in time, else 0", labels=["job"]
    )
    for job in list_jobs(now=now):
        if job.run.finished_at is None:
            continue
        last.add_metric([job.name], job.run.finished_at.timestamp())
        took.add_metric([job.name], job.run.duration_ms / 1000)
        well.add_metric([job.name], job.state == "ok")
    backup = JobRun.objects.filter(name="backup", is_ok=True).order_by("-started_at").first()
    if backup is not None:
        last.add_metric(["backup"], backup.started_at.timestamp())
    yield from (last, took, well)


def _clicks(now: datetime) -> Metric:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found = GaugeMetricFamily(
        "fairshare_clicks_today", "Clicks stored since midnight, UTC", labels=["verdict"]
    )
    counts = dict(
        Click.objects.filter(at__gte=midnight).values_list("verdict").annotate(Count("pk"))
    )
    for verdict in Verdict:
        found.add_metric([verdict.name.lower()], counts.get(verdict.value, 0))
    return found


def _books() -> Iterable[Metric]:
    checks = BooksCheck.objects.filter(brand__archived_at__isnull=True)
    sums = checks.aggregate(differences=Sum("differences"), oldest=Min("checked_at"))
    yield GaugeMetricFamily(
        "fairshare_books_differences",
        "Differences that the latest proofs found, all brands",
        value=sums["differences"] or 0,
    )
    if sums["oldest"]:
        yield GaugeMetricFamily(
            "fairshare_books_oldest_proof_timestamp_seconds",
            "When the brand that waits longest was proved",
            value=sums["oldest"].timestamp(),
        )


def _by_status(name: str, about: str, rows: QuerySet[Any]) -> Metric:
    found = GaugeMetricFamily(f"fairshare_{name}", about, labels=["status"])
    counts = dict(rows.order_by().values_list("status").annotate(Count("pk")))
    for status, _label in rows.model._meta.get_field("status").choices:
        found.add_metric([status], counts.get(status, 0))
    return found
