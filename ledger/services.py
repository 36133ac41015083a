"""The one door into the books."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from ledger.models import PARTY_KINDS, Account, AccountKind, Entry, EntryKind, Posting


@dataclass(frozen=True, slots=True)
class Leg:
    """A signed amount, in minor units, on the account of a kind and, where due, a party."""

    kind: AccountKind
    amount_minor: int
    party_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Cause:
    """What made an entry: a type of row and its public id."""

    type: str
    id: str


class Unbalanced(ValueError):
    """The legs do not sum to zero, are fewer than two, or one is zero."""


class KeyReused(ValueError):
    """An entry of this brand and key says something else."""



def post_entry(  # noqa: PLR0913  # an entry is these facts
    *,
    brand_id: int,
    kind: EntryKind,
    key: str,
    currency: str,
    legs: Sequence[Leg],
    cause: Cause,
    now: datetime,
    corrects_id: int | None = None,
) -> Entry:
    """Post one balanced entry, once per brand and key; a repeat returns the first one.

    Locks the party accounts in id order, so that two entries on the same accounts queue up.

    :raises Unbalanced: before anything is written.
    :raises KeyReused: the key exists with other legs.
    :raises InsufficientBalance: from the database guard, whatever the caller believed.
    """
    _check(legs)
    with transaction.atomic():
        accounts = open_accounts(
            brand_id=brand_id, currency=currency, keys=[(leg.kind, leg.party_id) for leg in legs]
        )
        entry = _insert_entry(brand_id, kind, key, cause, now, corrects_id)
        if entry is None:
            return _repeat(brand_id, key, legs, accounts)
        Posting.objects.bulk_create(
            Posting(
                brand_id=brand_id,
                entry=entry,
                account=accounts[leg.kind, leg.party_id],
                amount_minor=leg.amount_minor,
            )
            for leg in legs
        )
        return entry


def open_accounts(
    *, brand_id: int, currency: str, keys: Sequence[tuple[AccountKind, UUID | None]]
) -> dict[tuple[AccountKind, UUID | None], Account]:
    """Return the accounts, created where missing; those of a party are locked, in id order."""
    wanted = sorted(set(keys), key=str)
    found = _find_accounts(brand_id, currency, wanted)
    if len(found) < len(wanted):
        Account.objects.bulk_create(
            [
                Account(brand_id=brand_id, kind=kind, party_id=party, currency=currency)
                for kind, party in wanted
                if (kind, party) not in found
            ],
            ignore_conflicts=True,
        )
        found = _find_accounts(brand_id, currency, wanted)
    party_ids = [a.pk for (kind, _), a in found.items() if kind in PARTY_KINDS]
    list(
        Account.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=party_ids)
        .order_by("pk")
        .values_list("pk")
    )
    return found


def _check(legs: Sequence[Leg]) -> None:
    if len(legs) < 2 or sum(leg.amount_minor for leg in legs) != 0:  # noqa: PLR2004
        raise Unbalanced(f"{len(legs)} legs sum to {sum(leg.amount_minor for leg in legs)}")
    if any(leg.amount_minor == 0 for leg in legs):
        raise Unbalanced("a leg is zero")


def _find_accounts(
    brand_id: int, currency: str, wanted: Sequence[tuple[AccountKind, UUID | None]]
) -> dict[tuple[AccountKind, UUID | None], Account]:
    rows = Account.objects.filter(
        brand_id=brand_id, currency=currency, kind__in={kind for kind, _ in wanted}
    )
    every = {(AccountKind(a.kind), a.party_id): a for a in rows.filter(_party_filter(wanted))}
    return {key: every[key] for key in wanted if key in every}


def _party_filter(wanted: Sequence[tuple[AccountKind, UUID | None]]) -> Q:
    parties = {party for _, party in wanted if party is not None}
    return Q(party_id__in=parties) | Q(party_id__isnull=True)


def _insert_entry(  # noqa: PLR0913
    brand_id: int,
    kind: EntryKind,
    key: str,
    cause: Cause,
    now: datetime,
    corrects_id: int | None,
) -> Entry | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry (brand_id, kind, key, cause_type, cause_id, corrects_id, at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (brand_id, key) DO NOTHING"
            " RETURNING id",
            [brand_id, kind, key, cause.type, cause.id, corrects_id, now],
        )
        row = cursor.fetchone()
    return None if row is None else Entry.objects.get(pk=row[0])


def _repeat(
    brand_id: int,
    key: str,
    legs: Sequence[Leg],
    accounts: dict[tuple[AccountKind, UUID | None], Account],
) -> Entry:
    entry = Entry.objects.get(brand_id=brand_id, key=key)
    have = sorted(entry.postings.values_list("account_id", "amount_minor"))
    want = sorted((accounts[leg.kind, leg.party_id].pk, leg.amount_minor) for leg in legs)
    if have != want:
        raise KeyReused(f"entry {key} exists with other legs")
    return entry
