"""A brand asks a creator about a commission on review; the creator answers, asked or not."""

from datetime import datetime

from django.db import transaction

from core import audit
from tracking.emails import mail_answered, mail_asked
from tracking.models import PERSONAL_HOLDS, Commission, ReviewMessage, Side
from tracking.services.commissions import lock_commission
from tracking.services.holds import NotHeld

IN_A_ROW = 3
"""How many messages one side may send before the other one writes."""


class TooManyMessages(Exception):
    """The side has written as much as it may before it is answered."""


def ask_creator(*, commission_id: int, text: str, actor_id: int, now: datetime) -> ReviewMessage:
    """Ask the creator of a commission on review, and mail the question.

    :raises NotHeld: no review that a person decides is open.
    :raises TooManyMessages: the creator has to answer first.
    """
    with transaction.atomic():
        message = _write(commission_id, Side.BRAND, text, actor_id, now)
        _record(message, "commission.asked")
        mail_asked(message=message, now=now)
    return message


def answer_brand(*, commission_id: int, text: str, actor_id: int, now: datetime) -> ReviewMessage:
    """Keep what the creator says to a review of his commission, and tell who asked or opened it.

    :raises NotHeld: no review that a person decides is open.
    :raises TooManyMessages: the brand has to write first.
    """
    with transaction.atomic():
        message = _write(commission_id, Side.CREATOR, text, actor_id, now)
        _record(message, "commission.answered")
        mail_answered(message=message, now=now)
    return message


def _write(
    commission_id: int, side: Side, text: str, actor_id: int, now: datetime
) -> ReviewMessage:
    commission = lock_commission(commission_id)
    if not commission.holds.filter(closed_at__isnull=True, kind__in=PERSONAL_HOLDS).exists():
        raise NotHeld(commission.public_id)
    if _count_in_a_row(commission, side) >= IN_A_ROW:
        raise TooManyMessages(commission.public_id)
    return ReviewMessage.objects.create(
        brand_id=commission.brand_id,
        commission=commission,
        side=side,
        by_id=actor_id,
        text=text,
        at=now,
    )


def _count_in_a_row(commission: Commission, side: Side) -> int:
    last = commission.messages.order_by("-pk").values_list("side", flat=True)[:IN_A_ROW]
    return len(last) if set(last) == {side.value} else 0


def _record(message: ReviewMessage, action: str) -> None:
    audit.record(
        brand_id=message.brand_id,
        actor_id=message.by_id,
        action=action,
        target=message.commission,
        reason=message.text,
        now=message.at,
    )
