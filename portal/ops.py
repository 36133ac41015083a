"""What the operator's pages show of all brands: messages and brands, without their content."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from brands.models import Member, ProgramStatus, Role
from core.models import Brand, InboundStatus, OutboxEvent
from core.paging import Page, cut_page
from ledger.models import BooksCheck
from payouts.models import RailEvent
from tracking.models import StoreEvent

OPEN = (InboundStatus.STORED, InboundStatus.FAILED)
LAST = 100


@dataclass(frozen=True, slots=True)
class Message:
    """One message that came in or was handed on: what it is about, never what it says."""

    id: str
    at: datetime
    brand: Brand
    topic: str
    state: str
    attempts: int
    source: str


@dataclass(frozen=True, slots=True)
class Messages:
    """A page of messages; `cursor` leads to older ones."""

    rows: list[Message]
    cursor: str


def list_store_messages(*, is_open: bool, before: str) -> Messages:
    """Return deliveries of stores, the newest first."""
    rows = StoreEvent.objects.select_related("brand", "connection").defer("body")
    page = cut_page(rows.filter(status__in=OPEN) if is_open else rows, before=before)
    return Messages([_inbound(e, e.public_id, e.connection.name) for e in page.rows], page.cursor)


def list_rail_messages(*, is_open: bool) -> Messages:
    """Return the last messages of payment services, the newest first."""
    rows = RailEvent.objects.select_related("brand").defer("body").order_by("-pk")
    found = (rows.filter(status__in=OPEN) if is_open else rows)[:LAST]
    return Messages([_inbound(e, e.event_id, e.get_rail_display()) for e in found], "")


def list_outbox(*, is_open: bool, before: str) -> Messages:
    """Return facts for others, the newest first."""
    rows = OutboxEvent.objects.select_related("brand").defer("payload")
    page = cut_page(rows.filter(processed_at__isnull=True) if is_open else rows, before=before)
    return Messages(
        [
            Message(
                id=event.public_id,
                at=event.at,
                brand=event.brand,
                topic=event.topic,
                state="processed" if event.processed_at else "waiting",
                attempts=0,
                source="",
            )
            for event in page.rows
        ],
        page.cursor,
    )


def list_brands(*, text: str, before: str) -> Page[Brand]:
    """Return brands with owners and open programs, the newest first; archived ones are left out."""
    owners = Member.objects.filter(role=Role.OWNER).select_related("user").order_by("pk")
    rows = _open_brands().filter(sandbox_of__isnull=True)
    rows = rows.annotate(
        live=Count("programs", filter=Q(programs__status=ProgramStatus.LIVE), distinct=True)
    ).prefetch_related(Prefetch("members", queryset=owners, to_attr="owners"))
    if text and "\0" not in text:
        owned = Member.objects.filter(user__email__icontains=text, role=Role.OWNER)
        rows = rows.filter(
            Q(name__icontains=text) | Q(slug__icontains=text) | Q(pk__in=owned.values("brand_id"))
        )
    return cut_page(rows, before=before)


def list_books() -> Iterable[tuple[Brand, BooksCheck | None]]:
    """Return every brand with what the latest proof of its books found, differing ones first."""
    checks = {check.brand_id: check for check in BooksCheck.objects.all()}
    rows = [(brand, checks.get(brand.pk)) for brand in _open_brands().order_by("name", "pk")]
    return sorted(rows, key=lambda row: not (row[1] and row[1].differences))


def _open_brands() -> QuerySet[Brand]:
    return Brand.objects.filter(archived_at__isnull=True)


def _inbound(event: Any, message_id: str, source: str) -> Message:
    return Message(
        id=message_id,
        at=event.received_at,
        brand=event.brand,
        topic=event.topic,
        state=event.status,
        attempts=event.attempts,
        source=source,
    )
