"""What a decision would change: the decision itself is made and taken back in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.money import Money
from tracking.models import Commission
from tracking.services.review import credit_order


@dataclass(frozen=True, slots=True)
class Effect:
    """How one creator's commission of an order would change."""

    creator: str
    before: Money
    after: Money
    release_at: datetime | None

    @property
    def change(self) -> Money:
        return Money(self.after.amount_minor - self.before.amount_minor, self.after.currency)


def preview_credit(
    *, order_id: int, enrollment_id: int, reason: str, actor_id: int, now: datetime
) -> tuple[Effect, ...]:
    """Return what crediting the order by hand would change for each creator; nothing is kept.

    :raises tracking.services.review.AlreadyCredited: to this one.
    """
    with transaction.atomic():
        before = _amounts(order_id)
        credit_order(
            order_id=order_id,
            enrollment_id=enrollment_id,
            reason=reason,
            actor_id=actor_id,
            now=now,
        )
        effects = tuple(_compare(order_id, before))
        transaction.set_rollback(True)
    return effects


def _amounts(order_id: int) -> dict[int, int]:
    rows = Commission.objects.filter(order_id=order_id)
    return dict(rows.values_list("pk", "amount_minor"))


def _compare(order_id: int, before: dict[int, int]) -> Iterator[Effect]:
    rows = Commission.objects.filter(order_id=order_id).select_related("affiliation__affiliate")
    for row in rows.order_by("pk"):
        was = before.get(row.pk)
        if was is not None and was == row.amount_minor:
            continue
        yield Effect(
            creator=row.affiliation.affiliate.display_name,
            before=Money(was or 0, row.currency),
            after=Money(row.amount_minor, row.currency),
            release_at=row.release_at,
        )
