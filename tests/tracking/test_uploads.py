"""Orders from a file: exact, all or nothing, and the same file again changes nothing."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from brands.models import Role
from tests.brands.pages import sign_in_as, text_of
from tests.makers import (
    NOW,
    get_owner,
    make_brand,
    make_code,
    make_connection,
    make_enrollment,
    make_program,
)
from tests.shop import Shop
from tests.uploads import HEAD, ROW, make_upload, read_upload, take_upload
from tracking.domain.sheetcells import SheetRefused, guess_options
from tracking.integrations import csvfile
from tracking.models import Commission, Order, OrderUpload, StoreEvent
from tracking.services import uploadplans, uploads

LATER = NOW + timedelta(days=2)
RECENT = ROW.replace("2026-03-02", (NOW + timedelta(days=1)).date().isoformat())

pytestmark = pytest.mark.django_db


@pytest.fixture
def store():
    program = make_program(make_brand())
    make_code(make_enrollment(program), "LENA10")
    return make_connection(program.brand, platform="csv")


def look(store, text, now=NOW):
    return uploadplans.preview(
        upload=make_upload(store, text, now), adapter=csvfile, is_vouched=False, now=now
    )


def take(store, text, *, is_vouched=False, now=NOW):
    upload = make_upload(store, text, now)
    read_upload(upload, now=now)
    return take_upload(upload, is_vouched=is_vouched, now=now)


def wrong(store, *rows, head=HEAD):
    return [(e.row, e.column, e.code) for e in look(store, "\n".join([head, *rows])).errors]


def test_an_order_of_a_file_earns_like_any_other(store):
    take(store, f"{HEAD}\n{RECENT}\n", now=LATER)

    order = Order.objects.get()
    assert (order.total_minor, order.net_minor, order.status) == (12490, 10000, "paid")
    assert Commission.objects.get().amount_minor > 0


def test_the_same_file_again_changes_nothing_and_a_cancelled_order_does(store):
    take(store, f"{HEAD}\n{RECENT}\n", now=LATER)
    with pytest.raises(uploads.NothingToTake):
        take(store, f"{HEAD}\n{RECENT}\n", now=LATER + timedelta(days=1))

    cancelled = RECENT.removesuffix(",") + ",cancelled"
    take(store, f"{HEAD}\n{cancelled}\n", now=LATER + timedelta(days=2))

    assert Order.objects.get().status == "cancelled"
    assert Commission.objects.get().amount_minor == 0


def test_a_refunded_amount_is_a_running_total(store):
    first, second = (ROW.replace("LENA10,,", f"LENA10,{sum_},") for sum_ in ("10.00", "25.00"))
    take(store, f"{HEAD}\n{first}\n")
    take(store, f"{HEAD}\n{second}\n", now=NOW + timedelta(days=1))

    with pytest.raises(uploads.NothingToTake):
        take(store, f"{HEAD}\n{second}\n", now=NOW + timedelta(days=2))
    assert Order.objects.get().refunded_minor == 2500
    assert StoreEvent.objects.count() == 2


def test_lines_of_one_order_stand_in_rows_of_one_id_and_share_what_the_order_tells(store):
    head = "order_id,currency,total,paid_at,discount,tax,sku,line_total"
    rows = [
        "7,EUR,100.00,2026-03-02,20.00,0.00,A,59.00",
        "7,,,,,,B,61.00",
    ]

    [one] = look(store, "\n".join([head, *rows])).planned

    assert [line.net_ex_tax for line in one.event.lines] == [4917, 5083]
    assert [line.sku for line in one.event.lines] == ["A", "B"]


@pytest.mark.parametrize(
    ("raw", "encoding", "delimiter", "decimal"),
    [
        (b"order_id;currency;total\n1;EUR;1.234,50", "utf-8-sig", ";", ","),
        ("\ufefforder_id,currency,total\n1,EUR,1.5".encode(), "utf-8-sig", ",", "."),
        ("order_id\tcurrency\ttotal\n1\tEUR\t12,50".encode("utf-16"), "utf-16", "\t", ","),
        ("order_id,currency,total,title\n1,EUR,1.5,Café".encode("cp1252"), "cp1252", ",", "."),
    ],
)
def test_how_a_file_is_written_is_guessed(raw, encoding, delimiter, decimal):
    options = guess_options(raw)

    assert (options.encoding, options.delimiter, options.decimal) == (encoding, delimiter, decimal)
    assert [options.columns[name] for name in ("order_id", "currency", "total")] == [0, 1, 2]


def test_each_wrong_row_is_named_with_its_column(store):
    head = "Order ID,Currency,Total,Paid at,Status"
    found = wrong(
        store,
        "1,EUR,10.00,2026-03-02,",
        ",EUR,10.00,2026-03-02,",
        "3,EURO,10.00,2026-03-02,",
        "4,JPY,10.50,2026-03-02,",
        "5,EUR,-1.00,2026-03-02,",
        "6,EUR,10.00,2026-02-30,",
        "7,EUR,10.00,,paid",
        "8,EUR,10.00,,done",
        "1,EUR,10.00,2026-03-02,",
        "9,EUR,,2026-03-02,",
        '"=1+1",EUR,=2+3,2026-03-02,',
        head=head,
    )

    assert found == [
        (3, "Order ID", "upload.missing"),
        (4, "Currency", "upload.bad_currency"),
        (5, "Total", "upload.bad_amount"),
        (6, "Total", "upload.bad_amount"),
        (7, "Paid at", "upload.bad_time"),
        (8, "Paid at", "upload.missing"),
        (9, "Status", "upload.bad_status"),
        (10, "Order ID", "upload.repeated"),
        (11, "Total", "upload.missing"),
        (12, "Total", "upload.bad_amount"),
    ]


def test_a_time_without_a_zone_is_of_the_brand_and_that_is_told(store):
    store.brand.time_zone = "Asia/Tehran"
    store.brand.save(update_fields=["time_zone"])

    found = look(store, f"{HEAD}\n{ROW}\n")

    assert found.sheet.has_no_zone
    assert found.planned[0].event.paid_at.isoformat() == "2026-03-02T06:31:00+00:00"


def test_a_file_with_one_wrong_row_is_not_taken_at_all(store):
    with pytest.raises(uploads.NothingToTake):
        take(store, f"{HEAD}\n{ROW}\nF-2,,,EUR,x,,,,,\n")

    assert not StoreEvent.objects.exists()


def test_a_file_is_taken_once(store):
    upload = take(store, f"{HEAD}\n{ROW}\n")

    with pytest.raises(uploads.AlreadyTaken):
        uploads.confirm_upload(
            upload_id=upload.pk,
            is_vouched=False,
            actor_id=get_owner(store.brand).pk,
            now=NOW,
            real_now=NOW,
        )


@pytest.mark.parametrize("is_vouched", [True, False])
def test_an_old_payment_counts_from_then_only_if_finance_answers_for_it(store, is_vouched):
    paid_at = NOW - timedelta(days=20)
    row = f"F-1,,{paid_at.isoformat()},EUR,100.00,,,LENA10,,"

    take(store, f"{HEAD}\n{row}\n", is_vouched=is_vouched)

    commission = Commission.objects.get()
    anchor = paid_at if is_vouched else NOW - timedelta(hours=72)
    assert commission.release_at is not None
    assert commission.release_at.date() == (anchor + timedelta(days=30)).date()


def test_on_a_store_that_posts_a_file_only_fills_gaps():
    program = make_program(make_brand())
    shop = Shop(make_connection(program.brand))
    shop.pay("F-1", total="50.00")

    upload = make_upload(shop.connection, f"{HEAD}\n{ROW}\n{ROW.replace('F-1', 'F-2')}\n")
    found = uploadplans.preview(upload=upload, adapter=csvfile, is_vouched=False, now=shop.now)

    assert [one.what for one in found.planned] == ["left", "new"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"order_id,currency,total\n", "no_rows"),
        (b'order_id,currency,total\n1,EUR,"1', "not_csv"),
        (b"order_id\n" + b"1\n" * 20_001, "too_many_rows"),
        (b"", "no_rows"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(store, raw, code):
    with pytest.raises(SheetRefused) as caught:
        look(store, raw.decode())
    assert caught.value.code == code


@pytest.mark.parametrize(
    "raw", [b"\x00\xff" * 50, b"\xff\xfe\x00", b'"', b",,,\n,,\n", b"\xef\xbb\xbf", b"a" * 9999]
)
def test_any_bytes_are_refused_as_a_file_or_row_by_row(store, raw):
    upload = make_upload(store)
    OrderUpload.objects.filter(pk=upload.pk).update(body=raw.decode("latin-1"))
    upload.refresh_from_db()

    with pytest.raises(SheetRefused):
        uploadplans.preview(upload=upload, adapter=csvfile, is_vouched=False, now=NOW)


def test_a_manager_looks_corrects_and_takes_a_file(store, client):
    client = sign_in_as(store.brand, Role.MANAGER)
    base = f"/b/{store.brand.slug}/program/stores/{store.public_id}/upload/"
    template = client.get(f"{base}template/")

    file = SimpleUploadedFile("mine.csv", template.content)
    page = client.post(base, {"file": file}, follow=True)
    assert "What it would do" in text_of(page)
    assert "A-1001" in text_of(page)

    upload = OrderUpload.objects.get()
    taken = client.post(f"{base}{upload.public_id}/", {"action": "take"}, follow=True)

    assert "Orders taken" in text_of(taken)
    assert StoreEvent.objects.get().upload == upload
    upload.refresh_from_db()
    assert not upload.is_vouched
    assert sign_in_as(store.brand, Role.ANALYST).get(base).status_code == 403
