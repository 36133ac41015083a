"""Events reach a program of a brand's: signed, at least once, under one id, whatever happens."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import override_settings

from brands.models import (
    CallFault,
    DeliveryStatus,
    DeliveryTry,
    Endpoint,
    EndpointStatus,
    EventDelivery,
    StopCause,
)
from brands.services import posting
from brands.services.brands import archive_sandbox
from brands.services.courier import deliver_due
from brands.services.delivering import LEASE, Outcome, claim_due, record
from brands.services.endpoints import (
    AddressRefused,
    EndpointStopped,
    TooManyEndpoints,
    UnknownTopic,
    add_endpoint,
    change_endpoint,
    redeliver,
    redeliver_since,
    rotate_endpoint_secret,
    send_test,
    start_endpoint,
    stop_endpoint,
)
from brands.services.fanout import fan_out
from brands.services.forgetting import forget_delivered
from brands.services.posting import make_post
from brands.tasks import deliver_events
from core import faults, outbox
from core.models import AuditEvent, Brand, Mail, OutboxEvent
from core.tasks import sweep
from tests.brands.receiver import Receiver, in_turn, receive
from tests.makers import NOW, get_owner, make_brand, make_sandbox
from tests.racing import race

POST = make_post(allows_loopback=True, networks=[])
POINTS = ("webhook.after_claim", "webhook.after_call", "webhook.before_record_commit")
GOOD = Outcome(200, "", 3)
BAD = Outcome(500, "", 3)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as found, override_settings(LOCAL=True):
        yield found


def add(receiver: Receiver, path: str = "/", brand: Brand | None = None, **changes) -> Endpoint:
    brand = brand or make_brand()
    return add_endpoint(
        **{
            "brand_id": brand.pk,
            "url": f"{receiver.url}{path}",
            "description": "",
            "topics": [],
            "actor_id": get_owner(brand).pk,
            "now": NOW,
        }
        | changes
    )


def tell(brand: Brand, count: int = 1, now: datetime = NOW) -> list[str]:
    """Emit events and hand them on; returns their ids."""
    events = [
        outbox.emit(
            brand_id=brand.pk,
            topic="terms.updated",
            payload={"program": "prg_2", "version": number},
            now=now,
        )
        for number in range(1, count + 1)
    ]
    outbox.take_waiting(now=now, limit=500, hand_on=fan_out)
    return [event.public_id for event in events]


def bring(now: datetime = NOW, post=POST) -> int:
    return deliver_due(post=post, clock=lambda: now, budget_s=60)


def try_for(endpoint: Endpoint, outcome: Outcome, now: datetime) -> None:
    """Make the next try of one endpoint come out so."""
    (parcel, *others) = claim_due(now=now, places=1)
    assert parcel.endpoint_id == endpoint.pk and not others
    record(parcel=parcel, outcome=outcome, now=now)


@pytest.mark.django_db
def test_an_event_arrives_signed_with_its_id_and_what_it_says(receiver):
    endpoint = add(receiver)
    (event_id,) = tell(endpoint.brand)

    bring()

    (request,) = receiver.requests
    assert request.id == event_id and request.is_signed_by(endpoint.secret)
    assert not request.is_signed_by("whsec_" + "A" * 44)
    assert request.headers["content-type"] == "application/json"
    assert request.said == {
        "id": event_id,
        "type": "terms.updated",
        "version": 1,
        "timestamp": "2026-08-12T12:00:00.000000Z",
        "sandbox": False,
        "data": {"program": "prg_2", "version": 1},
    }
    delivery = EventDelivery.objects.get()
    assert (delivery.status, delivery.delivered_at) == (DeliveryStatus.DELIVERED, NOW)
    assert list(DeliveryTry.objects.values_list("answer", "code")) == [(200, "")]


@pytest.mark.django_db
def test_an_endpoint_hears_of_its_topics_and_its_brand_alone(receiver):
    wanted = add(receiver, "/some", topics=["terms.updated"])
    add(receiver, "/others", wanted.brand, topics=["payout.paid"])
    add(receiver, "/strangers")
    tell(wanted.brand)

    bring()

    assert [one.path for one in receiver.requests] == ["/some"]


@pytest.mark.django_db
def test_each_try_has_the_same_id_and_body(receiver):
    receiver.answers["/"] = in_turn(500, 302, 200)
    endpoint = add(receiver)
    (event_id,) = tell(endpoint.brand)

    for hours in range(3):
        bring(NOW + timedelta(hours=hours))

    assert {one.id for one in receiver.at("/")} == {event_id}
    assert len({one.body for one in receiver.requests}) == 1
    assert [one.path for one in receiver.requests] == ["/"] * 3  # the redirect was not followed
    tries = DeliveryTry.objects.order_by("pk").values_list("answer", flat=True)
    assert list(tries) == [500, 302, 200]


@pytest.mark.django_db
def test_both_secrets_sign_until_the_old_one_ends(receiver):
    endpoint = add(receiver)
    old = endpoint.secret
    endpoint = rotate_endpoint_secret(
        endpoint_id=endpoint.pk, actor_id=endpoint.created_by_id, now=NOW
    )

    tell(endpoint.brand)
    bring()
    tell(endpoint.brand)
    bring(NOW + timedelta(days=2))

    first, second = receiver.requests
    assert endpoint.secret != old
    assert first.is_signed_by(old) and first.is_signed_by(endpoint.secret)
    assert second.is_signed_by(endpoint.secret) and not second.is_signed_by(old)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "answer", "code"), [("/long", 200, ""), ("/gone", None, CallFault.UNREACHABLE)]
)
def test_a_long_answer_counts_by_its_status_and_none_at_all_does_not(receiver, path, answer, code):
    endpoint = add(receiver, path)
    if answer is None:
        Endpoint.objects.update(url="http://127.0.0.1:9/")
    tell(endpoint.brand)

    bring()

    assert DeliveryTry.objects.values_list("answer", "code").get() == (answer, code)


@pytest.mark.django_db
def test_an_answer_that_does_not_end_in_time_is_a_failure(receiver, monkeypatch):
    done = threading.Event()
    receiver.answers["/"] = lambda _: 200 if done.wait(20) else 500
    monkeypatch.setattr(posting, "LIMITS", posting.Limits(size_bytes=10, total_s=0.2, is_cut=True))
    tell(add(receiver).brand)

    bring()
    done.set()

    assert DeliveryTry.objects.get().code == CallFault.TIMEOUT
    assert EventDelivery.objects.get().status == DeliveryStatus.WAITING


@pytest.mark.django_db
def test_a_slow_endpoint_holds_up_nobody_else_and_gets_two_at_once(receiver):
    quick_has_all = threading.Event()

    def wait_for_others(_) -> int:
        return 200 if quick_has_all.wait(30) else 500

    def count(_) -> int:
        if len(receiver.at("/quick")) == 20:
            quick_has_all.set()
        return 200

    receiver.answers |= {"/slow": wait_for_others, "/quick": count}
    slow, quick = add(receiver, "/slow"), add(receiver, "/quick")
    tell(slow.brand, 5)
    tell(quick.brand, 20)

    bring()

    assert not EventDelivery.objects.exclude(status=DeliveryStatus.DELIVERED).exists()
    assert quick_has_all.is_set() and set(DeliveryTry.objects.values_list("answer")) == {(200,)}
    assert max(receiver.most_at_once.values()) <= 2


@pytest.mark.django_db
def test_what_no_code_of_ours_foresaw_is_a_failed_try_and_no_more(receiver):
    tell(add(receiver).brand)

    def break_down(_):
        raise RuntimeError

    bring(post=break_down)

    assert DeliveryTry.objects.get().code == CallFault.INTERNAL


@pytest.mark.django_db
def test_a_secret_that_no_key_opens_holds_up_its_own_events_alone(receiver):
    broken, other = add(receiver, "/broken"), add(receiver, "/other")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE brands_endpoint SET secret = 'x' WHERE id = %s", [broken.pk])
    tell(broken.brand)
    tell(other.brand)

    assert bring() == 1

    assert [one.path for one in receiver.requests] == ["/other"]
    waiting = EventDelivery.objects.get(endpoint_id=broken.pk)
    assert waiting.status == DeliveryStatus.WAITING


@pytest.mark.django_db
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_at_any_step_is_followed_by_one_that_brings_it(
    receiver, monkeypatch, point
):
    (event_id,) = tell(add(receiver).brand)

    monkeypatch.setenv("FAULTS", "1")
    faults.install(lambda name: die() if name == point else None)
    try:
        with pytest.raises(faults.Crash):
            bring()
    finally:
        faults.install(None)
    assert EventDelivery.objects.get().status == DeliveryStatus.WAITING
    assert bring() == 0  # its lease lasts

    assert bring(NOW + LEASE) == 1

    assert EventDelivery.objects.get().status == DeliveryStatus.DELIVERED
    assert {one.id for one in receiver.requests} == {event_id}
    assert len({one.body for one in receiver.requests}) == 1


def die() -> None:
    raise faults.Crash


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_bring_each_event_once(receiver):
    endpoint = add(receiver)
    ids = tell(endpoint.brand, 12)

    assert race(bring, bring, refusals=()) == [None, None]

    assert Counter(one.id for one in receiver.requests) == Counter(ids)
    assert receiver.most_at_once["/"] <= 2


@pytest.mark.django_db(transaction=True)
def test_a_flapping_receiver_gets_every_event_at_least_once(receiver):
    flapping = threading.Lock()
    turns = iter([500, 200, 302, 200, 503, 500, 200, 404] * 40)

    def flap(_) -> int:
        with flapping:
            return next(turns)

    receiver.answers["/"] = flap
    endpoint = add(receiver)
    ids = tell(endpoint.brand, 15)

    now = NOW
    while EventDelivery.objects.filter(status=DeliveryStatus.WAITING).exists():
        bring(now)
        now += timedelta(hours=3)

    assert {one.id for one in receiver.requests} == set(ids)
    assert EventDelivery.objects.filter(status=DeliveryStatus.DELIVERED).count() == 15
    bodies: dict[str, set[bytes]] = {}
    for one in receiver.requests:
        bodies.setdefault(one.id, set()).add(one.body)
    assert all(len(same) == 1 for same in bodies.values())


@pytest.mark.django_db
def test_a_record_that_comes_late_takes_nothing_back(receiver):
    tell(add(receiver).brand)
    (first,) = claim_due(now=NOW, places=1)
    (second,) = claim_due(now=NOW + LEASE, places=1)

    record(parcel=second, outcome=GOOD, now=NOW + LEASE)
    record(parcel=first, outcome=BAD, now=NOW + LEASE)

    delivery = EventDelivery.objects.get()
    assert (delivery.status, delivery.endpoint.failures) == (DeliveryStatus.DELIVERED, 0)
    assert delivery.calls.count() == 2


@pytest.mark.django_db
def test_an_endpoint_that_says_it_is_gone_is_stopped_and_its_owners_hear_of_it(receiver):
    receiver.answers["/"] = in_turn(410)
    endpoint = add(receiver)
    tell(endpoint.brand, 3)

    bring()

    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.stop_cause) == (EndpointStatus.STOPPED, StopCause.GONE)
    assert set(EventDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.FAILED}
    mail = Mail.objects.get(kind="endpoint_stopped")
    assert mail.to == get_owner(endpoint.brand).email and "127.0.0.1" in mail.subject
    assert AuditEvent.objects.filter(action="endpoint.given_up").exists()


@pytest.mark.django_db
def test_owners_are_warned_once_and_told_when_it_is_stopped_after_five_days(receiver):
    endpoint = add(receiver)
    now = NOW
    for _ in range(8):
        tell(endpoint.brand, now=now)
        try_for(endpoint, BAD, now)
        now += timedelta(minutes=20)

    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.failures) == (EndpointStatus.WARNED, 8)
    assert Mail.objects.filter(kind="endpoint_failing").count() == 1

    tell(endpoint.brand, now=now)
    try_for(endpoint, BAD, NOW + timedelta(days=5))

    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.stop_cause) == (EndpointStatus.STOPPED, StopCause.FAILING)
    assert Mail.objects.filter(kind="endpoint_stopped").count() == 1
    assert set(EventDelivery.objects.values_list("status", flat=True)) == {DeliveryStatus.FAILED}


@pytest.mark.django_db
def test_one_that_arrives_ends_the_warning(receiver):
    endpoint = add(receiver)
    tell(endpoint.brand)
    Endpoint.objects.update(
        status=EndpointStatus.WARNED, failures=9, failing_since=NOW, paused_until=NOW
    )

    bring()

    endpoint.refresh_from_db()
    assert (endpoint.status, endpoint.failures) == (EndpointStatus.ACTIVE, 0)
    assert (endpoint.failing_since, endpoint.paused_until) == (None, None)


@pytest.mark.django_db
def test_after_its_last_try_an_event_stays_listed_and_can_be_brought_by_hand(receiver):
    endpoint = add(receiver)
    (event_id,) = tell(endpoint.brand)
    now = NOW
    while EventDelivery.objects.get().status == DeliveryStatus.WAITING:
        try_for(endpoint, BAD, now)
        now = max(EventDelivery.objects.get().next_at, now + timedelta(minutes=10))
    assert EventDelivery.objects.get().status == DeliveryStatus.FAILED
    assert DeliveryTry.objects.count() == 11 and now - NOW < timedelta(days=3)

    late = NOW + timedelta(days=4)
    redeliver(delivery_id=EventDelivery.objects.get().pk, actor_id=endpoint.created_by_id, now=late)
    bring(late)

    assert EventDelivery.objects.get().status == DeliveryStatus.DELIVERED
    assert [one.id for one in receiver.requests] == [event_id]


@pytest.mark.django_db
def test_what_was_missed_while_stopped_is_brought_when_asked_for(receiver):
    endpoint = add(receiver)
    by = {"endpoint_id": endpoint.pk, "actor_id": endpoint.created_by_id}
    waited = tell(endpoint.brand)
    stop_endpoint(**by, now=NOW)
    missed = tell(endpoint.brand, 2, now=NOW + timedelta(hours=1))
    assert bring(NOW + timedelta(hours=2)) == 0
    with pytest.raises(EndpointStopped):
        redeliver_since(**by, since=NOW, now=NOW)

    start_endpoint(**by, now=NOW + timedelta(hours=2))
    assert bring(NOW + timedelta(hours=2)) == 0
    count = redeliver_since(**by, since=NOW, now=NOW + timedelta(hours=3))
    bring(NOW + timedelta(hours=3))

    assert count == 3
    assert Counter(one.id for one in receiver.requests) == Counter(waited + missed)
    assert redeliver_since(**by, since=NOW, now=NOW + timedelta(hours=4)) == 0


@pytest.mark.django_db
def test_a_test_event_goes_to_its_endpoint_alone(receiver):
    endpoint = add(receiver, "/one", topics=["payout.paid"])
    add(receiver, "/two", endpoint.brand)

    send_test(endpoint_id=endpoint.pk, now=NOW)
    outbox.take_waiting(now=NOW, limit=500, hand_on=fan_out)
    bring()

    (request,) = receiver.requests
    assert (request.path, request.said["type"]) == ("/one", "webhook.test")
    assert request.said["data"] == {"endpoint": endpoint.public_id}


@pytest.mark.django_db
def test_a_sandbox_says_so_and_falls_silent_when_it_is_put_away(receiver):
    twin = make_sandbox(make_brand())
    add(receiver, brand=twin)
    tell(twin)
    bring()
    assert receiver.requests[0].said["sandbox"] is True

    tell(twin)
    archive_sandbox(brand_id=twin.pk, actor_id=get_owner(twin).pk, now=NOW)
    tell(twin)

    assert bring() == 0


@pytest.mark.django_db
def test_losing_every_message_loses_no_event(receiver):
    """No broker runs here: the sweepers alone find what waits."""
    endpoint = add(receiver, now=datetime.now(NOW.tzinfo))
    outbox.emit(
        brand_id=endpoint.brand_id,
        topic="terms.updated",
        payload={"program": "prg_2", "version": 1},
        now=NOW,
    )

    sweep()
    deliver_events()

    assert len(receiver.requests) == 1
    assert not OutboxEvent.objects.filter(processed_at=None).exists()


@pytest.mark.django_db
def test_what_arrived_is_forgotten_after_a_month_and_what_did_not_stays(receiver):
    receiver.answers["/"] = in_turn(200, 500)
    endpoint = add(receiver)
    tell(endpoint.brand)
    bring()
    tell(endpoint.brand)
    bring()

    assert forget_delivered(now=NOW + timedelta(days=30)) == 0
    assert forget_delivered(now=NOW + timedelta(days=31)) == 1

    assert EventDelivery.objects.get().status == DeliveryStatus.WAITING
    assert DeliveryTry.objects.count() == 1


PRIVATE = ("10.0.0.1", "127.0.0.1", "169.254.169.254", "100.64.0.1", "::ffff:10.0.0.1", "fd00::1")


@pytest.mark.django_db
@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_place_is_called_whatever_a_name_leads_to(receiver, address):
    endpoint = add(receiver)
    Endpoint.objects.update(url="https://hook.shop.example/")
    tell(endpoint.brand)

    bring(post=make_post(allows_loopback=False, networks=[], resolver=lambda *_: [address]))

    assert DeliveryTry.objects.get().code == CallFault.NOT_ALLOWED
    assert not receiver.requests


@pytest.mark.django_db
def test_a_name_that_changes_between_check_and_call_is_called_where_it_was_checked(receiver):
    endpoint = add(receiver)
    Endpoint.objects.update(url=receiver.url.replace("127.0.0.1", "localhost"))
    tell(endpoint.brand)
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])

    bring(post=make_post(allows_loopback=True, networks=[], resolver=lambda *_: next(answers)))

    assert len(receiver.requests) == 1
    assert next(answers) == ["10.0.0.1"]  # nobody asked a second time


@pytest.mark.django_db
@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/",
        "https://user:word@shop.example/",
        "https://shop.example:22/",
        "ftp://shop.example/",
        "https:///x",
        "x",
        "",
    ],
)
@override_settings(LOCAL=False)
def test_an_address_of_another_kind_is_not_taken(url):
    brand = make_brand()
    facts = {"description": "", "topics": [], "actor_id": get_owner(brand).pk, "now": NOW}

    with pytest.raises(AddressRefused):
        add_endpoint(brand_id=brand.pk, url=url, **facts)
    endpoint = add_endpoint(brand_id=brand.pk, url="https://shop.example/x", **facts)
    with pytest.raises(AddressRefused):
        change_endpoint(endpoint_id=endpoint.pk, url=url, **facts)


@pytest.mark.django_db
def test_topics_and_the_number_of_endpoints_have_bounds(receiver):
    endpoint = add(receiver)
    with pytest.raises(UnknownTopic):
        add(receiver, topics=["order.invented"])
    with pytest.raises(UnknownTopic):
        add(receiver, topics=["webhook.test"])
    for _ in range(19):
        add(receiver, brand=endpoint.brand)
    with pytest.raises(TooManyEndpoints):
        add(receiver, brand=endpoint.brand)


@pytest.mark.django_db
def test_the_log_keeps_no_secret_part_of_an_address(receiver):
    endpoint = add(receiver, "/path?token=hidden")
    change_endpoint(
        endpoint_id=endpoint.pk,
        url="https://other.example/hidden",
        description="Till",
        topics=["payout.paid"],
        actor_id=endpoint.created_by_id,
        now=NOW,
    )

    kept = list(AuditEvent.objects.filter(action__startswith="endpoint.").values("before", "after"))
    assert "hidden" not in str(kept) and endpoint.secret not in str(kept)
    assert kept[-1]["after"] == {
        "url": "other.example",
        "description": "Till",
        "topics": ["payout.paid"],
    }
