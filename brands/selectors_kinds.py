"""Kinds of creators as a brand has them: the usual ones, some hidden, and its own."""

from dataclasses import dataclass

from django.db.models import Count

from brands.models import Group, PartnerKind, PartnerType
from core.models import Brand


@dataclass(frozen=True, slots=True)
class KindRow:
    """A kind in the brand's list; `row` is None for a usual one that was never touched."""

    key: str
    name: str
    is_hidden: bool
    groups: int
    row: PartnerKind | None = None

    @property
    def is_own(self) -> bool:
        return self.row is not None and not self.row.usual


def list_kinds(brand: Brand) -> list[KindRow]:
    """Return every kind: the usual ones in their order, then the brand's own by name."""
    rows = {row.key: row for row in PartnerKind.objects.filter(brand=brand).order_by("name")}
    groups = dict(
        Group.objects.filter(brand=brand)
        .order_by()
        .values_list("partner_type")
        .annotate(count=Count("pk"))
    )
    names = {value: str(label) for value, label in PartnerType.choices}
    names |= {key: row.name for key, row in rows.items() if not row.usual}
    return [
        KindRow(
            key=key,
            name=name,
            is_hidden=key in rows and rows[key].is_hidden,
            groups=groups.get(key, 0),
            row=rows.get(key),
        )
        for key, name in names.items()
    ]


def name_kinds(brand: Brand) -> dict[str, str]:
    """Return what each kind is called, by what stands in a group."""
    own = PartnerKind.objects.filter(brand=brand, usual="").order_by("name")
    usual = {value: str(label) for value, label in PartnerType.choices}
    return usual | {row.public_id: row.name for row in own}


def list_used_kinds(brand: Brand) -> list[tuple[str, str]]:
    """Return the kinds that groups of the brand have, as choices."""
    return [(kind.key, kind.name) for kind in list_kinds(brand) if kind.groups]


def list_offered_kinds(brand: Brand, *, keep: str = "") -> list[tuple[str, str]]:
    """Return the kinds a group may be given, as choices; `keep` is the one it has."""
    kinds = list_kinds(brand)
    return [(kind.key, kind.name) for kind in kinds if not kind.is_hidden or kind.key == keep]
