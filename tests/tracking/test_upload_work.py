"""A file of orders as a worker's job: whoever dies, repeats or races, its rows count once."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from brands.models import Role
from core import faults
from core.clock import database_now
from core.models import Mail
from ledger.models import Entry
from tests.brands.pages import sign_in_as, text_of
from tests.makers import NOW, get_owner
from tests.racing import race
from tests.tracking.test_uploads import RECENT, store
from tests.uploads import HEAD, ROW, make_upload, read_upload, take_upload, work_on
from tracking.domain.findings import Findings
from tracking.domain.sheetcells import guess_options
from tracking.integrations import csvfile
from tracking.models import Commission, Order, OrderUpload, StoreEvent
from tracking.services import processing, uploads, uploadwork
from tracking.tasks import sweep_uploads, work_on_upload
from tracking.views import uploads as pages

__all__ = ["store"]  # a fixture

LATER = NOW + timedelta(days=2)
DEAD = LATER + uploadwork.TURN  # when the turn of a worker that died is over
TEXT = "\n".join([HEAD, *(RECENT.replace("F-1", f"F-{n}") for n in range(20))])

pytestmark = pytest.mark.django_db


@pytest.fixture
def large(monkeypatch):
    """Leave every file to the worker, as a large one is."""
    monkeypatch.setattr(pages, "AT_ONCE_BYTES", 0)


def die_at(monkeypatch, point):
    def die(name):
        if name == point:
            raise faults.Crash

    monkeypatch.setenv("FAULTS", "1")
    monkeypatch.setattr(faults, "_handler", die)


def page_of(store, upload=None):
    rest = f"{upload.public_id}/" if upload else ""
    return f"/b/{store.brand.slug}/program/stores/{store.public_id}/upload/{rest}"


@pytest.mark.parametrize(
    ("point", "stored"), [("order_upload.before_commit", 0), ("order_upload.before_finish", 20)]
)
def test_a_worker_that_died_leaves_its_step_undone_and_the_next_does_it_once(
    store, monkeypatch, point, stored
):
    upload = make_upload(store, TEXT, LATER)
    read_upload(upload, now=LATER)
    die_at(monkeypatch, point)
    with pytest.raises(faults.Crash):
        take_upload(upload, now=LATER)
    assert StoreEvent.objects.count() == stored

    monkeypatch.setattr(faults, "_handler", None)
    assert not work_on(upload, now=DEAD - timedelta(seconds=1)), "its turn is not over yet"
    while work_on(upload, now=DEAD):
        pass

    upload.refresh_from_db()
    assert upload.finished_at == DEAD
    assert (Order.objects.count(), Commission.objects.count()) == (20, 20)
    assert Entry.objects.count() == StoreEvent.objects.count() == 20
    assert Mail.objects.filter(kind="upload_finished").count() == 1


def test_who_waited_less_than_a_minute_gets_no_mail(store):
    upload = make_upload(store, TEXT, LATER)
    read_upload(upload, now=LATER)

    take_upload(upload, now=LATER, then=LATER + timedelta(seconds=59))

    assert not Mail.objects.filter(kind="upload_finished").exists()


def test_a_file_counts_from_when_it_was_confirmed_however_late_the_worker_comes(store):
    upload = make_upload(store, f"{HEAD}\n{RECENT}\n", LATER)
    read_upload(upload, now=LATER)

    take_upload(upload, now=LATER, then=LATER + timedelta(days=9))

    assert StoreEvent.objects.get().received_at == LATER
    commission = Commission.objects.get()
    assert commission.release_at is not None
    assert commission.release_at < LATER + timedelta(days=30)


def test_a_file_that_became_wrong_meanwhile_is_not_taken_and_is_looked_at_again(store):
    orders = make_upload(store, f"{HEAD}\n{RECENT}\n", LATER)
    read_upload(orders, now=LATER)
    take_upload(orders, now=LATER)
    head = "Refund ID,Order,Amount"
    first = make_upload(store, f"{head}\nR-1,F-1,100.00\n", LATER)
    second = make_upload(store, f"{head}\nR-2,F-1,100.00\n", LATER)
    for upload in (first, second):
        read_upload(upload, now=LATER)

    take_upload(first, now=LATER)
    take_upload(second, now=LATER, then=LATER + timedelta(hours=1))

    assert Order.objects.get().refunded_minor == 10000
    assert (second.confirmed_at, second.taken_at) == (None, None)
    assert Mail.objects.filter(kind="upload_stopped").count() == 1
    page = text_of(sign_in_as(store.brand, Role.MANAGER).get(page_of(store, second)))
    assert "Nothing was taken: since you looked at the file" in page


def test_what_was_read_one_way_is_dropped_when_another_was_asked_for_meanwhile(store):
    upload = make_upload(store, TEXT, LATER)
    turn = uploadwork.claim(upload_id=upload.pk, real_now=LATER)
    assert turn is not None
    options = guess_options(TEXT.encode())
    other = uploads.set_options(upload_id=upload.pk, options=options, real_now=LATER)

    with pytest.raises(uploadwork.TurnLost):
        uploadwork.note_progress(upload=turn, done=1, total=20, real_now=LATER)
    with pytest.raises(uploadwork.TurnLost):
        uploadwork.read(upload=turn, adapter=csvfile, now=LATER)

    other.refresh_from_db()
    assert other.findings is None


def test_orders_of_a_file_do_not_hold_up_what_stores_post(store):
    upload = make_upload(store, TEXT, LATER)
    read_upload(upload, now=LATER)
    uploads.confirm_upload(
        upload_id=upload.pk,
        is_vouched=False,
        actor_id=get_owner(store.brand).pk,
        now=LATER,
        real_now=LATER,
    )
    work_on(upload, now=LATER)
    assert StoreEvent.objects.count() == 20
    assert processing.list_due(now=DEAD, limit=50) == []

    OrderUpload.objects.update(finished_at=LATER, next_at=None)
    assert len(processing.list_due(now=DEAD, limit=50)) == 20


@pytest.mark.django_db(transaction=True)
def test_two_people_and_two_workers_at_once_take_a_file_once(store):
    text = "\n".join([HEAD, *(ROW.replace("F-1", f"F-{n}") for n in range(5))])
    upload = make_upload(store, text)
    work_on_upload(upload_id=upload.pk)

    def confirm():
        uploads.confirm_upload(
            upload_id=upload.pk,
            is_vouched=False,
            actor_id=get_owner(store.brand).pk,
            now=database_now(),
            real_now=database_now(),
        )

    asked = race(confirm, confirm, refusals=(uploads.AlreadyTaken,))
    for _ in range(3):
        race(*[lambda: work_on_upload(upload_id=upload.pk)] * 2, refusals=())

    assert sorted(map(str, asked)) == sorted(["None", str(uploads.AlreadyTaken)])
    upload.refresh_from_db()
    assert upload.finished_at is not None
    assert (StoreEvent.objects.count(), Order.objects.count()) == (5, 5)


def test_a_large_file_is_read_behind_a_page_that_follows(store, large):
    client = sign_in_as(store.brand, Role.MANAGER)
    file = SimpleUploadedFile("large.csv", TEXT.encode())
    page = client.post(page_of(store), {"file": file}, follow=True)
    assert "The file is being read" in text_of(page)
    upload = OrderUpload.objects.get()
    watch = f"{page_of(store, upload)}?watch"
    OrderUpload.objects.update(work_done=500, work_total=1200)
    assert "500 of 1,200 rows done" in text_of(client.get(watch))

    OrderUpload.objects.update(next_at=database_now() - timedelta(seconds=1))
    sweep_uploads()
    work_on_upload(upload_id=upload.pk)

    assert client.get(watch)["HX-Refresh"] == "true"
    assert "Take these orders" in text_of(client.get(page_of(store, upload)))


def test_every_row_with_an_error_is_in_the_file_and_none_is_a_formula(store):
    rows = [f"F-{n},,,EUR,x,,,,," for n in range(250)]
    upload = make_upload(store, "\n".join([HEAD.replace("Total", "=Total"), *rows]))
    turn = uploadwork.claim(upload_id=upload.pk, real_now=database_now())
    assert turn is not None
    options = guess_options(f"{HEAD}\n{ROW}".encode())
    OrderUpload.objects.update(options=uploads._to_json(options))
    turn.refresh_from_db()
    uploadwork.read(upload=turn, adapter=csvfile, now=LATER)

    client = sign_in_as(store.brand, Role.MANAGER)
    file = client.get(f"{page_of(store, upload)}errors/")
    lines = b"".join(file.streaming_content).decode().splitlines()

    assert lines[0] == "row,column,problem"
    assert len(lines) == 251
    assert lines[1].startswith("2,'=Total,")


def test_findings_come_back_as_they_were_kept(store):
    upload = make_upload(store, f"{HEAD}\n{ROW}\nF-2,,,EURO,1.00,,,,,\n")
    read_upload(upload, now=database_now())
    upload.refresh_from_db()
    assert upload.findings is not None
    findings = Findings.from_json(upload.findings)

    assert Findings.from_json(findings.to_json()) == findings
    assert [(e.row, e.column) for e in findings.errors] == [(3, "Currency")]
    assert findings.sample[0].total == 12490
