"""The SEPA credit transfer file: ISO 20022 pain.001 in the versions banks take, euro only.

Built with sepaxml and checked against the schema of ISO 20022. The library draws its own message
ids and reads the clock; both are set here, so the same rows make the same bytes.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape

from sepaxml import SepaTransfer
from sepaxml.validation import try_valid_xml
from text_unidecode import unidecode

from core.iban import find_bic
from payouts.domain.export import PayoutFile, PayoutRow, RowProblem, order_rows, seal_file
from payouts.domain.limits import RailLimits

SCHEMAS = ("pain.001.001.03", "pain.001.001.09")
LIMITS = RailLimits(currencies=frozenset({"EUR"}), maximums={"EUR": 99_999_999_999})
"""EPC rulebook of the SEPA credit transfer: euro, at most 999,999,999.99 a payment."""

NAME_LENGTH, TEXT_LENGTH = 70, 140
_NO_BIC = b"<FinInstnId><Othr><Id>NOTPROVIDED</Id></Othr></FinInstnId>"  # as the EPC guide says it
_NOT_LATIN = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]+")


@dataclass(frozen=True, slots=True)
class Debtor:
    """The account the brand pays from, and the version of the schema its bank takes."""

    name: str
    iban: str
    bic: str
    schema: str


def build_sepa_file(
    *,
    rows: Sequence[PayoutRow],
    debtor: Debtor,
    file_id: str,
    execution_date: date,
    created_at: datetime,
) -> PayoutFile:
    """Write one batch of transfers, sorted by payout id. `file_id` names it to the bank.

    :raises RowProblem: a payout stands twice, is not above zero, or not in euro.
    """
    ordered = order_rows(rows)
    config = {"name": to_latin(debtor.name, NAME_LENGTH), "IBAN": debtor.iban, "batch": True}
    if debtor.bic:
        config["BIC"] = debtor.bic
    transfer = SepaTransfer({**config, "currency": "EUR"}, schema=debtor.schema, clean=False)
    for row in ordered:
        transfer.add_payment(_payment(row, execution_date))
    content = _name_file(transfer.export(validate=False), file_id, created_at)
    try_valid_xml(content, debtor.schema)
    return seal_file(content=content, rows=ordered)


def erase_in_sepa_file(*, content: bytes, payout_ids: Collection[str], name: str) -> bytes:
    """Write a file again without name and account of these payouts."""
    known = {to_reference(one).encode() for one in payout_ids}

    def erase(transfer: re.Match[bytes]) -> bytes:
        if transfer[1] not in known:
            return transfer[0]
        named = re.sub(rb"<Nm>[^<]*</Nm>", f"<Nm>{escape(name)}</Nm>".encode(), transfer[0])
        return re.sub(rb"<(IBAN|BIC|BICFI)>[^<]*<", rb"<\1><", named)

    pattern = rb"<CdtTrfTxInf><PmtId><EndToEndId>([^<]*)<.*?</CdtTrfTxInf>"
    return re.sub(pattern, erase, content, flags=re.DOTALL)


def to_latin(text: str, length: int) -> str:
    """Write a text in the characters every bank of SEPA takes (EPC217-08), cut to a length."""
    plain = _NOT_LATIN.sub(" ", unidecode(text).replace("&", "+"))
    return " ".join(plain.split())[:length].strip()


def to_reference(public_id: str) -> str:
    """Write a public id as banks take it: they know no underscore."""
    return public_id.replace("_", "-")


def _payment(row: PayoutRow, execution_date: date) -> dict[str, object]:
    if row.currency not in LIMITS.currencies:
        raise RowProblem(f"{row.payout_id} is not in euro")
    iban = row.destination["iban"]
    bic = find_bic(iban)
    return {
        "name": to_latin(row.destination["account_name"], NAME_LENGTH),
        "IBAN": iban,
        **({"BIC": bic} if bic else {}),
        "amount": row.amount_minor,
        "execution_date": execution_date,
        "description": to_latin(row.reference, TEXT_LENGTH),
        "endtoend_id": to_reference(row.payout_id),
    }


def _name_file(content: bytes, file_id: str, created_at: datetime) -> bytes:
    """Put our own message id and time in the place of the library's."""
    for tag, text in (
        ("MsgId", to_reference(file_id)),
        ("PmtInfId", to_reference(file_id)),
        ("CreDtTm", f"{created_at:%Y-%m-%dT%H:%M:%S}"),
    ):
        content = re.sub(
            f"<{tag}>[^<]*</{tag}>".encode(), f"<{tag}>{text}</{tag}>".encode(), content
        )
    return content.replace(b"<FinInstnId />", _NO_BIC)
