"""Codes that may have leaked, with the numbers that say so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from django.core.cache import cache
from django.db.models import BooleanField, Count, F, Max, Q
from django.db.models.expressions import RawSQL
from django.db.models.fields.json import KT

from affiliates.models import Code
from core.models import Brand
from tracking.domain.leaks import (
    BURST_DAYS,
    BURST_WEEKS,
    SHARE_DAYS,
    Sign,
    Sums,
    find_signs,
    is_strong,
)
from tracking.models import Attribution

Key: TypeAlias = tuple[int, int, str]
"""A code by its program, its creator's place there, and its text."""

KEPT_S = 3600
# Whether a click of the creator's own stood beside the code, able to win or not.
HAS_CLICK = """jsonb_path_exists(
    tracking_attribution.candidates,
    '$.rows[*].candidate ? (@.kind == "click" && @.party.enrollment == $place)',
    jsonb_build_object('place', tracking_attribution.enrollment_id::text)
)"""


@dataclass(frozen=True, slots=True)
class Leak:
    """A code that shows signs, beside the other codes of its program."""

    code: Code
    sums: Sums
    others: Sums
    signs: tuple[Sign, ...]
    last_at: datetime

    @property
    def is_strong(self) -> bool:
        return is_strong(self.signs)


def list_leaks(brand: Brand, *, now: datetime) -> list[Leak]:
    """Return the codes in use that show signs of a leak, the strongest first."""
    sums, last_at = _sum_codes(brand, now)
    for key in _list_single(brand, sums):
        del sums[
            key
        ]  # good for one order and handed to one shopper, they say nothing of the others
    whole: dict[int, Sums] = {}
    for (program, _enrollment, _text), one in sums.items():
        whole[program] = whole.get(program, Sums()).plus(one)
    codes = Code.objects.filter(
        brand=brand, batch=None, disabled_at=None, enrollment__in={key[1] for key in sums}
    ).select_related("enrollment__program", "enrollment__affiliation__affiliate")
    found = []
    for code in codes:
        key = (code.enrollment.program_id, code.enrollment_id, code.text)
        if key in sums:
            others = whole[key[0]].plus(sums[key], -1)
            signs = find_signs(sums[key], others)
            found.append(Leak(code, sums[key], others, signs, last_at[key]))
    shown = [one for one in found if one.signs]
    return sorted(shown, key=lambda one: (-len(one.signs), -one.sums.share_bps, one.code.pk))


def find_leaky(brand: Brand, *, now: datetime) -> dict[int, bool]:
    """Return the codes that show signs and whether they are strong; up to an hour old."""
    found: dict[int, bool] | None = cache.get(f"leaks:{brand.public_id}")
    if found is None:
        found = {one.code.pk: one.is_strong for one in list_leaks(brand, now=now)}
        cache.set(f"leaks:{brand.public_id}", found, KEPT_S)
    return found


def _list_single(brand: Brand, keys: Iterable[Key]) -> list[Key]:
    """Return those of the codes that are good for one order."""
    texts = {text for _program, _place, text in keys}
    rows = Code.objects.filter(brand=brand, batch__isnull=False, text__in=texts)
    single = set(rows.values_list("enrollment", "text"))
    return [key for key in keys if key[1:] in single]


def _sum_codes(brand: Brand, now: datetime) -> tuple[dict[Key, Sums], dict[Key, datetime]]:
    """Return the orders credited by each code: program, place and text."""
    week = now - timedelta(days=BURST_DAYS)
    is_counted = Q(order__placed_at__gte=now - timedelta(days=SHARE_DAYS))
    rows = (
        Attribution.objects.filter(
            brand=brand,
            is_current=True,
            signal="code",
            order__is_test=False,
            order__placed_at__gte=week - timedelta(weeks=BURST_WEEKS),
            order__placed_at__lte=now,
        )
        .annotate(
            has_click=RawSQL(HAS_CLICK, [], output_field=BooleanField()),  # noqa: S611
            text=KT("params__code"),
            program=F("enrollment__program"),
        )
        .values_list("program", "enrollment", "text")
        .annotate(
            orders=Count("pk", filter=is_counted),
            without_click=Count("pk", filter=is_counted & Q(has_click=False)),
            last_week=Count("pk", filter=Q(order__placed_at__gte=week)),
            before=Count("pk", filter=Q(order__placed_at__lt=week)),
            last_at=Max("order__placed_at"),
        )
        .order_by()
    )
    sums, last = {}, {}
    for program, place, text, *counts, last_at in rows:
        sums[program, place, text] = Sums(*counts)
        last[program, place, text] = last_at
    return sums, last
