"""Pay by a file: the payouts are exported, a person pays them and confirms each.

Nothing is ever sent from here. `submit` means "it may stand in a file": the payout waits as
submitted until a person confirms it with a bank reference, or takes the export back. A file
cannot be asked, so a look-up never proves an absence and no second attempt follows by itself.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core.signing import Refusal
from payouts.domain.limits import Quote, RailLimits, quote_amount
from payouts.services.rails import (
    Instruction,
    LookupResult,
    NotFound,
    Notice,
    Outcome,
    Payer,
    Refused,
    Sent,
    SentList,
)


class FileRail:
    """A payout file behind the Rail Protocol, whatever its format."""

    def __init__(self, *, name: str, limits: RailLimits) -> None:
        self.name = name
        self.limits = limits

    def quote(self, *, instruction: Instruction) -> Quote:
        return quote_amount(
            limits=self.limits,
            amount_minor=instruction.amount_minor,
            currency=instruction.currency,
        )

    def submit(self, *, instruction: Instruction) -> Outcome:
        """Take the payout for the next file; it is paid only when a person says so."""
        quote = self.quote(instruction=instruction)
        if quote.problem == "currency_unsupported":
            return Refused("currency_unsupported", instruction.currency)
        if quote.problem is not None or quote.remainder_minor:
            return Refused("amount_invalid", "not an amount of this file")
        return Sent(external_id=f"{self.name}:{instruction.attempt_key}", is_paid=False)

    def lookup(self, *, instruction: Instruction) -> LookupResult:
        del instruction
        return NotFound(is_complete=False)

    def list_sent(self, *, since: datetime) -> SentList:
        del since
        return SentList((), is_complete=False)

    def payer(self) -> Payer | None:
        return None

    def funds(self, *, currency: str) -> int | None:
        del currency
        return None

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
    ) -> Notice | Refusal:
        del headers, body, secrets, now
        return Refusal("unknown_scheme")
