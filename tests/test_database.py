"""A test that commits leaves nothing to the next."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.db import connection


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_for_the_next(turn: int):
    people = get_user_model().objects
    assert people.count() == 0

    people.create(email="owner@example.com")
    seen: list[int] = []

    def count_elsewhere() -> None:
        seen.append(people.count())
        connection.close()

    thread = threading.Thread(target=count_elsewhere)
    thread.start()
    thread.join()
    assert seen == [1]
