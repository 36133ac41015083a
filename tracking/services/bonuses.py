"""Bonuses that a person gives: to one creator or to a group, each once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from affiliates.models import AffiliationStatus, Enrollment
from affiliates.services.errors import ReasonMissing
from brands.domain.awards import sum_line
from core import audit
from core.money import Money
from tracking.models import Award, AwardKind
from tracking.services.awards import AwardDraft, grant_award
from tracking.services.posting import Cause

BONUS = "award.bonus"


@dataclass(frozen=True, slots=True)
class Bonus:
    """What is given, and why. `key` tells one giving from the next: a repeat gives nothing."""

    key: str
    title: str
    amount: Money
    reason: str


@transaction.atomic
def give_bonus(
    *, bonus: Bonus, enrollment_ids: Collection[int], actor_id: int, now: datetime
) -> int:
    """Give each of these creators the bonus, unless he has it already; returns how many got it.

    Suspended creators get nothing.

    :raises ReasonMissing: no reason was given.
    """
    reason = bonus.reason.strip()
    if not reason:
        raise ReasonMissing
    given = 0
    places = Enrollment.objects.filter(
        pk__in=enrollment_ids, affiliation__status=AffiliationStatus.ACTIVE
    ).select_related("group", "program", "affiliation__affiliate")
    for place in places.order_by("pk"):
        given += _give(place, bonus, reason, actor_id, now)
    return given


def _give(place: Enrollment, bonus: Bonus, reason: str, actor_id: int, now: datetime) -> bool:
    key = f"bonus:{bonus.key}:{place.public_id}"
    if Award.objects.filter(brand_id=place.brand_id, key=key).exists():
        return False
    title, amount = bonus.title.strip(), bonus.amount
    draft = AwardDraft(
        enrollment=place,
        kind=AwardKind.BONUS,
        key=key,
        currency=amount.currency,
        at=now,
        line=sum_line(
            line_id="bonus",
            title=title,
            amount=amount.amount_minor,
            code=BONUS,
            params={"bonus": title},
        ),
        title=title,
        made_by_id=actor_id,
    )
    params = {"bonus": title, "reason": reason}
    cause = Cause(actor_id=actor_id, code="bonus.given", params=params)
    commission = grant_award(draft=draft, cause=cause, now=now)
    audit.record(
        brand_id=place.brand_id,
        actor_id=actor_id,
        action="bonus.given",
        target=commission,
        now=now,
        after={"title": title, "amount_minor": amount.amount_minor},
        reason=reason,
    )
    return True
