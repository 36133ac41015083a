"""The file of PayPal's mass payment page: no heading, one line a payment, up to 5,000 lines."""

import csv
import io
from collections.abc import Collection, Sequence
from types import MappingProxyType

from core.exports import guard
from core.money import exponent, to_decimal
from payouts.domain.export import PayoutFile, PayoutRow, order_rows, seal_file
from payouts.domain.limits import RailLimits

MAX_ROWS = 5_000
MAX_NOTE = 200

_CODES = "AUD CAD CHF CZK DKK EUR GBP HKD HUF ILS JPY MXN NOK NZD PHP PLN SEK SGD THB TWD USD"
CURRENCIES = frozenset(_CODES.split())
"""developer.paypal.com, "Currency codes"; BRL, CNY, INR and MYR do not leave their countries."""

WHOLE = frozenset({"HUF", "JPY", "TWD"})
"""PayPal refuses decimals in these, though ISO 4217 knows hundredths of HUF and TWD."""

_RECEIVE_ONLY = frozenset({"IN", "MX"})
_ABROAD_ONLY = frozenset({"CO", "MC"})
_RECEIVERS = (
    "AD AE AR AT AU BE BG BH BM BR BS BW CA CH CL CN CO CR CY CZ DE DK DO EC EE ES FI FO FR GB GE "
    "GI GL GR GT HK HN HR HU ID IE IL IN IS IT JM JO JP KE KW KY KZ LI LS LT LU LV MA MC MD MT MU "
    "MX MY MZ NI NL NO NZ OM PA PE PH PL PT QA RE RO RS SA SE SG SI SK SM SN SV TR US UY VE VN "
    "ZA"
)
_RECEIVE = frozenset(_RECEIVERS.split())
REACH = MappingProxyType(
    {
        payer: _RECEIVE - {payer} if payer in _ABROAD_ONLY else _RECEIVE
        for payer in sorted(_RECEIVE - _RECEIVE_ONLY)
    }
)
"""Creator countries by payer country: developer.paypal.com, "Payouts: countries and supported
features", June 2026. PayPal writes C2 for its platform in China."""

LIMITS = RailLimits(
    currencies=CURRENCIES,
    steps={code: 10 ** exponent(code) for code in sorted(WHOLE) if exponent(code)},
    reach=REACH,
)


def build_paypal_file(*, rows: Sequence[PayoutRow]) -> PayoutFile:
    """Write receiver, amount, currency, our id and a note, sorted by payout id.

    :raises payouts.domain.export.RowProblem: a payout stands twice, or is not above zero.
    """
    ordered = order_rows(rows)
    return seal_file(content=_write([_cells(row) for row in ordered]), rows=ordered)


def erase_in_paypal_file(*, content: bytes, payout_ids: Collection[str], name: str) -> bytes:
    """Write a file again without the receiver of these payouts."""
    rows = list(csv.reader(io.StringIO(content.decode(), newline="")))
    return _write([[name, *row[1:]] if row[3] in payout_ids else row for row in rows])


def to_value(amount_minor: int, currency: str) -> str:
    """Write an amount in major units with the decimals PayPal wants."""
    exact = to_decimal(amount_minor, currency)
    return f"{exact:.0f}" if currency in WHOLE else f"{exact:f}"


def _cells(row: PayoutRow) -> list[str]:
    return [
        guard(row.destination["email"]),
        to_value(row.amount_minor, row.currency),
        row.currency,
        row.payout_id,
        guard(row.reference[:MAX_NOTE]),
    ]


def _write(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode()
