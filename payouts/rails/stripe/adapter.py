"""Pay by Stripe Connect: a separate transfer from the platform's balance to a creator's account.

A transfer that exists is paid: it has no failed state, only reversals. What Stripe later pays out
from the creator's balance to his bank is shown, never booked.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import stripe

from core.signing import Refusal
from payouts.domain.limits import Quote, RailLimits, quote_amount
from payouts.rails.stripe.amounts import LIMITS, from_wire, to_wire
from payouts.rails.stripe.client import check_key, make_client
from payouts.rails.stripe.errors import read_error, read_lookup_error
from payouts.rails.stripe.objects import (
    Transfer,
    as_object,
    read_all,
    read_balance,
    read_transfer,
    text,
)
from payouts.rails.stripe.webhook import parse_webhook
from payouts.services.rails import (
    Found,
    Instruction,
    NotFound,
    Notice,
    Outcome,
    Payer,
    Refused,
    Sent,
    SentList,
    Unknown,
)

if TYPE_CHECKING:
    from stripe.params import TransferCreateParams, TransferListParams

# What reading an answer of an odd shape raises, in the SDK or here.
_ODD = (AttributeError, KeyError, TypeError, ValueError)


class StripeRail:
    """Stripe Connect behind the Rail Protocol."""

    name = "stripe"

    def __init__(
        self,
        *,
        key: str,
        expects_live: bool,
        base_url: str | None = None,
        client: stripe.StripeClient | None = None,
    ) -> None:
        """Bind the rail to one platform account.

        :raises WrongKey: the key is of the other mode.
        """
        check_key(key, expects_live=expects_live)
        self._is_live = expects_live
        self._client = client or make_client(key=key, base_url=base_url)

    @property
    def limits(self) -> RailLimits:
        return LIMITS

    def quote(self, *, instruction: Instruction) -> Quote:
        return quote_amount(
            limits=LIMITS, amount_minor=instruction.amount_minor, currency=instruction.currency
        )

    def submit(self, *, instruction: Instruction) -> Outcome:
        """Create the transfer. A refusal is believed only after a look-up found nothing.

        Stripe checks the key and the parameters before it knows the idempotency key again, so a
        second send may be refused although the first one paid.
        """
        quote = self.quote(instruction=instruction)
        if quote.problem == "currency_unsupported":
            return Refused("currency_unsupported", f"Stripe does not pay {instruction.currency}")
        if quote.sendable_minor != instruction.amount_minor:
            return Refused("amount_invalid", "the amount is not a multiple of Stripe's step")
        outcome = self._create(instruction)
        return self._confirm(instruction, outcome) if isinstance(outcome, Refused) else outcome

    def lookup(self, *, instruction: Instruction) -> Found | NotFound | Unknown:
        try:
            listed = list(self._list({"transfer_group": instruction.group}))
        except stripe.StripeError as error:
            return read_lookup_error(error)
        except _ODD as error:
            return Unknown("unreadable", str(error))
        return self._pick(instruction, listed)

    def list_sent(self, *, since: datetime) -> SentList:
        items = []
        try:
            for transfer in self._list({"created": {"gte": int(since.timestamp())}}):
                items.append(transfer.as_item())  # noqa: PERF401 -- keeps what came before an error
        except (stripe.StripeError, *_ODD):
            return SentList(tuple(items), is_complete=False)
        return SentList(tuple(items), is_complete=True)

    def payer(self) -> Payer | None:
        try:
            raw = as_object(self._client.v1.accounts.retrieve_current().to_dict(), "account")
            return Payer(account_id=text(raw, "id"), country=text(raw, "country"))
        except (stripe.StripeError, *_ODD):
            return None

    def funds(self, *, currency: str) -> int | None:
        """Return what the platform's balance can send now; 0 in a currency it does not hold."""
        try:
            available = read_balance(self._client.v1.balance.retrieve().to_dict())
            return from_wire(available.get(currency.lower(), 0), currency)
        except (stripe.StripeError, *_ODD):
            return None

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
    ) -> Notice | Refusal:
        return parse_webhook(
            headers=headers, body=body, secrets=secrets, now=now, expects_live=self._is_live
        )

    def _create(self, instruction: Instruction) -> Outcome:
        try:
            raw = self._client.v1.transfers.create(
                transfer_params(instruction), {"idempotency_key": str(instruction.attempt_key)}
            )
            return self._read_sent(instruction, read_transfer(raw.to_dict()))
        except stripe.StripeError as error:
            return read_error(error)
        except _ODD as error:
            return Unknown("unreadable", str(error))

    def _read_sent(self, instruction: Instruction, transfer: Transfer) -> Outcome:
        problem = self._compare(instruction, transfer)
        if problem is not None:
            return problem
        summary: dict[str, str | int | bool] = {
            "id": transfer.id,
            "amount": to_wire(transfer.amount_minor, transfer.currency),
            "currency": transfer.currency.lower(),
            "destination": transfer.destination,
            "created": int(transfer.created_at.timestamp()),
            "livemode": transfer.is_live,
        }
        return Sent(transfer.id, is_paid=True, summary=summary)

    def _confirm(self, instruction: Instruction, refused: Refused) -> Outcome:
        found = self.lookup(instruction=instruction)
        if isinstance(found, NotFound):
            return refused if found.is_complete else Unknown("unreadable", refused.detail)
        if isinstance(found, Unknown):
            return found
        return Sent(found.external_id, is_paid=True, summary={"refused_later": refused.detail})

    def _list(self, params: "TransferListParams") -> Iterator[Transfer]:
        return map(read_transfer, read_all(self._client.v1.transfers.list, params))

    def _pick(
        self, instruction: Instruction, listed: Sequence[Transfer]
    ) -> Found | NotFound | Unknown:
        """Find this attempt's one transfer; any other money in the group needs a person."""
        attempt = str(instruction.attempt_key)
        mine = [transfer for transfer in listed if transfer.attempt == attempt]
        foreign = [row.id for row in listed if row.attempt != attempt and not row.is_undone]
        if foreign:
            return Unknown("foreign_transfer", ", ".join(foreign))
        if len(mine) > 1:
            return Unknown("duplicate_transfers", ", ".join(row.id for row in mine))
        if not mine:
            return NotFound(is_complete=True)
        return self._compare(instruction, mine[0]) or mine[0].as_found()

    def _compare(self, instruction: Instruction, transfer: Transfer) -> Unknown | None:
        if transfer.is_live != self._is_live:
            return Unknown("wrong_mode", transfer.id)
        told = (transfer.amount_minor, transfer.currency, transfer.destination, transfer.attempt)
        meant = (
            instruction.amount_minor,
            instruction.currency,
            instruction.destination,
            str(instruction.attempt_key),
        )
        return None if told == meant else Unknown("mismatch", f"{transfer.id}: {told}")


def transfer_params(instruction: Instruction) -> "TransferCreateParams":
    """Make the parameters of a transfer; the same instruction always makes the same ones."""
    return {
        "amount": to_wire(instruction.amount_minor, instruction.currency),
        "currency": instruction.currency.lower(),
        "destination": instruction.destination,
        "description": instruction.description,
        "transfer_group": instruction.group,
        "metadata": {
            "payout_id": instruction.payout_public_id,
            "attempt": str(instruction.attempt_key),
        },
    }
