"""What reading a file of orders or refunds found: kept with it, and shown before it is taken."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from tracking.domain.sheetcells import Kind, RowError


@dataclass(frozen=True, slots=True)
class Sample:
    """An order or a refund as it was read; `at` is when it was paid or refunded."""

    id: str
    order_id: str
    status: str
    reason: str
    placed_at: datetime | None
    at: datetime | None
    currency: str
    net: int
    total: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What a file would do. `refused`: why the file as a whole cannot be read, else empty.

    `counts`: how many of its orders or refunds are new, changed, unchanged, or left as the shop
    told them. `old_payments`: paid longer ago than a store may tell.
    """

    kind: Kind
    refused: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    has_no_zone: bool = False
    old_payments: int = 0
    errors: tuple[RowError, ...] = ()
    sample: tuple[Sample, ...] = ()

    @property
    def to_take(self) -> int:
        return self.counts.get("new", 0) + self.counts.get("changed", 0)

    @property
    def can_take(self) -> bool:
        return not self.refused and not self.errors and self.to_take > 0

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "Findings":
        data: dict[str, Any] = json.loads(text)
        errors = tuple(RowError(**one) for one in data.pop("errors"))
        sample = tuple(
            Sample(**one | {name: _time(one[name]) for name in ("placed_at", "at")})
            for one in data.pop("sample")
        )
        return cls(**data, errors=errors, sample=sample)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
