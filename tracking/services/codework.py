"""Carry out in a shop what its codes should be: each is looked up first, so that a repeat is safe.

A call whose outcome is not known is followed by a look, never by a second call: the shop is asked
for the text, and what was made here is known by its marker. What the shop had before stays.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from brands.models import StoreConnection
from core import faults
from tracking.domain.storecodes import Listed, Terms, Wanted, compare
from tracking.models import CodeDiscount, CodeSync, CodeTask, Seen, StoreCode
from tracking.services.codebooks import BookFailed, CodeBook
from tracking.services.storecodes import make_terms

CLAIM = timedelta(minutes=6)
AGAIN = timedelta(days=1)
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)
TURNS = 20


def work_on_codes(*, connection: StoreConnection, book: CodeBook, real_now: datetime) -> int:
    """Do what is due in one shop, code by code; returns how many were brought to an end.

    A failure of the whole shop ends the turn and gives it peace, for as long as it asked for.
    """
    sync = CodeSync.objects.get(connection=connection)
    if not sync.is_on or (sync.rest_until and sync.rest_until > real_now):
        return 0
    done = 0
    kept = CodeDiscount.objects.filter(connection=connection, is_on=True)
    discounts = {one.program_id: one for one in kept}
    due = StoreCode.objects.filter(
        connection=connection,
        code__enrollment__program__in=discounts,
        next_at__lte=real_now,
    )
    for row in due.select_related("code__enrollment").order_by("next_at", "pk")[:TURNS]:
        if not _claim(row, real_now):
            continue
        failure = _settle(row, discounts, book, real_now)
        if failure is not None and not failure.is_of_one_code:
            _rest(sync, failure, real_now)
            return done
        done += failure is None
    CodeSync.objects.filter(pk=sync.pk).update(failures=0, reason="", rest_until=None)
    return done


def _claim(row: StoreCode, real_now: datetime) -> bool:
    """Take a code, so that no second worker asks meanwhile; one that died lets go by the clock."""
    free = Q(claimed_until=None) | Q(claimed_until__lte=real_now)
    mine = StoreCode.objects.filter(free, pk=row.pk, asked=row.asked, next_at__lte=real_now)
    return bool(mine.update(claimed_until=real_now + CLAIM, tried_at=real_now))


def _settle(
    row: StoreCode, discounts: Mapping[int, CodeDiscount], book: CodeBook, real_now: datetime
) -> BookFailed | None:
    try:
        terms = None
        if row.is_wanted:
            terms = make_terms(discounts[row.code.enrollment.program_id], book)
            terms = replace(terms, limit=1 if row.code.is_single_use else None)
        listed = _carry_out(row, terms, book)
        faults.point("store_code.after_call")
    except BookFailed as failure:
        _put_off(row, failure, real_now)
        return failure
    _record(row, listed, terms, real_now)
    return None


def _carry_out(row: StoreCode, terms: Terms | None, book: CodeBook) -> Listed | None:
    listed = book.find(text=row.code.text, ref=row.external_id)
    if row.task == CodeTask.LOOK:
        return listed
    if listed is None:
        return _create(row, terms, book) if terms is not None else None
    if not _is_ours(row, listed):
        return listed
    if terms is None:
        if listed.is_on:
            book.disable(listed)
        return replace(listed, is_on=False)
    if row.task == CodeTask.WHOLE and listed.terms != terms:
        listed = book.change(listed, _want(row, terms))
    if not listed.is_on:
        book.enable(listed)
    return replace(listed, is_on=True)


def _create(row: StoreCode, terms: Terms, book: CodeBook) -> Listed:
    """Make a code; where the outcome is not known, return what the shop has now."""
    try:
        return book.create(_want(row, terms))
    except BookFailed as failure:
        if not failure.may_have_been_done:
            raise
        listed = book.find(text=row.code.text, ref="")
        if listed is None:
            raise
        return listed


def _want(row: StoreCode, terms: Terms) -> Wanted:
    return Wanted(text=row.code.text, marker=row.code.public_id, terms=terms)


def _is_ours(row: StoreCode, listed: Listed) -> bool:
    """Tell by its marker, or by its id there, which is kept of our own ones alone."""
    is_marked = listed.marker == row.code.public_id
    return row.is_adopted or is_marked or bool(row.external_id and row.external_id == listed.ref)


@transaction.atomic
def _record(row: StoreCode, listed: Listed | None, terms: Terms | None, real_now: datetime) -> None:
    """Keep what was seen; what was asked for anew meanwhile stays due."""
    mine = StoreCode.objects.filter(pk=row.pk)
    ours = listed if listed is not None and _is_ours(row, listed) else None
    drift = compare(is_wanted=row.is_wanted, is_ours=ours is not None, listed=listed, terms=terms)
    seen = Seen.ABSENT if listed is None else Seen.ON if listed.is_on else Seen.OFF
    mine.update(
        claimed_until=None,
        external_id=ours.ref if ours else "",
        seen=seen,
        seen_at=real_now,
        drift=drift,
        reason="",
        detail="",
        failures=0,
    )
    mine.filter(asked=row.asked).update(task=CodeTask.LOOK, next_at=real_now + AGAIN)


def _put_off(row: StoreCode, failure: BookFailed, real_now: datetime) -> None:
    wait = max(min(FIRST_WAIT * 2 ** min(row.failures, 9), LONGEST_WAIT), failure.retry_after)
    mine = StoreCode.objects.filter(pk=row.pk)
    mine.update(
        claimed_until=None,
        reason=f"storecode.{failure.code}",
        detail=failure.detail,
        failures=F("failures") + 1,
    )
    mine.filter(asked=row.asked).update(next_at=real_now + wait)


def _rest(sync: CodeSync, failure: BookFailed, real_now: datetime) -> None:
    wait = min(FIRST_WAIT * 2 ** min(sync.failures, 9), LONGEST_WAIT)
    CodeSync.objects.filter(pk=sync.pk).update(
        failures=F("failures") + 1,
        reason=f"storecode.{failure.code}",
        rest_until=real_now + max(wait, failure.retry_after),
    )
