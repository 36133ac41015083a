"""What an order is priced by: its own facts, and the rules of the day it was placed."""

from datetime import timedelta

import pytest

from affiliates.models import Code
from brands.domain.rules import Conditions
from brands.services.programs import set_program_status, update_program
from brands.services.rules import RuleDraft
from tests.makers import (
    NOW,
    get_owner,
    make_code,
    make_draft_program,
    make_enrollment,
    make_rules,
    percent_rule,
)
from tests.orders import get_commission, place_order, send_events
from tracking.domain.events import RefundEvent

pytestmark = pytest.mark.django_db


def open_program(*drafts: RuleDraft, **settings) -> Code:
    """Return the code of a creator in a program of such rules and settings."""
    program = make_draft_program()
    by_owner = {"actor_id": get_owner(program.brand).pk, "now": NOW}
    update_program(program_id=program.pk, **settings, **by_owner)
    make_rules(program, drafts)
    set_program_status(program_id=program.pk, status="live", **by_owner)
    program.refresh_from_db()
    return make_code(make_enrollment(program), "ANNA")


def test_shipping_that_is_paid_on_is_one_line_less_its_share_of_what_came_back():
    code = open_program(is_base_with_shipping=True, is_base_before_discount=True)
    order = place_order(code, shipping=1_000, shipping_tax=200, total=11_200)
    refund = RefundEvent(
        external_order_id=order.external_order_id,
        external_refund_id="r1",
        status="succeeded",
        kind="shipping_only",
        currency="EUR",
        occurred_at=NOW,
        shipping=600,
        total=600,
    )

    send_events(order.brand, refund, order_id=order.external_order_id)

    line = get_commission(order).pricing["lines"][-1]
    assert (line["line_id"], line["quantity"]) == ("shipping", 1)
    assert (line["base"], line["refunded"], line["amount"]) == (1_000, 500, 50)


@pytest.mark.parametrize(("is_paid_on", "shipping"), [(True, 0), (False, 1_000)])
def test_shipping_that_is_free_or_not_paid_on_is_no_line(is_paid_on, shipping):
    code = open_program(is_base_with_shipping=is_paid_on)

    order = place_order(code, shipping=shipping, total=10_000 + shipping)

    assert [line["line_id"] for line in get_commission(order).pricing["lines"]] == ["l1"]


def test_an_order_told_late_earns_by_the_rules_of_the_day_it_was_placed():
    code = open_program()
    changed = NOW + timedelta(days=30)
    make_rules(code.enrollment.program, [percent_rule(500)], effective_from=changed)

    late = place_order(code, now=changed, placed_at=changed - timedelta(days=1))
    later = place_order(code, now=changed)

    assert [get_commission(order).amount_minor for order in (late, later)] == [1_000, 500]


def test_a_rule_for_a_code_takes_the_orders_of_that_code_alone():
    tea = RuleDraft(
        name="Tea", kind="percent", rate_bps=3_000, conditions=Conditions(codes=("tea",))
    )
    code = open_program(tea, percent_rule())

    orders = [place_order(make_code(code.enrollment, "TEA")), place_order(code)]

    assert [get_commission(order).amount_minor for order in orders] == [3_000, 1_000]
