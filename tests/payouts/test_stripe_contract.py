"""What the adapter sends and what the stand-in answers, held against Stripe's own papers."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import pytest
import stripe.params as sdk

from payouts.rails.stripe.objects import read_account, read_balance, read_page, read_transfer
from payouts.rails.stripe.standin import StripeStandin
from payouts.rails.stripe.standin_faults import Fault
from payouts.rails.stripe.standin_http import Seen
from payouts.rails.stripe.standin_params import nest
from payouts.services.rails import Sent
from tests.payouts.stripe_schema import (
    find_faults,
    find_type_faults,
    load,
    request_schema,
    response_schema,
)
from tests.payouts.stripe_world import START, World, another_attempt, make_instruction, open_world

SDK_TYPES: Mapping[tuple[str, str], Any] = {
    ("POST", "/v1/transfers"): sdk.TransferCreateParams,
    ("GET", "/v1/transfers"): sdk.TransferListParams,
    ("POST", "/v1/accounts"): sdk.AccountCreateParams,
    ("GET", "/v1/accounts/{account}"): sdk.AccountRetrieveParams,
    ("GET", "/v1/accounts/{account}/external_accounts"): sdk.AccountExternalAccountListParams,
    ("GET", "/v1/account"): sdk.AccountRetrieveCurrentParams,
    ("POST", "/v1/account_links"): sdk.AccountLinkCreateParams,
    ("GET", "/v1/balance"): sdk.BalanceRetrieveParams,
}


class Answered(NamedTuple):
    method: str
    path: str
    status: int
    body: Any


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[Answered]:
    """Every answer of the stand-in, kept beside the way to the client."""
    kept: list[Answered] = []
    handle = StripeStandin.handle

    def keep(self: StripeStandin, **request: Any) -> Any:
        response = handle(self, **request)
        body = json.loads(response.body or b"null")
        kept.append(Answered(request["method"], request["path"], response.status, body))
        return response

    monkeypatch.setattr(StripeStandin, "handle", keep)
    return kept


@pytest.fixture
def world(answers: list[Answered]) -> Iterator[World]:
    with open_world() as opened:
        yield opened


def use_everything(world: World) -> None:
    """Walk every call of the adapter, with good and bad ends."""
    onboarding, rail = world.onboarding, world.rail
    account = onboarding.create_account(
        country="FR", email="bo@example.com", metadata={"creator": "c1"}, idempotency_key="k-9"
    )
    url = onboarding.account_link(
        account=account, return_url="https://b.example/r", refresh_url="https://b.example/f"
    )
    onboarding.account_state(account=account)
    world.standin.use_link(token=url.rsplit("/", 1)[1])
    onboarding.account_state(account=account)
    for name in range(110):
        world.standin.add_bank_account(
            namespace=world.namespace, account=account, name=f"{name:03}"
        )
    onboarding.account_state(account=account)
    world.standin.restrict(namespace=world.namespace, account=account)
    onboarding.account_state(account=account)
    world.standin.deauthorize(namespace=world.namespace, account=account)
    onboarding.account_state(account=account)
    sent = rail.submit(instruction=make_instruction(world))
    assert isinstance(sent, Sent)
    world.reverse(sent.external_id, 100)
    instruction = make_instruction(world)
    for kind in ("error_unsaved", "rate_limited", "in_progress"):
        world.fail(Fault(kind))
        rail.submit(instruction=instruction)
    rail.submit(instruction=instruction)
    rail.submit(instruction=make_instruction(world, destination=account))
    rail.submit(instruction=make_instruction(world, amount_minor=10**10))
    rail.lookup(instruction=instruction)
    rail.lookup(instruction=another_attempt(instruction))
    rail.list_sent(since=START)
    rail.payer()
    rail.funds(currency="EUR")


def test_every_request_has_the_names_and_types_of_the_specification(world: World) -> None:
    use_everything(world)

    assert {_route(seen) for seen in world.server.seen} == set(SDK_TYPES)
    for seen in world.server.seen:
        schema = request_schema(seen.method, seen.path)
        assert find_faults(schema, nest(seen.params), seen.path, is_form=True) == []


def test_every_request_has_the_names_and_types_of_the_sdk(world: World) -> None:
    use_everything(world)

    for seen in world.server.seen:
        assert find_type_faults(SDK_TYPES[_route(seen)], nest(seen.params)) == [], seen


def test_every_request_that_writes_carries_a_key_and_none_is_retried(world: World) -> None:
    sent = make_instruction(world)
    before = len(world.server.seen)
    world.fail(Fault("error_unsaved", method=""))

    world.rail.submit(instruction=sent)

    [seen] = world.server.seen[before:]
    assert seen.headers["Idempotency-Key"] == str(sent.attempt_key)
    assert "X-Stripe-Client-Telemetry" not in seen.headers


def test_every_answer_of_the_stand_in_is_one_that_stripe_could_give(
    world: World, answers: list[Answered]
) -> None:
    use_everything(world)

    assert {answer.status for answer in answers} >= {200, 400, 403, 409, 429, 500}
    for answer in answers:
        schema = response_schema(answer.method, answer.path, answer.status)
        assert find_faults(schema, answer.body, answer.path) == []


def test_every_event_of_the_stand_in_is_one_that_stripe_could_send(world: World) -> None:
    use_everything(world)

    schemas = load("spec3-trimmed.json")["components"]["schemas"]
    events = world.standin.list_pending_events(namespace=world.namespace)
    assert {event["type"] for event in events} == {
        "account.updated",
        "account.application.deauthorized",
        "transfer.created",
        "transfer.reversed",
    }
    for event in events:
        thing = event["data"]["object"]
        assert find_faults({**schemas["event"], "properties": _loose(schemas)}, event) == []
        if thing["object"] in {"account", "transfer"}:
            assert find_faults(schemas[thing["object"]], thing) == []


def test_the_account_parameters_are_exactly_those_of_a_receiving_account(world: World) -> None:
    [seen] = [seen for seen in world.server.seen if seen.path == "/v1/accounts"]

    assert nest(seen.params) == {
        "country": "DE",
        "email": "anna@example.com",
        "controller": {
            "losses": {"payments": "application"},
            "fees": {"payer": "application"},
            "stripe_dashboard": {"type": "express"},
            "requirement_collection": "stripe",
        },
        "capabilities": {"transfers": {"requested": "true"}},
    }


def test_stripes_own_fixtures_are_read() -> None:
    fixtures = load("fixtures3.json")["resources"]

    transfer = read_transfer(fixtures["transfer"])
    state = read_account(fixtures["account"], is_live=False)
    rows, has_more = read_page(
        {"object": "list", "data": [fixtures["transfer"]], "has_more": False}
    )

    assert (transfer.amount_minor, transfer.currency) == (1_100, "USD")
    assert transfer.destination.startswith("acct_")
    assert state.can_receive
    assert "external_account" in state.needs
    assert (rows, has_more) == ([fixtures["transfer"]], False)
    assert read_balance(fixtures["balance"]) == {"usd": 0}


GOOD = "amount=100&currency=eur&destination=acct_1&metadata[a]=b"


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        (GOOD, ""),
        (GOOD.replace("destination", "destinatio"), "unknown"),
        (GOOD.replace("currency=eur&", ""), "missing"),
        (GOOD.replace("100", "1.00"), "1.00"),
        (GOOD.replace("metadata[a]", "metadata"), "metadata"),
    ],
)
def test_both_judges_see_a_wrong_request(form: str, fault: str) -> None:
    params = nest(dict(parse_qsl(form)))
    judged = (
        find_faults(request_schema("POST", "/v1/transfers"), params, is_form=True),
        find_type_faults(sdk.TransferCreateParams, params),
    )
    for faults in judged:
        assert bool(faults) == bool(fault)
        assert fault in " ".join(faults)


def test_the_sdk_judge_sees_wrong_values_deep_inside() -> None:
    params = nest(
        {"controller[losses][payments]": "nobody", "capabilities[transfer][requested]": "1"}
    )

    faults = find_type_faults(sdk.AccountCreateParams, params)

    assert len(faults) == 2


def test_the_judge_of_answers_sees_what_is_missing_unknown_or_odd() -> None:
    transfer = {**load("fixtures3.json")["resources"]["transfer"]}
    schema = response_schema("GET", "/v1/transfers/tr_1", 200)
    assert find_faults(schema, transfer) == []

    del transfer["currency"]
    transfer |= {"amount": "100", "status": "paid", "metadata": None}

    assert len(find_faults(schema, transfer)) == 4


def _route(seen: Seen) -> tuple[str, str]:
    head, _, tail = seen.path.removeprefix("/v1/").partition("/")
    _, _, part = tail.partition("/")
    whose = f"/v1/{head}/{{account}}" if tail else f"/v1/{head}"
    return seen.method, f"{whose}/{part}" if part else whose


def _loose(schemas: dict[str, Any]) -> dict[str, Any]:
    """An event's data may be any object; it is judged by its own schema."""
    return {**schemas["event"]["properties"], "data": {"type": "object"}}
