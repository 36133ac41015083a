"""What is no table and no image is refused at every door that takes a file, and nothing stays.

What images of harm hold is tried in test_images, rows of tables in test_uploads.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from affiliates.models import Asset, Invitation
from core.models import Image
from tests.core.hostile_images import PAYLOAD, encode, list_refused
from tests.everything import Everything, make_everything
from tests.uploads import HEAD, ROW
from tracking.forms_uploads import MAX_BYTES
from tracking.models import OrderUpload, StoreEvent

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


def send(client: Client, door: str, file: SimpleUploadedFile, world: Everything) -> Any:
    return client.post(door, {**FIELDS, "file": file, "picture": file}, follow=True)


FIELDS = {"title": "Autumn", "url": "https://shop.example/", "language": "en", "group": ""}


def doors(world: Everything) -> dict[str, str]:
    slug = world.brand.slug
    return {
        "orders": reverse("tracking:upload", args=[slug, world.ids["connection_id"]]),
        "people": reverse("affiliates:invitation-create", args=[slug]),
        "images": reverse("affiliates:asset-create", args=[slug]),
    }


def count_kept() -> dict[str, int]:
    """Return how much of what an upload could leave is there."""
    kept = (OrderUpload, Invitation, Image, Asset)
    return {model.__name__: model._default_manager.count() for model in kept}


@pytest.mark.parametrize(("what", "body"), NO_TABLES, ids=[what for what, _body in NO_TABLES])
def test_a_file_that_is_none_is_refused_with_a_sentence_at_every_door(what, body, owner, world):
    before, events = count_kept(), StoreEvent.objects.count()
    for door, url in doors(world).items():
        answer = send(owner, url, SimpleUploadedFile("mine.csv", body), world)

        is_text = door == "orders" and what in TEXTS  # it is shown with what is wrong in it
        assert answer.status_code == (200 if is_text else 422), door
        assert is_explained(answer), door
    before["OrderUpload"] += what in TEXTS
    assert count_kept() == before
    assert StoreEvent.objects.count() == events


def test_a_file_that_is_too_large_is_refused_and_not_kept(owner, world):
    before = count_kept()
    row = ROW.encode() + b"\n"
    large = HEAD.encode() + b"\n" + row * (MAX_BYTES // len(row) + 2)
    huge = b"x" * (33 * MEGA)
    for door, url in doors(world).items():
        too_large = send(owner, url, SimpleUploadedFile("mine.csv", large), world)
        far_too_large = send(owner, url, SimpleUploadedFile("mine.csv", huge), world)

        assert (too_large.status_code, far_too_large.status_code) == (422, 413), door
    assert count_kept() == before


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_the_name_of_a_file_is_a_word_and_nothing_else(name, owner, world):
    """It is shown; no path is made of it, and no heading of an answer."""
    file = SimpleUploadedFile("x", f"{HEAD}\n{ROW}\n".encode())
    file._name = name  # as a program that is no browser sends it
    answer = send(owner, doors(world)["orders"], file, world)

    assert answer.status_code in {200, 422}
    page = answer.content.decode()
    assert "<script>alert" not in page
    assert "X-Evil" not in answer.headers
    for kept in OrderUpload.objects.filter(connection=world.shop.connection).values_list(
        "file_name", flat=True
    ):
        assert not set(kept) & set("/\\\0\r\n"), kept


def test_every_image_of_harm_is_refused_by_its_page(owner, world):
    """Some of each kind: the reader of images itself is given them all."""
    before = count_kept()
    for what, name, data in list(list_refused())[::4]:
        answer = send(owner, doors(world)["images"], SimpleUploadedFile(name, data), world)

        assert answer.status_code == 422, what
    assert count_kept() == before


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
