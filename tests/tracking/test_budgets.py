"""A budget is shown with what is left of it, and each threshold is said once."""

import pytest
from django.urls import reverse

from affiliates.models import Enrollment
from brands.models import Program
from core.models import AuditEvent, Mail, OutboxEvent
from tests.awards import make_award
from tests.makers import NOW, get_owner, make_enrollment, make_member
from tracking.models import BudgetWarning
from tracking.selectors_budgets import read_budget
from tracking.services.budgets import list_watched, watch_budget
from tracking.tasks import watch_budgets

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    place = make_enrollment()
    set_budget(place, 10_000)
    return Enrollment.objects.select_related("program__brand").get(pk=place.pk)


def watch(place):
    return [one.percent for one in watch_budget(program_id=place.program_id, now=NOW)]


def set_budget(place, amount):
    Program.objects.filter(pk=place.program_id).update(budget_minor=amount)


def test_each_threshold_is_said_once_to_who_manages_and_who_pays(place):
    finance, analyst = make_member(place.brand, "finance"), make_member(place.brand, "analyst")
    make_award(place, 7_999, key="bonus:1")
    assert watch(place) == []

    make_award(place, 1, key="bonus:2")
    assert (watch(place), watch(place)) == ([80], [])

    told = Mail.objects.filter(kind="team_budget")
    assert sorted(told.values_list("to", flat=True)) == sorted(
        [get_owner(place.brand).email, finance.user.email]
    )
    assert analyst.user.email not in told.values_list("to", flat=True)
    assert "80.00" in told[0].text
    assert AuditEvent.objects.filter(action="budget.passed").count() == 1
    assert OutboxEvent.objects.get(topic="budget.passed").payload["percent"] == 80

    make_award(place, 5_000, key="bonus:3")
    assert (watch(place), watch(place)) == ([100], [])
    set_budget(place, 12_000)
    assert watch(place) == [80]
    watch_budgets()
    assert BudgetWarning.objects.count() == 3


def test_the_job_watches_every_budget_there_is(place):
    make_award(place, 8_000)
    make_enrollment()

    assert list_watched() == [place.program]
    watch_budgets()

    assert BudgetWarning.objects.get().percent == 80


def test_both_thresholds_passed_at_once_are_two_rows_and_one_mail(place):
    make_award(place, 20_000)

    assert watch(place) == [80, 100]

    (letter,) = Mail.objects.filter(kind="team_budget")
    assert "100" in letter.subject
    use = read_budget(place.program)
    assert (use.spent.amount_minor, use.left.amount_minor, use.used_bps) == (10_000, 0, 10_000)


def test_a_program_without_a_budget_is_not_watched_and_its_page_says_how_to_set_one(place, client):
    set_budget(place, None)
    make_award(place, 20_000)
    assert watch(place) == []
    client.force_login(get_owner(place.brand))

    page = client.get(reverse("tracking:budget", args=[place.brand.slug]))

    assert "No budget is set" in page.content.decode()


def test_the_page_and_the_home_show_what_is_left(place, client):
    make_award(place, 8_500)
    watch(place)
    client.force_login(make_member(place.brand, "analyst").user)

    page = client.get(reverse("tracking:budget", args=[place.brand.slug])).content.decode()
    home = client.get(reverse("portal:brand-home", args=[place.brand.slug])).content.decode()

    for shown in (page, home):
        assert "Nearly used" in shown
        assert "15.00" in shown
    assert "What you were told" in page
    assert "Needs the" in page
