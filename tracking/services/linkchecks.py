"""Look whether the pages that links lead to still work, a few at a time; times are real."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from affiliates.domain.urls import tracked_url
from core import jobs
from core.egress import Answer, EgressFailed
from tracking.domain.linkchecks import (
    FAILURES,
    MAX_HOPS,
    REDIRECTS,
    TEST_CLICK,
    Landing,
    find_wait,
    judge,
    read_next,
)
from tracking.models import LinkCheck
from tracking.selectors_linkchecks import find_domains, find_targets, list_live_links

FOLLOW = "tracking.follow_links"
WORK = "tracking.check_links"
TURN = 20
A_HOST = 5
BUDGET_S = 45
CLAIM = timedelta(minutes=10)
PEACE = timedelta(minutes=5)

Ask: TypeAlias = Callable[[str], Answer]
"""Asks for one address, without following redirects. :raises EgressFailed: for no answer."""


def follow_links(*, real_now: datetime, brand_id: int | None = None) -> None:
    """Keep a row for each page that live links lead to, and none of any other; of one brand or all.

    What is new is due at once.
    """
    links, known = list_live_links(), LinkCheck.objects.all()
    brands = {brand_id} if brand_id is not None else _list_brands()
    for brand in sorted(brands):
        wanted = set(find_targets(links.filter(brand=brand)).values())
        here = dict(known.filter(brand=brand).values_list("destination", "pk"))
        LinkCheck.objects.bulk_create(
            [
                LinkCheck(
                    brand_id=brand,
                    destination=url,
                    host=urlsplit(url).hostname or "",
                    next_at=real_now,
                )
                for url in sorted(wanted - here.keys())
            ],
            batch_size=1000,
            ignore_conflicts=True,
        )
        LinkCheck.objects.filter(pk__in=[here[url] for url in here.keys() - wanted]).delete()


def ask_now(*, brand_id: int, real_now: datetime) -> int:
    """Have every page of a brand looked at soon, and return how many.

    Pages of new links are among them; those of the last minutes are not.
    """
    follow_links(real_now=real_now, brand_id=brand_id)
    rest = Q(checked_at=None) | Q(checked_at__lte=real_now - PEACE)
    count = LinkCheck.objects.filter(rest, brand=brand_id).update(next_at=real_now)
    jobs.enqueue(WORK)
    return count


def check_due(*, ask: Ask, real_now: datetime, budget_s: float = BUDGET_S) -> int:
    """Look at the pages whose turn it is, a few of each host; returns at how many."""
    ends_at = time.monotonic() + budget_s
    done = 0
    for row in _list_due(real_now):
        if time.monotonic() >= ends_at:
            break
        if _claim(row, real_now):
            landing = follow(row.destination, ask)
            _record(row, landing, real_now)
            done += 1
    return done


def follow(destination: str, ask: Ask) -> Landing:
    """Ask for a page as a link leads to it, with a click that is plainly none; go where it says."""
    url = tracked_url(destination.partition("#")[0], TEST_CLICK)
    for hops in range(MAX_HOPS + 1):
        try:
            answer = ask(url)
        except EgressFailed as failed:
            return Landing(url, hops, failure=failed.code)
        onward = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or not onward:
            return Landing(url, hops, status=answer.status)
        url = read_next(url, onward)
    return Landing(url, MAX_HOPS, failure="too_many")


def _list_brands() -> set[int]:
    """Return the brands that have live links, or rows of links that were."""
    rows: list[Any] = [list_live_links(), LinkCheck.objects.all()]
    return {pk for one in rows for pk in one.order_by().values_list("brand", flat=True).distinct()}


def _list_due(real_now: datetime) -> list[LinkCheck]:
    place = Window(RowNumber(), partition_by=F("host"), order_by=["next_at", "pk"])
    due = LinkCheck.objects.filter(next_at__lte=real_now).annotate(place=place)
    return list(due.filter(place__lte=A_HOST).order_by("next_at", "pk")[:TURN])


def _claim(row: LinkCheck, real_now: datetime) -> bool:
    """Take a page, so that no second worker asks meanwhile; one that died lets go by the clock."""
    mine = LinkCheck.objects.filter(pk=row.pk, next_at=row.next_at)
    return bool(mine.update(next_at=real_now + CLAIM))


def _record(row: LinkCheck, landing: Landing, real_now: datetime) -> None:
    """Keep what came of it, unless another look was kept since this one began."""
    result = judge(landing, find_domains(row))
    failures = row.failures + 1 if result in FAILURES else 0
    LinkCheck.objects.filter(pk=row.pk, checked_at=row.checked_at).update(
        result=result,
        status=landing.status,
        landed_on=landing.host[:253],
        failures=failures,
        since=(row.since or real_now) if failures else None,
        checked_at=real_now,
        next_at=real_now + find_wait(failures),
    )
