"""Pages of webhooks: who gets in, the secret once, the log, and what is delivered again."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from brands.models import (
    DeliveryStatus,
    DeliveryTry,
    Endpoint,
    EndpointStatus,
    EventDelivery,
    Role,
)
from core.clock import database_now
from core.topics import TEST, TOPICS
from tests.brands.pages import sign_in
from tests.makers import get_owner, make_brand, make_endpoint, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    return make_brand()


def url(brand, name="list", *ids):
    return reverse(f"brands:endpoint-{name}", args=[brand.slug, *ids])


def read(answer) -> str:
    """Return a page without the marks that keep numbers and Persian apart."""
    return re.sub("[\u2066-\u2069]", "", answer.content.decode())


def fields(**changes):
    return {"url": "https://api.shop.example/hook", "scope": "all", "description": ""} | changes


def test_webhooks_are_the_owners_alone(brand):
    endpoint = make_endpoint(brand, now=database_now())
    manager = sign_in(make_member(brand, Role.MANAGER).user)
    stranger = sign_in(get_owner(make_brand()))
    pages = [url(brand), url(brand, "create"), *(
        url(brand, name, endpoint.public_id) for name in ("detail", "edit", "secret", "switch")
    )]  # fmt: skip

    assert {manager.get(page).status_code for page in pages} == {403}
    assert {stranger.get(page).status_code for page in pages} == {404}
    assert "developers/webhooks" not in manager.get(f"/b/{brand.slug}/").content.decode()


def test_a_new_endpoint_shows_its_secret_once(brand):
    owner = sign_in(get_owner(brand))

    answer = owner.post(url(brand, "create"), fields(scope="chosen", topics=["payout.paid"]))

    endpoint = Endpoint.objects.get()
    assert answer["Location"] == url(brand, "detail", endpoint.public_id)
    assert endpoint.topics == ["payout.paid"]
    first, second = (owner.get(answer["Location"]).content.decode() for _ in range(2))
    assert endpoint.secret in first and endpoint.secret not in second


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": "http://shop.example/"}, "Nothing is sent there."),
        ({"url": ""}, "This field is required."),
        ({"scope": "chosen"}, "Tick one event at least."),
        ({"scope": "chosen", "topics": ["order.invented"]}, "order.invented"),
    ],
)
def test_what_cannot_be_added_is_said(brand, changes, said):
    answer = sign_in(get_owner(brand)).post(url(brand, "create"), fields(**changes))

    assert (answer.status_code, Endpoint.objects.count()) == (422, 0)
    assert said in answer.content.decode()


def test_the_form_offers_every_topic_but_the_test(brand):
    page = sign_in(get_owner(brand)).get(url(brand, "create")).content.decode()

    assert all(name in page for name in TOPICS if name != TEST)
    assert f'value="{TEST}"' not in page


def test_an_endpoint_is_changed(brand):
    endpoint = make_endpoint(brand, now=database_now())
    owner = sign_in(get_owner(brand))

    owner.post(url(brand, "edit", endpoint.public_id), fields(description="Till 2"))

    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.description) == ("https://api.shop.example/hook", "Till 2")


def test_a_new_secret_is_made_after_a_word_and_both_work(brand):
    endpoint = make_endpoint(brand, now=database_now())
    owner = sign_in(get_owner(brand))
    page = url(brand, "secret", endpoint.public_id)
    assert owner.get(page).status_code == 200

    shown = owner.post(page, follow=True).content.decode()

    fresh = Endpoint.objects.get()
    assert fresh.secret != endpoint.secret and fresh.old_secret == endpoint.secret
    assert fresh.secret in shown and endpoint.secret not in shown
    assert "Both secrets work until" in shown


def test_the_log_shows_each_try_and_no_body(brand):
    endpoint = make_endpoint(brand, now=database_now())
    delivery = EventDelivery.objects.get()
    for answer, code in ((500, ""), (None, "timeout")):
        DeliveryTry.objects.create(
            brand=brand, delivery=delivery, at=database_now(), duration_ms=7, answer=answer,
            code=code,
        )  # fmt: skip
    owner = sign_in(get_owner(brand))

    page = read(owner.get(url(brand, "detail", endpoint.public_id)))
    failed = owner.get(url(brand, "detail", endpoint.public_id) + "?status=failed").content.decode()

    assert "answered 500 in 7 ms" in page and "No answer within 15 seconds" in page
    assert delivery.event.public_id in page and delivery.event.public_id not in failed


def test_a_test_event_and_one_more_delivery_are_asked_for_on_the_page(brand):
    endpoint = make_endpoint(brand, now=database_now())
    owner = sign_in(get_owner(brand))
    page = url(brand, "detail", endpoint.public_id)
    EventDelivery.objects.update(status=DeliveryStatus.FAILED, tries=11)
    delivery = EventDelivery.objects.get()

    owner.post(page, {"action": "again", "delivery": delivery.public_id})
    owner.post(page, {"action": "test"})

    delivery.refresh_from_db()
    assert (delivery.status, delivery.tries) == (DeliveryStatus.WAITING, 0)
    assert EventDelivery.objects.count() == 2


def test_what_failed_since_a_day_is_delivered_again(brand):
    now = database_now()
    endpoint = make_endpoint(brand, now=now - timedelta(days=2))
    EventDelivery.objects.update(status=DeliveryStatus.FAILED)
    owner = sign_in(get_owner(brand))
    page = url(brand, "detail", endpoint.public_id)

    late = owner.post(page, {"action": "since", "since": f"{now:%Y-%m-%d}"}, follow=True)
    said = owner.post(
        page, {"action": "since", "since": f"{now - timedelta(days=4):%Y-%m-%d}"}, follow=True
    )

    assert "Everything since then was delivered." in read(late)
    assert "1 event is on its way once more." in read(said)
    assert EventDelivery.objects.get().status == DeliveryStatus.WAITING


def test_nonsense_changes_nothing(brand):
    endpoint = make_endpoint(brand, now=database_now())
    other = make_endpoint(make_brand(), now=database_now())
    owner = sign_in(get_owner(brand))
    page = url(brand, "detail", endpoint.public_id)

    wrong_day = owner.post(page, {"action": "since", "since": "yesterday"})
    foreign = owner.post(page, {"action": "again", "delivery": other.deliveries.get().public_id})

    assert (wrong_day.status_code, foreign.status_code) == (422, 404)
    assert owner.post(page, {"action": "burn"}).status_code == 404


def test_an_endpoint_is_stopped_and_started_after_a_word(brand):
    endpoint = make_endpoint(brand, now=database_now())
    owner = sign_in(get_owner(brand))
    page = url(brand, "switch", endpoint.public_id)
    assert "Stop this endpoint" in owner.get(page).content.decode()

    stopped = owner.post(page, follow=True).content.decode()

    endpoint.refresh_from_db()
    assert endpoint.status == EndpointStatus.STOPPED and "Stopped by your team" in stopped
    assert "Deliver again" not in stopped
    answer = owner.post(url(brand, "detail", endpoint.public_id), {"action": "test"}, follow=True)
    assert "Start it first." in answer.content.decode()
    owner.post(page)
    endpoint.refresh_from_db()
    assert endpoint.status == EndpointStatus.ACTIVE


def test_the_list_asks_the_database_as_often_for_many_as_for_one(
    brand, django_assert_max_num_queries
):
    owner = sign_in(get_owner(brand))
    for _ in range(8):
        make_endpoint(brand, now=database_now())
    detail = url(brand, "detail", Endpoint.objects.latest("pk").public_id)

    with django_assert_max_num_queries(16):
        owner.get(url(brand))
    with django_assert_max_num_queries(18):
        owner.get(detail)
