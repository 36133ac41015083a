"""A run against the last one: who is new or gone, what changed, the notable ones first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts.domain.compare import NOTES, RunLine, compare_runs


def line(who: str, minor: int, to: str = "bank", recovered: int = 0) -> RunLine:
    return RunLine(who, who.title(), minor, to, recovered)


@pytest.mark.parametrize(
    ("now", "last", "paid", "notes"),
    [
        (line("a", 100), line("a", 100), [100], ()),
        (line("a", 299), line("a", 100), [100, 100], ()),
        (line("a", 300), line("a", 100), [100, 100], ("tripled",)),
        (line("a", 300), line("a", 900), [900, 100, 100], ("tripled",)),
        (line("a", 300), line("a", 9), [200] * 6 + [1] * 20, ()),
        (line("a", 300), line("a", 300), [300, 300, 300, 1, 1, 1] + [300] * 9, ("tripled",)),
        (line("a", 100), None, [], ("first",)),
        (line("a", 100), None, [100], ("new",)),
        (line("a", 100, to="card"), line("a", 100), [100], ("moved",)),
        (line("a", 50, recovered=50), line("a", 50), [50], ("recovered",)),
        (line("a", 900, to="x", recovered=1), line("a", 9), [9], ("tripled", "moved", "recovered")),
    ],
)
def test_a_creator_is_noted_for_what_deserves_a_second_look(now, last, paid, notes):
    (found,) = compare_runs(now=[now], last=[last] if last else [], history={"a": paid})

    assert found.notes == notes
    assert found.change_minor == now.amount_minor - (last.amount_minor if last else 0)


def test_who_is_gone_stands_there_with_what_he_got():
    (gone,) = compare_runs(now=[], last=[line("a", 70)], history={"a": [70]})

    assert (gone.notes, gone.before_minor, gone.now_minor, gone.change_minor) == (
        ("gone",),
        70,
        None,
        -70,
    )


def test_the_notable_come_first_and_among_equals_the_largest_change():
    now = [line("same", 10), line("more", 19), line("first", 5), line("big", 90)]
    last = [line("same", 10), line("more", 10), line("big", 30), line("gone", 4)]
    history = {"same": [10], "more": [10], "big": [30]}

    found = [one.affiliation for one in compare_runs(now=now, last=last, history=history)]

    assert found == ["big", "first", "gone", "more", "same"]


RUN = st.dictionaries(st.sampled_from("abcdef"), st.integers(1, 10**6))


@given(RUN, RUN)
def test_everybody_of_either_run_stands_there_once_and_the_changes_add_up(now, last):
    found = compare_runs(
        now=[line(*one) for one in now.items()],
        last=[line(*one) for one in last.items()],
        history={},
    )

    assert sorted(one.affiliation for one in found) == sorted(now.keys() | last.keys())
    assert sum(one.change_minor for one in found) == sum(now.values()) - sum(last.values())
    assert all(note in NOTES for one in found for note in one.notes)
