"""Creators' accounts: what the rail says decides, never that someone came back from a page."""

from collections.abc import Iterator

import pytest

from payouts.rails.stripe.accounts import REVOKED
from payouts.rails.stripe.standin_faults import Fault
from payouts.services.rails import RailDeclined, RailUnavailable
from tests.payouts.stripe_world import World, open_world


@pytest.fixture
def world() -> Iterator[World]:
    with open_world() as opened:
        yield opened


def test_onboarding_ends_when_stripe_says_so_and_not_on_return(world: World) -> None:
    onboarding = world.onboarding
    account = onboarding.create_account(
        country="FR", email="bo@example.com", metadata={"creator": "c1"}, idempotency_key="k-1"
    )
    before = onboarding.account_state(account=account)
    url = onboarding.account_link(
        account=account, return_url="https://b.example/r", refresh_url="https://b.example/f"
    )
    returned_to = world.standin.use_link(token=url.rsplit("/", 1)[1])
    after = onboarding.account_state(account=account)

    assert (before.can_receive, before.payouts_enabled) == (False, False)
    assert "external_account" in before.needs
    assert returned_to == "https://b.example/r"
    assert (after.can_receive, after.payouts_enabled, after.needs) == (True, True, ())
    assert not after.is_live


def test_the_same_account_key_opens_one_account(world: World) -> None:
    world.fail(Fault("timeout_after", path="/v1/accounts"))

    with pytest.raises(RailUnavailable):
        _open(world)

    assert _open(world) == _open(world)


def test_a_refused_account_says_stripes_code(world: World) -> None:
    with pytest.raises(RailDeclined) as caught:
        world.onboarding.create_account(
            country="", email="bo@example.com", metadata={}, idempotency_key="k-3"
        )
    assert caught.value.args[0] == "parameter_missing"


def test_a_restricted_account_names_what_it_needs(world: World) -> None:
    world.standin.restrict(
        namespace=world.namespace, account=world.account, needs=("individual.id_number",)
    )

    state = world.onboarding.account_state(account=world.account)

    assert not state.can_receive
    assert state.needs == ("individual.id_number",)


def test_a_revoked_account_has_to_start_again(world: World) -> None:
    world.standin.deauthorize(namespace=world.namespace, account=world.account)

    state = world.onboarding.account_state(account=world.account)

    assert (state.can_receive, state.needs) == (False, (REVOKED,))


def test_an_unreadable_account_is_unavailable(world: World) -> None:
    world.fail(Fault("unreadable", method="GET", path=f"/v1/accounts/{world.account}"))

    with pytest.raises(RailUnavailable):
        world.onboarding.account_state(account=world.account)


def _open(world: World) -> str:
    return world.onboarding.create_account(
        country="FR", email="bo@example.com", metadata={}, idempotency_key="k-2"
    )
