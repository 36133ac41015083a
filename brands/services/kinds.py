"""A brand's list of kinds of creators."""

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from brands.models import PartnerKind, PartnerType
from core import audit
from core.locks import lock_row
from core.models import Brand


class KindNameTaken(ValueError):
    """Another kind of the brand has the name."""


class NoKindLeft(ValueError):
    """A brand offers one kind of creators at least."""


@transaction.atomic
def add_kind(*, brand_id: int, name: str, actor_id: int, now: datetime) -> PartnerKind:
    """Add a kind of the brand's own.

    :raises KindNameTaken: another kind of the brand has the name.
    """
    brand = lock_row(Brand, brand_id)
    kind = PartnerKind(brand=brand, name=name.strip())
    _save(kind)
    _record(kind, "kind.added", actor_id, now, after={"name": kind.name})
    return kind


@transaction.atomic
def rename_kind(*, kind_id: int, name: str, actor_id: int, now: datetime) -> PartnerKind:
    """Call a kind of the brand's own by another name, on everything that has it.

    :raises KindNameTaken: another kind of the brand has the name.
    """
    kind = lock_row(PartnerKind, kind_id)
    before, kind.name = kind.name, name.strip()
    if kind.name == before:
        return kind
    _save(kind)
    _record(kind, "kind.renamed", actor_id, now, before={"name": before}, after={"name": kind.name})
    return kind


@transaction.atomic
def offer_kinds(*, brand_id: int, keys: Collection[str], actor_id: int, now: datetime) -> None:
    """Offer these kinds for groups and hide the others; a group keeps the kind it has.

    :raises NoKindLeft: none of them is one of the brand's.
    """
    brand = lock_row(Brand, brand_id)
    rows = {row.key: row for row in PartnerKind.objects.filter(brand=brand)}
    for value in PartnerType.values:
        rows.setdefault(value, PartnerKind(brand=brand, usual=value))
    if not rows.keys() & set(keys):
        raise NoKindLeft(brand.public_id)
    for key, row in rows.items():
        if row.is_hidden == (key not in keys):
            continue
        row.is_hidden = key not in keys
        row.save()
        _record(row, "kind.hidden" if row.is_hidden else "kind.offered", actor_id, now)


def _save(kind: PartnerKind) -> None:
    usual = {str(label).casefold() for label in PartnerType.labels}
    if kind.name.casefold() in usual:
        raise KindNameTaken(kind.name)
    try:
        with transaction.atomic():
            kind.save()
    except IntegrityError as error:
        if "brands_partnerkind_name_unique" in str(error):
            raise KindNameTaken(kind.name) from None
        raise


def _record(
    kind: PartnerKind,
    action: str,
    actor_id: int,
    now: datetime,
    *,
    before: dict[str, str] | None = None,
    after: dict[str, str] | None = None,
) -> None:
    audit.record(
        brand_id=kind.brand_id,
        actor_id=actor_id,
        action=action,
        target=kind,
        now=now,
        before=before,
        after=after,
    )
