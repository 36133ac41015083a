"""Pay for visits and views: once a day is over, what was counted of it becomes an award.

A day is one of the brand's calendar. It is counted when 48 hours have passed since its end: by
then a visitor's key means nothing to anybody, and what a store or a spool held back has come.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Q

from affiliates.models import Enrollment
from brands.domain.awards import count_line, find_rule
from brands.domain.rules import COUNTED_KINDS, Rule
from brands.models import Program
from brands.selectors import list_rules_at
from core.locks import lock_row
from core.models import Brand
from core.periods import end_of_day, start_of_day
from tracking.models import Award, AwardKind, Click, CountedDay, Impression, Verdict, ViewCount
from tracking.services.awards import AwardDraft, change_award, grant_award
from tracking.services.posting import Cause

SETTLES_AFTER = timedelta(hours=48)
MAX_CATCH_UP = 31
PAID_VERDICTS = (Verdict.COUNTED, Verdict.REPEAT, Verdict.UNVERIFIED)
"""A click from a flood, and one of somebody who wants no token, brings orders but no pay."""

_CODES = {AwardKind.CLICK: "award.visits", AwardKind.IMPRESSION: "award.views"}


class ViewsForgotten(ValueError):
    """The views of the day are kept as sums: counting them anew would find none."""


@dataclass(slots=True)
class _Counted:
    """What of one enrollment counted on a day, and how many clicks did not, by verdict."""

    units: int = 0
    left_out: dict[str, int] = field(default_factory=dict)


def list_brands_that_count() -> list[Brand]:
    """Return the brands with a rule, in force or to come, that pays visits or views."""
    rows = Brand.objects.filter(
        archived_at__isnull=True, programs__rule_sets__rules__kind__in=COUNTED_KINDS
    )
    return list(rows.distinct().order_by("pk"))


def count_days(*, brand: Brand, now: datetime) -> list[date]:
    """Count every day that is due and was not counted yet, at most a month back."""
    last = (now - SETTLES_AFTER).astimezone(ZoneInfo(brand.time_zone)).date() - timedelta(days=1)
    first = last - timedelta(days=MAX_CATCH_UP - 1)
    done = set(CountedDay.objects.filter(brand=brand, day__gte=first).values_list("day", flat=True))
    due = [first + timedelta(days=back) for back in range(MAX_CATCH_UP)]
    found = [day for day in due if day not in done]
    for day in found:
        count_day(brand=brand, day=day, now=now)
    return found


@transaction.atomic
def count_day(*, brand: Brand, day: date, now: datetime) -> None:
    """Count one day; counted again, each award gets the difference.

    Of two workers the second waits for the first, and then finds nothing to change.

    :raises ViewsForgotten: what it counted is known by its sums alone, and stays.
    """
    lock_row(Brand, brand.pk)
    if ViewCount.objects.filter(brand_id=brand.pk, day=day).exists():
        raise ViewsForgotten(f"brand {brand.pk}: {day.isoformat()}")
    for program in Program.objects.filter(brand=brand).order_by("pk"):
        _count_program(brand, program, day, now)
    CountedDay.objects.update_or_create(brand=brand, day=day, defaults={"counted_at": now})


def _count_program(brand: Brand, program: Program, day: date, now: datetime) -> None:
    start, end = _span(brand, day)
    if not program.rule_sets.exists():
        return
    rule_set, rules = list_rules_at(program, start)
    if rule_set.effective_from > start:
        return
    for kind in (AwardKind.CLICK, AwardKind.IMPRESSION):
        if not any(rule.kind == kind for rule in rules):
            continue
        for place, counted in _list_counted(program, kind, start, end):
            rule = find_rule(
                rules=rules,
                kind=kind,
                currency=program.currency,
                group_id=place.group_id,
                enrollment_id=place.pk,
            )
            if rule is not None:
                draft = _draft(place, AwardKind(kind), (day, end), counted, rule)
                _award(replace(draft, rule_set=rule_set), now)


def _draft(
    place: Enrollment, kind: AwardKind, on: tuple[date, datetime], counted: _Counted, rule: Rule
) -> AwardDraft:
    """Describe what a day, with its end, earns a place by a rule."""
    (day, end), currency = on, place.program.currency
    return AwardDraft(
        enrollment=place,
        kind=kind,
        key=f"{kind}:{place.public_id}:{currency}:{day.isoformat()}",
        currency=currency,
        at=end,
        line=count_line(rule=rule, units=counted.units, currency=currency),
        facts={"day": day.isoformat(), "count": counted.units, "left_out": counted.left_out},
        rule=rule,
    )


def _award(draft: AwardDraft, now: datetime) -> None:
    """Make the award of a day where anything counted, or give it what is counted now."""
    units = draft.facts["count"]
    known = Award.objects.filter(brand_id=draft.enrollment.brand_id, key=draft.key).first()
    if known is None and units:
        grant_award(draft=draft, cause=_cause(_CODES[draft.kind], units), now=now)
    elif known is not None and known.facts["count"] != units:
        change_award(
            award_id=known.pk,
            line=draft.line,
            facts=draft.facts,
            cause=_cause("award.recounted", units),
            now=now,
            rule=draft.rule,
        )


def _cause(code: str, units: int) -> Cause:
    return Cause(code=code, params={"count": units})


def _list_counted(
    program: Program, kind: AwardKind, start: datetime, end: datetime
) -> Iterator[tuple[Enrollment, _Counted]]:
    """Return the places with something counted; of a suspended creator, what came before that."""
    count = _count_clicks if kind == AwardKind.CLICK else _count_views
    counts = count(program, start, end)
    places = Enrollment.objects.filter(program=program, pk__in=counts)
    for place in places.select_related("group", "program", "affiliation").order_by("pk"):
        suspended_at = place.affiliation.suspended_at
        if suspended_at is None or suspended_at >= end:
            yield place, counts[place.pk]
        elif suspended_at > start:
            yield place, count(program, start, suspended_at).get(place.pk, _Counted())


def _count_clicks(program: Program, start: datetime, end: datetime) -> dict[int, _Counted]:
    rows = Click.objects.filter(
        brand_id=program.brand_id, program_id=program.pk, at__gte=start, at__lt=end
    ).order_by()
    found: dict[int, _Counted] = defaultdict(_Counted)
    paid = Q(verdict__in=PAID_VERDICTS)
    uniques = Count("visitor_key", distinct=True)
    for pk, units in rows.filter(paid).values_list("enrollment_id").annotate(units=uniques):
        found[pk].units = units
    others = rows.filter(~paid).values_list("enrollment_id", "verdict").annotate(n=Count("id"))
    for pk, verdict, number in others.order_by("verdict"):
        found[pk].left_out[Verdict(verdict).name.lower()] = number
    return found


def _count_views(program: Program, start: datetime, end: datetime) -> dict[int, _Counted]:
    rows = Impression.objects.filter(
        brand_id=program.brand_id, program_id=program.pk, at__gte=start, at__lt=end
    )
    counts = rows.order_by().values_list("enrollment_id").annotate(units=Count("pk"))
    return {pk: _Counted(units) for pk, units in counts}


def _span(brand: Brand, day: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(brand.time_zone)
    return start_of_day(day, zone), end_of_day(day, zone)
