"""The stand-in behaves like Stripe where it matters: keys, refusals, pages, links, the store."""

import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from payouts.rails.stripe.standin import Response, namespace_of
from payouts.rails.stripe.standin_faults import Fault, take_fault
from payouts.rails.stripe.standin_store import MemoryStore
from tests.payouts.stripe_world import World, open_world


@pytest.fixture
def world() -> Iterator[World]:
    with open_world() as opened:
        yield opened


def call(
    world: World, method: str, path: str, params: dict[str, str] | None = None, key: str = ""
) -> Response:
    headers = {"Authorization": f"Bearer {world.key}", "Idempotency-Key": key or str(uuid4())}
    return world.standin.handle(method=method, path=path, headers=headers, form_params=params or {})


def body_of(response: Response) -> Any:
    return json.loads(response.body)


def transfer_form(world: World, **changes: str) -> dict[str, str]:
    return {"amount": "500", "currency": "eur", "destination": world.account, **changes}


def test_a_key_gives_its_first_answer_again_and_says_so(world: World) -> None:
    first = call(world, "POST", "/v1/transfers", transfer_form(world), "k")
    second = call(world, "POST", "/v1/transfers", transfer_form(world), "k")

    assert (first.status, first.body) == (second.status, second.body)
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(world.transfers()) == 1


def test_a_key_with_other_parameters_or_another_path_is_refused(world: World) -> None:
    call(world, "POST", "/v1/transfers", transfer_form(world), "k")

    other_amount = call(world, "POST", "/v1/transfers", transfer_form(world, amount="600"), "k")
    other_path = call(world, "POST", "/v1/accounts", {"country": "DE"}, "k")

    for response in (other_amount, other_path):
        assert response.status == 400
        assert body_of(response)["error"]["type"] == "idempotency_error"


def test_a_saved_500_stays_and_an_unsaved_one_does_not(world: World) -> None:
    world.fail(Fault("error_saved"), Fault("error_unsaved"))
    saved = [call(world, "POST", "/v1/transfers", transfer_form(world), "a") for _ in range(1)]
    unsaved = [call(world, "POST", "/v1/transfers", transfer_form(world), "b") for _ in range(2)]
    saved.append(call(world, "POST", "/v1/transfers", transfer_form(world), "a"))

    assert [response.status for response in saved] == [500, 500]
    assert [response.status for response in unsaved] == [500, 200]


def test_a_refused_parameter_leaves_the_key_free(world: World) -> None:
    bad = call(world, "POST", "/v1/transfers", transfer_form(world, amount="0"), "k")
    good = call(world, "POST", "/v1/transfers", transfer_form(world), "k")

    assert (bad.status, good.status) == (400, 200)


def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    call(world, "POST", "/v1/transfers", transfer_form(world), "k")
    world.pass_time(timedelta(hours=24) - timedelta(seconds=1))
    call(world, "POST", "/v1/transfers", transfer_form(world), "k")
    assert len(world.transfers()) == 1

    world.pass_time(timedelta(seconds=1))
    call(world, "POST", "/v1/transfers", transfer_form(world), "k")
    assert len(world.transfers()) == 2


@pytest.mark.parametrize(
    ("changes", "code", "param"),
    [
        ({"amount": "0"}, "parameter_invalid_integer", "amount"),
        ({"amount": "-5"}, "parameter_invalid_integer", "amount"),
        ({"amount": "1.5"}, "parameter_invalid_integer", "amount"),
        ({"amount": ""}, "parameter_missing", "amount"),
        ({"currency": "EUR"}, "", "currency"),
        ({"currency": "xxx"}, "", "currency"),
        ({"destination": "acct_x"}, "resource_missing", "destination"),
        ({"destinatio": "acct_x"}, "parameter_unknown", "destinatio"),
        (
            {"amount": "550", "currency": "isk"},
            "invalid_charge_amount_no_decimal_compatible",
            "amount",
        ),
        ({"metadata[a]": "x" * 501}, "", "metadata[a]"),
    ],
)
def test_what_stripe_would_refuse_is_refused(
    world: World, changes: dict[str, str], code: str, param: str
) -> None:
    response = call(world, "POST", "/v1/transfers", transfer_form(world, **changes))

    error = body_of(response)["error"]
    assert response.status == 400
    assert (error.get("code", ""), error["param"]) == (code, param)
    assert world.transfers() == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/transfers/tr_nobody", 404),
        ("GET", "/v1/accounts/acct_nobody", 403),
        ("GET", "/v1/customers", 404),
        ("POST", "/v1/transfers/tr_nobody/reversals", 404),
        ("DELETE", "/v1/transfers", 404),
    ],
)
def test_what_does_not_exist_is_said_so(world: World, method: str, path: str, status: int) -> None:
    assert call(world, method, path).status == status


@pytest.mark.parametrize("authorization", ["", "Bearer pk_test_1", "Basic !", "Bearer"])
def test_without_a_secret_key_nothing_is_answered(world: World, authorization: str) -> None:
    response = world.standin.handle(
        method="GET",
        path="/v1/balance",
        headers={"Authorization": authorization},
        form_params={},
    )

    assert response.status == 401


def test_a_key_in_basic_form_is_the_same_platform(world: World) -> None:
    token = b64encode(f"{world.key}:".encode()).decode()

    response = world.standin.handle(
        method="GET",
        path=f"/v1/accounts/{world.account}",
        headers={"authorization": f"Basic {token}"},
        form_params={},
    )

    assert response.status == 200


def test_platforms_do_not_see_each_other(world: World) -> None:
    call(world, "POST", "/v1/transfers", transfer_form(world), "k")
    stranger = World(**{**vars(world), "key": "sk_test_stranger"})

    assert call(stranger, "GET", f"/v1/accounts/{world.account}").status == 403
    assert body_of(call(stranger, "GET", "/v1/transfers"))["data"] == []
    assert call(stranger, "POST", "/v1/transfers", transfer_form(world), "k").status == 400
    assert namespace_of(stranger.key) != world.namespace
    assert world.key not in world.namespace


def test_transfers_are_listed_newest_first_and_by_pages(world: World) -> None:
    made = [
        body_of(call(world, "POST", "/v1/transfers", transfer_form(world, transfer_group=group)))
        for group in ("a", "b", "a", "a")
    ]
    ids = [row["id"] for row in made]

    every = body_of(call(world, "GET", "/v1/transfers"))
    page = body_of(call(world, "GET", "/v1/transfers", {"transfer_group": "a", "limit": "2"}))
    rest = {"transfer_group": "a", "limit": "2", "starting_after": page["data"][-1]["id"]}
    last = body_of(call(world, "GET", "/v1/transfers", rest))
    lost = call(world, "GET", "/v1/transfers", {"starting_after": "tr_nobody"})

    assert [row["id"] for row in every["data"]] == ids[::-1]
    assert ([row["id"] for row in page["data"]], page["has_more"]) == ([ids[3], ids[2]], True)
    assert ([row["id"] for row in last["data"]], last["has_more"]) == ([ids[0]], False)
    assert lost.status == 400


def test_transfers_are_found_by_destination_and_time(world: World) -> None:
    call(world, "POST", "/v1/transfers", transfer_form(world))
    at = int(world.now.timestamp())

    def count(**params: str) -> int:
        named = {
            name.replace("created_", "created[") + "]" * ("created_" in name): value
            for name, value in params.items()
        }
        return len(body_of(call(world, "GET", "/v1/transfers", named))["data"])

    assert count(destination=world.account) == 1
    assert count(destination="acct_other") == 0
    assert (count(created_gte=str(at)), count(created_gt=str(at))) == (1, 0)
    assert (count(created_lte=str(at)), count(created_lt=str(at))) == (1, 0)


def test_money_moves_between_balance_and_transfer_exactly(world: World) -> None:
    def available() -> int:
        rows = body_of(call(world, "GET", "/v1/balance"))["available"]
        return next(int(row["amount"]) for row in rows if row["currency"] == "eur")

    before = available()
    transfer = body_of(call(world, "POST", "/v1/transfers", transfer_form(world)))["id"]
    assert available() == before - 500

    path = f"/v1/transfers/{transfer}/reversals"
    assert call(world, "POST", path, {"amount": "501"}).status == 400
    assert call(world, "POST", path, {"amount": "200"}).status == 200
    assert body_of(call(world, "GET", f"/v1/transfers/{transfer}"))["reversed"] is False
    assert call(world, "POST", path).status == 200
    assert call(world, "POST", path).status == 400
    assert available() == before
    assert body_of(call(world, "GET", f"/v1/transfers/{transfer}"))["reversed"] is True


def test_a_link_works_once_and_not_for_long(world: World) -> None:
    def make_link() -> str:
        account = body_of(call(world, "POST", "/v1/accounts", {"country": "DE"}))["id"]
        form = {
            "account": account,
            "type": "account_onboarding",
            "return_url": "https://b.example/r",
            "refresh_url": "https://b.example/f",
        }
        url = body_of(call(world, "POST", "/v1/account_links", form))["url"]
        assert url.startswith("https://fairshare.example/standin/stripe/")
        return str(url.rsplit("/", 1)[1])

    used, late = make_link(), make_link()

    link = world.standin.find_link(token=used)
    assert link is not None
    assert link.refresh_url == "https://b.example/f"
    assert world.standin.use_link(token=used) == "https://b.example/r"
    assert world.standin.use_link(token=used) is None
    world.pass_time(timedelta(minutes=5))
    assert world.standin.use_link(token=late) is None
    assert world.standin.find_link(token="nobody") is None


def test_threads_with_one_key_make_one_transfer(world: World) -> None:
    barrier = threading.Barrier(8)
    statuses: list[int] = []

    def send() -> None:
        barrier.wait()
        statuses.append(call(world, "POST", "/v1/transfers", transfer_form(world), "k").status)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 8
    assert len(world.transfers()) == 1


def test_threads_cannot_spend_the_same_balance_twice() -> None:
    with open_world(funds=2_000) as world:
        threads = [
            threading.Thread(
                target=call, args=(world, "POST", "/v1/transfers", transfer_form(world))
            )
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(world.transfers()) == 4


def test_faults_come_in_the_order_they_were_planned() -> None:
    planned: list[dict[str, Any]] = [
        {"kind": "rate_limited", "times": 2, "skip": 1},
        {"kind": "error_saved"},
        {"kind": "timeout_before", "method": "GET", "path": ""},
    ]
    met = []
    for _ in range(5):
        fault, planned = take_fault(planned, method="POST", path="/v1/transfers")
        met.append(fault.kind if fault else None)
    fault, planned = take_fault(planned, method="GET", path="/v1/anything")

    assert met == [None, "rate_limited", "rate_limited", "error_saved", None]
    assert fault is not None
    assert planned == []


def test_a_server_that_cannot_drop_a_connection_has_a_504_to_send(world: World) -> None:
    world.fail(Fault("timeout_after"))

    response = call(world, "POST", "/v1/transfers", transfer_form(world))

    assert (response.status, response.body, response.is_dropped) == (504, b"", True)
    assert len(world.transfers()) == 1


def test_the_store_keeps_order_groups_and_copies() -> None:
    store = MemoryStore()
    for name, group in (("a", "x"), ("b", "y"), ("c", "x")):
        store.put(namespace="n", kind="k", object_id=name, value={"id": name}, group=group)
    read = store.get(namespace="n", kind="k", object_id="a") or {}
    read["id"] = "changed"
    store.put(namespace="n", kind="k", object_id="a", value={"id": "a2"}, group="y")

    def ids(group: str | None = None) -> list[str]:
        return [row["id"] for row in store.list(namespace="n", kind="k", group=group)]

    assert ids() == ["a2", "b", "c"]
    assert (ids("x"), ids("y"), ids("z")) == (["c"], ["b", "a2"], [])
    assert store.get(namespace="other", kind="k", object_id="a") is None
