"""Codes that are good for one order each, as a page and a file show them."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from affiliates.models import Code, CodeBatch
from core.exports import Cell, Sheet
from core.paging import read_batches
from tracking.models import Order
from tracking.selectors_codes import find_keepers

FOR_BRAND = ("code", "state", "order", "used_at", "ended_at")
FOR_CREATOR = FOR_BRAND[:2]


@dataclass(frozen=True, slots=True)
class SingleCode:
    """A code with the order that used it, if one did."""

    code: Code
    order: Order | None

    @property
    def state(self) -> str:
        if self.order is not None:
            return "used"
        return "ended" if self.code.disabled_at else "unused"


def list_single_codes(codes: list[Code]) -> list[SingleCode]:
    keepers = find_keepers(codes)
    return [SingleCode(code, keepers.get(code.pk)) for code in codes]


def make_brand_sheet(batch: CodeBatch) -> Sheet:
    """Return all codes of a batch, each with the order that used it."""
    return Sheet("codes", FOR_BRAND, _list_cells(batch, FOR_BRAND), _zone(batch))


def make_creator_sheet(batch: CodeBatch) -> Sheet:
    """Return all codes of a batch without the orders, which may be another creator's."""
    return Sheet("codes", FOR_CREATOR, _list_cells(batch, FOR_CREATOR), _zone(batch))


def _list_cells(batch: CodeBatch, headings: tuple[str, ...]) -> Iterator[list[Cell]]:
    for codes in read_batches(batch.codes.all(), order=("pk",)):
        for row in list_single_codes(codes):
            order = row.order
            cells: dict[str, Cell] = {
                "code": row.code.text,
                "state": row.state,
                "order": order.number if order else None,
                "used_at": order.placed_at if order else None,
                "ended_at": row.code.disabled_at,
            }
            yield [cells[name] for name in headings]


def _zone(batch: CodeBatch) -> ZoneInfo:
    return ZoneInfo(batch.brand.time_zone)
