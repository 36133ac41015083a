"""The demo before it is loaded: where its days lie, how orders are numbered, who may load it."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from django.core.management import CommandError, call_command

from brands.domain.schedule import Schedule, next_run_day
from core.models import User
from portal.demo import load
from portal.demo.cast import BRAND, PAPER_BRAND, PASSWORD
from portal.demo.crowd import Crowd
from portal.demo.deliveries import number_sales
from portal.demo.load import load_demo
from portal.demo.saffron import OFFER, SEED
from portal.demo.setup import make_calendar
from portal.demo.stories import NUMBER, NUMBERED, plan_stories
from tests.makers import NOW

DAYS = [date(2025, 1, 1) + timedelta(days=n) for n in range(1500)]
DOC = Path(__file__).resolve().parents[2] / "docs" / "demo.md"


def plan_numbers(now: datetime) -> dict[str, list[str]]:
    """Return the numbers of each planted order, without loading anything."""
    calendar = make_calendar(OFFER, now)
    planted = plan_stories(calendar).sales
    crowd, _ = Crowd(calendar, Random(SEED)).make(1)
    numbers = number_sales([*crowd, *planted], story=NUMBERED, number=NUMBER)
    found: dict[str, list[str]] = {}
    for sale in planted:
        found.setdefault(sale.story, []).append(numbers[sale])
    del found[""]
    return found


def test_it_is_refused_where_others_can_reach_it(settings):
    settings.LOCAL = False

    with pytest.raises(CommandError, match="--yes-really"):
        call_command("load_demo")


def test_what_does_not_hold_is_not_kept(db, monkeypatch):
    def build(**_: object) -> None:
        raise load.DemoUnsound("a story failed")

    monkeypatch.setattr(load, "build_paper", build)
    with pytest.raises(load.DemoUnsound):
        load_demo(now=NOW, password=PASSWORD)

    assert not User.objects.exists()


@pytest.mark.parametrize("hour", [0, 12, 23])
def test_the_runs_lie_where_the_stories_need_them(hour):
    for day in DAYS:
        calendar = make_calendar(OFFER, datetime(day.year, day.month, day.day, hour, tzinfo=UTC))
        following = next_run_day(Schedule(day=calendar.run_day), calendar.today)
        earliest, first, second = calendar.past_runs
        assert 1 <= (following - calendar.today).days <= 5
        assert 23 <= (calendar.today - second).days <= 30
        assert 53 <= (calendar.today - first).days <= 61
        assert 84 <= (calendar.today - earliest).days <= 92


@pytest.mark.parametrize("days", range(0, 400, 40))
def test_the_numbers_of_the_stories_are_the_same_on_every_day(days):
    assert plan_numbers(NOW + timedelta(days=days, hours=days % 24)) == plan_numbers(NOW)


def test_the_tour_names_each_story_by_its_number():
    text = DOC.read_text(encoding="utf-8")
    told = re.findall(r"\d{3,4}", " ".join(re.findall(r"^\|([\d, ]+)\|", text, re.MULTILINE)))

    assert sorted(told) == sorted(numbers[0] for numbers in plan_numbers(NOW).values())
    assert BRAND in text and PAPER_BRAND in text
