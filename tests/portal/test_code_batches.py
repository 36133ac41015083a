"""Codes for one order each on the pages of the brand and of the creator, and as files."""

import csv
from datetime import timedelta

import pytest
from django.urls import reverse

from affiliates.models import Code, CodeBatch
from brands.models import Role
from core.models import AuditEvent
from tests.makers import (
    NOW,
    get_creator,
    get_owner,
    make_code,
    make_code_batch,
    make_connection,
    make_enrollment,
    make_member,
    make_program,
)
from tests.orders import place_order
from tests.portal.text import plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return make_enrollment(make_program())


@pytest.fixture
def owner(client, place):
    client.force_login(get_owner(place.brand))
    return client


def url_of(name, place, *ids):
    return reverse(f"affiliates:{name}", args=[place.brand.slug, *ids])


def create_url(place):
    return url_of("code-batch-create", place, place.affiliation.public_id, place.public_id)


def read(answer):
    text = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(text.splitlines()))


def use_one(batch):
    make_connection(batch.brand)
    first = batch.codes.order_by("pk")[0]
    order = place_order(first, order_id="77")
    place_order(first, now=NOW + timedelta(hours=1))
    return first, order


def test_a_manager_makes_codes_and_sees_them(owner, place):
    asked = {"count": "3", "begins_with": "ANNA-", "discount_note": "10 % off"}

    answer = owner.post(create_url(place), asked, follow=True)

    batch = CodeBatch.objects.get()
    assert (batch.enrollment, batch.codes.count()) == (place, 3)
    text = plain(answer)
    assert all(code.text in text for code in batch.codes.all())
    assert "Not used yet" in text


@pytest.mark.parametrize(
    ("field", "value"),
    [("count", "0"), ("count", "5001"), ("count", "x"), ("count", ""), ("begins_with", "=A")],
)
def test_what_cannot_be_a_batch_is_said_beside_its_field(owner, place, field, value):
    answer = owner.post(create_url(place), {"count": "3", "begins_with": "A", field: value})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not CodeBatch.objects.exists()


def test_an_analyst_reads_and_ends_nothing(client, place):
    batch = make_code_batch(place)
    client.force_login(make_member(place.brand, Role.ANALYST).user)

    assert client.get(url_of("code-batch", place, batch.public_id)).status_code == 200
    for url in (create_url(place), url_of("code-batch-end", place, batch.public_id)):
        assert client.post(url, {"count": "1"}).status_code == 403
    assert batch.codes.filter(disabled_at=None).count() == 2


def test_the_page_and_the_file_name_the_order_that_used_a_code(owner, place):
    batch = make_code_batch(place, 3)
    used, order = use_one(batch)

    page = plain(owner.get(url_of("code-batch", place, batch.public_id)))
    rows = read(owner.post(url_of("code-batch-file", place, batch.public_id)))

    assert order.number in page
    by_code = {row["code"]: row for row in rows}
    assert len(by_code) == 3
    assert (by_code[used.text]["state"], by_code[used.text]["order"]) == ("used", order.number)
    assert sorted(row["state"] for row in rows) == ["unused", "unused", "used"]
    assert AuditEvent.objects.get(action="list.exported").after["filters"] == {
        "batch": batch.public_id
    }


def test_the_rest_is_ended_after_it_was_said_how_many(owner, place):
    batch = make_code_batch(place, 3)
    use_one(batch)
    url = url_of("code-batch-end", place, batch.public_id)

    assert "End 2 codes that nobody used" in plain(owner.get(url))
    page = plain(owner.post(url, follow=True))

    assert "2 codes ended." in page
    assert not batch.codes.filter(disabled_at=None).exists()


def test_a_batch_is_one_row_among_the_codes_of_its_creator(owner, place):
    batch = make_code_batch(place, 30)
    shared = f"{url_of('shared-list', place)}?kind=codes"
    texts = set(batch.codes.values_list("text", flat=True))

    page = plain(
        owner.get(f"{url_of('creator-detail', place, place.affiliation.public_id)}?tab=links")
    )
    assert not any(text in page for text in texts)
    assert batch.prefix in page
    assert not any(text in plain(owner.get(shared)) for text in texts)
    one = min(texts)
    assert one in plain(owner.get(f"{shared}&q={one}"))


def test_a_creator_sees_one_row_and_takes_the_codes_without_orders(client, place):
    batch = make_code_batch(place, 3)
    make_code(place, "ANNA10")
    used, _order = use_one(batch)
    client.force_login(get_creator(place))

    page = plain(client.get(reverse("affiliates:link-list")))
    rows = read(client.get(reverse("affiliates:own-code-batch", args=[batch.public_id])))

    assert "ANNA10" in page
    assert used.text not in page
    assert {tuple(row) for row in rows} == {("code", "state")}
    assert {row["state"] for row in rows if row["code"] == used.text} == {"used"}
    assert Code.objects.filter(batch=batch).count() == len(rows)


def test_another_creator_gets_none_of_it(client, place):
    batch = make_code_batch(place)
    client.force_login(get_creator(make_enrollment(place.program)))

    url = reverse("affiliates:own-code-batch", args=[batch.public_id])
    assert client.get(url).status_code == 404
