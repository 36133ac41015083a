"""Saved reports: opened by whom they are for, about the right days, and mailed once a period."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from brands.domain import spans
from brands.models import ReportReader, Role, SavedReport
from brands.services.reports import NameTaken, ReportFacts, change_report
from brands.services.team import remove_member
from core.models import AuditEvent, Delivery, Mail, NoticeChoice, User
from core.notices import REPORTS
from portal.saved_reports import keep_query, mail_due, read_saved
from portal.tasks import mail_reports
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_code,
    make_enrollment,
    make_member,
    make_program,
    make_saved_report,
)
from tests.orders import place_order
from tests.portal.text import plain
from tests.tracking.events import make_line

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 8, 17, 6, 0, tzinfo=UTC)  # eight in Berlin
WEEK = {"every": "week", "mailed_until": date(2026, 8, 9)}


@pytest.fixture
def brand():
    return make_program().brand


def mailed(brand, *users: User, **facts: Any) -> SavedReport:
    ids = [user.pk for user in users] or [get_owner(brand).pk]
    return make_saved_report(brand, **{**WEEK, "reader_ids": ids, **facts})


def mail(report: SavedReport, now: datetime = MONDAY) -> int:
    """Run as the job does; returns how many mails there are."""
    for reader in report.readers.select_related("report__brand").order_by("pk"):
        mail_due(reader, now=now)
    return Mail.objects.filter(kind="saved_report").count()


@pytest.mark.parametrize(
    ("span", "since", "until"),
    [
        ("days", date(2026, 8, 13), date(2026, 8, 19)),
        ("week", date(2026, 8, 10), date(2026, 8, 16)),
        ("month", date(2026, 8, 1), date(2026, 8, 19)),
        ("last_month", date(2026, 7, 1), date(2026, 7, 31)),
        ("quarter", date(2026, 7, 1), date(2026, 8, 19)),
        ("year", date(2026, 1, 1), date(2026, 8, 19)),
        ("fixed", date(2026, 8, 1), date(2026, 8, 7)),
    ],
)
def test_a_saved_report_is_about_the_days_of_its_period(brand, span, since, until):
    asked = read_saved(make_saved_report(brand, span=span), today=date(2026, 8, 19)).question

    assert (asked.span.since, asked.span.until, asked.group) == (since, until, "product")


def test_the_last_week_ends_on_a_sunday_before_today():
    for day in range(7):
        since, until = spans.last_week(date(2026, 8, 17) + timedelta(days=day))
        assert (since, until) == (date(2026, 8, 10), date(2026, 8, 16))
    assert spans.last_month(date(2026, 3, 31)) == (date(2026, 2, 1), date(2026, 2, 28))


def test_only_what_a_report_asks_is_kept():
    asked = {
        "by": "code",
        "before": "x",
        "csrf": "y",
        "from": "2026-08-01",
        "creator": "\0crt" * 99,
    }

    assert len(keep_query(asked)) < 500
    assert set(parse_qs(keep_query(asked))) == {"by", "from", "creator"}


# Mail


def test_a_week_is_mailed_with_its_figures_and_their_change(brand):
    before = NOW - timedelta(days=30)
    place = make_enrollment(make_program(brand, now=before), now=before)
    code = make_code(place, "COFFEE10", now=before)
    for days, net in ((0, 12_000), (-7, 10_000)):
        at = NOW + timedelta(days=days)
        place_order(code, now=at, lines=(make_line("l1", net=net),), total=net)
    report = mailed(brand, name="Our week")

    assert mail(report) == 1

    letter = Mail.objects.get(kind="saved_report")
    assert letter.subject == "Our week: 10 Aug 2026 to 16 Aug 2026"
    assert "Revenue  120.00 EUR  +20 %" in plain(letter.text)
    assert "Cup  1  120.00 EUR" in plain(letter.text)
    assert "from=2026-08-10&to=2026-08-16" in letter.text
    assert "<td" in letter.html and "Stop these mails" in letter.html


def test_each_period_is_mailed_once_whatever_runs_twice_breaks_or_was_down(brand):
    report = mailed(brand)
    early = datetime(2026, 8, 17, 3, 0, tzinfo=UTC)

    assert [mail(report, now) for now in (early, MONDAY, MONDAY, MONDAY + timedelta(days=6))] == [
        0,
        1,
        1,
        1,
    ]
    reader = report.readers.get()
    assert reader.mailed_until == date(2026, 8, 16)
    assert mail(report, MONDAY + timedelta(days=23)) == 2  # three weeks later: the last one alone


def test_a_mail_that_breaks_off_is_written_by_the_next_run(brand, monkeypatch):
    report = mailed(brand)

    def fail(**_facts: Any) -> None:
        raise OSError("killed")

    with monkeypatch.context() as broken:
        broken.setattr("portal.saved_reports.mail_saved_report", fail)
        with pytest.raises(OSError, match="killed"):
            mail(report)

    assert mail(report) == 1


def test_who_left_the_team_was_shut_out_or_wants_none_gets_none(brand):
    gone, shut_out, silent = (make_member(brand, Role.ANALYST) for _ in range(3))
    NoticeChoice.objects.create(
        user=silent.user, group=REPORTS.name, delivery=Delivery.OFF, changed_at=NOW
    )
    report = mailed(brand, gone.user, silent.user)
    own = mailed(brand, shut_out.user, name="Own", is_shared=False)
    remove_member(member_id=gone.pk, actor_id=get_owner(brand).pk, now=NOW)

    assert (mail(report), mail(own)) == (0, 0)


def test_the_job_leaves_out_brands_that_are_put_away(brand):
    report = mailed(brand)
    brand.archived_at = NOW
    brand.save()

    mail_reports()

    assert report.readers.get().mailed_until == date(2026, 8, 9)


def test_a_reader_who_stays_is_told_of_no_period_twice(brand):
    other = make_member(brand).user
    report = mailed(brand)
    mail(report)
    facts = ReportFacts(
        name="Renamed",
        span="days",
        is_shared=True,
        every="week",
        reader_ids=[get_owner(brand).pk, other.pk],
        mailed_until=date(2026, 8, 9),
    )

    change_report(report_id=report.pk, facts=facts, actor_id=get_owner(brand).pk, now=NOW)

    assert mail(report) == 2
    assert Mail.objects.filter(kind="saved_report", user=other).count() == 1


def test_a_brand_with_nothing_to_count_is_not_mailed_about():
    assert mail(mailed(make_brand())) == 0


def test_a_name_is_used_once_by_each_owner(brand):
    make_saved_report(brand)
    make_saved_report(brand, owner=make_member(brand).user)

    with pytest.raises(NameTaken):
        make_saved_report(brand)


# Pages


def url(name: str, brand, *ids: str) -> str:
    return reverse(f"portal:saved-{name}", args=[brand.slug, *ids])


@pytest.fixture
def owner(client: Client, brand):
    client.force_login(get_owner(brand))
    return client


def test_a_report_is_saved_opened_changed_and_deleted(owner, brand):
    query = "from=2026-08-01&to=2026-08-07&by=code&compare=year"
    owner.post(f"{url('create', brand)}?{query}", {"name": "Codes", "span": "fixed"})
    report = SavedReport.objects.get()

    listed = plain(owner.get(url("list", brand)))
    opened = owner.get(url("open", brand, report.public_id))
    asked = parse_qs(urlsplit(opened["Location"]).query)
    me = str(get_owner(brand).pk)
    form = {"name": "All codes", "span": "month", "every": "month", "readers": [me]}
    owner.post(url("change", brand, report.public_id), form)
    report.refresh_from_db()

    assert "Codes" in listed and "yours alone" in listed
    assert {name: asked[name][0] for name in ("from", "by", "compare")} == {
        "from": "2026-08-01",
        "by": "code",
        "compare": "year",
    }
    assert (report.name, report.every, report.readers.count()) == ("All codes", "month", 1)
    assert "All codes" in plain(owner.get(reverse("portal:report-list", args=[brand.slug])))
    owner.post(url("delete", brand, report.public_id))
    assert not SavedReport.objects.exists() and not ReportReader.objects.exists()
    actions = AuditEvent.objects.filter(action__startswith="report.").values_list("action")
    assert [action for (action,) in actions.order_by("pk")] == [
        "report.saved",
        "report.changed",
        "report.deleted",
    ]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": "By product"}, "You have a report of this name."),
        ({"every": "week"}, "Choose who gets the mails."),
        ({"every": "week", "readers": ["OTHER"]}, "Others get it only where it is shared"),
        ({"every": "week", "readers": ["999999"]}, "Select a valid choice"),
        ({"span": "eternity"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(owner, brand, changes, words):
    make_saved_report(brand)
    other = str(make_member(brand).user_id)
    form = {"name": "New", "span": "days", **changes}
    form["readers"] = [one.replace("OTHER", other) for one in form.get("readers", [])]

    answer = owner.post(url("create", brand), form)

    assert answer.status_code == 422 and words in plain(answer)
    assert SavedReport.objects.count() == 1


def test_ones_own_is_hidden_from_others_and_the_teams_is_changed_by_managers(client, brand):
    own = make_saved_report(brand, name="Own", is_shared=False)
    shared = make_saved_report(brand, name="Team")
    for role, status in ((Role.ANALYST, 403), (Role.MANAGER, 200)):
        client.force_login(make_member(brand, role).user)
        listed = plain(client.get(url("list", brand)))

        assert "Team" in listed and "Own" not in listed
        assert client.get(url("open", brand, own.public_id)).status_code == 404
        assert client.post(url("delete", brand, own.public_id)).status_code == 404
        assert client.get(url("change", brand, shared.public_id)).status_code == status


def test_an_analyst_keeps_a_report_for_himself(client, brand):
    member = make_member(brand, Role.ANALYST)
    client.force_login(member.user)

    form = {"name": "Mine", "span": "week", "every": "week", "readers": [str(member.user_id)]}
    assert client.post(url("create", brand), form).status_code == 303

    assert SavedReport.objects.get().readers.get().user == member.user
