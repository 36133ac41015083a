"""From a store's delivery to the books: the traps the field falls into, each as a test."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from brands.services.brands import move_clock
from brands.services.programs import update_program
from core.models import InboundStatus
from ledger.models import AccountKind
from ledger.selectors import get_balance
from portal.books import prove_books
from tests.makers import (
    flat_rule,
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_member,
    make_program,
    make_sandbox,
    percent_rule,
)
from tests.shop import Shop, code, line, stamp
from tracking.models import Attribution, Commission, Order, RefusedDelivery, StoreEvent
from tracking.services import intake
from tracking.services.attribution import policy_of
from tracking.tasks import release_brand, sweep_store_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def brand():
    return make_brand()


@pytest.fixture
def enrollment(brand):
    return make_enrollment(make_program(brand))


@pytest.fixture
def ten(enrollment):
    """A code of the creator, who earns 10 %."""
    return make_code(enrollment, "ANNA10")


@pytest.fixture
def shop(brand, ten):
    return Shop(make_connection(brand))


def balance(commission: Commission, kind: AccountKind) -> int:
    return get_balance(
        brand_id=commission.brand_id,
        kind=kind,
        currency=commission.currency,
        party_id=commission.affiliation_id,
    )


def books_balance(brand) -> bool:
    connection.check_constraints()
    return prove_books(brand_id=brand.pk).is_balanced


def test_a_refund_of_a_tenth_takes_a_tenth_of_the_commission(shop, brand):
    shop.pay("1", discounts=code("anna10"))

    shop.refund("1", "r1", "10.00")

    commission = shop.commission("1")
    assert commission.amount_minor == 900
    assert balance(commission, AccountKind.PENDING) == 900
    assert books_balance(brand)


def test_the_code_is_found_whatever_its_case_and_the_reason_is_kept(shop, enrollment):
    order = shop.pay("1", discounts=code("  Anna10 "))

    attribution = Attribution.objects.get(order=order, is_current=True)
    assert attribution.enrollment == enrollment
    assert attribution.code == "attr.won_code"
    assert [row["is_winner"] for row in attribution.candidates["rows"]] == [True]


def test_an_order_without_a_signal_is_recorded_with_its_reason(shop, brand):
    order = shop.pay("1")

    assert Attribution.objects.get(order=order).code == "attr.none_no_signal"
    assert not Commission.objects.exists()
    assert books_balance(brand)


def test_a_refund_after_release_is_a_clawback(brand):
    sandbox = make_sandbox(brand)
    shop = _shop_with_code(sandbox)
    shop.pay("1", discounts=code("SAND10"))
    _move(sandbox, days=31)
    assert release_brand(sandbox) == 1

    shop.refund("1", "r1", "50.00")

    commission = shop.commission("1")
    assert commission.amount_minor == 500
    assert balance(commission, AccountKind.PAYABLE) == 500
    assert commission.changes.latest("seq").entry.kind == "clawback"
    assert books_balance(sandbox)


def test_what_cannot_be_stored_is_answered_with_a_server_error_and_comes_again(shop, monkeypatch):
    data = shop.order("1", discounts=code("ANNA10"))
    with monkeypatch.context() as patch:
        patch.setattr("tracking.views.hooks.store_delivery", _fail)
        assert shop.send("order.paid", data, event_id="evt_same") == 503

    assert shop.send("order.paid", data, event_id="evt_same") == 200
    assert shop.send("order.paid", data, event_id="evt_same") == 200

    assert Order.objects.count() == 1
    assert shop.commission("1").amount_minor == 1000
    assert shop.commission("1").changes.count() == 1


def test_a_refund_before_its_order_ends_in_the_same_state(shop, brand):
    shop.refund("1", "r1", "25.00")
    assert not Commission.objects.exists()

    shop.pay("1", discounts=code("ANNA10"))

    assert shop.commission("1").amount_minor == 750
    assert books_balance(brand)


def test_a_changed_hold_leaves_the_dates_of_what_is_earned(shop, enrollment, brand, settings):
    settings.TERMS_NOTICE_DAYS = 0
    shop.pay("1", discounts=code("ANNA10"))
    before = shop.commission("1").release_at

    update_program(
        program_id=enrollment.program_id,
        actor_id=get_owner(brand).pk,
        now=shop.now,
        hold_days=60,
    )
    shop.pay("2", discounts=code("ANNA10"))
    shop.refund("1", "r1", "10.00")

    assert shop.commission("1").release_at == before
    assert shop.commission("2").release_at - before > timedelta(days=29)


def test_a_payment_told_late_shortens_the_hold_by_three_days_and_no_more(shop):
    long_ago = stamp(shop.now - timedelta(days=20))

    order = shop.pay("1", placed_at=long_ago, paid_at=long_ago, discounts=code("ANNA10"))

    held_for = shop.commission("1").release_at - order.first_received_at
    assert held_for == timedelta(days=30 - 3)


def test_the_first_fitting_rule_wins_and_is_named(brand):
    program = make_program(brand, [flat_rule({"EUR": 500}), percent_rule(5000, name="Half")])
    make_code(make_enrollment(program), "FLAT5")
    shop = Shop(make_connection(brand))

    shop.pay("1", discounts=code("FLAT5"))

    commission = shop.commission("1")
    assert commission.amount_minor == 500
    assert commission.pricing["lines"][0]["rule_name"] == "Flat"


def test_an_edited_order_is_priced_again_by_the_rules_it_had(shop):
    shop.pay("1", discounts=code("ANNA10"))
    later = shop.now + timedelta(seconds=5)

    shop.pay(
        "1",
        updated_at=stamp(later),
        total="60.00",
        lines=[line("1", "60.00")],
        discounts=code("ANNA10"),
    )

    commission = shop.commission("1")
    assert commission.amount_minor == 600
    assert commission.changes.count() == 2


def test_a_sale_that_earns_nothing_is_recorded_with_its_reason(shop):
    gift = [line("1", "100.00", gift_card=True)]

    shop.pay("1", lines=gift, discounts=code("ANNA10"))

    commission = shop.commission("1")
    assert commission.amount_minor == 0
    assert commission.pricing["lines"][0]["code"] == "price.zero_base"


def test_an_order_that_is_not_paid_waits_and_paying_it_makes_the_commission(shop):
    order = shop.order("1", status="pending", discounts=code("ANNA10"))
    del order["paid_at"]
    assert shop.send("order.created", order) == 200
    waiting = shop.commission("1")
    assert (waiting.amount_minor, waiting.reason_code) == (0, "hold.unpaid")
    assert waiting.release_at is None

    later = stamp(shop.now + timedelta(seconds=5))
    shop.pay("1", updated_at=later, discounts=code("ANNA10"))

    commission = shop.commission("1")
    assert commission.amount_minor == 1000
    assert commission.release_at is not None


def test_disputed_won_and_lost_end_where_the_store_says(shop, brand):
    for number in ("1", "2"):
        shop.pay(number, discounts=code("ANNA10"))
        _dispute(shop, number, "opened")
        assert shop.commission(number).holds.filter(closed_at__isnull=True).count() == 1

    _dispute(shop, "1", "won")
    _dispute(shop, "2", "lost")

    assert shop.commission("1").amount_minor == 1000
    assert shop.commission("2").amount_minor == 0
    assert shop.commission("2").reason_code == "dispute.lost"
    assert books_balance(brand)


def test_currencies_are_kept_apart_and_right_to_the_minor_unit(shop, brand):
    shop.pay(
        "1",
        currency="JPY",
        total="5005",
        lines=[line("1", "5005", discount="0", tax="0")],
        discounts=code("ANNA10", "0"),
    )
    shop.pay(
        "2",
        currency="KWD",
        total="1.235",
        lines=[line("1", "1.235", discount="0", tax="0")],
        discounts=code("ANNA10", "0"),
    )
    shop.pay("3", discounts=code("ANNA10"))

    amounts = {n: shop.commission(n).amount_minor for n in ("1", "2", "3")}
    assert amounts == {"1": 501, "2": 124, "3": 1000}
    assert books_balance(brand)


def test_a_worker_killed_after_the_claim_leaves_the_event_for_the_next(shop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("tracking.services.processing.merge_events", _fail)
        assert shop.send("order.paid", shop.order("1", discounts=code("ANNA10"))) == 200
    event = StoreEvent.objects.get()
    assert event.status == InboundStatus.FAILED
    assert not Order.objects.exists()
    StoreEvent.objects.update(next_attempt_at=shop.now - timedelta(seconds=1))

    sweep_store_events()
    sweep_store_events()

    assert shop.commission("1").amount_minor == 1000
    assert StoreEvent.objects.get().status == InboundStatus.PROCESSED


def test_nothing_is_released_before_its_second_and_all_of_it_then(brand):
    sandbox = make_sandbox(brand)
    shop = _shop_with_code(sandbox)
    shop.pay("1", discounts=code("SAND10"))
    due = shop.commission("1").release_at
    left = (due - shop.now).total_seconds()

    move_clock(
        brand_id=sandbox.pk,
        seconds=int(left) - 60,
        actor_id=get_owner(brand).pk,
        now=shop.now,
    )
    sandbox.refresh_from_db()
    assert release_brand(sandbox) == 0
    _move(sandbox, days=1)
    assert release_brand(sandbox) == 1
    assert release_brand(sandbox) == 0

    commission = shop.commission("1")
    assert balance(commission, AccountKind.PENDING) == 0
    assert balance(commission, AccountKind.PAYABLE) == 1000
    assert books_balance(sandbox)


def test_the_database_refuses_to_release_early_or_to_move_the_date(shop):
    shop.pay("1", discounts=code("ANNA10"))
    commission = shop.commission("1")
    for change in (
        {"released_at": shop.now},
        {"release_at": commission.release_at - timedelta(days=1)},
        {"released_at": commission.release_at + timedelta(days=1)},
    ):
        with pytest.raises(Exception, match=r"due|fixed"), transaction.atomic():
            Commission.objects.filter(pk=commission.pk).update(**change)


def test_a_stranger_is_refused_and_leaves_no_body(shop):
    status = shop.post(b"{}", event_id="evt_1", secret="whsec_" + "YWFh" * 11)

    assert status == 401
    assert StoreEvent.objects.count() == 0
    assert RefusedDelivery.objects.get().size_bytes == 2


def test_only_the_last_hundred_refusals_are_kept(shop):
    for _ in range(intake.KEPT_REFUSALS + 5):
        intake.record_refusal(
            connection=shop.connection, code="signature_mismatch", body=b"x", now=shop.now
        )

    assert RefusedDelivery.objects.count() == intake.KEPT_REFUSALS


def test_a_body_that_cannot_be_read_is_kept_answered_and_shown(shop):
    assert shop.post(b'{"type": "order.paid", "data": 7}', event_id="evt_1") == 200

    event = StoreEvent.objects.get()
    assert event.status == InboundStatus.REFUSED
    assert event.code


def test_the_same_id_with_another_body_is_kept_beside_the_first_and_merged(shop):
    shop.send("order.paid", shop.order("1", discounts=code("ANNA10")), event_id="evt_1")
    shop.send("order.paid", shop.order("2", discounts=code("ANNA10")), event_id="evt_1")

    assert StoreEvent.objects.filter(has_other_body=True).count() == 1
    assert Commission.objects.count() == 2


def _fail(**_: object) -> None:
    raise OperationalError("the database is away")


def _dispute(shop: Shop, number: str, what: str) -> None:
    data = {"id": f"d{number}", "order_id": number, "occurred_at": stamp(shop.now)}
    assert shop.send(f"dispute.{what}", data) == 200


def _shop_with_code(sandbox) -> Shop:
    enrollment = make_enrollment(make_program(sandbox), user=make_member(sandbox, "analyst").user)
    make_code(enrollment, "SAND10")
    return Shop(make_connection(sandbox))


def _move(sandbox, *, days: int) -> None:
    move_clock(
        brand_id=sandbox.pk,
        seconds=days * 86_400,
        actor_id=get_owner(sandbox).pk,
        now=sandbox.created_at,
    )
    sandbox.refresh_from_db()


@pytest.mark.parametrize(
    ("program_says", "coupon_is"),
    [("always", "with_click"), ("with_click", "with_click"), ("only_as_winner", "only_as_winner")],
)
def test_a_kind_of_creator_never_loosens_what_the_program_asks_of_codes(program_says, coupon_is):
    program = make_program()
    program.code_policy = program_says

    policy = policy_of(program)

    assert policy.code_policy_for("coupon") == coupon_is
    assert policy.code_policy_for("content") == program_says
