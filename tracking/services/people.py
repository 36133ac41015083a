"""What is known of the creators who could get an order: other accounts, further addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from affiliates.models import Affiliation, Enrollment
from affiliates.selectors_alike import find_alike
from core.addresses import list_addresses
from core.crypto import customer_hash
from tracking.domain.candidates import Candidate, KnownAddress, OtherAccount
from tracking.models import Order


@dataclass(frozen=True, slots=True)
class People:
    """What is known of the creators who could be credited, beside what the candidates say."""

    accounts: tuple[OtherAccount, ...] = ()
    addresses: tuple[KnownAddress, ...] = ()


def list_people(order: Order, candidates: Iterable[Candidate]) -> People:
    """Return the other accounts of the creators among candidates, and their further addresses."""
    ids = {UUID(one.party.affiliation) for one in candidates}
    if not ids:
        return People()
    return People(_list_accounts(order.brand_id, ids), _list_addresses(order, ids))


def _list_accounts(brand_id: int, ids: set[UUID]) -> tuple[OtherAccount, ...]:
    found = find_alike(brand_id, ids)
    others = {one.other.pk for rows in found.values() for one in rows if one.cleared is None}
    if not others:
        return ()
    places = Enrollment.objects.filter(affiliation__in=others).order_by("-pk")
    place_of = dict(places.values_list("affiliation_id", "pk"))  # the first of each stays
    return tuple(
        OtherAccount(
            affiliation=str(mine),
            is_earlier=one.is_earlier,
            signals=tuple(str(kind) for kind in one.kinds),
            enrollment=str(place_of.get(one.other.pk, "")),
            email_hash=one.other.email_hash,
        )
        for mine, rows in sorted(found.items())
        for one in rows
        if one.cleared is None
    )


def _list_addresses(order: Order, ids: set[UUID]) -> tuple[KnownAddress, ...]:
    """Return the hashes of addresses that creators have or had beside the one they joined with."""
    if not order.customer_hash:
        return ()
    rows = Affiliation.objects.filter(pk__in=ids, affiliate__erased_at=None).order_by("pk")
    places = dict(rows.values_list("pk", "affiliate__user_id"))
    known = list_addresses(places.values())
    return tuple(
        KnownAddress(str(pk), customer_hash(order.brand.public_id, email))
        for pk, user_id in places.items()
        for email in known[user_id]
    )
