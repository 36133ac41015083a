"""When an event is tried again: within three days, by waits that grow, and the same each time."""

from datetime import timedelta
from itertools import pairwise

from brands.domain import backoff
from tests.makers import NOW


def list_tries(key: str) -> list:
    at, tries = NOW, [NOW]
    while next_at := backoff.next_try(tries=len(tries), begun_at=NOW, key=key, now=at):
        tries.append(next_at)
        at = next_at
    return tries


def test_eleven_tries_spread_over_two_to_three_days():
    tries = list_tries("whd_a")

    assert len(tries) == 11
    assert timedelta(days=2) < tries[-1] - NOW <= backoff.WORTH
    waits = [later - earlier for earlier, later in pairwise(tries)]
    assert waits == sorted(waits)


def test_the_jitter_is_a_tenth_at_most_and_the_same_for_a_delivery():
    firsts = {list_tries(f"whd_{number}")[1] for number in range(50)}

    assert len(firsts) == 50
    assert min(firsts) >= NOW + timedelta(seconds=10)
    assert max(firsts) <= NOW + timedelta(seconds=11)
    assert list_tries("whd_a") == list_tries("whd_a")


def test_nothing_is_tried_after_three_days():
    late = NOW + backoff.WORTH

    assert backoff.next_try(tries=2, begun_at=NOW, key="k", now=late) is None


def test_an_endpoint_rests_longer_the_longer_it_fails():
    pauses = [backoff.pause_until(failures=count, now=NOW) - NOW for count in (1, 2, 5, 6, 900)]

    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(minutes=5)


def test_owners_hear_of_an_endpoint_that_fails_often_and_long():
    since = NOW - timedelta(hours=1)

    assert backoff.is_worth_a_word(failures=5, since=since, now=NOW)
    assert not backoff.is_worth_a_word(failures=4, since=since, now=NOW)
    assert not backoff.is_worth_a_word(failures=5, since=NOW - timedelta(minutes=59), now=NOW)


def test_after_five_days_of_failures_it_is_hopeless():
    assert backoff.is_hopeless(since=NOW - timedelta(days=5), now=NOW)
    assert not backoff.is_hopeless(since=NOW - timedelta(days=4, hours=23), now=NOW)
