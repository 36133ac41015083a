"""A person takes a copy of his data: all of his own, nothing of others."""

import csv
import io
import json
import re
from decimal import Decimal
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from core.models import AuditEvent
from portal.privacy.sheets import SHEETS
from tests.everything import BANK, Everything, make_everything
from tests.makers import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Everything:
    return make_everything()


def take(client, user) -> ZipFile:
    client.force_login(user)
    answer = client.post(reverse("portal:privacy-copy"))
    return ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def read(archive: ZipFile, name: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(archive.read(f"{name}.csv").decode())))
    assert len(json.loads(archive.read(f"{name}.json"))) == len(rows)
    return rows


def test_a_creator_finds_all_of_his_own_in_the_copy(client, world):
    archive = take(client, world.creator)

    lists = {name: read(archive, name) for name in SHEETS}
    assert [row["email"] for row in lists["account"]] == [world.creator.email]
    assert "anna-cups" in {row["slug"] for row in lists["link_addresses"]}
    assert "ANNA1" in {row["text"] for row in lists["codes"]}
    assert BANK["iban"] in lists["payout_methods"][0]["details"]
    assert [row["amount"] for row in lists["payouts"]] == ["90.00"]
    assert world.ids["commission_id"] in {row["public_id"] for row in lists["commissions"]}
    assert all(row["explanation"] for row in lists["commissions"])
    owed = sum(Decimal(row["amount"]) for row in lists["statement_lines"])
    earned = sum(Decimal(row["amount"]) for row in lists["commissions"])
    assert owed == earned


def test_nothing_of_another_creator_is_in_the_copy(client, world):
    archive = take(client, world.creator)

    text = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "Anna the Second" not in text
    assert world.owner.email not in text
    assert not re.search(r"ANNA2\b", text)


def test_a_copy_is_recorded_and_somebody_new_gets_an_almost_empty_one(client):
    user = make_user()

    archive = take(client, user)

    filled = {name for name in SHEETS if read(archive, name)}
    assert filled <= {"account", "addresses", "sessions", "actions"}
    assert AuditEvent.objects.get(action="privacy.exported").actor == user


def test_the_operator_writes_a_copy_for_whoever_asks_by_letter(world, tmp_path):
    path = tmp_path / "copy.zip"

    call_command("privacy", "export", email=world.creator.email, to=path)

    with ZipFile(path) as archive:
        assert read(archive, "account")[0]["email"] == world.creator.email
    with pytest.raises(CommandError):
        call_command("privacy", "export", email=world.creator.email, to=path)
    with pytest.raises(CommandError):
        call_command("privacy", "export", email="nobody@mail.example", to=tmp_path / "2.zip")
