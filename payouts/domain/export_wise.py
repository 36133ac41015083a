"""Wise's batch file: its headings, and what of an account it wants for each currency.

wise.com, "How do I fill in my batch template": each target currency has a template of its own, of
up to 1,000 transfers. The amount is fixed in the currency the brand pays in.
"""

import csv
import io
from collections.abc import Collection, Mapping, Sequence

from core.exports import guard
from core.money import to_decimal
from payouts.domain.export import PayoutFile, PayoutRow, RowProblem, order_rows, seal_file
from payouts.domain.limits import RailLimits

MAX_ROWS = 1_000
_CODES = "AUD CAD CHF CZK DKK EUR GBP HKD HUF JPY NOK NZD PLN RON SEK SGD USD"
LIMITS = RailLimits(currencies=frozenset(_CODES.split()))
"""What a Wise balance can pay from."""

HEAD = (
    "name",
    "recipientEmail",
    "paymentReference",
    "receiverType",
    "amountCurrency",
    "amount",
    "sourceCurrency",
    "targetCurrency",
)

_BY_IBAN = "CHF CZK DKK EUR HUF NOK PLN RON SEK"
FIELDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(_BY_IBAN.split(), ("iban",)),
    "GBP": ("sort_code", "account_number"),
    "USD": (
        "routing_number",
        "account_number",
        "account_type",
        "country",
        "city",
        "address",
        "post_code",
    ),
    "CAD": ("institution_number", "transit_number", "account_number", "account_type"),
    "AUD": ("bsb_code", "account_number"),
}
"""What of a creator's account is needed, by its currency, in the order of the file's columns."""

COLUMNS: Mapping[str, str] = {
    "iban": "IBAN",
    "sort_code": "sortCode",
    "account_number": "accountNumber",
    "routing_number": "abartn",
    "account_type": "accountType",
    "country": "addressCountryCode",
    "city": "addressCity",
    "address": "addressFirstLine",
    "post_code": "addressPostCode",
    "institution_number": "institutionNumber",
    "transit_number": "transitNumber",
    "bsb_code": "bsbCode",
}
"""What Wise calls them."""

_REFERENCE_LENGTH = {"GBP": 18, "USD": 10, "AUD": 9, "CAD": 10}
_LONGEST = 20


def build_wise_file(*, rows: Sequence[PayoutRow]) -> PayoutFile:
    """Write the rows of one target currency, sorted by payout id.

    :raises RowProblem: rows of several target currencies, twice the same, or not above zero.
    """
    ordered = order_rows(rows)
    targets = {target_of(row) for row in ordered}
    if len(targets) != 1:
        raise RowProblem(f"{len(targets)} target currencies in one file")
    (target,) = targets
    heading = [*HEAD, *(COLUMNS[field] for field in FIELDS[target])]
    cells = [_cells(row, target) for row in ordered]
    return seal_file(content=_write([heading, *cells]), rows=ordered)


def erase_in_wise_file(*, content: bytes, payout_ids: Collection[str], name: str) -> bytes:
    """Write a file again without name, address and account of these payouts."""
    head, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    known = {
        to_reference(one, currency) for one in payout_ids for currency in (*_REFERENCE_LENGTH, "")
    }
    for row in rows:
        if row[HEAD.index("paymentReference")] in known:
            row[:2] = [name, ""]
            row[len(HEAD) :] = [""] * (len(row) - len(HEAD))
    return _write([head, *rows])


def target_of(row: PayoutRow) -> str:
    """Return the currency of the account a payment goes to."""
    return row.destination["currency"]


def to_reference(payout_id: str, target: str) -> str:
    """Return the part of a payout's id that fits the reference of a currency's transfers."""
    return payout_id.partition("_")[2][: _REFERENCE_LENGTH.get(target, _LONGEST)]


def _cells(row: PayoutRow, target: str) -> list[str]:
    told = row.destination
    return [
        guard(told["account_name"]),
        guard(told.get("email", "")),
        to_reference(row.payout_id, target),
        told["receiver_type"],
        "source",
        f"{to_decimal(row.amount_minor, row.currency):f}",
        row.currency,
        target,
        *(guard(told[field]) for field in FIELDS[target]),
    ]


def _write(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
