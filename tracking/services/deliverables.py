"""Work for a fee, step by step: whose turn it is decides what may follow; approval pays once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from affiliates.models import AffiliationStatus
from affiliates.services.errors import ReasonMissing
from brands.domain.awards import sum_line
from core import audit, outbox
from core.clock import brand_now
from core.locks import lock_row
from tracking.emails_deliverables import mail_offered, mail_step
from tracking.models import AwardKind, Commission, Deliverable, Work, WorkStatus, WorkStep
from tracking.models.deliverables import HOLDS_A_PLACE, TRANSITIONS
from tracking.selectors_deliverables import list_offered_to
from tracking.services.awards import AwardDraft, grant_award
from tracking.services.posting import Cause

FEE = "award.fee"


class OfferOver(ValueError):
    """The offer was withdrawn, or its day is past."""


class OfferFull(ValueError):
    """As many creators took it as may."""


class NotOffered(ValueError):
    """The offer is not for this creator, or he is suspended."""


class WrongStep(ValueError):
    """The work is at another step: somebody was faster, or it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverableFacts:
    """What is offered to whom: `fees` in minor units by currency; a group or one creator."""

    program_id: int
    kind: str
    title: str
    brief: str
    fees: Mapping[str, int]
    due_on: date
    group_id: int | None = None
    enrollment_id: int | None = None
    max_takers: int | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a step brings along: an address, a note or a reason."""

    url: str = ""
    text: str = ""


@transaction.atomic
def offer_deliverable(
    *, brand_id: int, facts: DeliverableFacts, actor_id: int, now: datetime
) -> Deliverable:
    """Offer work to a creator or to a group, and tell whom it is for."""
    deliverable = Deliverable.objects.create(
        brand_id=brand_id,
        program_id=facts.program_id,
        kind=facts.kind,
        title=facts.title.strip(),
        brief=facts.brief.strip(),
        fees=dict(facts.fees),
        due_on=facts.due_on,
        group_id=facts.group_id,
        enrollment_id=facts.enrollment_id,
        max_takers=facts.max_takers,
        offered_at=now,
        offered_by_id=actor_id,
    )
    _record(deliverable, "deliverable.offered", actor_id, now, after=_facts(deliverable))
    for place in list_offered_to(deliverable):
        mail_offered(deliverable=deliverable, place=place, now=now)
    return deliverable


@transaction.atomic
def withdraw_deliverable(*, deliverable_id: int, actor_id: int, now: datetime) -> Deliverable:
    """Let nobody else take an offer; who took it goes on.

    :raises OfferOver: it was withdrawn before.
    """
    deliverable = lock_row(Deliverable, deliverable_id)
    if deliverable.withdrawn_at is not None:
        raise OfferOver(deliverable.public_id)
    deliverable.withdrawn_at, deliverable.withdrawn_by_id = now, actor_id
    deliverable.save(update_fields=["withdrawn_at", "withdrawn_by"])
    _record(deliverable, "deliverable.withdrawn", actor_id, now)
    return deliverable


@transaction.atomic
def move_due_day(*, deliverable_id: int, due_on: date, actor_id: int, now: datetime) -> Deliverable:
    """Give everybody another last day."""
    deliverable = lock_row(Deliverable, deliverable_id)
    before = {"due_on": deliverable.due_on.isoformat()}
    deliverable.due_on = due_on
    deliverable.save(update_fields=["due_on"])
    after = {"due_on": due_on.isoformat()}
    _record(deliverable, "deliverable.moved", actor_id, now, before=before, after=after)
    return deliverable


@transaction.atomic
def answer_offer(
    *,
    deliverable_id: int,
    enrollment_id: int,
    currency: str | None,
    actor_id: int,
    now: datetime,
) -> Work:
    """Take an offer for its fee in a currency, or decline it with None.

    The offer is locked, so that no more take it than may.

    :raises NotOffered: not for this creator.
    :raises OfferOver: withdrawn, or past its day.
    :raises OfferFull: as many took it as may.
    :raises WrongStep: he took it before.
    """
    deliverable = lock_row(Deliverable, deliverable_id)
    place = list_offered_to(deliverable).filter(pk=enrollment_id).first()
    if place is None or (currency is not None and currency not in deliverable.fees):
        raise NotOffered(deliverable.public_id)
    work = Work.objects.filter(deliverable=deliverable, enrollment=place).first()
    if currency is not None:
        _check_open(deliverable, now)
    if work is None:
        chosen = currency or next(iter(deliverable.fees))
        work = Work(
            brand_id=deliverable.brand_id,
            deliverable=deliverable,
            enrollment=place,
            currency=chosen,
            fee_minor=deliverable.fees[chosen],
        )
    elif currency is not None:
        work.currency, work.fee_minor = currency, deliverable.fees[currency]
    status = WorkStatus.DECLINED if currency is None else WorkStatus.ACCEPTED
    return _step(work, status, Said(), actor_id, now)


@transaction.atomic
def submit_work(*, work_id: int, said: Said, actor_id: int, now: datetime) -> Work:
    """Hand in where the work can be seen; again while nobody decided, or where changes were asked.

    :raises WrongStep: it is decided, declined or expired.
    :raises NotOffered: the creator is suspended.
    """
    work = _lock(work_id)
    if work.enrollment.affiliation.status != AffiliationStatus.ACTIVE:
        raise NotOffered(work.public_id)
    return _step(work, WorkStatus.SUBMITTED, said, actor_id, now)


@transaction.atomic
def refuse_work(
    *, work_id: int, status: WorkStatus, reason: str, actor_id: int, now: datetime
) -> Work:
    """Ask for changes, or reject, with a reason the creator reads.

    :raises WrongStep: nothing waits for a decision.
    :raises ReasonMissing: no reason was given.
    """
    if not reason.strip():
        raise ReasonMissing
    return _step(_lock(work_id), status, Said(text=reason.strip()), actor_id, now)


@transaction.atomic
def approve_work(*, work_id: int, actor_id: int, now: datetime) -> Commission:
    """Approve submitted work: its fee is a commission from now on, once.

    :raises WrongStep: nothing waits for a decision.
    """
    work = _step(_lock(work_id), WorkStatus.APPROVED, Said(), actor_id, now)
    title = work.deliverable.title
    named: dict[str, str | int | None] = {"deliverable": title, "member": actor_id}
    draft = AwardDraft(
        enrollment=work.enrollment,
        kind=AwardKind.FEE,
        key=f"fee:{work.public_id}",
        currency=work.currency,
        at=now,
        line=sum_line(line_id="fee", title=title, amount=work.fee_minor, code=FEE, params=named),
        title=title,
        facts={"work": work.public_id},
        made_by_id=actor_id,
    )
    cause = Cause(actor_id=actor_id, code="deliverable.approved", params={"deliverable": title})
    return grant_award(draft=draft, cause=cause, now=now)


def expire_works(*, real_now: datetime) -> int:
    """End what was taken and not handed in by its day, by each brand's clock; returns how many."""
    rows = Work.objects.filter(
        status__in=[WorkStatus.ACCEPTED, WorkStatus.CHANGES_ASKED], brand__archived_at__isnull=True
    ).select_related("brand", "deliverable")
    expired = 0
    for row in rows.order_by("pk"):
        now = brand_now(row.brand, real_now)
        if row.deliverable.due_on < now.astimezone(ZoneInfo(row.brand.time_zone)).date():
            expired += expire_work(work_id=row.pk, now=now)
    return expired


@transaction.atomic
def expire_work(*, work_id: int, now: datetime) -> bool:
    """End work that is late, unless it was handed in or given another day meanwhile."""
    work = _lock(work_id)
    today = now.astimezone(ZoneInfo(work.brand.time_zone)).date()
    is_late = work.deliverable.due_on < today
    if not is_late or WorkStatus.EXPIRED not in TRANSITIONS[work.status]:
        return False
    _step(work, WorkStatus.EXPIRED, Said(), None, now)
    return True


def _check_open(deliverable: Deliverable, now: datetime) -> None:
    today = now.astimezone(ZoneInfo(deliverable.brand.time_zone)).date()
    if deliverable.withdrawn_at is not None or deliverable.due_on < today:
        raise OfferOver(deliverable.public_id)
    if deliverable.max_takers is not None:
        taken = deliverable.works.filter(status__in=HOLDS_A_PLACE).count()
        if taken >= deliverable.max_takers:
            raise OfferFull(deliverable.public_id)


def _lock(work_id: int) -> Work:
    lock_row(Work, work_id)
    return Work.objects.select_related(
        "brand",
        "deliverable",
        "enrollment__affiliation__affiliate__user",
        "enrollment__group",
        "enrollment__program",
    ).get(pk=work_id)


def _step(work: Work, status: WorkStatus, said: Said, actor_id: int | None, now: datetime) -> Work:
    """Take a locked work to its next step, with the row, the audit and the mail of it."""
    before = work.status
    if status not in TRANSITIONS[before]:
        raise WrongStep(f"{work.public_id}: {before} to {status}")
    work.status, work.status_at = status, now
    work.save()
    WorkStep.objects.create(
        brand_id=work.brand_id,
        work=work,
        status=status,
        at=now,
        by_id=actor_id,
        url=said.url,
        text=said.text[:1000],
    )
    audit.record(
        brand_id=work.brand_id,
        actor_id=actor_id,
        action=f"work.{status}",
        target=work,
        now=now,
        before={"status": before},
        after={"status": status},
        reason=said.text[:500],
    )
    payload = {"work": work.public_id, "status": str(status)}
    outbox.emit(brand_id=work.brand_id, topic="deliverable.changed", payload=payload, now=now)
    mail_step(work=work, said=said.text, now=now)
    return work


def _facts(deliverable: Deliverable) -> dict[str, Any]:
    return {
        "title": deliverable.title,
        "kind": deliverable.kind,
        "fees": deliverable.fees,
        "due_on": deliverable.due_on.isoformat(),
        "max_takers": deliverable.max_takers,
        "group": deliverable.group.name if deliverable.group else "",
        "enrollment": deliverable.enrollment.public_id if deliverable.enrollment else "",
    }


def _record(
    deliverable: Deliverable,
    action: str,
    actor_id: int,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=deliverable.brand_id,
        actor_id=actor_id,
        action=action,
        target=deliverable,
        now=now,
        before=before,
        after=after,
    )
