"""The pages of a comparison: what stands there, what a click does, who may."""

import pytest
from django.test import Client

from core import faults
from core.clock import database_now
from tests.brands.pages import sign_in_as, text_of
from tests.makers import get_owner, make_brand, make_connection, make_member
from tests.storechecks import FIGURES, make_check, make_finding
from tests.uploads import make_upload, read_upload, take_upload
from tracking.models import FindingKind, Order, OrderUpload, StoreCheck, StoreFinding
from tracking.services import reingesting, uploadplans
from tracking.tasks import work_on_check

pytestmark = pytest.mark.django_db
EXPORT = (
    "Order ID,Number,Placed at,Status,Currency,Total,Refunded\r\n"
    "A-1,1001,2026-03-02,paid,EUR,112.90,0.00\r\n"
    "A-2,1002,2026-03-03,paid,JPY,1250,\r\n"
    "A-3,1003,2026-03-04,paid,KWD,1.250,0.5\r\n"
    "A-4,1004,2026-03-05,nonsense,EUR,1.00,\r\n"
)
TAKEN = (
    "Order ID,Number,Placed at,Paid at,Status,Currency,Total,Refunded\r\n"
    "A-1,1001,2026-03-02,2026-03-02,paid,EUR,110.00,0.00\r\n"
    "A-2,1002,2026-03-03,2026-03-03,paid,JPY,1250,\r\n"
    "A-9,1009,2026-03-05,2026-03-05,paid,EUR,5.00,\r\n"
)


@pytest.fixture
def store():
    return make_connection(make_brand())


def url_of(store, tail: str = "") -> str:
    return f"/b/{store.brand.slug}/program/stores/{store.public_id}/checks/{tail}"


def test_the_page_says_what_differs_with_both_figures(store):
    now = database_now()
    check = make_check(store, now=now)
    make_finding(check, now=now)
    client = sign_in_as(store.brand)

    page = text_of(client.get(url_of(store)))
    assert "1,205 orders compared: 1 different." in page
    assert "120.00" in page and "110.00" in page
    detail = text_of(client.get(url_of(store, f"{check.public_id}/")))
    assert "Test orders: 3" in detail and "4711" in detail
    home = text_of(client.get(f"/b/{store.brand.slug}/"))
    assert "1 order differs from the shop" in home
    assert "Agrees" not in page


def test_a_store_that_agrees_says_since_when(store):
    check = make_check(store, now=database_now())
    StoreCheck.objects.filter(pk=check.pk).update(counts={"equal": 1204})
    client = sign_in_as(store.brand)

    assert "1,204 orders compared, all equal." in text_of(client.get(url_of(store)))
    inbox = client.get(f"/b/{store.brand.slug}/program/stores/{store.public_id}/")
    assert "Agrees with the shop as of" in text_of(inbox)


def test_dismissing_needs_a_reason_and_keeps_it(store):
    now = database_now()
    row = make_finding(make_check(store, now=now), now=now)
    client, url = sign_in_as(store.brand), url_of(store, f"dismiss/{row.public_id}/")

    client.post(url, {"reason": " "})
    row.refresh_from_db()
    assert row.state == "open"
    client.post(url, {"reason": "Sold by hand"})
    row.refresh_from_db()
    assert (row.state, row.reason, row.closed_by) == (
        "dismissed",
        "Sold by hand",
        get_owner(store.brand),
    )
    assert "Sold by hand" in text_of(client.get(url_of(store, "?state=all")))


def test_who_may_not_manage_reads_and_changes_nothing(store):
    now = database_now()
    row = make_finding(make_check(store, now=now), now=now)
    client = Client()
    client.force_login(make_member(store.brand, "analyst").user)

    assert "4711" in text_of(client.get(url_of(store)))
    for tail in ("", "fetch/", "take/", f"dismiss/{row.public_id}/"):
        assert client.post(url_of(store, tail), {"reason": "x"}).status_code == 403
    row.refresh_from_db()
    assert row.state == "open"


def test_the_filters_and_the_file_give_the_same_rows(store):
    now = database_now()
    check = make_check(store, now=now)
    make_finding(check, now=now)
    other = make_finding(check, order_id="=1+1", now=now)
    StoreFinding.objects.filter(pk=other.pk).update(
        kind=FindingKind.MISSING, fields=[], here={}, told=FIGURES | {"currency": "JPY"}
    )
    client = sign_in_as(store.brand)

    page = text_of(client.get(url_of(store, "?kind=missing")))
    assert "4711" not in page and "=1+1" in page
    answer = client.get(url_of(store, "findings.csv?kind=missing"))
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("'=1+1,") and ",12000," in lines[1]


def test_a_page_of_many_findings_asks_the_database_a_fixed_number_of_times(
    store, django_assert_max_num_queries
):
    now = database_now()
    check = make_check(store, now=now)
    for number in range(60):
        make_finding(check, order_id=f"A-{number}", now=now)
    client = sign_in_as(store.brand)

    with django_assert_max_num_queries(30):
        page = client.get(url_of(store))
    assert "60 orders" in text_of(page)
    assert b"before=" in page.content


def compare(store, upload: OrderUpload) -> StoreCheck:
    """Compare a file by its page and let a worker do it."""
    client = sign_in_as(store.brand)
    data = {"since": "2026-03-01", "until": "2026-03-07", "is_whole": "on"}
    answer = client.post(url_of(store, f"file/{upload.public_id}/"), data)
    assert answer.status_code == 303
    row = StoreCheck.objects.latest("pk")
    work_on_check(check_id=row.pk)
    row.refresh_from_db()
    return row


@pytest.fixture
def files():
    return make_connection(make_brand(), platform="csv")


def test_a_file_is_compared_and_nothing_of_it_is_taken(files):
    taken = make_upload(files, TAKEN)
    read_upload(taken, now=database_now())
    take_upload(taken, now=database_now())
    before = Order.objects.count()

    check = compare(files, make_upload(files, EXPORT))

    found = {row.external_order_id: row for row in StoreFinding.objects.all()}
    assert {name: row.kind for name, row in found.items()} == {
        "A-1": "different",
        "A-3": "missing",
        "A-9": "absent",
    }
    assert found["A-1"].fields == ["total"]
    assert (found["A-3"].told["total"], found["A-3"].told["refunded"]) == (1250, 500)
    assert check.counts == {"equal": 1, "different": 1, "missing": 1, "absent": 1, "unread": 1}
    assert Order.objects.count() == before


def test_the_rows_of_a_file_are_taken_by_an_upload_of_their_own_and_settle(files):
    compare(files, make_upload(files, TAKEN))
    client = sign_in_as(files.brand)
    row = StoreFinding.objects.get(external_order_id="A-2")

    answer = client.post(url_of(files, "take/"), {"finding": row.public_id})
    upload = OrderUpload.objects.latest("pk")
    assert answer.url.endswith(f"/upload/{upload.public_id}/")
    assert (upload.body or "").splitlines()[1:] == ["A-2,1002,2026-03-03,2026-03-03,paid,JPY,1250,"]
    read_upload(upload, now=database_now())
    take_upload(upload, now=database_now())
    assert reingesting.follow_uploads(real_now=database_now()) == 1

    row.refresh_from_db()
    assert (row.state, row.order) == ("settled", Order.objects.get(external_order_id="A-2"))
    assert row.effect == {"before": {}, "after": {}}


def test_a_file_that_cannot_be_compared_says_why(files):
    check = compare(files, make_upload(files, "Refund ID,Order,Refunded\r\nR-1,A-1,5.00\r\n"))
    assert (check.stage, check.code) == ("failed", "compare.not_orders")

    upload = make_upload(files, EXPORT)
    OrderUpload.objects.filter(pk=upload.pk).update(body=None)
    check = compare(files, upload)

    assert (check.stage, check.code) == ("failed", "compare.forgotten")
    page = sign_in_as(files.brand).get(url_of(files, f"{check.public_id}/"))
    assert "The file was deleted when its time was over." in text_of(page)


def test_a_killed_comparison_of_a_file_counts_each_order_once(files, monkeypatch):
    monkeypatch.setattr(uploadplans, "BATCH", 2)
    upload = make_upload(files, EXPORT.replace("nonsense", "paid"))
    monkeypatch.setenv("FAULTS", "1")
    passed: list[str] = []

    def die(name: str) -> None:
        passed.append(name)
        if len(passed) == 2:
            raise faults.Crash

    faults.install(die)
    try:
        with pytest.raises(faults.Crash):
            compare(files, upload)
    finally:
        faults.install(None)
    row = StoreCheck.objects.get()
    assert (row.done, row.ended_at) == (2, None)

    StoreCheck.objects.update(next_at=database_now())
    work_on_check(check_id=row.pk)

    row.refresh_from_db()
    assert (row.stage, row.counts) == ("done", {"missing": 4})
    assert StoreFinding.objects.count() == 4


def test_the_order_page_shows_its_open_finding(files):
    taken = make_upload(files, TAKEN)
    read_upload(taken, now=database_now())
    take_upload(taken, now=database_now())
    compare(files, make_upload(files, EXPORT))
    order = Order.objects.get(external_order_id="A-1")

    page = sign_in_as(files.brand).get(f"/b/{files.brand.slug}/orders/{order.public_id}/")

    assert "This order differs from the shop: Different figures." in text_of(page)
