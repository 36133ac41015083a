"""The one door into the books."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from ledger.models import (
    PARTY_KINDS,
    Account,
    AccountKind,
    BooksCheck,
    Entry,
    EntryKind,
    Period,
    Posting,
)

Key = tuple[AccountKind, UUID | None, str]  # kind, party, currency


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


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry to be posted: its kind, its key (unique in the brand), its legs and its cause."""

    kind: EntryKind
    key: str
    currency: str
    legs: tuple[Leg, ...]
    cause: Cause
    corrects_id: int | None = None


class Unbalanced(ValueError):
    """The legs do not sum to zero, are fewer than two, or one is zero."""


class KeyReused(ValueError):
    """An entry of this brand and key says something else."""


def post_entry(*, brand_id: int, draft: Draft, now: datetime) -> Entry:
    """Post one balanced entry, once per brand and key; a repeat returns the first one.

    :raises Unbalanced: before anything is written.
    :raises KeyReused: the key exists with other legs.
    :raises django.db.IntegrityError: a guard of the database refused it (overdraft, or a month
        that is closed).
    """
    return post_entries(brand_id=brand_id, drafts=[draft], now=now)[0]


def post_entries(*, brand_id: int, drafts: Sequence[Draft], now: datetime) -> list[Entry]:
    """Post many entries as one set operation, in the order given; see `post_entry`.

    Locks the party accounts in id order, so that entries on the same accounts queue up.
    """
    for draft in drafts:
        _check(draft.legs)
    with transaction.atomic():
        accounts = open_accounts(brand_id=brand_id, keys={k for d in drafts for k in _keys(d)})
        new_ids = _insert_entries(brand_id, drafts, now)
        Posting.objects.bulk_create(
            Posting(
                brand_id=brand_id,
                entry_id=new_ids[draft.key],
                account_id=accounts[key],
                amount_minor=leg.amount_minor,
            )
            for draft in drafts
            if draft.key in new_ids
            for leg, key in zip(draft.legs, _keys(draft), strict=True)
        )
        for draft in drafts:
            if draft.key not in new_ids:
                _check_repeat(brand_id, draft, accounts)
        entries = Entry.objects.filter(brand_id=brand_id, key__in=[d.key for d in drafts])
        by_key = {entry.key: entry for entry in entries}
    return [by_key[draft.key] for draft in drafts]


def open_accounts(*, brand_id: int, keys: Collection[Key]) -> dict[Key, int]:
    """Return the ids of accounts, made where missing; those of a party are locked, in id order."""
    found = _find_accounts(brand_id, keys)
    missing = sorted(set(keys) - set(found), key=str)
    if missing:
        Account.objects.bulk_create(
            [
                Account(brand_id=brand_id, kind=kind, party_id=party, currency=currency)
                for kind, party, currency in missing
            ],
            ignore_conflicts=True,
        )
        found = _find_accounts(brand_id, keys)
    list(
        Account.objects.select_for_update(of=("self",), no_key=True)
        .filter(pk__in=[pk for (kind, _, _), pk in found.items() if kind in PARTY_KINDS])
        .order_by("pk")
        .values_list("pk")
    )
    return found


def lock_periods(*, brand_id: int) -> None:
    """Hold back every new entry of a brand until the transaction ends, after those under way."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(ledger_period_lock(%s))", [brand_id])


def close_period(
    *, brand_id: int, month: date, starts_at: datetime, ends_at: datetime, now: datetime
) -> Period:
    """Close a month for good; the caller holds `lock_periods` and has read what stands in it."""
    return Period.objects.create(
        brand_id=brand_id, month=month, starts_at=starts_at, ends_at=ends_at, closed_at=now
    )


def keep_books_check(
    *,
    brand_id: int,
    entries: int,
    differences: int,
    overdue: int,
    largest_minor: int,
    results: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    """Store what a proof of a brand's books found in place of what the last one did."""
    found = {
        "checked_at": now,
        "entries": entries,
        "differences": differences,
        "overdue": overdue,
        "largest_minor": largest_minor,
        "results": list(results),
    }
    BooksCheck.objects.update_or_create(brand_id=brand_id, defaults=found)


def _keys(draft: Draft) -> list[Key]:
    return [(leg.kind, leg.party_id, draft.currency) for leg in draft.legs]


def _check(legs: Sequence[Leg]) -> None:
    if len(legs) < 2 or sum(leg.amount_minor for leg in legs) != 0:
        raise Unbalanced(f"{len(legs)} legs sum to {sum(leg.amount_minor for leg in legs)}")
    if any(leg.amount_minor == 0 for leg in legs):
        raise Unbalanced("a leg is zero")


def _find_accounts(brand_id: int, keys: Collection[Key]) -> dict[Key, int]:
    rows = Account.objects.filter(
        Q(party_id__in={party for _, party, _ in keys if party}) | Q(party_id__isnull=True),
        brand_id=brand_id,
        kind__in={kind for kind, _, _ in keys},
        currency__in={currency for _, _, currency in keys},
    ).values_list("pk", "kind", "party_id", "currency")
    every = {(AccountKind(kind), party, currency): pk for pk, kind, party, currency in rows}
    return {key: every[key] for key in keys if key in every}


def _insert_entries(brand_id: int, drafts: Sequence[Draft], now: datetime) -> dict[str, int]:
    columns = zip(
        *((d.kind.value, d.key, d.cause.type, d.cause.id, d.corrects_id) for d in drafts),
        strict=True,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_entry"
            " (brand_id, at, kind, key, cause_type, cause_id, corrects_id)"
            " SELECT %s, %s, * FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[],"
            " %s::bigint[]) ON CONFLICT (brand_id, key) DO NOTHING RETURNING key, id",
            [brand_id, now, *map(list, columns)],
        )
        return dict(cursor.fetchall())


def _check_repeat(brand_id: int, draft: Draft, accounts: dict[Key, int]) -> None:
    rows = Posting.objects.filter(entry__brand_id=brand_id, entry__key=draft.key)
    have = sorted(rows.values_list("account_id", "amount_minor"))
    want = sorted(
        (accounts[key], leg.amount_minor) for leg, key in zip(draft.legs, _keys(draft), strict=True)
    )
    if have != want:
        raise KeyReused(f"entry {draft.key} exists with other legs")
