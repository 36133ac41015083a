"""Claims: a creator asks for an order, both sides write, the brand declines, or an order comes.

Whoever changes a claim and an order locks the order first. Accepting is in `claimcredit`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction

from affiliates.models import Enrollment
from affiliates.services.errors import ReasonMissing
from core import audit, outbox
from core.formats import local_day
from core.images import Picture
from core.locks import lock_row
from core.models import Brand
from tracking.domain.claims import AskedOrder, add_working_days, make_number_key
from tracking.emails_claims import mail_opened, mail_resolved, mail_written
from tracking.models import (
    UNRESOLVED,
    Attribution,
    Claim,
    ClaimMessage,
    ClaimPicture,
    ClaimStatus,
    Commission,
    Order,
    Side,
)
from tracking.selectors_claims import Answer, find_answer, is_fitting

IN_A_ROW = 3
"""How many messages a creator may write before the brand does."""


class AlreadyAsked(ValueError):
    """The creator asked for this order already: `claim` is not decided yet."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim.public_id)
        self.claim = claim


class AlreadyResolved(ValueError):
    """The claim is accepted or declined."""


class TooManyMessages(ValueError):
    """The creator has written as much as he may before the brand does."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a creator writes to a brand about an order, and what he shows.

    `about`: a commission of his own for the order, where he asks about one he has.
    """

    asked: AskedOrder
    text: str
    picture: Picture | None = None
    about: Commission | None = None


@transaction.atomic
def open_claim(*, enrollment_id: int, question: Question, actor_id: int, now: datetime) -> Claim:
    """Ask a brand for an order; one that is his by now is accepted at once.

    :raises AlreadyAsked: a claim for this order is not decided yet.
    """
    place = Enrollment.objects.select_related(
        "affiliation__brand", "affiliation__affiliate__user", "program"
    ).get(pk=enrollment_id)
    _lock_number(place.brand_id, [question.asked.key])
    answer = _find_order(place, question)
    claim = _create(place, question, answer, now)
    ClaimMessage.objects.create(
        brand_id=claim.brand_id,
        claim=claim,
        side=Side.CREATOR,
        by_id=actor_id,
        text=question.text.strip(),
        at=now,
    )
    if question.picture is not None:
        ClaimPicture.objects.create(
            brand_id=claim.brand_id,
            claim=claim,
            content_type=question.picture.content_type,
            full=question.picture.full,
            width=question.picture.width,
            height=question.picture.height,
        )
    _record(claim, "claim.opened", actor_id, question.text, now)
    _tell(claim, "claim.opened", now)
    if answer.kind == "credited" and question.about is None:
        resolve(claim=claim, status=ClaimStatus.ACCEPTED, reason="", actor_id=None, now=now)
    else:
        mail_opened(claim=claim, text=question.text.strip(), now=now)
    return claim


@transaction.atomic
def write_to_brand(*, claim_id: int, text: str, actor_id: int, now: datetime) -> Claim:
    """Add what the creator says; an answered claim waits for the brand again.

    :raises AlreadyResolved: it is decided.
    :raises TooManyMessages: the brand has to write first.
    """
    claim = lock_claim(claim_id)
    last = claim.messages.order_by("-pk").values_list("side", flat=True)[:IN_A_ROW]
    if len(last) == IN_A_ROW and set(last) == {Side.CREATOR.value}:
        raise TooManyMessages(claim.public_id)
    if claim.status == ClaimStatus.ANSWERED:
        claim.status, claim.due_on = ClaimStatus.OPEN, _find_due_day(claim.brand, now)
        claim.save(update_fields=["status", "due_on"])
    _write(claim, Side.CREATOR, text, actor_id, now)
    _record(claim, "claim.written", actor_id, text, now)
    return claim


@transaction.atomic
def answer_claim(*, claim_id: int, text: str, actor_id: int, now: datetime) -> Claim:
    """Write to the creator; the claim waits for him then.

    :raises AlreadyResolved: it is decided.
    """
    claim = lock_claim(claim_id)
    claim.status = ClaimStatus.ANSWERED
    claim.save(update_fields=["status"])
    _write(claim, Side.BRAND, text, actor_id, now)
    _record(claim, "claim.answered", actor_id, text, now)
    return claim


@transaction.atomic
def decline_claim(*, claim_id: int, reason: str, actor_id: int, now: datetime) -> Claim:
    """Decline a claim, with a reason the creator reads.

    :raises AlreadyResolved: it is decided.
    :raises ReasonMissing: no reason was given.
    """
    if not reason.strip():
        raise ReasonMissing
    claim = lock_claim(claim_id)
    resolve(
        claim=claim,
        status=ClaimStatus.DECLINED,
        reason=reason.strip(),
        actor_id=actor_id,
        now=now,
    )
    return claim


def follow_order(*, order: Order, attribution: Attribution, now: datetime) -> None:
    """Tell claims that wait of a locked order: it is theirs, or only known by now.

    A claim whose creator has the order now is accepted; one about an order he had is left to the
    brand. An order that somebody else got, or nobody, is noted for the brand alone.
    """
    keys = {make_number_key(order.external_number), make_number_key(order.external_order_id)}
    keys.discard("")
    _lock_number(order.brand_id, keys)
    waiting = Claim.objects.select_for_update(of=("self",), no_key=True).filter(
        brand_id=order.brand_id,
        number_key__in=keys,
        status__in=UNRESOLVED,
        is_about_credited=False,
    )
    related = waiting.select_related("brand", "affiliation__affiliate__user", "enrollment__program")
    for claim in related.order_by("pk"):
        zone = ZoneInfo(claim.brand.time_zone)
        if claim.order_id != order.pk and not is_fitting(order, claim.asked, zone):
            continue
        if claim.order_id is None:
            claim.order = order
            claim.save(update_fields=["order"])
        place = attribution.enrollment
        if place is not None and place.affiliation_id == claim.affiliation_id:
            claim.order = order
            resolve(claim=claim, status=ClaimStatus.ACCEPTED, reason="", actor_id=None, now=now)


def resolve(
    *, claim: Claim, status: ClaimStatus, reason: str, actor_id: int | None, now: datetime
) -> None:
    """Decide a locked claim, and tell its creator. `actor_id` None: the order itself decided."""
    close(claim=claim, status=status, reason=reason, actor_id=actor_id, now=now)
    announce(claim=claim, now=now)


def close(
    *, claim: Claim, status: ClaimStatus, reason: str, actor_id: int | None, now: datetime
) -> None:
    """Keep what was decided about a locked claim; `announce` tells it."""
    claim.status, claim.reason = status, reason[:500]
    claim.resolved_at, claim.resolved_by_id = now, actor_id
    claim.save(update_fields=["status", "reason", "resolved_at", "resolved_by", "order"])
    _record(claim, f"claim.{status}", actor_id, reason, now)


def announce(*, claim: Claim, now: datetime) -> None:
    """Tell the creator, and whoever listens, what was decided."""
    _tell(claim, "claim.resolved", now)
    mail_resolved(claim=claim, now=now)


def end_claims(*, affiliation_ids: Collection[UUID], now: datetime) -> None:
    """End what a creator who leaves still asks for."""
    waiting = Claim.objects.filter(affiliation__in=affiliation_ids, status__in=UNRESOLVED)
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        claim = lock_claim(pk)
        close(claim=claim, status=ClaimStatus.DECLINED, reason="", actor_id=None, now=now)
        _tell(claim, "claim.resolved", now)


def lock_claim(claim_id: int) -> Claim:
    """Return a claim nobody decided, locked.

    :raises AlreadyResolved: somebody was faster.
    """
    lock_row(Claim, claim_id)
    claim = Claim.objects.select_related(
        "brand", "order", "affiliation__affiliate__user", "enrollment__program"
    ).get(pk=claim_id)
    if not claim.is_unresolved:
        raise AlreadyResolved(claim.public_id)
    return claim


def _find_order(place: Enrollment, question: Question) -> Answer:
    if question.about is not None:
        return Answer("credited", question.about.order)
    return find_answer(place=place, asked=question.asked)


def _create(place: Enrollment, question: Question, answer: Answer, now: datetime) -> Claim:
    asked = question.asked
    claim = Claim(
        brand_id=place.brand_id,
        affiliation=place.affiliation,
        enrollment=place,
        order=answer.order,
        number=asked.number.strip(),
        number_key=asked.key,
        placed_on=asked.placed_on,
        total=asked.total,
        is_about_credited=question.about is not None,
        opened_at=now,
        due_on=_find_due_day(place.affiliation.brand, now),
    )
    claim.brand = place.affiliation.brand
    try:
        with transaction.atomic():
            claim.save(force_insert=True)
    except IntegrityError:
        waiting = Claim.objects.filter(
            affiliation=place.affiliation, number_key=asked.key, status__in=UNRESOLVED
        ).first()
        if waiting is None:
            raise
        raise AlreadyAsked(waiting) from None
    return claim


def _find_due_day(brand: Brand, now: datetime) -> date:
    """Return by when the brand answers what is asked now, by its setting of now."""
    today = local_day(now, zone=ZoneInfo(brand.time_zone))
    return add_working_days(today, brand.claim_days)


def _write(claim: Claim, side: Side, text: str, actor_id: int, now: datetime) -> None:
    message = ClaimMessage.objects.create(
        brand_id=claim.brand_id, claim=claim, side=side, by_id=actor_id, text=text.strip(), at=now
    )
    mail_written(message=message, now=now)


def _lock_number(brand_id: int, keys: Iterable[str]) -> None:
    """Let who asks for an order and the order itself wait for each other, for the transaction."""
    with connection.cursor() as cursor:
        for key in sorted(keys):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"claim:{brand_id}:{key}"],
            )


def _record(claim: Claim, action: str, actor_id: int | None, reason: str, now: datetime) -> None:
    audit.record(
        brand_id=claim.brand_id,
        actor_id=actor_id,
        action=action,
        target=claim,
        reason=reason,
        now=now,
    )


def _tell(claim: Claim, topic: str, now: datetime) -> None:
    payload = {
        "claim": claim.public_id,
        "status": str(claim.status),
        "program": claim.enrollment.program.public_id,
        "creator": claim.affiliation.public_id,
        "order": claim.order.public_id if claim.order else None,
    }
    outbox.emit(brand_id=claim.brand_id, topic=topic, payload=payload, now=now)
