"""Reads of creators of a brand who are likely one person: by what, and who said they are two."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import permutations
from uuid import UUID

from django.db.models import Count

from affiliates.models import AccountMark, Affiliation, ClearedPair, MarkKind
from core.models import Brand

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class Alike:
    """Another creator and what both have in common; `is_earlier`: he was here first."""

    other: Affiliation
    kinds: tuple[MarkKind, ...]
    is_earlier: bool
    cleared: ClearedPair | None


def find_alike(brand_id: int, affiliation_ids: Collection[UUID]) -> dict[UUID, list[Alike]]:
    """Return for each creator who of the brand is likely the same person, the earliest first."""
    marks = AccountMark.objects.filter(brand=brand_id)
    mine = marks.filter(affiliation__in=affiliation_ids).values("mark")
    shared = list(marks.filter(mark__in=mine).values_list("kind", "mark", "affiliation"))
    pairs = _pair(shared, set(affiliation_ids))
    if not pairs:
        return {}
    rows = Affiliation.objects.filter(pk__in={one for pair in pairs for one in pair})
    people = {one.pk: one for one in rows.select_related("affiliate")}
    cleared = _find_cleared(people)
    found = defaultdict[UUID, list[Alike]](list)
    for mine_id, other_id in sorted(pairs, key=lambda pair: place_of(people[pair[1]])):
        other, kinds = people[other_id], pairs[mine_id, other_id]
        found[mine_id].append(
            Alike(
                other=other,
                kinds=tuple(kind for kind in MarkKind if kind in kinds),
                is_earlier=place_of(other) < place_of(people[mine_id]),
                cleared=cleared.get(frozenset((mine_id, other_id))),
            )
        )
    return dict(found)


def find_pairs_of(brand: Brand, affiliate_ids: Collection[int]) -> dict[int, list[Alike]]:
    """Return whom applicants who are creators of the brand already are like, by applicant."""
    rows = Affiliation.objects.filter(brand=brand, affiliate__in=affiliate_ids)
    places = dict(rows.values_list("pk", "affiliate_id"))
    found = find_alike(brand.pk, places)
    return {
        places[pk]: [one for one in others if one.cleared is None] for pk, others in found.items()
    }


def list_open_pairs(brand: Brand) -> list[Affiliation]:
    """Return the later of each pair that nobody has looked at, who joined first on top."""
    marks = AccountMark.objects.filter(brand=brand)
    several = marks.values("mark").annotate(many=Count("pk")).filter(many__gt=1).values("mark")
    found = find_alike(
        brand.pk, set(marks.filter(mark__in=several).values_list("affiliation", flat=True))
    )
    later = [pk for pk, others in found.items() if any(is_suspect(one) for one in others)]
    return list(Affiliation.objects.filter(pk__in=later).order_by("created_at", "pk"))


def is_suspect(alike: Alike) -> bool:
    """Tell whether a creator may be the second account of another, and nobody said otherwise."""
    return alike.is_earlier and alike.cleared is None


def place_of(affiliation: Affiliation) -> tuple[object, ...]:
    """Sort key: who was here first."""
    return affiliation.created_at, str(affiliation.pk)


def _pair(shared: Iterable[tuple[str, str, UUID]], mine: set[UUID]) -> dict[Pair, set[str]]:
    """Return by what each of these creators is like each other one."""
    owners = defaultdict[tuple[str, str], set[UUID]](set)
    for kind, mark, affiliation_id in shared:
        owners[kind, mark].add(affiliation_id)
    pairs = defaultdict[Pair, set[str]](set)
    for (kind, _mark), people in owners.items():
        for one, other in permutations(people, 2):
            if one in mine:
                pairs[one, other].add(kind)
    return dict(pairs)


def _find_cleared(people: Collection[UUID]) -> dict[frozenset[UUID], ClearedPair]:
    rows = ClearedPair.objects.filter(first__in=people, second__in=people)
    found = rows.select_related("cleared_by")
    return {frozenset((row.first_id, row.second_id)): row for row in found}
