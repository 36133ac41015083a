"""Saved reports: kept, changed, put away, and mailed once a period to each of their readers."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from brands.models import Member, ReportReader, SavedReport
from core import audit
from core.locks import lock_row

Write = Callable[[ReportReader], object]


class NameTaken(ValueError):
    """The owner has a saved report of this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """How a saved report is called, whose it is and who gets it.

    `reader_ids` are users; `mailed_until` is the last day of the period before the first mail.
    """

    name: str
    span: str
    is_shared: bool = False
    every: str = ""
    reader_ids: Collection[int] = ()
    mailed_until: date | None = None


@transaction.atomic
def save_report(
    *, brand_id: int, query: str, facts: ReportFacts, actor_id: int, now: datetime
) -> SavedReport:
    """Keep what a report asks under a name.

    :raises NameTaken: the name is in use.
    """
    report = SavedReport(brand_id=brand_id, owner_id=actor_id, query=query, created_at=now)
    _apply(report, facts)
    report.save(force_insert=True)
    _set_readers(report, facts)
    _record(report, "report.saved", actor_id, now, after=_facts(report))
    return report


@transaction.atomic
def change_report(
    *, report_id: int, facts: ReportFacts, actor_id: int, now: datetime
) -> SavedReport:
    """Rename, share or mail a saved report; who reads it already is told of no period twice.

    :raises NameTaken: the name is in use.
    """
    report = lock_row(SavedReport, report_id)
    before = _facts(report)
    _apply(report, facts)
    report.save()
    _set_readers(report, facts)
    _record(report, "report.changed", actor_id, now, *audit.pick_changed(before, _facts(report)))
    return report


@transaction.atomic
def delete_report(*, report_id: int, actor_id: int, now: datetime) -> None:
    """Forget a saved report; what it shows is counted from orders and stays."""
    report = lock_row(SavedReport, report_id)
    _record(report, "report.deleted", actor_id, now, before=_facts(report))
    report.delete()


def drop_reports(*, brand_ids: Collection[int], user_id: int) -> None:
    """Forget what a member who leaves kept for himself, and mail him nothing; the team's stays."""
    ReportReader.objects.filter(brand__in=brand_ids, user_id=user_id).delete()
    SavedReport.objects.filter(brand__in=brand_ids, owner_id=user_id, is_shared=False).delete()


@transaction.atomic
def mail_report(*, reader_id: int, until: date, write: Write) -> bool:
    """Write the mail of the period that ended on a day, once, to who may still read the report.

    Returns False where it is written, another worker has it, or nobody may read it there.
    """
    rows = ReportReader.objects.select_for_update(of=("self",), skip_locked=True)
    reader = (
        rows.select_related("report__brand", "user")
        .filter(pk=reader_id, mailed_until__lt=until)
        .first()
    )
    if reader is None or not may_read(reader):
        return False
    write(reader)
    reader.mailed_until = until
    reader.save(update_fields=["mailed_until"])
    return True


def may_read(reader: ReportReader) -> bool:
    """Say whether he is still of the team, and the report his own or the team's."""
    report = reader.report
    is_meant = report.is_shared or report.owner_id == reader.user_id
    members = Member.objects.filter(brand_id=reader.brand_id, user_id=reader.user_id)
    return is_meant and reader.user.is_active and members.exists()


def _apply(report: SavedReport, facts: ReportFacts) -> None:
    same = SavedReport.objects.filter(
        brand_id=report.brand_id, owner_id=report.owner_id, name=facts.name
    )
    if same.exclude(pk=report.pk).exists():
        raise NameTaken(facts.name)
    report.name, report.span = facts.name, facts.span
    report.is_shared, report.every = facts.is_shared, facts.every


def _set_readers(report: SavedReport, facts: ReportFacts) -> None:
    wanted = set(facts.reader_ids) if facts.every else set()
    report.readers.exclude(user_id__in=wanted).delete()
    known = set(report.readers.values_list("user_id", flat=True))
    for user_id in sorted(wanted - known):
        assert facts.mailed_until is not None  # noqa: S101  # what is mailed has a beginning
        ReportReader.objects.create(
            brand_id=report.brand_id,
            report=report,
            user_id=user_id,
            mailed_until=facts.mailed_until,
        )


def _facts(report: SavedReport) -> dict[str, Any]:
    return {
        "name": report.name,
        "filters": report.query,
        "span": report.span,
        "is_shared": report.is_shared,
        "every": report.every,
        "count": report.readers.count(),
    }


def _record(
    report: SavedReport,
    action: str,
    actor_id: int,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        brand_id=report.brand_id,
        actor_id=actor_id,
        action=action,
        target=report,
        now=now,
        before=before,
        after=after,
    )
