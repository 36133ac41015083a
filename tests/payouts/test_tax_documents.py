"""Tax forms: what is taken, who opens it, what waits for it; and who is mailed of what."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from core.models import AuditEvent, Mail
from payouts.models import Statement, TaxDocument
from payouts.services.documents import Upload, add_document, remind_of_documents, require_documents
from payouts.services.erasing import erase_payee
from payouts.services.statements import tell_statements
from payouts.tasks import issue_statements
from tests.core.hostile_images import encode
from tests.makers import get_owner, make_member
from tests.payouts.ledger_world import Books, add_bank, make_books
from tests.portal.text import plain

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\nSSN 123-45-6789\n%%EOF\n"


@pytest.fixture
def books() -> Books:
    made = make_books()
    add_bank(made)
    made.release("100.00")
    return made


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def today(books: Books) -> date:
    return books.now.astimezone(ZoneInfo(books.brand.time_zone)).date()


def send(books: Books, name: str, content: bytes, **fields: str):
    file = SimpleUploadedFile(name, content)
    return client_of(books.affiliation.affiliate.user).post(
        f"/me/payouts/tax/{books.affiliation.public_id}/forms/",
        {"kind": "w8ben", "valid_until": "", **fields, "file": file},
    )


def add(books: Books, *, days: int | None = None) -> TaxDocument:
    until = None if days is None else today(books) + timedelta(days=days)
    return add_document(
        affiliation_id=books.affiliation.pk,
        upload=Upload("w9", "application/pdf", PDF, until),
        actor_id=books.affiliation.affiliate.user_id,
        now=books.now,
    )


def gates(books: Books) -> list[str]:
    left_out = books.plan().content["left_out"]
    return [gate["code"] for one in left_out for gate in one["gates"]]


def test_a_payout_waits_for_a_form_that_holds_where_the_brand_asks(books: Books):
    assert gates(books) == []
    about = {"brand_id": books.brand.pk, "actor_id": books.owner_id, "now": books.now}
    require_documents(is_on=True, **about)

    assert gates(books) == ["gate.tax_form_missing"]
    add(books, days=-1)
    assert gates(books) == ["gate.tax_form_expired"]
    add(books, days=0)
    assert gates(books) == []
    add(books, days=-1)
    assert gates(books) == ["gate.tax_form_expired"]  # the newest counts
    require_documents(is_on=False, **about)
    assert gates(books) == []


@pytest.mark.parametrize(
    ("name", "content", "is_taken"),
    [
        ("form.pdf", PDF, True),
        ("form.PNG", encode("PNG"), True),
        ("form.pdf", encode("PNG"), False),
        ("form.png", PDF, False),
        ("form.pdf", b"%PDF-1.7 and no end", False),
        ("form.pdf", b"<script>alert(1)</script>%%EOF", False),
        ("form.pdf", b"%PDF-" + b"0" * 5 * 1024 * 1024 + b"%%EOF", False),
        ("form.exe", b"MZ" + bytes(100), False),
        ("form.pdf", b"", False),
    ],
)
def test_a_form_is_a_pdf_or_an_image_and_nothing_else(books: Books, name, content, is_taken):
    answer = send(books, name, content)

    assert answer.status_code == (303 if is_taken else 422)
    assert TaxDocument.objects.exists() is is_taken


def test_a_form_that_is_over_is_not_taken(books: Books):
    day = today(books) - timedelta(days=1)

    assert send(books, "a.pdf", PDF, valid_until=str(day)).status_code == 422


def test_a_form_is_sealed_in_the_database_and_finance_opens_it_on_record(books: Books):
    assert send(books, "a.pdf", PDF).status_code == 303
    document = TaxDocument.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM payouts_taxdocument")
        (stored,) = cursor.fetchone()
    url = f"/b/{books.brand.slug}/payouts/tax/forms/{document.public_id}/"
    owner, manager = get_owner(books.brand), make_member(books.brand, "manager").user

    opened = client_of(owner).post(url)

    assert b"123-45-6789" not in bytes(stored) and b"%PDF" not in bytes(stored)
    assert (opened.content, opened["Content-Type"]) == (PDF, "application/pdf")
    assert opened["Content-Disposition"].startswith("attachment")
    read = AuditEvent.objects.get(action="tax_document.read")
    assert (read.actor_id, read.target_id) == (owner.pk, document.public_id)
    assert "Needs the finance role" in plain(client_of(manager).get(url))
    assert client_of(manager).post(url).status_code == 403
    other = client_of(get_owner(make_books().brand))
    assert other.get(url).status_code == other.post(url).status_code == 404


def test_an_erasure_takes_the_form(books: Books):
    document = add(books)

    erase_payee(affiliation_ids=[books.affiliation.pk], email="x@mail.example", name="Erased 1")

    document.refresh_from_db()
    assert document.content is None
    url = f"/b/{books.brand.slug}/payouts/tax/forms/{document.public_id}/"
    assert client_of(get_owner(books.brand)).post(url).status_code == 404


def test_whoevers_latest_form_ends_soon_is_reminded_once(books: Books):
    add(books, days=5)  # another takes its place
    add(books, days=31)
    assert remind_of_documents(brand=books.brand, now=books.now) == 0

    books.pass_days(1)
    told = [remind_of_documents(brand=books.brand, now=books.now) for _ in range(2)]

    assert told == [1, 0]
    assert Mail.objects.filter(kind="tax_form_ends").count() == 1


def test_a_statement_of_a_month_is_told_once_with_a_link(books: Books):
    books.pass_days(40)
    issue_statements()
    statements = list(Statement.objects.filter(month__isnull=False))
    tell_statements(brand=books.brand, now=books.now)

    mails = Mail.objects.filter(kind="statement_issued")
    assert len(statements) == mails.count() > 0
    texts = "".join(mails.values_list("text", flat=True))
    assert all(f"/me/payouts/statements/{one.public_id}/" in texts for one in statements)
