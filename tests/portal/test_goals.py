"""Goals: counted as the reports count, reached and closed once, and shown to whom they are for."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from affiliates.models import Goal
from affiliates.services import goals as services
from affiliates.services.goals import GoalClosed, GoalFacts, end_goal, follow_goal, update_goal
from affiliates.services.membership import suspend_affiliation
from brands.models import Role
from core.models import AuditEvent, Delivery, Mail, NoticeChoice, OutboxEvent
from core.notices import ANNOUNCEMENTS, TEAM_WORK
from portal.goals import count_goals, count_one, read_goals
from portal.performance import Question, Span, answer
from portal.tasks import follow_goals
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_code,
    make_enrollment,
    make_goal,
    make_group,
    make_link,
    make_member,
    make_program,
    make_user,
)
from tests.orders import place_order, refund_order
from tests.portal import clock
from tests.portal.text import plain
from tests.tracking.events import make_line
from tracking.models import Decision

pytestmark = pytest.mark.django_db

AUGUST = Span(date(2026, 8, 1), date(2026, 8, 31))
TODAY = date(2026, 8, 12)
AFTER = date(2026, 9, 1)
LONG_AGO = NOW - timedelta(days=60)
JOINED = clock.days_ago(60)


@pytest.fixture
def anna():
    return make_enrollment(make_program(now=LONG_AGO), user=make_user(name="Anna"), now=LONG_AGO)


def join(place, name: str = "Ben", **facts: Any):
    return make_enrollment(place.program, user=make_user(name=name), **facts)


def order(place, net: int = 10_000, **changes: Any):
    code = place.codes.first() or make_code(place)
    return place_order(code, lines=(make_line("l1", net=net),), total=net, **changes)


def value(goal: Goal) -> int:
    (row,) = read_goals([goal], today=TODAY)
    assert sum(row.count.by_creator.values()) == sum(row.count.by_day.values()) == row.count.value
    return row.count.value


def follow(goal: Goal, today: date = TODAY, **changes: Any) -> Goal:
    return follow_goal(goal_id=goal.pk, count=count_one, today=today, **{"now": NOW, **changes})


def facts_of(goal: Goal, **changes: Any) -> GoalFacts:
    names = GoalFacts.__dataclass_fields__
    return GoalFacts(**{name: getattr(goal, name) for name in names} | changes)


def reached_mails(kind: str = "goal_reached") -> list[str]:
    return sorted(Mail.objects.filter(kind=kind).values_list("user__name", flat=True))


# What is counted


def test_a_goal_counts_what_the_report_of_its_days_counts(anna):
    ben, program = join(anna), anna.program
    refund_order(order(anna), net=2_500, now=NOW)
    order(ben, 4_000)
    order(anna, currency="USD")
    order(anna, paid_at=None, status="pending")
    order(anna, is_test=True)
    order(anna, now=NOW - timedelta(days=20))
    order(make_enrollment(make_program(anna.brand), user=make_user()))

    report = answer(anna.brand, Question(AUGUST, None, "day", "creator", "EUR"), AUGUST)
    mine = [report.by_key[place.affiliation.public_id] for place in (anna, ben)]

    def counted(measure: str, **facts: Any) -> int:
        return value(make_goal(program, measure=measure, **facts))

    assert counted("revenue", currency="EUR") == sum(one.net for one in mine) == 11_500
    assert counted("commission", currency="EUR") == sum(one.commission for one in mine) == 1_150
    assert counted("revenue", currency="USD") == 10_000
    assert counted("orders") == sum(one.orders for one in mine) + 1 == 3


def test_it_is_counted_for_its_group_or_creator_alone(anna):
    gold = make_group(anna.program, "Gold")
    ben = join(anna, group=gold)
    order(anna)
    order(ben)
    order(ben)

    assert value(make_goal(anna.program)) == 3
    assert value(make_goal(anna.program, group_id=gold.pk)) == 2
    assert value(make_goal(anna.program, enrollment_id=anna.pk)) == 1


def test_creators_who_join_and_who_bring_an_order_count_once_each(anna):
    ben = join(anna)
    order(ben)
    order(ben)
    join(anna, "Old", now=NOW - timedelta(days=40))

    assert value(make_goal(anna.program, measure="active")) == 1
    assert value(make_goal(anna.program, measure="joined")) == 1


def test_new_customers_are_those_the_order_was_priced_with(anna):
    order(anna)
    known = order(anna)
    decision = Decision.objects.get(order=known)
    decision.context = {**decision.context, "is_new_customer": True}
    decision.save()

    assert value(make_goal(anna.program, measure="new_customers")) == 1


def test_the_first_and_the_last_hour_of_the_brands_days_count(anna):
    midnight = NOW.replace(day=11, hour=22)  # the 12th begins in Berlin
    goal = make_goal(anna.program, since=TODAY, until=TODAY)
    for at in (
        midnight - timedelta(seconds=1),
        midnight,
        midnight + timedelta(hours=24, seconds=-1),
        midnight + timedelta(hours=24),
    ):
        order(anna, now=at)

    assert value(goal) == 2


# Reached, closed, repeated


def test_reaching_is_noted_and_mailed_once_whatever_runs_again(anna):
    goal = make_goal(anna.program, target=2, enrollment_id=anna.pk, is_shown=True, has_mail=True)
    order(anna)
    assert follow(goal).reached_at is None

    refunded = order(anna)
    for _run in range(3):
        follow(goal)
    refund_order(refunded, net=10_000, now=NOW)
    follow(goal, now=NOW + timedelta(days=1))

    assert reached_mails() == ["Anna"]
    assert reached_mails("team_goal_reached") == [get_owner(anna.brand).name]
    assert AuditEvent.objects.filter(action="goal.reached").count() == 1
    assert OutboxEvent.objects.filter(topic="goal.reached").count() == 1
    mail = Mail.objects.get(kind="goal_reached")
    assert "Ten orders" in mail.subject and "Orders credited: 2" in mail.text


def test_who_wants_no_such_mail_who_is_suspended_and_another_group_gets_none(anna):
    gold = make_group(anna.program, "Gold")
    places = {name: join(anna, name, group=gold) for name in ("Ben", "Clara", "Dora")}
    off = {"delivery": Delivery.OFF, "changed_at": NOW}
    NoticeChoice.objects.create(user=get_creator(places["Ben"]), group=ANNOUNCEMENTS.name, **off)
    NoticeChoice.objects.create(user=get_owner(anna.brand), group=TEAM_WORK.name, **off)
    suspend_affiliation(
        affiliation_id=places["Clara"].affiliation_id,
        reason="x",
        actor_id=get_owner(anna.brand).pk,
        now=NOW,
    )
    goal = make_goal(anna.program, target=1, group_id=gold.pk, is_shown=True, has_mail=True)
    order(places["Dora"])

    follow(goal)

    assert reached_mails() == ["Dora"] and not reached_mails("team_goal_reached")


def test_a_reaching_that_breaks_off_is_noted_by_the_next_run(anna, monkeypatch):
    goal = make_goal(anna.program, target=1, has_mail=True)
    order(anna)

    def fail(**_facts: Any) -> int:
        raise OSError("killed")

    with monkeypatch.context() as broken:
        broken.setattr(services, "mail_goal_reached", fail)
        with pytest.raises(OSError, match="killed"):
            follow(goal)
    goal.refresh_from_db()
    assert (goal.reached_at, goal.mailed_at) == (None, None)

    follow(goal)

    assert len(reached_mails("team_goal_reached")) == 1


def test_a_goal_closes_after_its_last_day_with_what_was_counted_then(anna):
    goal, one = make_goal(anna.program, target=3), order(anna)
    order(anna)
    assert follow(goal, AUGUST.until).closed_at is None

    follow(goal, AFTER)
    refund_order(one, net=10_000, now=NOW)
    order(anna)
    order(anna)

    goal.refresh_from_db()
    (row,) = read_goals([goal], today=AFTER)
    assert (goal.closed_value, row.count.value, row.has_changed) == (2, 4, True)
    assert row.state == "missed"
    assert AuditEvent.objects.get(action="goal.closed").after == {"value": 2, "target": 3}
    with pytest.raises(GoalClosed):
        update_goal(
            goal_id=goal.pk, facts=facts_of(goal, target=1), actor_id=goal.created_by_id, now=NOW
        )


def test_a_monthly_goal_is_followed_by_one_for_the_next_month_once(anna):
    goal = make_goal(anna.program, is_monthly=True, note="Go on")
    for _run in range(3):
        follow(goal, AFTER)

    following = Goal.objects.get(follows=goal)
    assert (following.since, following.until) == (date(2026, 9, 1), date(2026, 9, 30))
    assert (following.target, following.note, following.is_monthly) == (10, "Go on", True)
    assert (following.reached_at, following.closed_at) == (None, None)
    assert Goal.objects.count() == 2


def test_a_goal_that_was_ended_says_so_and_is_not_repeated(anna):
    goal = make_goal(anna.program, is_monthly=True)
    order(anna)
    owner = get_owner(anna.brand).pk

    end_goal(goal_id=goal.pk, count=count_one, today=TODAY, actor_id=owner, now=NOW)
    follow(goal, AFTER)

    goal.refresh_from_db()
    assert (goal.closed_value, goal.until, goal.ended_by_id) == (1, TODAY, owner)
    assert read_goals([goal], today=AFTER)[0].state == "ended"
    assert Goal.objects.count() == 1
    with pytest.raises(GoalClosed):
        end_goal(goal_id=goal.pk, count=count_one, today=TODAY, actor_id=owner, now=NOW)


def test_a_goal_that_asks_for_more_is_reached_anew_and_mailed_no_second_time(anna):
    goal = make_goal(anna.program, target=1, has_mail=True)
    order(anna)
    follow(goal)

    changed = update_goal(
        goal_id=goal.pk,
        facts=facts_of(goal, target=2),
        actor_id=get_owner(anna.brand).pk,
        now=NOW,
    )
    assert changed.reached_at is None
    order(anna)
    follow(goal)

    assert Goal.objects.get().reached_at == NOW
    assert len(reached_mails("team_goal_reached")) == 1
    row = AuditEvent.objects.get(action="goal.updated")
    assert (row.before, row.after) == ({"target": 1}, {"target": 2})


def test_the_job_follows_every_brand_by_its_own_day(anna):
    past = make_goal(anna.program)
    coming = make_goal(anna.program, since=date(2100, 1, 1), until=date(2100, 1, 31))

    follow_goals()

    past.refresh_from_db()
    coming.refresh_from_db()
    assert past.closed_value == 0 and coming.closed_at is None


@pytest.mark.parametrize(
    "facts",
    [
        {"target": 0},
        {"until": date(2026, 7, 1)},
        {"currency": "EUR"},
        {"measure": "revenue"},
        {"measure": "luck"},
        {"is_shown": True},
    ],
)
def test_the_database_refuses_a_goal_that_makes_no_sense(anna, facts):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_goal(anna.program, **facts)


# Pages


@pytest.fixture
def place():
    return make_enrollment(make_program(now=JOINED), user=make_user(name="Anna"), now=JOINED)


@pytest.fixture
def owner(client: Client, place):
    client.force_login(get_owner(place.brand))
    return client


def days(first: int, last: int) -> dict[str, date]:
    today = clock.today("Europe/Berlin")
    return {"since": today + timedelta(days=first), "until": today + timedelta(days=last)}


def url(name: str, place, *ids: str) -> str:
    return reverse(f"portal:goal-{name}", args=[place.brand.slug, *ids])


def form(place, **changes: Any) -> dict[str, Any]:
    return {
        "name": "A strong month",
        "whom": place.program.public_id,
        "measure": "revenue",
        "target": "1,500.00",
        "currency": "EUR",
        "period": "month",
        **changes,
    }


def test_a_goal_is_set_changed_and_ended_by_a_manager(owner, place):
    answer = owner.post(url("create", place), form(place, is_monthly="on"))

    goal = Goal.objects.get()
    assert answer.status_code == 303 and answer["Location"].endswith(f"/{goal.public_id}/")
    assert (goal.target, goal.currency, goal.since.day) == (150_000, "EUR", 1)

    whom = {"whom": place.group.public_id, "is_shown": "on"}
    owner.post(url("edit", place, goal.public_id), form(place, target="2000", **whom))
    goal.refresh_from_db()
    assert (goal.target, goal.group, goal.is_monthly) == (200_000, place.group, False)

    assert "Reached so far" in plain(owner.get(url("end", place, goal.public_id)))
    owner.post(url("end", place, goal.public_id))
    goal.refresh_from_db()
    assert goal.ended_by == get_owner(place.brand)
    again = owner.post(url("edit", place, goal.public_id), form(place))
    assert again.status_code == 422 and "stays as it was" in plain(again)


def test_a_goal_that_is_over_offers_a_new_one_like_it(owner, place):
    today = clock.today("Europe/Berlin")
    goal = make_goal(place.program, name="Sixty", target=60, **days(-9, -2))
    follow(goal, today, now=clock.NOW)
    wanted = f"{url('create', place)}?like={goal.public_id}"

    over = owner.get(url("edit", place, goal.public_id)).content.decode()
    offered = owner.get(wanted).context["form"].initial

    assert "stays as it was" in over and wanted in over and "Save goal" not in over
    assert (offered["name"], offered["target"], offered["since"]) == ("Sixty", "60", today)
    assert offered["until"] - offered["since"] == goal.until - goal.since


def test_a_goal_to_come_says_when_it_begins_and_draws_nothing(owner, place):
    goal = make_goal(place.program, **days(3, 9))

    page = owner.get(url("detail", place, goal.public_id))

    assert page.context["chart"] is None and "From then on" in plain(page)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": "lots"}, "is not an amount in EUR"),
        ({"target": "0"}, "Enter an amount above zero."),
        ({"target": "2.5", "measure": "orders"}, "Enter a whole number above zero"),
        ({"target": "9" * 30, "measure": "orders"}, "Enter a whole number above zero"),
        ({"whom": "grp_00000000000000000000"}, "Select a valid choice"),
        ({"period": "own"}, "Enter the first and the last day."),
        ({"period": "own", "since": "2026-09-02", "until": "2026-09-01"}, "before the first"),
        ({"period": "own", "since": "2026-08-02", "until": "2026-08-30"}, "The last day is past."),
        ({"period": "quarter", "is_monthly": "on"}, "one whole month can be repeated"),
        ({"is_shown": "on"}, "A goal of a whole program is the team's."),
        ({"currency": "XXX"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason_and_kept(owner, place, changes, words):
    answer = owner.post(url("create", place), form(place, **changes))

    assert answer.status_code == 422 and words in plain(answer)
    assert "A strong month" in plain(answer) and not Goal.objects.exists()


def test_one_creators_goal_is_offered_from_his_page_and_counts_no_creators(owner, place):
    page = plain(
        owner.get(
            reverse(
                "affiliates:creator-detail", args=[place.brand.slug, place.affiliation.public_id]
            )
        )
    )
    link = f"{url('create', place)}?place={place.public_id}"
    assert link in page

    wrong = owner.post(link, form(place, whom=place.public_id, measure="joined", target="3"))
    owner.post(link, form(place, whom=place.public_id))

    assert "Creators are counted in a program or a group only." in plain(wrong)
    assert Goal.objects.get().enrollment == place


def test_an_analyst_reads_goals_and_sees_why_he_sets_none(client, place):
    goal = make_goal(place.program, **days(-5, 5))
    client.force_login(make_member(place.brand, Role.ANALYST).user)

    page = client.get(url("list", place))

    assert page.status_code == 200 and "Needs the manager role" in plain(page)
    assert client.get(url("detail", place, goal.public_id)).status_code == 200
    for name in ("edit", "end"):
        assert client.post(url(name, place, goal.public_id), form(place)).status_code == 403
    assert client.post(url("create", place), form(place)).status_code == 403


def test_a_goals_page_leads_to_the_rows_behind_its_figures(owner, place):
    goal = make_goal(
        place.program, measure="revenue", target=50_000, currency="EUR", **days(-20, 20)
    )
    link = make_link(place, now=JOINED)
    for ago in (1, 3, 40):
        at = clock.days_ago(ago)
        place_order(link, now=at, lines=(make_line("l1", net=7_000),), total=7_000)
    other = make_enrollment(make_program(place.brand, now=JOINED), user=get_creator(place))
    place_order(make_link(other, now=JOINED), now=clock.days_ago(1))

    page = owner.get(url("detail", place, goal.public_id))
    text = plain(page)
    orders = reverse("tracking:order-list", args=[place.brand.slug])
    rows = owner.get(f"{orders}?{page.context['orders_query']}")
    (creator,) = page.context["creators"]

    assert "140.00 EUR" in text and "Plain arithmetic" in text
    assert rows.context["total"] == 2
    assert [money.amount_minor for money in rows.context["sums"]] == [14_000]
    assert owner.get(f"{orders}?{creator['query']}").context["total"] == 2


def test_a_closed_goal_states_its_figure_of_then_beside_that_of_now(owner, place):
    goal = make_goal(
        place.program, measure="revenue", target=20_000, currency="EUR", **days(-9, -2)
    )
    code = make_code(place, now=JOINED)
    one = place_order(code, now=clock.days_ago(4))
    follow(goal, clock.today("Europe/Berlin"), now=clock.NOW)
    refund_order(one, net=4_000, now=clock.NOW)

    page = plain(owner.get(url("detail", place, goal.public_id)))

    assert "100.00 EUR of 200.00 EUR, as counted on" in page
    assert "What is counted now differs" in page and "60.00 EUR" in page


def test_the_home_shows_the_goals_that_end_first(owner, place):
    for number, last in enumerate((9, 2, 5, 30)):
        make_goal(place.program, name=f"Goal {number}", **days(-5, last))
    make_goal(place.program, name="Later", **days(3, 9))

    page = owner.get(reverse("portal:brand-home", args=[place.brand.slug]))

    assert [one["goal"].name for one in page.context["goals"]] == ["Goal 1", "Goal 2", "Goal 0"]


def test_the_list_asks_no_more_for_many_goals(owner, place):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert owner.get(url("list", place)).status_code == 200
        return len(found)

    for measure in ("orders", "joined"):
        make_goal(place.program, measure=measure, **days(-5, 5))
    queries()
    few = queries()
    for number in range(6):
        make_goal(
            place.program,
            measure="orders" if number % 2 else "joined",
            group_id=place.group_id,
            **days(-5, 5),
        )
    assert queries() == few


def test_the_file_holds_the_figures_of_the_page(owner, place):
    make_goal(place.program, measure="revenue", target=50_000, currency="EUR", **days(-9, 9))
    place_order(make_code(place, now=JOINED), now=clock.days_ago(1))

    answer = owner.post(reverse("portal:list-export", args=[place.brand.slug, "goals"]))
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode()))

    assert [row[name] for name in ("target", "counted_now", "counted_at_close", "state")] == [
        "500.00",
        "100.00",
        "",
        "behind",
    ]


def test_a_creator_sees_his_own_goal_and_of_his_groups_his_part_alone(client, place):
    other = make_enrollment(place.program, user=make_user(name="Ben"), now=JOINED)
    facts = {"measure": "revenue", "currency": "EUR", "is_shown": True, **days(-9, 9)}
    make_goal(place.program, name="Yours", target=90_000, enrollment_id=place.pk, **facts)
    make_goal(place.program, name="All of us", target=10_000, group_id=place.group_id, **facts)
    make_goal(place.program, name="Hidden", enrollment_id=place.pk, **days(-9, 9))
    make_goal(place.program, name="Not yours", enrollment_id=other.pk, **facts)
    make_goal(make_program(place.brand, now=JOINED), name="The team's", **days(-9, 9))
    for one, net in ((place, 3_100), (other, 77_700)):
        lines = (make_line("l1", net=net),)
        place_order(make_code(one, now=JOINED), now=clock.days_ago(1), lines=lines, total=net)
    client.force_login(get_creator(place))

    home = client.get("/me/")
    program = client.get(reverse("portal:program", args=[place.brand.slug, place.program.slug]))

    for page in (home, program):
        text = plain(page)
        assert {one["goal"].name for one in page.context["goals"]} == {"Yours", "All of us"}
        assert "31.00 EUR of 900.00 EUR" in text.replace("<strong>", "").replace("</strong>", "")
        assert "together: 100.00 EUR." in text
        for figure in ("777.00", "808.00"):
            assert figure not in text


def test_others_are_never_loaded_for_a_creator(anna):
    ben = join(anna)
    order(ben)
    goal = make_goal(anna.program, group_id=anna.group_id)

    counted = count_goals([goal], only=[anna.affiliation_id])

    assert (counted[goal.pk].value, count_one(goal)) == (0, 1)
