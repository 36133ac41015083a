"""Pay by the PayPal Payouts API: each attempt is a batch of its own with one item in it.

One payout, one batch: the attempt's random key is the batch's `sender_batch_id`, so what PayPal
does for batches (never twice within 30 days) holds for each payout, and one item that waits or
fails keeps nobody else. PayPal takes as many batches as are made; a batch of many would save calls
and share one outcome that is unknown.

PayPal cannot be asked about a batch by our id. Sending the same one again is how to ask: it answers
that the id was used, with a link to the batch. `lookup` says so with `MayRepeat`. A refusal of a
repeated request proves nothing about the first one.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from core.signing import Refusal
from payouts.domain.export_paypal import LIMITS, to_value
from payouts.domain.limits import Quote, RailLimits, quote_amount
from payouts.rails.paypal.client import LIVE_URL, TEST_URL, Answer, NoAnswer, PayPalClient
from payouts.rails.paypal.errors import is_duplicate, read_refusal
from payouts.rails.paypal.objects import ENDED_BATCH, Batch, read_batch
from payouts.rails.paypal.webhook import read_notice, verification_of
from payouts.services.rails import (
    Found,
    Instruction,
    LookupResult,
    MayRepeat,
    Notice,
    Outcome,
    Payer,
    RailUnavailable,
    Refused,
    Sent,
    SentList,
    Unknown,
)

KEY_LIFE = timedelta(days=29)
"""PayPal knows a batch id for 30 days; a day is left for clocks and slow queues."""

BATCHES = "/v1/payments/payouts"
_ODD = (AttributeError, KeyError, TypeError, ValueError)


class PayPalRail:
    """PayPal Payouts behind the Rail Protocol."""

    name = "paypal"

    def __init__(
        self,
        *,
        client_id: str,
        secret: str,
        is_live: bool,
        base_url: str | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._client_id = client_id
        self._client = PayPalClient(
            client_id=client_id,
            secret=secret,
            base_url=base_url or (LIVE_URL if is_live else TEST_URL),
            transport=transport,
        )

    @property
    def limits(self) -> RailLimits:
        return LIMITS

    def quote(self, *, instruction: Instruction) -> Quote:
        return quote_amount(
            limits=LIMITS, amount_minor=instruction.amount_minor, currency=instruction.currency
        )

    def submit(self, *, instruction: Instruction) -> Outcome:
        """Make the batch, or find the one this attempt made before."""
        quote = self.quote(instruction=instruction)
        if quote.problem == "currency_unsupported":
            return Refused("currency_unsupported", f"PayPal does not pay {instruction.currency}")
        if quote.sendable_minor != instruction.amount_minor:
            return Refused("amount_invalid", "the amount has decimals PayPal does not take")
        try:
            return self._send(instruction)
        except NoAnswer as error:
            return Unknown(error.code, error.detail)
        except _ODD as error:
            return Unknown("unreadable", str(error))

    def lookup(self, *, instruction: Instruction) -> LookupResult:
        """Read the batch whose id PayPal gave; without one, only repeating can tell."""
        if not instruction.external_id:
            return MayRepeat(within=KEY_LIFE)
        try:
            return self._read(instruction, instruction.external_id)
        except NoAnswer as error:
            return Unknown(error.code, error.detail)
        except _ODD as error:
            return Unknown("unreadable", str(error))

    def list_sent(self, *, since: datetime) -> SentList:
        """PayPal lists no batches: whoever needs the whole list is told that it is not whole."""
        del since
        return SentList((), is_complete=False)

    def payer(self) -> Payer | None:
        """Name the app that pays, once PayPal has let it in."""
        try:
            answer = self._client.call("GET", f"{BATCHES}/none")
        except NoAnswer:
            return None
        is_in = answer.status not in {401, 403} and answer.status < 500
        return Payer(account_id=self._client_id, country="") if is_in else None

    def funds(self, *, currency: str) -> int | None:
        """Nobody knows: reading the balance takes a permission that paying does not."""
        del currency
        return None

    def parse_webhook(
        self, *, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
    ) -> Notice | Refusal:
        """Have PayPal say whether it sent this; `secrets` are the ids of our webhooks there.

        :raises RailUnavailable: it gave no answer, so the sender must try again.
        """
        del now
        asked = verification_of(headers=headers, body=body)
        if isinstance(asked, Refusal):
            return asked
        for webhook_id in secrets:
            try:
                answer = self._client.call(
                    "POST",
                    "/v1/notifications/verify-webhook-signature",
                    {**asked, "webhook_id": webhook_id},
                )
            except NoAnswer as error:
                raise RailUnavailable(error.code, error.detail) from error
            if not answer.is_well:
                raise RailUnavailable("unreadable", answer.describe())
            if answer.body.get("verification_status") == "SUCCESS":
                return read_notice(asked["webhook_event"])
        return Refusal("signature_mismatch")

    def _send(self, instruction: Instruction) -> Outcome:
        answer = self._client.call("POST", BATCHES, batch_body(instruction))
        if answer.is_well:
            return self._read_sent(instruction, read_batch(answer.body))
        if is_duplicate(answer):
            return self._follow(instruction, answer)
        return read_refusal(answer, is_repeat=instruction.is_repeat)

    def _follow(self, instruction: Instruction, answer: Answer) -> Outcome:
        """Follow the link to the batch that used the id, which must hold this very payment."""
        batch_id = _linked_batch(answer.body.get("links"))
        if not batch_id:
            return Unknown("in_progress", answer.describe())
        found = self._read(instruction, batch_id)
        return found if isinstance(found, Unknown) else Sent(batch_id, is_paid=False)

    def _read(self, instruction: Instruction, batch_id: str) -> Found | Unknown:
        answer = self._client.call("GET", f"{BATCHES}/{batch_id}?page_size=1000")
        if not answer.is_well:
            refusal = read_refusal(answer, is_repeat=True)
            return refusal if isinstance(refusal, Unknown) else Unknown("unreadable", "no batch")
        batch = read_batch(answer.body)
        problem = _compare(instruction, batch)
        if problem is not None:
            return problem
        if batch.items:
            return batch.items[0].as_found(batch.id)
        is_failed = batch.status in ENDED_BATCH
        return Found(
            external_id=batch.id,
            amount_minor=instruction.amount_minor,
            currency=instruction.currency,
            is_paid=False,
            is_failed=is_failed,
            code="balance_insufficient" if is_failed else "pending",
        )

    def _read_sent(self, instruction: Instruction, batch: Batch) -> Outcome:
        if batch.sender_batch_id != str(instruction.attempt_key):
            return Unknown("mismatch", batch.id)
        return Sent(batch.id, is_paid=False)


def batch_body(instruction: Instruction) -> dict[str, Any]:
    """Make the request of a payout; the same instruction always makes the same one."""
    return {
        "sender_batch_header": {
            "sender_batch_id": str(instruction.attempt_key),
            "email_subject": instruction.description[:255],
        },
        "items": [
            {
                "recipient_type": "EMAIL",
                "receiver": receiver_of(instruction.destination),
                "amount": {
                    "value": to_value(instruction.amount_minor, instruction.currency),
                    "currency": instruction.currency,
                },
                "sender_item_id": instruction.payout_public_id,
                "note": instruction.description[:1000],
            }
        ],
    }


def receiver_of(destination: str) -> str:
    """Return the PayPal address in a creator's details."""
    return str(json.loads(destination)["email"])


def _compare(instruction: Instruction, batch: Batch) -> Unknown | None:
    """Refuse a batch that is not exactly this attempt's one payment."""
    if batch.sender_batch_id != str(instruction.attempt_key):
        return Unknown("mismatch", batch.id)
    if len(batch.items) > 1:
        return Unknown("duplicate_transfers", batch.id)
    for item in batch.items:
        told = (item.sender_item_id, item.amount_minor, item.currency)
        meant = (instruction.payout_public_id, instruction.amount_minor, instruction.currency)
        known = receiver_of(instruction.destination) if instruction.destination else item.receiver
        if told != meant or item.receiver.casefold() != known.casefold():
            return Unknown("mismatch", batch.id)
    return None


def _linked_batch(links: object) -> str:
    """Return the batch id at the end of the link an error carries, or ""."""
    for link in links if isinstance(links, list) else []:
        href = link.get("href") if isinstance(link, dict) else None
        path = urlsplit(href).path if isinstance(href, str) else ""
        head, _, batch_id = path.rpartition("/")
        if head.endswith(BATCHES) and batch_id.isascii() and batch_id.isalnum():
            return batch_id
    return ""
