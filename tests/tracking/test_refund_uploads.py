"""Refunds from a file: each by its id, never more than an order has, all or nothing."""

from datetime import timedelta

import pytest

from brands.models import Role
from core.clock import database_now
from tests.brands.pages import sign_in_as
from tests.makers import NOW, make_connection
from tests.portal.text import plain
from tests.tracking.test_uploads import RECENT, look, store, take
from tests.uploads import HEAD, make_upload, read_upload
from tracking.models import Commission, Order, StoreEvent
from tracking.services import uploads

__all__ = ["store"]  # a fixture

REFUNDS = "Refund ID,Order,Amount,Reason,Refunded at"
LATER = NOW + timedelta(days=3)

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(store):
    """An order of 124.90: goods 100.00, tax 20.00, shipping 4.90; ten percent earned."""
    take(store, f"{HEAD}\n{RECENT}\n", now=NOW + timedelta(days=2))
    return store


def refund(store, *rows, head=REFUNDS):
    return take(store, "\n".join([head, *rows]), now=LATER)


def wrong(store, *rows, head=REFUNDS):
    found = look(store, "\n".join([head, *rows]), now=LATER)
    return [(error.row, error.column, error.code) for error in found.errors]


def test_several_refunds_of_an_order_lower_its_commission_by_their_share(sold):
    before = Commission.objects.get().amount_minor

    refund(sold, "R-1,F-1,30.00,Broken,2026-08-14 10:00", "R-2,F-1,30.00,,")

    assert Order.objects.get().refunded_minor == 6000
    assert Commission.objects.get().amount_minor == before // 2


def test_the_same_file_again_changes_nothing(sold):
    rows = ["R-1,F-1,30.00,Broken,", "R-2,F-1,30.00,,"]
    refund(sold, *rows)
    before = (StoreEvent.objects.count(), Commission.objects.get().amount_minor)

    with pytest.raises(uploads.NothingToTake):
        refund(sold, *rows)

    assert (StoreEvent.objects.count(), Commission.objects.get().amount_minor) == before


def test_each_wrong_refund_is_named_and_nothing_is_taken(sold):
    rows = [
        "R-1,F-1,100.00,,",
        "R-2,F-9,1.00,,",
        "R-3,F-1,24.91,,",
        "R-1,F-1,99.00,,",
        "R-4,F-1,-1.00,,",
        "R-5,F-1,0.00,,",
        ",F-1,1.00,,",
        "R-7,F-1,1.00,,yesterday",
        "R-8,F-1,24.90,,",
        "R-9,F-1,0.01,,",
    ]

    assert wrong(sold, *rows) == [
        (3, "Order", "upload.unknown_order"),
        (4, "Amount", "upload.over_refunded"),
        (5, "Refund ID", "upload.other_refund"),
        (6, "Amount", "upload.bad_amount"),
        (7, "Amount", "upload.no_refund"),
        (8, "Refund ID", "upload.missing"),
        (9, "Refunded at", "upload.bad_time"),
        (11, "Amount", "upload.over_refunded"),
    ]
    with pytest.raises(uploads.NothingToTake):
        refund(sold, *rows)
    assert Order.objects.get().refunded_minor == 0


def test_a_refund_by_id_explains_what_a_running_total_told_before(sold):
    row = RECENT.replace("LENA10,,", "LENA10,25.00,")
    take(sold, f"{HEAD}\n{row}\n", now=LATER)
    assert Order.objects.get().refunded_minor == 2500

    refund(sold, "R-1,F-1,25.00,,")

    assert Order.objects.get().refunded_minor == 2500


def test_a_whole_refund_leaves_exactly_nothing(sold):
    refund(sold, "R-1,F-1,41.63,,", "R-2,F-1,41.63,,", "R-3,F-1,41.64,,")

    assert Commission.objects.get().amount_minor == 0


def test_a_currency_that_is_told_must_be_the_orders(sold):
    head = f"{REFUNDS},Currency"

    assert wrong(sold, "R-1,F-1,1.00,,,USD", "R-2,F-1,1.00,,,eur", head=head) == [
        (2, "Currency", "upload.other_currency")
    ]


def test_an_order_is_found_by_its_number_unless_two_have_it(sold):
    take(sold, "id,number,currency,total,paid_at\nX-1,#77,EUR,10,2026-08-13\n", now=LATER)
    assert wrong(sold, "R-1,#77,1.00,,") == []

    take(sold, "id,number,currency,total,paid_at\nX-2,#77,EUR,10,2026-08-13\n", now=LATER)
    assert wrong(sold, "R-1,#77,1.00,,") == [(2, "Order", "upload.unknown_order")]


def test_an_order_of_another_store_is_not_known_here(sold):
    other = make_connection(sold.brand, platform="csv")

    assert wrong(other, "R-1,F-1,1.00,,") == [(2, "Order", "upload.unknown_order")]


def test_what_the_rows_are_can_be_chosen_and_errors_are_told_in_words(sold):
    client = sign_in_as(sold.brand, Role.MANAGER)
    kept = make_upload(sold, "a,b,c\nR-1,F-1,500.00\n")
    read_upload(kept, now=database_now())
    url = f"/b/{sold.brand.slug}/program/stores/{sold.public_id}/upload/{kept.public_id}/"
    options = {"action": "read", "encoding": "utf-8-sig", "delimiter": ",", "decimal": "."}
    options |= {"date_order": "dmy", "kind": "refunds"}

    asked = client.post(url, options)
    page = client.post(
        url, options | {"refund_id": "0", "order_id": "1", "amount": "2"}, follow=True
    )

    assert asked.status_code == 422
    assert "More than what is left of the order, which is 124.90 EUR" in plain(page)
