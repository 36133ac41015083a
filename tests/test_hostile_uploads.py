"""What is no table and no image is refused at every door that takes a file, and nothing stays.

What images of harm hold is tried in test_images, rows of tables in test_uploads.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.forms import BaseForm, FileField
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from affiliates.forms_invitations import InvitePeopleForm
from affiliates.forms_resources import AssetForm
from affiliates.models import Asset, Invitation
from brands.forms.identity import IdentityForm
from core.models import Brand, Image, ImageBytes
from payouts.forms_documents import DocumentForm
from tests.addresses import list_views
from tests.core.hostile_images import PAYLOAD, encode, list_cleaned, list_refused
from tests.everything import Everything, make_everything
from tests.reach import APPS, takes_file
from tests.uploads import HEAD, ROW
from tracking.forms_claims import AskForm
from tracking.forms_products import ProductsForm
from tracking.forms_uploads import MAX_BYTES, UploadForm
from tracking.models import OrderUpload, Product, StoreEvent

pytestmark = pytest.mark.django_db

MEGA = 1024 * 1024
NAMES = [
    "../../../../etc/cron.d/x.csv",
    "..\\..\\windows\\x.csv",
    "/etc/passwd",
    "a\r\nX-Evil: 1.csv",
    "a\0.csv",
    '"><script>alert(1)</script>.csv',
    "x" * 400 + ".csv",
    "\u202evsc.exe",
    ".csv",
    "CON",
]


@pytest.fixture(scope="module")
def world(committed: None) -> Everything:
    return make_everything()


@pytest.fixture
def owner(world: Everything) -> Client:
    client = Client()
    client.force_login(world.owner)
    return client


def list_no_tables() -> Iterator[tuple[str, bytes]]:
    """Return what is no table of orders or people, whatever its name says."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as inside:
        inside.writestr("xl/worksheets/sheet1.xml", b"0" * 20 * MEGA)
    yield "nothing", b""
    yield "an image", encode("PNG")
    yield "a table of a spreadsheet, that unpacks to 20 MB", archive.getvalue()
    yield "a packed table", gzip.compress(f"{HEAD}\n{ROW}\n".encode())
    yield "a page", b"<!doctype html>" + PAYLOAD
    yield "a program", b"\x7fELF" + bytes(range(256)) * 20
    yield "zeros", b"\0" * MEGA
    yield "one cell that never ends", b'order_id,email\n"' + b"x" * MEGA
    yield "one heading of a megabyte", b"x" * MEGA
    yield "a hundred thousand columns", b"a," * 100_000 + b"\n" + b"1," * 100_000
    yield "a million lines", b"\n" * MEGA
    yield "nothing but quotes", b'"' * MEGA
    yield "half a character", b"\xff\xfe\x00\xd8" * 1000


TEXTS = {"a page", "one cell that never ends", "a million lines"}
NO_TABLES = list(list_no_tables())


def send(client: Client, door: "Door", file: SimpleUploadedFile, world: Everything) -> Any:
    return client.post(door.url(world), {**FIELDS, door.field: file}, follow=True)


FIELDS = {"title": "Autumn", "url": "https://shop.example/", "language": "en", "group": ""}
FIELDS |= {"name": "Saffron", "site_url": "https://shop.example/", "claim_days": "5"}


@dataclass(frozen=True)
class Door:
    """A page that takes a file: by which field, and the row that stands in its address."""

    page: str
    field: str
    form: type[BaseForm]
    row: str = ""

    def url(self, world: Everything) -> str:
        rows = [world.ids[self.row]] if self.row else []
        return reverse(self.page, args=[world.brand.slug, *rows])


TABLES = {
    "orders": Door("tracking:upload", "file", UploadForm, "connection_id"),
    "products": Door("tracking:product-list", "file", ProductsForm, "connection_id"),
    "people": Door("affiliates:invitation-create", "file", InvitePeopleForm),
}
PICTURES = {
    "images": Door("affiliates:asset-create", "picture", AssetForm),
    "another image": Door("affiliates:asset-edit", "picture", AssetForm, "asset_id"),
    "logo": Door("brands:identity", "logo", IdentityForm),
}
FORMS = {
    "a tax form": Door("payouts:own-forms", "file", DocumentForm),
    "a screenshot": Door("tracking:claim-ask", "picture", AskForm),
}
DOORS = TABLES | PICTURES


def test_every_page_and_form_that_takes_a_file_is_a_door_here():
    pages = {name for name, view in list_views() if takes_file(view)}
    fields = {
        (form, name)
        for form in list_forms(BaseForm)
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, FileField)
    }

    doors = [*DOORS.values(), *FORMS.values()]  # the latter: test_tax_documents, test_claims
    assert pages == {door.page for door in doors}
    assert fields == {(door.form, door.field) for door in doors}


def list_forms(base: type[BaseForm]) -> Iterator[type[BaseForm]]:
    """Return the forms of our own."""
    for form in base.__subclasses__():
        if form.__module__.split(".")[0] in APPS:
            yield form
        yield from list_forms(form)


def count_kept() -> dict[str, int]:
    """Return how much of what an upload could leave is there."""
    kept = (OrderUpload, Product, Invitation, Image, Asset)
    counts = {model.__name__: model._default_manager.count() for model in kept}
    return counts | {"logos": Brand.objects.exclude(logo_digest="").count()}


@pytest.mark.parametrize(("what", "body"), NO_TABLES, ids=[what for what, _body in NO_TABLES])
def test_a_file_that_is_none_is_refused_with_a_sentence_at_every_door(what, body, owner, world):
    before, events = count_kept(), StoreEvent.objects.count()
    for name, door in DOORS.items():
        if door is DOORS["logo"] and not body:
            continue  # no file at all leaves the logo there is
        answer = send(owner, door, SimpleUploadedFile("mine.csv", body), world)

        is_text = name == "orders" and what in TEXTS  # it is shown with what is wrong in it
        assert answer.status_code == (200 if is_text else 422), name
        assert is_explained(answer), name
    before["OrderUpload"] += what in TEXTS
    assert count_kept() == before
    assert StoreEvent.objects.count() == events


def test_a_file_that_is_too_large_is_refused_and_not_kept(owner, world):
    before = count_kept()
    row = ROW.encode() + b"\n"
    large = HEAD.encode() + b"\n" + row * (MAX_BYTES // len(row) + 2)
    huge = b"x" * (33 * MEGA)
    for name, door in DOORS.items():
        too_large = send(owner, door, SimpleUploadedFile("mine.csv", large), world)
        far_too_large = send(owner, door, SimpleUploadedFile("mine.csv", huge), world)

        assert (too_large.status_code, far_too_large.status_code) == (422, 413), name
    assert count_kept() == before


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_the_name_of_a_file_is_a_word_and_nothing_else(name, owner, world):
    """It is shown; no path is made of it, and no heading of an answer."""
    file = SimpleUploadedFile("x", f"{HEAD}\n{ROW}\n".encode())
    file._name = name  # as a program that is no browser sends it
    answer = send(owner, DOORS["orders"], file, world)

    assert answer.status_code in {200, 422}
    page = answer.content.decode()
    assert "<script>alert" not in page
    assert "X-Evil" not in answer.headers
    for kept in OrderUpload.objects.filter(connection=world.shop.connection).values_list(
        "file_name", flat=True
    ):
        assert not set(kept) & set("/\\\0\r\n"), kept


@pytest.mark.parametrize("door", PICTURES)
def test_every_image_of_harm_is_refused_by_its_page(door, owner, world):
    """Some of each kind: the reader of images itself is given them all."""
    before = count_kept()
    for what, name, data in list(list_refused())[len(door) % 4 :: 4]:
        if data or door == "images":
            answer = send(owner, PICTURES[door], SimpleUploadedFile(name, data), world)

            assert answer.status_code == 422, what
    assert count_kept() == before


@pytest.mark.parametrize("door", PICTURES)
def test_of_an_image_that_carries_more_the_page_keeps_the_picture_alone(door, owner, world):
    for what, name, data in list(list_cleaned())[len(door) % 3 :: 3]:
        if name.isprintable():  # other names are tried above
            answer = send(owner, PICTURES[door], SimpleUploadedFile(name, data), world)

            assert answer.status_code == 200, what
    assert ImageBytes.objects.exists()
    for kept in ImageBytes.objects.all():
        assert PAYLOAD not in bytes(kept.full) + bytes(kept.small)


def test_no_upload_is_kept_as_a_file_under_an_address():
    """Bytes that people send stand in the database; what is shown of them was drawn anew."""
    found = [
        one
        for model in apps.get_models()
        for one in model._meta.fields
        if isinstance(one, models.FileField)
    ]

    assert found == []


def is_explained(answer: HttpResponse) -> bool:
    page = answer.content.decode()
    return "invalid-feedback" in page or 'role="alert"' in page
