"""Where a commission stands, told from its facts alone and the same way in a queryset."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product

import pytest
from django.db.models import BigIntegerField, DateTimeField, Value

from core.states import get_state
from tracking.states import STATE_FILTERS, derive_state

AT = datetime(2026, 8, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Facts:
    amount_minor: int = 500
    highest_minor: int = 500
    released_at: datetime | None = None
    rejected_at: datetime | None = None
    paid_at: datetime | None = None


ALL_FACTS = [
    Facts(amount, highest, released_at, rejected_at)
    for (amount, highest), released_at, rejected_at in product(
        [(0, 0), (0, 500), (300, 500), (500, 500)], [None, AT], [None, AT]
    )
]


@pytest.mark.parametrize(
    ("facts", "name", "badge"),
    [
        (Facts(), "pending", "pending"),
        (Facts(released_at=AT), "released", "released"),
        (Facts(released_at=AT, paid_at=AT), "released", "paid"),
        (Facts(amount_minor=0), "reversed", "reversed"),
        (Facts(amount_minor=0, released_at=AT, paid_at=AT), "reversed", "reversed"),
        (Facts(amount_minor=0, highest_minor=0), "pending", "zero"),
        (Facts(amount_minor=0, highest_minor=0, released_at=AT), "released", "zero"),
        (Facts(amount_minor=0, rejected_at=AT), "rejected", "rejected"),
        (Facts(amount_minor=0, rejected_at=AT, released_at=AT), "rejected", "rejected"),
    ],
)
def test_a_state_follows_from_the_facts(facts: Facts, name: str, badge: str):
    state = derive_state(facts, has_open_hold=False)

    assert (state.name, state.badge) == (name, badge)
    assert state.is_paid == (facts.paid_at is not None)
    assert not state.is_in_review


@pytest.mark.parametrize(
    ("facts", "badge"),
    [
        (Facts(), "in_review"),
        (Facts(released_at=AT), "in_review"),
        (Facts(amount_minor=0), "reversed"),
    ],
)
def test_a_review_stands_beside_the_state(facts: Facts, badge: str):
    quiet, held = (derive_state(facts, has_open_hold=is_held) for is_held in (False, True))

    assert held.is_in_review
    assert held.name == quiet.name
    assert held.badge == badge


@pytest.mark.parametrize("facts", ALL_FACTS)
def test_every_badge_can_be_shown(facts: Facts):
    for is_held in (False, True):
        assert get_state(derive_state(facts, has_open_hold=is_held).badge).label


@pytest.mark.django_db
@pytest.mark.parametrize("facts", ALL_FACTS)
def test_a_queryset_finds_a_row_in_its_state_and_no_other(facts: Facts):
    columns = {
        "amount_minor": Value(facts.amount_minor, BigIntegerField()),
        "highest_minor": Value(facts.highest_minor, BigIntegerField()),
        "released_at": Value(facts.released_at, DateTimeField()),
        "rejected_at": Value(facts.rejected_at, DateTimeField()),
    }

    found = [name for name, condition in STATE_FILTERS.items() if condition.check(columns)]

    assert found == [derive_state(facts, has_open_hold=False).name]
