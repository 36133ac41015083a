"""What a decision would change: the decision itself is made and taken back in one transaction."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from core.money import Money
from tracking.models import Commission


@dataclass(frozen=True, slots=True)
class Effect:
    """How one creator's commission of an order would change.

    `is_frozen`: the creator is suspended, so it changes only once he is reinstated.
    """

    creator: str
    before: Money
    after: Money
    release_at: datetime | None
    is_released: bool
    is_frozen: bool

    @property
    def change(self) -> Money:
        return Money(self.after.amount_minor - self.before.amount_minor, self.after.currency)


def preview_change(*, order_id: int, change: Callable[[], object]) -> tuple[Effect, ...]:
    """Return what a decision about an order would change for each creator; nothing is kept.

    Whatever the decision raises is raised.
    """
    with transaction.atomic():
        before = _amounts(order_id)
        change()
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
        if was is not None and was == row.amount_minor and not row.has_unposted_change:
            continue
        yield Effect(
            creator=row.affiliation.affiliate.display_name,
            before=Money(was or 0, row.currency),
            after=Money(row.amount_minor, row.currency),
            release_at=row.release_at,
            is_released=row.released_at is not None,
            is_frozen=row.has_unposted_change,
        )
