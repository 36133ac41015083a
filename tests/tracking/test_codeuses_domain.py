"""Which order keeps a code that is good for one, without a database."""

from itertools import permutations

from tests.tracking.events import at
from tracking.domain.codeuses import Use, find_keeper


def test_the_first_placed_keeps_it_and_the_key_breaks_a_tie():
    first, twin, later = Use("1:b", at(0)), Use("1:a", at(0)), Use("1:0", at(0.001))

    for uses in permutations([first, twin, later]):
        assert find_keeper(uses) == twin
    assert find_keeper([first, later]) == first
    assert find_keeper([later]) == later
    assert find_keeper([]) is None


def test_a_void_use_keeps_nothing_not_even_one_of_released_money():
    void, other = Use("1:a", at(0), is_void=True, is_settled=True), Use("1:b", at(1))

    assert find_keeper([void, other]) == other
    assert find_keeper([void]) is None


def test_released_money_keeps_it_from_an_order_told_of_later():
    early, settled = Use("1:a", at(0)), Use("1:b", at(1), is_settled=True)

    assert find_keeper([early, settled]) == settled
