"""The catalogue of events: what is promised is emitted, and what is emitted has that shape."""

import re
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from affiliates.services.membership import suspend_affiliation
from brands.models import CheckMode
from brands.services.programs import update_program
from core.models import OutboxEvent
from core.signing import make_secret, sign_standard_webhooks
from core.topics import FIELDS, TOPICS, find_faults, iso_utc
from tests.everything import make_everything
from tests.makers import NOW, get_owner, make_code, make_connection, make_enrollment, make_program
from tests.shop import Shop, code
from tracking.models import Commission
from tracking.services.holds import clear_commission
from tracking.services.review import adjust_commission, reject_commission

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "webhooks.md"
PROMISED = {
    f"{about}.{word}"
    for about, words in {
        "affiliate": "applied approved rejected suspended",
        "link": "created",
        "order": "attributed unattributed updated refunded disputed",
        "commission": "created held released adjusted reversed",
        "payout": "approved submitted paid failed returned",
        "terms": "updated accepted",
        "fraud": "flagged resolved",
        "claim": "opened resolved",
    }.items()
    for word in words.split()
}
OF_EVERYTHING = {
    "affiliate.applied", "affiliate.approved", "link.created", "order.attributed",
    "order.unattributed", "commission.created", "commission.released", "commission.held",
    "payout.approved", "payout.submitted", "terms.updated", "announcement.sent",
    "deliverable.changed", "bonus.planned",
}  # fmt: skip


def told(topic: str) -> dict:
    return OutboxEvent.objects.filter(topic=topic).latest("pk").payload


def test_what_is_promised_is_in_the_catalogue():
    assert set(TOPICS) >= PROMISED


def test_every_field_is_of_some_topic():
    used = {name for topic in TOPICS.values() for name in topic.shape}

    assert used == set(FIELDS)


@pytest.mark.parametrize(
    ("topic", "payload", "faults"),
    [
        ("order.invented", {}, ["order.invented is not in the catalogue"]),
        ("affiliate.suspended", {}, ["affiliate.suspended lacks creator"]),
        ("affiliate.suspended", {"creator": "aff_2", "x": 1}, ["affiliate.suspended has x"]),
        ("affiliate.suspended", {"creator": 7}, ["affiliate.suspended: creator is 7"]),
        ("affiliate.suspended", {"creator": None}, ["affiliate.suspended: creator is None"]),
        ("terms.updated", {"program": "prg_2", "version": "2"}, ["terms.updated: version is '2'"]),
        ("terms.updated", {"program": "prg_2", "version": 2}, []),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(topic, payload, faults):
    assert find_faults(topic, payload) == faults


def test_times_are_told_in_utc():
    at = datetime(2026, 5, 4, 12, 30, tzinfo=timezone(timedelta(hours=2)))

    assert iso_utc(at) == "2026-05-04T10:30:00.000000Z"
    assert iso_utc(datetime(2026, 5, 4, tzinfo=UTC)) == "2026-05-04T00:00:00.000000Z"
    assert iso_utc(None) is None


@pytest.mark.django_db
def test_the_flows_of_a_brand_emit_what_is_promised():
    """That each of them has the shape of the catalogue is held for every test, by conftest."""
    make_everything()

    assert set(OutboxEvent.objects.values_list("topic", flat=True)) >= OF_EVERYTHING


@pytest.fixture
def shop(db) -> Shop:
    program = make_program()
    update_program(
        program_id=program.pk,
        self_referral=CheckMode.HOLD,
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )
    shop = Shop(make_connection(program.brand))
    shop.place = make_enrollment(program)
    shop.actor_id = get_owner(program.brand).pk
    make_code(shop.place, "ANNA10")
    return shop


def own_order(shop: Shop) -> Commission:
    email = shop.place.affiliation.affiliate.user.email
    shop.pay("1001", discounts=code("ANNA10"), customer={"email": email})
    return Commission.objects.get()


def test_an_own_order_is_flagged_once_and_its_review_ends_with_a_word(shop):
    commission = own_order(shop)

    flagged = told("fraud.flagged")
    assert (flagged["check"], flagged["mode"]) == ("self_referral", "hold")
    assert flagged["creator"] == commission.affiliation.public_id
    shop.pay("1001", discounts=code("ANNA10") + code("OTHER"),
             customer={"email": shop.place.affiliation.affiliate.user.email})  # fmt: skip
    assert OutboxEvent.objects.filter(topic="fraud.flagged").count() == 1

    clear_commission(
        commission_id=commission.pk, reason="He may", actor_id=shop.actor_id, now=shop.now
    )
    resolved = told("fraud.resolved")
    assert (resolved["commission"], resolved["outcome"]) == (commission.public_id, "cleared")


def test_a_rejected_own_order_is_resolved_as_rejected(shop):
    commission = own_order(shop)

    reject_commission(
        commission_id=commission.pk, reason="His own", actor_id=shop.actor_id, now=shop.now
    )

    assert told("fraud.resolved")["outcome"] == "rejected"
    reversed_ = told("commission.reversed")
    assert (reversed_["before_minor"], reversed_["amount_minor"]) == (1000, 0)


def test_a_commission_tells_its_first_amount_and_each_change(shop):
    shop.pay("1001", discounts=code("ANNA10"))
    commission = Commission.objects.get()

    created = told("commission.created")
    assert (created["amount_minor"], created["currency"]) == (commission.amount_minor, "EUR")
    assert created["order"] == commission.order.public_id

    adjust_commission(
        commission_id=commission.pk, delta_minor=50, reason="Fair", actor_id=shop.actor_id,
        now=shop.now,
    )  # fmt: skip
    assert told("commission.adjusted")["amount_minor"] == created["amount_minor"] + 50


def test_an_order_tells_who_has_its_credit(shop):
    shop.pay("1001", discounts=code("ANNA10"))
    shop.pay("1002")

    assert told("order.attributed")["creator"] == shop.place.affiliation.public_id
    assert told("order.unattributed")["creator"] is None
    assert told("order.attributed")["external_id"] == "1001"


def test_an_order_tells_each_change_of_it_once(shop):
    def tell(kind: str, data: dict[str, Any]) -> list[str]:
        last = OutboxEvent.objects.latest("pk").pk
        assert shop.send(kind, data) == 200
        news = OutboxEvent.objects.filter(pk__gt=last, topic__startswith="order.")
        return list(news.order_by("pk").values_list("topic", flat=True))

    at = iso_utc(shop.now)
    order = shop.order("1001", discounts=code("ANNA10"))
    refund = {"id": "r1", "order_id": "1001", "currency": "EUR", "refunded_at": at}
    refund |= {"total": "10.00", "amount": "10.00"}
    dispute = {"id": "d1", "order_id": "1001", "occurred_at": at}
    sent = [
        ("order.paid", order),
        ("order.paid", order),
        ("refund.created", refund),
        ("refund.created", refund),
        ("dispute.opened", dispute),
        ("dispute.opened", dispute),
    ]

    assert [tell(kind, data) for kind, data in sent] == [
        ["order.attributed"],
        ["order.updated"],
        ["order.updated", "order.refunded"],
        ["order.updated"],
        ["order.updated", "order.disputed"],
        ["order.updated"],
    ]


def test_a_suspended_creator_is_told(shop):
    suspend_affiliation(
        affiliation_id=shop.place.affiliation_id, reason="Spam", actor_id=shop.actor_id, now=NOW
    )

    assert told("affiliate.suspended") == {"creator": shop.place.affiliation.public_id}


def test_the_guide_lists_every_topic_and_field_as_the_catalogue_has_them():
    guide = GUIDE.read_text("utf-8")
    topics = [
        f"| `{one.name}` | {one.about} | {', '.join(f'`{name}`' for name in one.fields)} |"
        for one in TOPICS.values()
    ]
    fields = [f"| `{name}` | {one.kind} | {one.about} |" for name, one in FIELDS.items()]

    assert "\n".join(topics) in guide
    assert "\n".join(fields) in guide


def test_the_example_of_the_guide_verifies_what_is_signed_here():
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    there: dict[str, Any] = {}
    exec(example, there)  # the guide's own text
    old, new = make_secret(), make_secret()
    now = datetime.now(UTC)

    signed = sign_standard_webhooks(secrets=[new, old], event_id="evt_2", body=b"{}", now=now)
    late = sign_standard_webhooks(
        secrets=[new], event_id="evt_2", body=b"{}", now=now - timedelta(minutes=6)
    )

    assert there["is_ours"](new, signed, b"{}") and there["is_ours"](old, signed, b"{}")
    assert not there["is_ours"](make_secret(), signed, b"{}")
    assert not there["is_ours"](new, signed, b"{ }")
    assert not there["is_ours"](new, late, b"{}")
