"""What is posted happens once, goes through the same services as the pages, and is audited."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from affiliates.models import Application, Code, Enrollment, Invitation, Link
from brands.models import ApiAnswer
from brands.services.apianswers import forget_answers
from core.clock import utc_now
from core.models import AuditEvent, Mail
from core.strictjson import MAX_BYTES
from tests.api.asking import Caller, refusal
from tests.makers import (
    DOMAIN,
    get_owner,
    make_application,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
    make_rules,
    make_user,
    percent_rule,
)
from tests.portal.clock import days_ago
from tracking.models import Commission, Order, StoreEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Enrollment:
    program = make_program()
    return make_enrollment(program)


@pytest.fixture
def caller(place: Enrollment) -> Caller:
    return Caller(place.brand)


def link_body(place: Enrollment, **more: object) -> dict[str, object]:
    return {"enrollment": place.public_id, "destination_url": f"https://{DOMAIN}/cups", **more}


def order_body(**more: object) -> dict[str, object]:
    return {
        "order_id": "1042",
        "placed_at": days_ago(1).isoformat(),
        "currency": "EUR",
        "total_minor": 10000,
        "lines": [{"id": "1", "quantity": 1, "gross_minor": 10000, "title": "Cups"}],
        **more,
    }


def test_a_link_is_made_once_for_each_name_of_a_request(place, caller):
    body = link_body(place, slug="cups-1", utm={"source": "anna"}, sub_ids=["a"])

    first = caller.post("links", body, once="one")
    again = caller.post("links", dict(reversed(body.items())), once="one")
    other = caller.post("links", {**body, "slug": "cups-2"}, once="one")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json() == caller.read(f"links/{first.json()['id']}")
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first
    assert refusal(other) == (409, "idempotency_key_reused")
    assert Link.objects.filter(slugs__slug="cups-1").count() == 1
    event = AuditEvent.objects.get(action="link.created", target_id=first.json()["id"])
    assert event.actor == get_owner(place.brand) and "Shop (fs_live_" in event.after["api_key"]
    stranger = Caller(make_program().brand)
    assert refusal(stranger.post("links", body, once="one")) == (404, "not_found")


def test_a_refusal_is_an_answer_too_and_a_broken_body_is_none(place, caller):
    make_code(place, "TAKEN")
    body = {"enrollment": place.public_id, "text": "taken"}

    assert refusal(caller.post("codes", body, once="a")) == (409, "code_taken")
    Code.objects.all().delete()
    assert refusal(caller.post("codes", body, once="a")) == (409, "code_taken")
    assert caller.post("codes", body, once="b").status_code == 201
    wrong = {**body, "text": "two words", "colour": "red"}
    answer = caller.post("codes", wrong, once="c")
    assert refusal(answer) == (422, "invalid")
    assert answer.json()["error"]["fields"] == [
        {"field": "colour", "message": "There is no such field."}
    ]
    assert caller.post("codes", {**body, "text": "NEW1"}, once="c").status_code == 201


def test_a_post_without_its_name_or_with_a_body_of_the_wrong_kind_does_nothing(place, caller):
    assert refusal(caller.post("links", link_body(place), once="\n"))[1] == "no_idempotency_key"
    assert refusal(caller.post("links", link_body(place), once="x" * 256))[0] == 400
    for body, code in (
        (b"[1", "not_json"),
        (b'{"a":1,"a":1}', "repeated_key"),
        (b"[" * 1000, "too_deep"),
        (b'{"a":1.0}', "not_whole"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (b"[]", "invalid"),
        (b" ", "not_json"),
    ):
        assert refusal(caller.post("links", body))[1] == code
    assert not Link.objects.exclude(enrollment=place).exists()


@pytest.mark.parametrize(
    ("more", "answer"),
    [
        ({"destination_url": "https://evil.example/"}, (422, "destination_refused")),
        ({"slug": "-x-"}, (422, "invalid")),
        ({"sub_ids": ["a@b.example"]}, (422, "tags_refused")),
        ({"utm": {"colour": "red"}}, (422, "tags_refused")),
        ({"name": 5}, (422, "invalid")),
        ({"name": "a\x07b"}, (422, "invalid")),
        ({"enrollment": "enr_23456789"}, (404, "not_found")),
    ],
)
def test_what_services_refuse_is_a_problem(place, caller, more, answer):
    assert refusal(caller.post("links", link_body(place, **more))) == answer


def test_a_conversion_by_code_is_credited_and_told_again_changes_nothing(place, caller):
    make_rules(place.program, [percent_rule(1000)])
    make_connection(place.brand, platform="generic")
    make_code(place, "ANNA10")
    body = order_body(code="anna10", customer={"email": "shopper@mail.example"})

    first = caller.post("conversions", body)
    again = caller.post("conversions", body)

    assert first.status_code == again.status_code == 201, first.content
    order = first.json()
    assert order["attribution"]["creator"] == place.affiliation.public_id
    assert order["total_minor"] == 10000 and order["state"] == "paid"
    assert again.json() == order
    assert Order.objects.count() == StoreEvent.objects.count() == 1
    commission = Commission.objects.get()
    assert commission.amount_minor == 1000 and order["commissions"] == [commission.public_id]
    refund = {
        "order_id": "1042",
        "refund_id": "r1",
        "currency": "EUR",
        "refunded_at": days_ago(0.5).isoformat(),
        "total_minor": 1000,
        "amount_minor": 1000,
    }
    left = caller.post("refunds", refund)
    assert left.json()["refunded_minor"] == 1000, left.content
    commission.refresh_from_db()
    assert commission.amount_minor == 900


def test_a_conversion_needs_a_store_of_its_kind(place, caller):
    assert refusal(caller.post("conversions", order_body())) == (422, "store_needed")
    shopify = make_connection(place.brand, platform="shopify")
    named = order_body(store=shopify.public_id)
    assert refusal(caller.post("conversions", named)) == (422, "store_needed")
    foreign = make_connection(make_program().brand)
    named = order_body(store=foreign.public_id)
    assert refusal(caller.post("conversions", named)) == (404, "not_found")
    one, _two = make_connection(place.brand), make_connection(place.brand)
    assert refusal(caller.post("conversions", order_body())) == (422, "store_needed")
    told = caller.post("conversions", order_body(store=one.public_id))
    assert told.status_code == 201 and told.json()["store"] == one.public_id


@pytest.mark.parametrize(
    "more",
    [
        {"lines": [{"id": "1", "quantity": 1, "gross_minor": 1, "discount_minor": 2}]},
        {"lines": [{"id": "é", "quantity": 1, "gross_minor": 1}]},
        {"lines": [{"id": "1", "quantity": 1, "gross_minor": 1}] * 2},
        {"total_minor": 10**15 + 1},
        {"total_minor": "100"},
        {"total_minor": True},
        {"currency": "eur"},
        {"lines": []},
        {"placed_at": "2026-11-29T10:00:00"},
        {"placed_at": 5},
        {"status": "cancelled"},
        {"customer": {"first_name": "x"}},
    ],
)
def test_an_order_that_cannot_be_read_exactly_is_refused_before_it_is_kept(place, caller, more):
    make_connection(place.brand)

    answer = caller.post("conversions", order_body(**more))

    assert refusal(answer) in {(422, "invalid"), (422, "order_refused")}
    assert answer.json()["error"]["fields"] and not StoreEvent.objects.exists()


def test_a_lead_is_reported_and_answers_as_an_order(place, caller):
    make_connection(place.brand)
    make_code(place, "ANNA10")
    body = {"lead_id": "77", "at": days_ago(1).isoformat(), "code": "ANNA10"}

    lead = caller.post("leads", body)

    assert lead.status_code == 201 and lead.json()["kind"] == "lead", lead.content
    assert lead.json()["attribution"]["creator"] == place.affiliation.public_id


def test_applications_are_decided_once(place, caller):
    waiting = make_application(place.program, make_user(name="Bo"))
    other = make_application(place.program, make_user(name="Di"))

    made = caller.post(f"applications/{waiting.public_id}/approve", {})
    late = caller.post(f"applications/{waiting.public_id}/reject", {"reason": "audience"})
    no = caller.post(f"applications/{other.public_id}/reject", {"reason": "other", "note": "No"})

    assert made.status_code == 200 and made.json()["creator"]["name"] == "Bo"
    assert refusal(late) == (409, "already_decided")
    assert no.json()["status"] == "rejected" and no.json()["reject_note"] == "No"
    assert Application.objects.filter(status="submitted").count() == 0
    answer = caller.post(f"applications/{waiting.public_id}/reject", {"reason": "moody"})
    assert refusal(answer) == (422, "invalid")


def test_a_link_applies_a_code_of_its_creator_only(place, caller):
    own, other = make_code(place), make_code(make_enrollment(place.program))
    foreign = make_code(make_enrollment())

    made = caller.post("links", link_body(place, code=own.public_id))

    assert made.json()["code"] == own.public_id
    assert caller.read(f"links/{made.json()['id']}")["code"] == own.public_id
    refused = caller.post("links", link_body(place, code=other.public_id))
    assert refusal(refused) == (422, "tags_refused")
    strange = caller.post("links", link_body(place, code=foreign.public_id))
    assert refusal(strange) == (404, "not_found")
    assert caller.post("links", link_body(place)).json()["code"] is None


def test_people_are_invited_by_mail_once_and_by_link(place, caller):
    body = {"program": place.program.public_id, "email": "New@mail.example", "days": 30}

    sent, twice = caller.post("invitations", body), caller.post("invitations", body)
    link = caller.post("invitations", {"program": place.program.public_id, "max_uses": 5})

    assert sent.json()["state"] == "sent" and sent.json()["email"] == "new@mail.example"
    assert refusal(twice) == (409, "not_invited")
    assert twice.json()["error"]["fields"] == [{"field": "email", "message": "invited"}]
    assert link.json()["kind"] == "link" and link.json()["max_uses"] == 5
    assert Invitation.objects.count() == 2
    assert Mail.objects.filter(to="new@mail.example").count() == 1
    both = caller.post("invitations", {**body, "max_uses": 1})
    assert refusal(both) == (422, "invalid")


def test_answers_are_kept_for_thirty_days(place, caller):
    caller.post("links", link_body(place), once="one")
    row = ApiAnswer.objects.get()
    assert row.brand == place.brand and row.status == 201

    assert forget_answers(now=utc_now() + timedelta(days=29)) == 0
    assert forget_answers(now=utc_now() + timedelta(days=31)) == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_does_it_and_all_hear_the_same(committed, place):
    caller, answers = Caller(place.brand), []

    def ask() -> None:
        answers.append(caller.post("links", link_body(place), once="one"))
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {one.status_code for one in answers} == {201}
    assert len({one.json()["id"] for one in answers}) == 1
    assert Link.objects.filter(enrollment=place, destination_url__endswith="/cups").count() == 1
