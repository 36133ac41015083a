"""Marks of what creators give a brand, and a member's word that two of them are two people."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from affiliates.domain.likeness import mailbox_of
from affiliates.models import AccountMark, Affiliation, ClearedPair, MarkKind
from affiliates.selectors_alike import find_alike, place_of
from core import audit
from core.crypto import keyed_hash
from core.signing import normalise_email


class NotAlike(Exception):
    """The two have nothing in common that is known here."""


class AlreadyCleared(Exception):
    """A member said before that they are two people."""


def note_marks(
    *, affiliation: Affiliation, kind: MarkKind, texts: Iterable[str], now: datetime
) -> None:
    """Keep the marks of what a creator gave, as hashes that only this installation can make."""
    scope = affiliation.brand.public_id
    AccountMark.objects.bulk_create(
        [
            AccountMark(
                brand_id=affiliation.brand_id,
                affiliation=affiliation,
                kind=kind,
                mark=keyed_hash(f"account-{kind.value}", scope, text),
                seen_at=now,
            )
            for text in dict.fromkeys(texts)
        ],
        ignore_conflicts=True,
    )


def note_mailbox(*, affiliation: Affiliation, email: str, now: datetime) -> None:
    """Keep the mark of the mailbox behind a creator's address."""
    address = normalise_email(email)
    boxes = [mailbox_of(address)] if address else []
    note_marks(affiliation=affiliation, kind=MarkKind.MAILBOX, texts=boxes, now=now)


def clear_pair(
    *, affiliation_id: UUID, other_id: UUID, reason: str, actor_id: int, now: datetime
) -> ClearedPair:
    """Record that two creators of a brand are two people, whatever they share from now on.

    :raises NotAlike: they share nothing.
    :raises AlreadyCleared: somebody said so before.
    """
    with transaction.atomic():
        rows = Affiliation.objects.select_for_update(of=("self",), no_key=True)
        both = list(rows.filter(pk__in={affiliation_id, other_id}).order_by("pk"))
        first, second = sorted(both, key=place_of)
        found = find_alike(first.brand_id, [first.pk]).get(first.pk, [])
        alike = next((one for one in found if one.other.pk == second.pk), None)
        if alike is None:
            raise NotAlike(first.public_id, second.public_id)
        if alike.cleared is not None:
            raise AlreadyCleared(first.public_id, second.public_id)
        pair = ClearedPair.objects.create(
            brand_id=first.brand_id,
            first=first,
            second=second,
            reason=reason[:500],
            cleared_by_id=actor_id,
            cleared_at=now,
        )
        audit.record(
            brand_id=first.brand_id,
            actor_id=actor_id,
            action="affiliation.pair_cleared",
            target=second,
            after={"other": first.public_id},
            reason=reason,
            now=now,
        )
    return pair
