"""The story of a commission: its table adds up, its sentences fit its facts."""

from datetime import timedelta

import pytest

from payouts.services.methods import set_bank_method
from portal.selectors import load_story
from portal.story import Story, build_story, explain_credit, list_params, make_reader
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_code,
    make_enrollment,
    make_link,
    make_program,
    percent_rule,
)
from tests.orders import (
    approve_payouts,
    get_commission,
    place_order,
    refund_order,
    release_due,
)
from tests.tracking.events import make_line
from tracking.models import Commission
from tracking.selectors_wording import load_names
from tracking.services.holds import hold_commission
from tracking.services.review import adjust_commission, reject_commission

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=8)


def tell(commission: Commission, *, audience="creator", now=NOW) -> Story:
    commission = Commission.objects.select_related(
        "brand", "program", "order", "affiliation", "enrollment"
    ).get(pk=commission.pk)
    rows = load_story(commission=commission, now=now)
    names = load_names(brand_id=commission.brand_id, params=list_params(rows))
    return build_story(rows=rows, reader=make_reader(audience=audience, rows=rows, names=names))


def plain(text: str) -> str:
    """Leave out the invisible marks of direction."""
    for mark in "\u2066\u2067\u2068\u2069":
        text = text.replace(mark, "")
    return text.replace("\u00a0", " ")


@pytest.fixture
def link():
    return make_link(make_enrollment(make_program()))


def add_up(story: Story) -> int:
    return sum(line.pays.amount_minor for line in story.lines if line.pays and line.kind != "total")


def test_a_pending_commission_says_when_it_is_released_and_paid(link):
    story = tell(get_commission(place_order(link)))

    assert story.state.badge == "pending"
    assert story.amount.amount_minor == 1000
    assert plain(story.sentences[0]) == (
        "Will be released on 11 Sep 2026: 30 days after the payment of 12 Aug 2026."
    )
    assert plain(story.sentences[1]) == "Expected in the payout of 5 Oct 2026."
    assert [(step.title, step.state) for step in story.steps] == [
        ("Click", "done"),
        ("Ordered", "done"),
        ("Paid by the shopper", "done"),
        (story.steps[3].title, "done"),
        ("Will be released", "future"),
        ("Will be in the payout run, if nothing stands in its way", "future"),
    ]
    assert plain(story.steps[3].title) == "Commission: 10.00 EUR"


def test_the_table_of_a_partly_refunded_order_adds_up_to_what_it_is_now(link):
    cups = make_line("l1", net=5143, quantity=2)
    grinder = make_line("l2", net=6857)
    order = place_order(link, lines=(cups, grinder), total=12_000)
    refund_order(order, net=2571, now=LATER)

    story = tell(get_commission(order), now=LATER)

    assert story.amount.amount_minor == 943
    assert [(line.kind, line.pays and line.pays.amount_minor) for line in story.lines] == [
        ("line", 514),
        ("line", 686),
        ("total", 1200),
        ("change", -257),
        ("total", 943),
    ]
    assert plain(story.lines[0].title) == "Cup ×2"
    assert plain(story.lines[3].reason).endswith("25.72 × 10 % = 2.57; 2.57 + 6.86 = 9.43")
    assert plain(story.changes[1].sentences[0]) == (
        "25.71 EUR was refunded on 20 Aug 2026; 94.29 EUR still counts, so the commission changes "
        "by −2.57 EUR."
    )


def test_what_was_taken_off_a_line_is_written_out_where_it_is_exact(link):
    line = make_line("l1", net=5143)
    discounted = line.__class__(
        **{f: getattr(line, f) for f in line.__slots__} | {"gross": 6000, "discount": 857}
    )
    story = tell(get_commission(place_order(link, lines=(discounted,), total=5143)))

    assert plain(story.lines[0].detail) == "60.00 − 8.57"
    assert [line.title for line in story.lines if line.kind == "note"] == ["Discount"]


def test_a_refund_after_the_release_is_told_as_a_clawback(link):
    order = place_order(link)
    release_due(order.brand, now=NOW + timedelta(days=30))
    now = NOW + timedelta(days=35)
    refund_order(order, net=5000, now=now)

    story = tell(get_commission(order), now=now)

    assert story.state.badge == "released"
    assert "never from your bank" in story.changes[1].sentences[1]
    assert add_up(story) == story.amount.amount_minor == 500


def test_a_fully_refunded_order_tells_why_it_is_zero_and_promises_nothing(link):
    order = place_order(link)
    refund_order(order, net=10_000, now=LATER)

    story = tell(get_commission(order), now=LATER)

    assert story.state.badge == "reversed"
    assert plain(story.sentences[0]) == (
        "The whole order was refunded on 20 Aug 2026; the commission is 0."
    )
    assert all(step.state != "future" for step in story.steps)
    assert add_up(story) == 0


def test_a_rejection_quotes_the_reason_to_both_sides(link):
    commission = get_commission(place_order(link))
    owner = get_owner(link.brand)
    reject_commission(
        commission_id=commission.pk, reason="Ordered for the office", actor_id=owner.pk, now=LATER
    )

    for audience in ("creator", "brand"):
        story = tell(commission, audience=audience, now=LATER)
        assert story.state.badge == "rejected"
        assert "Ordered for the office" in story.sentences[0]
        assert add_up(story) == 0


def test_an_adjustment_is_a_row_of_its_own(link):
    commission = get_commission(place_order(link))
    adjust_commission(
        commission_id=commission.pk,
        delta_minor=250,
        reason="For the photos",
        actor_id=get_owner(link.brand).pk,
        now=LATER,
    )

    story = tell(commission, now=LATER)

    change = story.lines[-2]
    assert (change.kind, change.pays.amount_minor) == ("change", 250)
    assert "For the photos" in change.reason
    assert add_up(story) == story.amount.amount_minor == 1250


def test_a_review_stands_beside_the_date_and_its_note_is_the_brands_alone(link):
    commission = get_commission(place_order(link))
    hold_commission(
        commission_id=commission.pk,
        reason="Nine seconds after the click",
        actor_id=get_owner(link.brand).pk,
        now=NOW,
    )

    creators, brands = tell(commission), tell(commission, audience="brand")

    assert creators.state.badge == "in_review"
    assert not any("Nine seconds" in text for text in creators.sentences)
    assert any("Nine seconds" in text for text in brands.sentences)


def test_an_order_that_is_not_paid_waits_and_earns_nothing_yet(link):
    order = place_order(link, status="pending", paid_at=None)

    story = tell(get_commission(order))

    assert story.state.badge == "zero"
    assert story.sentences == ("Waits for the store to report payment of this order.",)


def test_a_line_no_rule_fits_earns_nothing_and_says_so():
    program = make_program(drafts=[percent_rule(1000)])
    enrollment = make_enrollment(program)
    order = place_order(make_link(enrollment), lines=(make_line("l1", net=0),), total=0)

    story = tell(get_commission(order))

    assert story.state.badge == "zero"
    assert story.lines[0].pays.amount_minor == 0
    assert story.lines[0].reason


def test_the_payout_that_holds_the_money_is_named(link):
    creator = link.enrollment.affiliation.affiliate.user
    order = place_order(link, total=100_000, lines=(make_line("l1", net=100_000),))
    release_due(order.brand, now=NOW + timedelta(days=30))
    set_bank_method(
        affiliation_id=link.enrollment.affiliation_id,
        details={"account_name": "Anna", "iban": "DE02120300000000202051"},
        actor_id=creator.pk,
        now=NOW,
    )
    now = NOW + timedelta(days=40)
    approve_payouts(order.brand, now=now)

    story = tell(get_commission(order), now=now)

    assert story.payout is not None
    assert "is sent next" in story.sentences[-1]
    assert story.steps[-1].title == "Payout approved"


def test_a_lost_candidate_reads_his_own_reason_and_no_other_name():
    brand = make_brand()
    program = make_program(brand)
    anna, ben = make_enrollment(program), make_enrollment(program)
    order = place_order(make_link(anna), make_code(ben, "BEN10"))
    commission = get_commission(order, ben)
    rows = load_story(commission=commission, now=NOW)
    reader = make_reader(audience="creator", rows=rows)

    said = explain_credit(attribution=rows.attribution, enrollment_id=anna.pk, reader=reader)

    assert said == (
        "Not credited: the shopper used another creator's code, and codes come first here."
    )
    assert ben.affiliation.affiliate.display_name not in said
