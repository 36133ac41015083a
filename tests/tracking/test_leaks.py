"""Signs that a code leaked: shown with their numbers, and nothing withheld."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.todo import list_tasks
from tests.makers import (
    NOW,
    get_owner,
    make_code,
    make_code_batch,
    make_connection,
    make_enrollment,
    make_link,
    make_program,
)
from tests.orders import get_commission, place_order
from tests.portal.clock import days_ago
from tests.portal.text import plain
from tracking.domain.leaks import Sums, find_signs, is_strong
from tracking.selectors_leaks import list_leaks


class TestSigns:
    @pytest.mark.parametrize(
        ("without", "of_others", "signs"),
        [
            (9, 2, ("no_click",)),
            (8, 2, ()),
            (10, 2, ("no_click",)),
            (5, 0, ("no_click",)),
            (4, 0, ()),
        ],
    )
    def test_a_quarter_more_without_a_click_than_the_others(self, without, of_others, signs):
        assert find_signs(Sums(20, without), Sums(10, of_others)) == signs

    def test_a_few_orders_say_nothing(self):
        assert find_signs(Sums(19, 19), Sums()) == ()
        assert find_signs(Sums(20, 20), Sums()) == ("no_click",)

    @pytest.mark.parametrize(
        ("last_week", "before", "signs"),
        [(20, 32, ("burst",)), (20, 33, ()), (19, 0, ()), (20, 0, ("burst",))],
    )
    def test_five_usual_weeks_in_one(self, last_week, before, signs):
        assert find_signs(Sums(last_week=last_week, before=before), Sums()) == signs

    def test_both_together_are_strong_and_a_usual_week_is_rounded_up(self):
        assert is_strong(find_signs(Sums(20, 20, 20, 0), Sums()))
        assert not is_strong(("burst",))
        assert [Sums(before=n).usual_week for n in (0, 1, 8, 9)] == [0, 1, 1, 2]


@pytest.fixture
def place():
    made = make_enrollment(make_program())
    make_connection(made.brand)
    return made


def sell(place, code, times, *, clicked=False, days=1):
    link = make_link(place)
    for _ in range(times):
        signals = (code, link) if clicked else (code,)
        place_order(*signals, now=NOW + timedelta(days=days))


@pytest.mark.django_db
def test_the_page_shows_the_numbers_and_withholds_nothing(client, place):
    leaked, fine = make_code(place, "LEAKED"), make_code(make_enrollment(place.program), "FINE")
    sell(place, leaked, 20)
    sell(fine.enrollment, fine, 3, clicked=True)
    sell(place, make_code_batch(place).codes.first(), 1)
    now = NOW + timedelta(days=2)

    [found] = list_leaks(place.brand, now=now)

    assert (found.code, found.signs) == (leaked, ("no_click", "burst"))
    assert (found.sums, found.others) == (Sums(20, 20, 20, 0), Sums(3, 0, 3, 0))
    assert found.last_at == NOW + timedelta(days=1)
    order = place_order(leaked, now=now)
    assert get_commission(order).amount_minor == 1000
    [task] = [one for one in list_tasks(brand=place.brand, owed=[], now=now) if one.code == "leaks"]
    assert task.count == 1


@pytest.mark.django_db
def test_orders_with_a_click_of_the_creator_are_no_sign(place):
    code = make_code(place)
    sell(place, code, 20, clicked=True, days=-20)

    assert list_leaks(place.brand, now=NOW) == []


@pytest.mark.django_db
def test_whoever_opens_the_page_reads_the_evidence_and_a_stranger_nothing(client):
    place = make_enrollment(make_program(now=days_ago(40)), now=days_ago(40))
    make_connection(place.brand)
    code = make_code(place, "LEAKED", now=days_ago(39))
    for _ in range(20):
        place_order(code, now=days_ago(1))
    url = reverse("tracking:code-leaks", args=[place.brand.slug])
    shared = reverse("affiliates:shared-list", args=[place.brand.slug])
    client.force_login(get_owner(place.brand))

    page = plain(client.get(url))
    assert "20 of 20" in page
    assert "20 orders in the last 7 days" in page
    assert "May have leaked" in plain(client.get(f"{shared}?kind=codes"))
    client.force_login(get_owner(make_program().brand))
    assert client.get(url).status_code == 404
