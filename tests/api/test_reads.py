"""Every noun is read in pages, of the key's own brand alone, in few queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from brands.models import Scope
from portal.api.operations import operations
from tests.api.asking import Caller, refusal
from tests.everything import Everything, make_everything
from tests.makers import make_code, make_enrollment, make_link, make_program, make_user

pytestmark = pytest.mark.django_db

LISTS = {
    "programs": "program_id",
    "groups": "group_id",
    "enrollments": "enrollment_id",
    "applications": "application_id",
    "invitations": "invitation_id",
    "links": "link_id",
    "codes": "code_id",
    "orders": "order_id",
    "commissions": "commission_id",
    "payouts": "payout_id",
    "statements": "statement_id",
}


@pytest.fixture(scope="module")
def world(committed: None) -> Everything:
    return make_everything()


@pytest.fixture
def caller(world: Everything) -> Caller:
    return Caller(world.brand)


def test_every_noun_is_listed_and_read_alone(world, caller):
    for noun, part in LISTS.items():
        rows = caller.read(noun, limit=200)["data"]
        wanted = world.ids[part]
        found = [row for row in rows if row["id"] == wanted]
        assert len(found) == 1, noun
        alone = caller.read(f"{noun}/{wanted}")
        assert {name: alone[name] for name in found[0]} == found[0], noun


def test_a_page_after_a_page_gives_every_row_once_also_when_rows_come_in_between(world, caller):
    everyone = [row["id"] for row in caller.read("codes", limit=200)["data"]]
    seen, cursor = [], None
    while True:
        page = caller.read("codes", limit=1, **({"cursor": cursor} if cursor else {}))
        seen += [row["id"] for row in page["data"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
        place = make_enrollment(world.program, user=make_user())
        make_code(place, f"LATE{len(seen)}")

    assert seen == everyone and len(seen) >= 2


def test_an_order_names_every_candidate_and_why_it_lost(world, caller):
    order = caller.read(f"orders/{world.ids['order_id']}")

    credit = order["attribution"]
    (winner,) = [one for one in credit["candidates"] if one["is_winner"]]
    assert credit["creator"] == winner["creator"] == world.ids["creator_id"]
    assert credit["reason_code"] == "attr.won_code"
    assert (
        winner["reason"] == "\u2068Anna\u2069: code \u2068ANNA1\u2069."
        or "Anna" in winner["reason"]
    )
    assert order["commissions"] == [world.ids["commission_id"]]
    orphan = next(one for one in caller.read("orders")["data"] if one["external_id"] == "4")
    assert orphan["attribution"]["creator"] is None
    assert orphan["attribution"]["reason_code"] == "attr.none_no_signal"


def test_a_commission_shows_its_arithmetic(world, caller):
    one = caller.read(f"commissions/{world.ids['commission_id']}")

    lines = one["pricing"]["lines"]
    assert sum(line["amount_minor"] for line in lines) == one["pricing"]["total_minor"]
    assert one["amount_minor"] == one["pricing"]["total_minor"] > 0
    assert lines[0]["title"] == "Ceramic cups" and lines[0]["rate_bps"] > 0
    assert one["state"] in {"pending", "released"} and one["order"] == world.ids["order_id"]


def test_filters_narrow_and_what_is_unknown_is_refused(world, caller):
    mine = caller.read("commissions", creator=world.ids["creator_id"])["data"]
    assert mine and {one["creator"] for one in mine} == {world.ids["creator_id"]}
    paid = caller.read("commissions", payout=world.ids["payout_id"])["data"]
    assert [one["amount_minor"] > 0 for one in paid] == [True]
    assert caller.read("orders", external_id="2")["data"][0]["external_id"] == "2"
    assert {one["state"] for one in caller.read("orders", status="unpaid")["data"]} <= {"unpaid"}
    later = {"from": "2099-01-01T00:00:00Z"}
    for noun in ("orders", "commissions", "payouts", "statements", "enrollments", "clicks"):
        assert caller.read(noun, **later)["data"] == [], noun
    assert caller.read("orders", updated_since="2099-01-01T00:00:00Z")["data"] == []
    for wrong in (
        {"limit": "201"},
        {"limit": "0"},
        {"limit": "1_0"},
        {"cursor": "ord_nothing"},
        {"status": "lost"},
        {"from": "yesterday"},
        {"from": "2026-01-01T00:00:00"},
        {"colour": "red"},
        {"creator": "x"},
        {"limit": ["1", "2"]},
    ):
        assert refusal(caller.get("orders", **wrong)) == (400, "invalid_query"), wrong


def test_a_list_takes_as_many_queries_for_many_rows_as_for_few(world, caller):
    caller.read("programs")  # the key's last use is noted once a minute
    for noun in [*LISTS, "clicks"]:
        with CaptureQueriesContext(
            connection,
        ) as few:
            caller.read(noun, limit=1)
        with CaptureQueriesContext(connection) as many:
            caller.read(noun, limit=200)
        assert len(many) <= max(len(few), 12), noun
        assert len(many) <= 14, noun


def test_a_row_of_another_brand_is_a_row_that_is_not_there(world):
    program = make_program()
    link = make_link(make_enrollment(program))
    stranger = Caller(program.brand)
    everything = {one["id"] for one in Caller(world.brand).read("links")["data"]}

    for noun, part in LISTS.items():
        answers = [stranger.get(f"{noun}/{one}") for one in (world.ids[part], "abc_23456789", "x")]
        assert [refusal(one) for one in answers] == [(404, "not_found")] * 3, noun
        assert len({one.content for one in answers}) == 1
    own = {one["id"] for one in stranger.read("links")["data"]}
    assert link.public_id in own and own.isdisjoint(everything)
    foreign = {"cursor": world.ids["order_id"]}
    assert refusal(stranger.get("orders", **foreign)) == (400, "invalid_query")
    assert stranger.read("orders", creator=world.ids["creator_id"])["data"] == []


def test_every_operation_asks_for_its_scope(world):
    for pattern in operations:
        for method, operation in pattern.callback.cls.operations.items():
            others = [scope for scope in Scope.values if scope != operation.scope]
            path = str(pattern.pattern).removeprefix("api/v1/")
            for part in ("program", "group", "enrollment", "application", "invitation", "link"):
                path = path.replace(f"<str:{part}_id>", world.ids[f"{part}_id"])
            caller = Caller(world.brand, *others)
            answer = caller.get(path) if method == "GET" else caller.post(path, {})
            assert refusal(answer) == (403, "no_scope"), operation.name
