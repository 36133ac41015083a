"""Creators and applicants as rows of a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeAlias

from affiliates.selectors_applications import pick_applications
from affiliates.selectors_vetting import find_checklists
from brands.selectors_kinds import name_kinds
from core.asked import Asked
from core.exports import Cell, amount
from core.models import Brand
from core.paging import read_batches
from portal.creators import pick_creators
from tracking.selectors_brand import NO_FIGURES, sum_creators

Rows: TypeAlias = Iterator[tuple[Cell, ...]]


def read_creators(brand: Brand, asked: Asked, _now: datetime) -> Rows:
    """Read the creators of the list, with what they brought in each currency."""
    kinds = name_kinds(brand)
    for batch in read_batches(pick_creators(brand, asked), order=("-created_at", "-pk")):
        figures = sum_creators(brand, [creator.pk for creator in batch])
        for creator in batch:
            sums = figures.get(creator.pk, NO_FIGURES)
            places = list(creator.enrollments.all())
            money = {one.currency: [one, None] for one in sums.revenue}
            for earned in sums.commission:
                money.setdefault(earned.currency, [None, None])[1] = earned
            facts = (
                creator.public_id,
                str(creator),
                creator.affiliate.user.email,
                creator.status,
                creator.created_at,
                ", ".join(creator.tags),
                ", ".join(f"{place.program.name}: {place.group.name}" for place in places),
                ", ".join(dict.fromkeys(kinds[place.group.partner_type] for place in places)),
                sums.last_at,
            )
            for currency, (revenue, commission) in money.items() or [("", (None, None))]:
                yield (
                    *facts,
                    currency,
                    amount(revenue.amount_minor if revenue else 0, currency),
                    amount(commission.amount_minor if commission else 0, currency),
                )


def read_applications(brand: Brand, asked: Asked, _now: datetime) -> Rows:
    """Read the applications of the queue with what was answered and checked."""
    found = pick_applications(brand, asked).select_related(
        "affiliate__user", "program", "decided_by"
    )
    for batch in read_batches(found, order=("submitted_at", "pk")):
        checklists = find_checklists(batch)
        for one in batch:
            checks = checklists[one.pk].checks
            yield (
                one.public_id,
                str(one.affiliate),
                one.affiliate.user.email,
                one.program.name,
                one.status,
                one.submitted_at,
                one.publishes_at,
                one.message,
                "\n".join(f"{said['asked']} {', '.join(said['said'])}" for said in one.answers),
                "\n".join(check.words for check in checks if check.tick),
                "\n".join(check.words for check in checks if not check.tick),
                one.decided_at,
                str(one.decided_by or ""),
                one.reject_reason,
                one.reject_note,
            )
