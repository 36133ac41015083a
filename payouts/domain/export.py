"""The payout file of bank transfers: the same rows always give the same bytes.

RFC 4180, UTF-8 without a byte order mark, CRLF. The file is built once, stored, and served again
as it is; its SHA-256 is shown beside it.
"""

import csv
import hashlib
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from core.exports import guard
from core.money import to_decimal

COLUMNS = ("payout_id", "creator", "amount", "currency", "reference")


class RowProblem(ValueError):
    """A row that cannot stand in a payout file."""


@dataclass(frozen=True, slots=True)
class PayoutRow:
    """One payment for a person to make. `destination`: named fields such as iban or email."""

    payout_id: str
    creator_name: str
    destination: Mapping[str, str]
    amount_minor: int
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class PayoutFile:
    """The bytes, their SHA-256 in hex, and what they add up to in minor units by currency."""

    content: bytes
    sha256: str
    row_count: int
    totals_minor: Mapping[str, int]


def build_payout_file(*, rows: Sequence[PayoutRow]) -> PayoutFile:
    """Write the rows, sorted by payout id, with one column for each destination field in use.

    :raises RowProblem: a payout stands twice, or an amount is not above zero.
    """
    ordered = order_rows(rows)
    fields = sorted({name for row in ordered for name in row.destination})
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *(guard(f"destination_{name}") for name in fields)])
    writer.writerows(_cells(row, fields) for row in ordered)
    return seal_file(content=text.getvalue().encode("utf-8"), rows=ordered)


def erase_in_payout_file(*, content: bytes, payout_ids: Collection[str], name: str) -> bytes:
    """Write a file again without name and account of these payouts."""
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    creator = COLUMNS.index("creator")
    for row in rows[1:]:
        if row[0] in payout_ids:
            row[creator] = name
            row[len(COLUMNS) :] = [""] * (len(row) - len(COLUMNS))
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()


def seal_file(*, content: bytes, rows: Sequence[PayoutRow]) -> PayoutFile:
    """Return a file with its fingerprint and what its rows add up to."""
    return PayoutFile(
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        row_count=len(rows),
        totals_minor=_totals(rows),
    )


def order_rows(rows: Sequence[PayoutRow]) -> list[PayoutRow]:
    """Return the rows by payout id, so that the same payments make the same bytes.

    :raises RowProblem: a payout stands twice, or an amount is not above zero.
    """
    seen: set[str] = set()
    for row in rows:
        if row.payout_id in seen:
            raise RowProblem(f"{row.payout_id} stands twice")
        if row.amount_minor <= 0:
            raise RowProblem(f"{row.payout_id} has no amount above zero")
        seen.add(row.payout_id)
    return sorted(rows, key=lambda row: row.payout_id)


def _cells(row: PayoutRow, fields: Sequence[str]) -> list[str]:
    """Write one row; the amount is a plain decimal of ours and needs no guard."""
    return [
        guard(row.payout_id),
        guard(row.creator_name),
        f"{to_decimal(row.amount_minor, row.currency):f}",
        row.currency,
        guard(row.reference),
        *(guard(row.destination.get(name, "")) for name in fields),
    ]


def _totals(rows: Sequence[PayoutRow]) -> Mapping[str, int]:
    totals: dict[str, int] = {}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.amount_minor
    return totals
