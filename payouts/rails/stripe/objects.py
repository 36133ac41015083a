"""Read Stripe's JSON objects strictly: a missing or odd field is Unreadable, never a default."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from payouts.rails.stripe.amounts import from_wire
from payouts.services.rails import AccountState, Found, SentItem

PAGE_SIZE = 100
MAX_PAGES = 1_000


class Unreadable(ValueError):
    """The answer is not the object that was asked for."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer as Stripe tells it, amounts in our minor units, currency in upper case."""

    id: str
    amount_minor: int
    reversed_minor: int
    currency: str
    destination: str
    is_live: bool
    metadata: Mapping[str, str]
    created_at: datetime

    @property
    def payout_public_id(self) -> str:
        return self.metadata.get("payout_id", "")

    @property
    def attempt(self) -> str:
        return self.metadata.get("attempt", "")

    @property
    def is_undone(self) -> bool:
        return self.reversed_minor >= self.amount_minor

    def as_found(self) -> Found:
        return Found(self.id, self.amount_minor, self.currency, self.reversed_minor)

    def as_item(self) -> SentItem:
        return SentItem(
            external_id=self.id,
            payout_public_id=self.payout_public_id,
            attempt=self.attempt,
            amount_minor=self.amount_minor,
            currency=self.currency,
            destination=self.destination,
            reversed_minor=self.reversed_minor,
            created_at=self.created_at,
        )


def read_transfer(raw: object) -> Transfer:
    """Read a transfer.

    :raises Unreadable: it is none.
    :raises ValueError: its currency or amount is not known here.
    """
    data = as_object(raw, "transfer")
    currency = text(data, "currency").upper()
    return Transfer(
        id=text(data, "id"),
        amount_minor=from_wire(number(data, "amount"), currency),
        reversed_minor=from_wire(number(data, "amount_reversed"), currency),
        currency=currency,
        destination=id_of(data, "destination"),
        is_live=flag(data, "livemode"),
        metadata=_metadata(data),
        created_at=datetime.fromtimestamp(number(data, "created"), UTC),
    )


def shows_all_destinations(raw: object) -> bool:
    """Tell whether an account shows every account it pays out to: it shows the first ten."""
    listed = as_object(raw, "account").get("external_accounts")
    return not (isinstance(listed, dict) and listed.get("has_more") is True)


def read_account(raw: object, *, is_live: bool) -> AccountState:
    """Read what a connected account can do. It carries no livemode: the key's mode is its mode.

    :raises Unreadable: it is no account.
    """
    data = as_object(raw, "account")
    capabilities = data.get("capabilities")
    can_receive = isinstance(capabilities, dict) and capabilities.get("transfers") == "active"
    return AccountState(
        can_receive=can_receive,
        payouts_enabled=data.get("payouts_enabled") is True,
        needs=_needs(data),
        is_live=is_live,
        destination=_destination(data),
    )


def read_balance(raw: object) -> Mapping[str, int]:
    """Read the available funds: Stripe's units by lower-case currency.

    :raises Unreadable: it is no balance.
    """
    rows = as_object(raw, "balance").get("available")
    if not isinstance(rows, list):
        raise Unreadable("a balance without available funds")
    return {text(row, "currency"): number(row, "amount") for row in rows}


def read_page(raw: object) -> tuple[list[Mapping[str, object]], bool]:
    """Read one page of a list and whether another follows.

    :raises Unreadable: it is no list of objects.
    """
    data = as_object(raw, "list")
    rows = data.get("data")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("a list without data")
    return rows, flag(data, "has_more")


def read_all(
    fetch: Callable[[Any], Any], params: Mapping[str, object]
) -> Iterator[Mapping[str, object]]:
    """Read a list to its end, page by page; `fetch` calls the SDK with the parameters of a page.

    :raises Unreadable: a page is no list, or they have no end.
    """
    page = {**params, "limit": PAGE_SIZE}
    for _ in range(MAX_PAGES):
        rows, has_more = read_page(fetch(page).to_dict())
        yield from rows
        if not has_more:
            return
        if not rows:
            raise Unreadable("an empty page that says more follows")
        page["starting_after"] = text(rows[-1], "id")
    raise Unreadable(f"more than {MAX_PAGES} pages")


def as_object(raw: object, kind: str) -> Mapping[str, object]:
    """Return a JSON object that says it is of this kind.

    :raises Unreadable: it is no object, or of another kind.
    """
    if not isinstance(raw, dict) or raw.get("object") != kind:
        raise Unreadable(f"no {kind}")
    return raw


def text(data: Mapping[str, object], name: str) -> str:
    """Return a field that must be a text with something in it."""
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise Unreadable(f"no {name}")
    return value


def number(data: Mapping[str, object], name: str) -> int:
    """Return a field that must be an integer."""
    value = data.get(name)
    if type(value) is not int:
        raise Unreadable(f"no {name}")
    return value


def flag(data: Mapping[str, object], name: str) -> bool:
    """Return a field that must be true or false."""
    value = data.get(name)
    if not isinstance(value, bool):
        raise Unreadable(f"no {name}")
    return value


def id_of(data: Mapping[str, object], name: str) -> str:
    """Return the id of a field that is an id or an expanded object."""
    value = data.get(name)
    return text(value, "id") if isinstance(value, dict) else text(data, name)


def _metadata(data: Mapping[str, object]) -> Mapping[str, str]:
    value = data.get("metadata")
    if not isinstance(value, dict):
        raise Unreadable("no metadata")
    return {str(key): str(word) for key, word in value.items()}


def _needs(data: Mapping[str, object]) -> tuple[str, ...]:
    requirements = data.get("requirements")
    if not isinstance(requirements, dict):
        return ()
    names = [
        name
        for kind in ("past_due", "currently_due", "pending_verification")
        for name in requirements.get(kind) or ()
    ]
    reason = requirements.get("disabled_reason")
    return tuple(dict.fromkeys(str(name) for name in names or ([reason] if reason else [])))


def _destination(account: Mapping[str, object]) -> str:
    """Name all accounts that payouts of a connected account may go to, in one digest.

    There is one default for each currency, and the account's owner may make another the default:
    each that is added, removed or preferred gives another name. "" while there is none.
    """
    listed = account.get("external_accounts")
    rows = listed.get("data") if isinstance(listed, dict) else None
    names = sorted(
        "\0".join(
            (
                str(row.get("fingerprint") or row.get("id") or ""),
                str(row.get("currency") or ""),
                str(row.get("default_for_currency") is not False),
            )
        )
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict)
    )
    return hashlib.sha256("\n".join(names).encode()).hexdigest() if names else ""
