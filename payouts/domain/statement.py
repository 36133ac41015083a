"""What a statement says, and the bytes its hash is taken of.

Pure: the same entries of the books make the same text, whenever and wherever it is written.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

VERSION = 1

# In the order they stand in the summary, each with the kinds of entries in it. What was sent and
# came back is one with what was paid.
PARTS: Mapping[str, tuple[str, ...]] = {
    "commissions": ("accrue", "release"),
    "corrections": ("reverse", "raise", "seize"),
    "held": ("hold", "unhold"),
    "clawbacks": ("clawback",),
    "write_offs": ("write_off",),
    "vat": ("vat",),
    "withheld": ("withhold",),
    "payouts": ("pay", "payout_returned"),
}
OTHER = "corrections"
_PART_OF = {kind: part for part, kinds in PARTS.items() for kind in kinds}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry that changed what is owed. `corrects_at`: when the entry it corrects was made."""

    entry: int
    at: datetime
    kind: str
    cause: str
    amount_minor: int
    corrects: int | None = None
    corrects_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """A month, or a payout, of one creator in one currency. Ids are public ones.

    A month counts all that is owed; a payout what was released for it. `standing`: where the
    closing balance stands, by account. `tax`: the terms a payout was approved under, where the
    brand reckons tax; `taxes`: those of the payouts of a month, each once.
    """

    brand: str
    affiliation: str
    currency: str
    month: date | None
    payout: str
    starts_at: datetime
    ends_at: datetime
    opening_minor: int
    lines: Sequence[StatementLine]
    standing: Mapping[str, int]
    tax: Mapping[str, str | int] | None = None
    taxes: Sequence[Mapping[str, str | int]] = ()

    @property
    def every_tax(self) -> Sequence[Mapping[str, str | int]]:
        return (self.tax,) if self.tax else self.taxes

    @property
    def change_minor(self) -> int:
        return sum(line.amount_minor for line in self.lines)

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + self.change_minor


def sum_parts(lines: Sequence[StatementLine]) -> dict[str, int]:
    """Add the lines up by part; a part that comes to nothing is left out."""
    sums = dict.fromkeys(PARTS, 0)
    for line in lines:
        sums[_PART_OF.get(line.kind, OTHER)] += line.amount_minor
    return {part: minor for part, minor in sums.items() if minor}


def write_statement(facts: StatementFacts, *, number: int, previous: str) -> str:
    """Return the canonical JSON of a statement: sorted keys, ASCII, no white space, UTC."""
    content: dict[str, Any] = {
        "version": VERSION,
        "number": number,
        "previous": previous,
        "brand": facts.brand,
        "affiliation": facts.affiliation,
        "currency": facts.currency,
        "month": facts.month.strftime("%Y-%m") if facts.month else "",
        "payout": facts.payout,
        "starts_at": _write_time(facts.starts_at),
        "ends_at": _write_time(facts.ends_at),
        "opening_minor": facts.opening_minor,
        "closing_minor": facts.closing_minor,
        "sums": sum_parts(facts.lines),
        "standing": dict(facts.standing),
        "lines": [_write_line(line) for line in facts.lines],
    }
    if facts.tax:
        content["tax"] = dict(facts.tax)
    if facts.taxes:
        content["taxes"] = [dict(terms) for terms in facts.taxes]
    return json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))


def read_statement(text: str) -> StatementFacts:
    """Return what a text of `write_statement` says."""
    content = json.loads(text)
    return StatementFacts(
        brand=content["brand"],
        affiliation=content["affiliation"],
        currency=content["currency"],
        month=date.fromisoformat(f"{content['month']}-01") if content["month"] else None,
        payout=content["payout"],
        starts_at=datetime.fromisoformat(content["starts_at"]),
        ends_at=datetime.fromisoformat(content["ends_at"]),
        opening_minor=content["opening_minor"],
        lines=[
            StatementLine(
                entry=line["entry"],
                at=datetime.fromisoformat(line["at"]),
                kind=line["kind"],
                cause=line["cause"],
                amount_minor=line["amount_minor"],
                corrects=line.get("corrects"),
                corrects_at=_read_time(line.get("corrects_at")),
            )
            for line in content["lines"]
        ],
        standing=content["standing"],
        tax=content.get("tax"),
        taxes=content.get("taxes", ()),
    )


def fingerprint(text: str) -> str:
    """Return the SHA-256 of a statement's text."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _write_line(line: StatementLine) -> dict[str, str | int]:
    written: dict[str, str | int] = {
        "entry": line.entry,
        "at": _write_time(line.at),
        "kind": line.kind,
        "cause": line.cause,
        "amount_minor": line.amount_minor,
    }
    if line.corrects and line.corrects_at:
        written |= {"corrects": line.corrects, "corrects_at": _write_time(line.corrects_at)}
    return written


def _write_time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _read_time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
