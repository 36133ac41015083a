"""A backup restores, a damaged one takes nothing away, a restored copy pays nobody twice (I-35)."""

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import fence
from core.clock import database_now
from core.models import Installation, JobRun, User
from ledger.models import AccountKind
from payouts.models import Payout, PayoutStatus
from payouts.services.driving import drive_brand
from payouts.services.importing import Imported, import_sent
from payouts.services.matching import compare_sent
from payouts.services.sending import resolve_payout, send_payout
from portal.backups.envelope import BadKey, NotABackup, Writer, read_backup, read_key
from portal.backups.making import make_backup, turn_over
from portal.backups.restoring import NotEmpty, check_file, restore_backup, verify_backup
from portal.books import prove_books
from portal.doctor.registry import examine
from portal.privacy.deleting import delete_account
from tests.makers import make_user
from tests.payouts.ledger_world import Books, add_stripe, make_books
from tests.payouts.stripe_world import World, open_world

KEY = bytes(range(32))
NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
PIECE = 64 * 1024


def seal(content: bytes, key: bytes = KEY) -> bytes:
    file = io.BytesIO()
    writer = Writer(file, key=key, about={"epoch": 3})
    for start in range(0, len(content), 1000):
        writer.write(content[start : start + 1000])
    writer.end()
    return file.getvalue()


def unseal(sealed: bytes, key: bytes = KEY) -> bytes:
    about, pieces = read_backup(io.BytesIO(sealed), key=key)
    assert about == {"epoch": 3}
    return b"".join(pieces)


@pytest.mark.parametrize("size", [0, 1, PIECE - 12, PIECE, 3 * PIECE + 7])
@pytest.mark.parametrize("key", [b"", KEY])
def test_what_goes_into_a_backup_comes_out(size, key):
    content = bytes(n % 251 for n in range(size))

    assert unseal(seal(content, key), key) == content


def test_an_encrypted_backup_shows_nothing_and_takes_no_change():
    sealed = seal(b"secret-canary" * 20_000)
    changed = bytearray(sealed)
    changed[200] ^= 1
    head = sealed.index(b"\n") + 1 + 16 + 7
    piece = PIECE + 16
    swapped = sealed[:head] + sealed[head + piece : head + 2 * piece] + sealed[head : head + piece]

    assert b"secret-canary" not in sealed
    for wrong in (bytes(changed), sealed[:-1], sealed[: head + piece], swapped, sealed[:60]):
        with pytest.raises(NotABackup):
            unseal(wrong)
    for key in (b"", bytes(32)):
        with pytest.raises(NotABackup):
            unseal(sealed, key)
    with pytest.raises(NotABackup):
        unseal(b"PGDMP")


def test_a_key_is_32_bytes_in_base64_of_either_kind():
    assert read_key("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n") == KEY
    assert read_key("") == b""
    for wrong in ("short", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", "?" * 44):
        with pytest.raises(BadKey):
            read_key(wrong)


def test_seven_days_four_weeks_and_the_month_before_are_kept(tmp_path):
    kept_by_hand = tmp_path / "fairshare-before-upgrade.backup"
    kept_by_hand.touch()
    for back in range(100):
        at = NOW - timedelta(days=back)
        (tmp_path / f"fairshare-{at:%Y%m%dT%H%M%S}Z.backup").touch()

    turn_over(folder=tmp_path)

    names = sorted(p.name.split("-")[1][:8] for p in tmp_path.iterdir() if p != kept_by_hand)
    days = [f"{NOW - timedelta(days=n):%Y%m%d}" for n in range(7)]
    weeks = ["20260823", "20260816"]
    assert names == sorted([*days, *weeks, "20260831"] if "20260831" not in days else days + weeks)
    assert kept_by_hand.exists()
    assert turn_over(folder=tmp_path) == []


@pytest.fixture
def state(settings, tmp_path) -> Path:
    settings.STATE_DIR = tmp_path / "state"
    return settings.STATE_DIR


@pytest.mark.django_db
class TestFence:
    def test_a_new_installation_is_open_and_one_without_its_file_is_not(self, state):
        fence.begin(using="default", now=NOW)
        assert fence.find_standing() is fence.Standing.OPEN

        (state / fence.EPOCH).unlink()
        assert fence.find_standing() is fence.Standing.ELSEWHERE
        fence.lift(now=NOW)

        assert fence.find_standing() is fence.Standing.OPEN

    def test_a_copy_is_behind_as_soon_as_anything_was_sent_after_it(self, state):
        fence.begin(using="default", now=NOW)
        copy = Installation.objects.values().get()
        fence.advance(now=NOW)
        assert fence.find_standing() is fence.Standing.OPEN

        Installation.objects.update(**copy)

        assert fence.find_standing() is fence.Standing.BEHIND
        with pytest.raises(fence.Fenced):
            fence.advance(now=NOW)
        red = {o.check.code: o.level for o in examine(now=database_now(), only="fence")}
        assert red == {"fence": "act"}

    def test_a_file_that_was_not_written_in_time_does_no_harm(self, state):
        """Whoever died between the commit and the file leaves the database ahead."""
        fence.begin(using="default", now=NOW)
        Installation.objects.update(epoch=9)

        assert fence.find_standing() is fence.Standing.OPEN
        fence.advance(now=NOW)
        assert json.loads((state / fence.EPOCH).read_text())["epoch"] == 10

    def test_the_file_of_another_installation_fences(self, state):
        fence.begin(using="default", now=NOW)
        Installation.objects.update(key="00000000-0000-4000-8000-000000000001")

        assert fence.find_standing() is fence.Standing.ELSEWHERE

    def test_who_is_erased_stands_outside_too(self, state):
        fence.begin(using="default", now=NOW)
        user = make_user("anna@mail.example")

        delete_account(user_id=user.pk, actor_id=None, now=NOW)

        line = (state / fence.ERASED).read_text()
        assert line.startswith("erased ") and "anna" not in line


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_restoring_a_backup_pays_nobody_twice(state, tmp_path):
    with open_world() as world:
        fence.begin(using="default", now=NOW)
        books = make_books()
        add_stripe(books, world.account)
        books.release("100.00")
        (first,) = books.approve()
        gone = make_user("gone@mail.example")
        backup = make_backup(folder=tmp_path, key=KEY, now=database_now())
        assert drive(books, world)["paid"] == 1
        books.release("60.00")
        (second,) = books.approve()
        assert drive(books, world)["paid"] == 1
        delete_account(user_id=gone.pk, actor_id=None, now=database_now())

        with pytest.raises(NotEmpty):
            restore_backup(path=backup, key=KEY, replaces=False)
        restore_backup(path=backup, key=KEY, replaces=True)
        call_command("privacy", "replay", "--list", str(state / fence.ERASED), stdout=io.StringIO())
        check_fenced(books, world, first)
        early = take_in(books, world)
        books.orders = 1
        books.release("60.00")  # the store sends again what came since the backup
        late, again = take_in(books, world), take_in(books, world)
        agrees = compare(books, world)
        fence.lift(now=NOW)
        books.release("70.00")
        (third,) = books.approve()
        drive(books, world)

        assert not User.objects.filter(email="gone@mail.example").exists()
        assert (early.settled, early.made) == (1, 0)
        assert [code for _, code in early.left] == ["released_too_little"]
        assert (late.known, late.made, late.left) == (1, 1, [])
        assert (again.known, again.settled, again.made) == (2, 0, 0)
        assert agrees == [] == compare(books, world)
        paid = Payout.objects.filter(status=PayoutStatus.PAID)
        sent = {t["metadata"]["payout_id"]: t["amount"] for t in world.transfers()}
        assert len(world.transfers()) == 3
        assert sent == dict(paid.values_list("public_id", "amount_minor"))
        assert set(sent) == {one.public_id for one in (first, second, third)}
        assert books.balance(AccountKind.PAYABLE) == books.balance(AccountKind.IN_PAYOUT) == 0
        assert prove_books(brand_id=books.brand.pk).is_balanced


def check_fenced(books: Books, world: World, payout: Payout) -> None:
    """Every door that money leaves by is shut, whatever the restored rows say."""
    books.brand.refresh_from_db()
    now = books.now
    sending = {"payout_id": payout.pk, "rail": world.rail, "now": now, "real_now": now}
    assert fence.find_standing() is fence.Standing.BEHIND
    for leave in (
        lambda: send_payout(**sending),
        lambda: resolve_payout(**sending),
        lambda: drive(books, world),
        books.approve,
    ):
        with pytest.raises(fence.Fenced):
            leave()
    with pytest.raises(CommandError):
        call_command("backup", "--to", "/nonexistent")
    assert len(world.transfers()) == 2


def drive(books: Books, world: World):
    world.now = max(world.now, database_now())
    return drive_brand(
        brand_id=books.brand.pk, rail=world.rail, now=books.now, real_now=database_now()
    )


def take_in(books: Books, world: World) -> Imported:
    seen = fence.find_seen()
    assert seen is not None
    return import_sent(
        brand_id=books.brand.pk,
        rail=world.rail,
        items=world.rail.list_sent(since=min(seen, world.now) - timedelta(days=2)).items,
        now=books.now,
        real_now=database_now(),
    )


def compare(books: Books, world: World):
    sent = world.rail.list_sent(since=datetime(2020, 1, 1, tzinfo=UTC))
    return compare_sent(
        brand_id=books.brand.pk, rail=world.rail, sent=sent, asked_at=database_now()
    )


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_backup_is_proved_by_restoring_it_apart_and_a_damaged_one_takes_nothing_away(
    state, tmp_path
):
    make_books().release("10.00")
    backup = make_backup(folder=tmp_path, key=b"", now=database_now())
    short = tmp_path / "short.backup"
    short.write_bytes(backup.read_bytes()[:-5000])
    found = verify_backup(path=backup, key=b"")

    assert (found.differences, found.checks > 20) == (0, True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname LIKE 'fairshare_verify_%'")
        assert cursor.fetchall() == []
    with pytest.raises(CommandError, match="Nothing was restored"):
        call_command("restore", str(short), "--force")
    assert User.objects.exists()
    with pytest.raises(CommandError, match="is no good"):
        call_command("backup_verify", str(short))
    assert JobRun.objects.get(name="backup_verify").is_ok is False
    assert check_file(path=backup, key=b"")["made_at"]
