"""Lists as files: the rows of the page, for whoever may read it, with a trace in the audit log."""

import csv
import io
import re
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from affiliates.models import Link
from brands.models import Role
from core import paging
from core.models import AuditEvent
from portal.exports import EXPORTS
from portal.performance import GROUPINGS
from tests.canaries import plant
from tests.everything import make_everything
from tests.makers import get_owner, make_member
from tests.orders import make_click
from tests.shop import code
from tests.world import fill_world, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(committed):
    made = make_world()
    fill_world(made)
    return made


def take(client, world, sheet: str, query: str = "", **data):
    url = reverse("portal:list-export", args=[world.brand.slug, sheet])
    return client.post(url + query, data)


def read(answer) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode())))


@pytest.fixture
def owner(client, world):
    client.force_login(get_owner(world.brand))
    return client


def test_orders_are_exported_with_typed_amounts_and_who_got_them(owner, world):
    rows = {row["number"]: row for row in read(take(owner, world, "orders"))}

    assert len(rows) == 3
    assert [rows["#3"][name] for name in ("currency", "total", "refunded", "commission")] == [
        "EUR",
        "100.00",
        "25.00",
        "7.50",
    ]
    assert (rows["#3"]["creator_name"], rows["#2"]["creator"]) == ("Anna", "")


def test_the_filters_of_the_page_hold_for_its_file(owner, world):
    assert [row["number"] for row in read(take(owner, world, "orders", "?tab=without"))] == ["#2"]
    assert len(read(take(owner, world, "orders", "?q=Anna"))) == 2
    assert read(take(owner, world, "commissions", "?tab=released")) == []
    assert len(read(take(owner, world, "commissions", "?tab=review"))) == 1
    assert [row["name"] for row in read(take(owner, world, "creators", "?q=Ben"))] == ["Ben"]


@pytest.mark.parametrize("sheet", sorted(EXPORTS))
@pytest.mark.parametrize("file_format", ["csv", "csv-bom", "xlsx"])
def test_every_list_comes_in_every_format_and_is_recorded(owner, world, sheet, file_format):
    answer = take(owner, world, sheet, "?q=Anna", format=file_format)

    body = answer.getvalue()
    ending = "xlsx" if file_format == "xlsx" else "csv"
    assert answer["Content-Disposition"].endswith(f'.{ending}"')
    assert body.startswith({"csv": b"", "csv-bom": b"\xef\xbb\xbf", "xlsx": b"PK"}[file_format])
    event = AuditEvent.objects.get(action="list.exported")
    assert event.actor == get_owner(world.brand)
    assert event.after == {"list": sheet, "format": file_format, "filters": {"q": "Anna"}}


def test_an_analyst_may_export_and_a_stranger_finds_nothing(client, world):
    client.force_login(make_member(world.brand, Role.ANALYST).user)
    assert take(client, world, "creators").status_code == 200

    client.force_login(world.ben.affiliation.affiliate.user)
    assert take(client, world, "creators").status_code == 404
    assert take(client, world, "nothing").status_code == 404


def test_a_long_list_is_read_in_batches_and_each_row_once(owner, world, monkeypatch):
    for number in range(10, 14):
        world.shop.pay(str(number), discounts=code("TEA10"))
    monkeypatch.setattr(paging.read_batches, "__kwdefaults__", {"order": ("-pk",), "size": 3})

    with CaptureQueriesContext(
        connection,
    ) as queries:
        rows = read(take(owner, world, "orders"))

    assert [row["number"] for row in rows] == ["#13", "#12", "#11", "#10", "#3", "#2", "#1"]
    assert len([one for one in queries if "LIMIT 3" in one["sql"]]) == 3


def test_taking_a_file_needs_a_post(owner, world):
    url = reverse("portal:list-export", args=[world.brand.slug, "orders"])

    assert owner.get(url).status_code == 405


# What a spreadsheet would run, in the ways it may begin (OWASP, CSV injection).
SIGNS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "\uff1d1+1", "\uff0b1", "\uff20x")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
RUNS = re.compile(r"[\s\ufeff]*[=+@\uff1d\uff0b\uff0d\uff20-]|[\t\r\n]")
ROW_TEXTS = re.compile(r"=1\+1|\+1\+1|-1\+1|@SUM|\uff1d1|\uff0b1|\uff20x")


def test_no_cell_of_any_file_runs_as_a_formula(client):
    """Every list, every report, a statement and a copy of one's data, full of formulas."""
    world = make_everything()
    make_click(Link.objects.get(public_id=world.ids["link_id"]), at=world.shop.now)
    plant(world.brand, lambda place: SIGNS[place.number % len(SIGNS)])

    files = {**take_lists(client, world), **take_own(client, world)}

    for name, cells in files.items():
        assert [cell for cell in cells if RUNS.match(cell) and not NUMBER.fullmatch(cell)] == []
        is_sums = name.startswith(
            ("report", "tax_countries")
        )  # by some headings nothing that anybody wrote
        assert is_sums or any(ROW_TEXTS.search(cell) for cell in cells), name


def take_lists(client, world) -> dict[str, list[str]]:
    """Return every cell of a brand's files; a workbook holds no formula at all."""
    client.force_login(world.owner)
    found = {}
    for sheet in EXPORTS:
        for query in [f"?by={one}" for one in GROUPINGS] if sheet == "report" else [""]:
            found[sheet + query] = cells_of(take(client, world, sheet, query).getvalue())
        book = take(client, world, sheet, format="xlsx").getvalue()
        page = ZipFile(io.BytesIO(book)).read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in page and "<f " not in page
    return found


def take_own(client, world) -> dict[str, list[str]]:
    """Return every cell of a creator's files."""
    client.force_login(world.creator)
    month = [world.ids["affiliation_id"], "EUR", world.ids["month"]]
    statement = client.get(reverse("payouts:statement-csv", args=month)).getvalue()
    copy = ZipFile(io.BytesIO(client.post(reverse("portal:privacy-copy")).getvalue()))
    tables = [name for name in copy.namelist() if name.endswith(".csv")]
    assert len(tables) > 5
    return {
        "statement": cells_of(statement),
        "copy": [cell for name in tables for cell in cells_of(copy.read(name))],
    }


def cells_of(text: bytes) -> list[str]:
    lines = csv.reader(io.StringIO(text.decode(), newline=""))
    return [cell for line in lines for cell in line]
