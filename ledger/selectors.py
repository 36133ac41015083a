"""Balances: sums of postings, never a stored total."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Sum

from ledger.models import Account, AccountKind, Posting


def get_balance(
    *, brand_id: int, kind: AccountKind, currency: str, party_id: UUID | None = None
) -> int:
    """Return the sum of an account's postings in minor units; 0 where there is no account."""
    total: int | None = Posting.objects.filter(
        account__brand_id=brand_id,
        account__kind=kind,
        account__currency=currency,
        account__party_id=party_id,
    ).aggregate(total=Sum("amount_minor"))["total"]
    return total or 0


def list_party_balances(
    *, brand_id: int, party_ids: Iterable[UUID]
) -> dict[tuple[UUID, str], dict[AccountKind, int]]:
    """Return {(party, currency): {kind: minor units}} of those parties' accounts."""
    rows = (
        Account.objects.filter(brand_id=brand_id, party_id__in=list(party_ids))
        .annotate(total=Sum("postings__amount_minor"))
        .values_list("party_id", "currency", "kind", "total")
    )
    balances: dict[tuple[UUID, str], dict[AccountKind, int]] = {}
    for party_id, currency, kind, total in rows:
        if party_id is not None:
            balances.setdefault((party_id, currency), {})[AccountKind(kind)] = total or 0
    return balances


def list_brand_totals(*, brand_id: int) -> dict[str, dict[AccountKind, int]]:
    """Return {currency: {kind: minor units}} over all accounts of a brand."""
    rows = (
        Posting.objects.filter(brand_id=brand_id)
        .values_list("account__currency", "account__kind")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    totals: dict[str, dict[AccountKind, int]] = {}
    for currency, kind, total in rows:
        totals.setdefault(currency, {})[AccountKind(kind)] = total
    return totals
