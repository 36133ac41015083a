"""Reads of codes that are good for one order: how many are left, and which order used each."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from affiliates.models import Code, CodeBatch
from tracking.models import CodeUse, Order


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A batch as lists show it; `left`: neither used nor ended."""

    batch: CodeBatch
    total: int = 0
    used: int = 0
    left: int = 0

    @property
    def ended(self) -> int:
        return self.total - self.used - self.left


def list_batch_rows(batches: Iterable[CodeBatch]) -> list[BatchRow]:
    """Return batches with what became of their codes, in one query."""
    rows = list(batches)
    keeping = CodeUse.objects.filter(code=OuterRef("pk"), is_keeper=True)
    codes = Code.objects.filter(batch__in=rows).annotate(is_used=Exists(keeping))
    is_left = Q(is_used=False, disabled_at=None)
    counts = codes.values_list("batch").annotate(
        total=Count("pk"),
        used=Count("pk", filter=Q(is_used=True)),
        left=Count("pk", filter=is_left),
    )
    by_batch = {pk: sums for pk, *sums in counts.order_by()}
    return [BatchRow(row, *by_batch.get(row.pk, ())) for row in rows]


def find_keepers(codes: Collection[Code]) -> dict[int, Order]:
    """Return the order that used each of these codes, by code."""
    rows = CodeUse.objects.filter(code__in=codes, is_keeper=True).select_related("order")
    return {row.code_id: row.order for row in rows}
