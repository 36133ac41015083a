"""Each check of the doctor is well when it should be, and red for the fault it is there to find."""

import json
import socket
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import redis
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import override_settings
from django.utils import translation

from brands.models import RailSettings
from config.prepare import migrate
from core import crypto
from core.canary import leave_canary
from core.mail import queue_mail
from core.models import Brand, JobRun, KeyCanary, Mail, OutboxEvent, TaskRun
from core.outbox import emit
from core.postman import KEEP_ONLY
from core.taskruns import get_schedules
from ledger.models import BooksCheck
from payouts.models import Payout, PayoutStatus, RailEvent
from portal.doctor.findings import Level
from portal.doctor.registry import CHECKS, examine
from portal.jobs import list_jobs
from portal.tasks import check_books
from tests.makers import make_brand
from tests.payouts.ledger_world import add_bank, make_books, pay_by_file
from tests.test_docs import ROOT, anchors

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 8, 12, 12, 0, tzinfo=UTC)
AWAY = "redis://127.0.0.1:1/0"
OTHER_KEY = "b3RoZXIta2V5LW90aGVyLWtleS1vdGhlci1rZXktb3Q="


def ask(code: str, now: datetime = NOW) -> tuple[Level, str]:
    """Return how one check ends and what it says."""
    (check,) = [check for check in CHECKS if check.code == code]
    finding = check.look(now)
    return finding.level, f"{finding.said} {finding.mend}"


def run_all_tasks(at: datetime) -> None:
    for name in get_schedules():
        TaskRun.objects.create(
            name=name, handed_on_at=at, started_at=at, finished_at=at, is_ok=True
        )


@pytest.fixture
def keys() -> Any:
    """Forget the keys that were read, before and after."""
    crypto._fernet.cache_clear()
    yield
    crypto._fernet.cache_clear()


def test_a_database_that_is_current_is_well():
    assert {ask(code)[0] for code in ("database", "migrations")} == {Level.WELL}


def test_a_migration_that_is_missing_is_named_with_its_command():
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = "
            "(SELECT id FROM django_migrations WHERE app = 'core' ORDER BY name DESC LIMIT 1)"
        )

    level, said = ask("migrations")

    assert level == Level.ACT
    assert "1 migration is missing" in said and "config.prepare" in said


def test_clocks_that_differ_are_red():
    assert ask("clock", datetime.now(UTC))[0] == Level.WELL
    assert ask("clock", datetime.now(UTC) - timedelta(minutes=5))[0] == Level.ACT


def test_a_role_that_may_not_rewrite_the_books_is_well():
    assert ask("roles")[0] == Level.LOOK

    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE doctor_app; GRANT USAGE ON SCHEMA public TO doctor_app")
        cursor.execute("SET LOCAL ROLE doctor_app")
        level, _ = ask("roles")
        cursor.execute("RESET ROLE")

    assert level == Level.WELL


def test_redis_that_is_away_or_drops_messages_is_red(settings):
    assert ask("redis")[0] == Level.WELL

    client = redis.Redis.from_url(settings.REDIS_URL)
    client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        dropping = ask("redis")
    finally:
        client.config_set("maxmemory-policy", "noeviction")
        client.close()
    with override_settings(REDIS_URL=AWAY):
        away = ask("redis")

    assert dropping[0] == away[0] == Level.ACT
    assert "allkeys-lru" in dropping[1] and "REDIS_URL" in away[1]


def test_scheduler_and_worker_are_red_when_nothing_was_heard_for_minutes():
    never = {code: ask(code)[0] for code in ("scheduler", "worker")}
    run_all_tasks(NOW - timedelta(minutes=1))
    fresh = {ask(code)[0] for code in ("scheduler", "worker", "jobs")}
    old = {ask(code, NOW + timedelta(minutes=10))[0] for code in ("scheduler", "worker", "jobs")}

    assert set(never.values()) == {Level.ACT}
    assert (fresh, old) == ({Level.WELL}, {Level.ACT})


def test_a_job_says_when_it_is_due_and_whether_it_is_late():
    run_all_tasks(NOW - timedelta(minutes=1))
    TaskRun.objects.filter(name="core.sweep").update(is_ok=False, error="ValueError")
    TaskRun.objects.filter(name="portal.check_books").update(started_at=NOW - timedelta(days=2))

    jobs = {job.name: job for job in list_jobs(now=NOW)}

    assert jobs["core.sweep"].state == "failed"
    assert jobs["portal.check_books"].state == "late"
    assert jobs["portal.check_books"].due_at == datetime(2026, 8, 10, 12, 10, tzinfo=UTC)
    assert jobs["tracking.release_due"].state == "ok"
    assert jobs["tracking.release_due"].due_at == NOW + timedelta(minutes=4)
    assert "core.sweep" in ask("jobs")[1]


def test_what_waits_is_red_once_it_is_old():
    brand = make_brand()
    RailEvent.objects.create(
        brand=brand,
        rail="stripe",
        event_id="evt_1",
        size_bytes=1,
        received_at=NOW,
        next_attempt_at=NOW,
    )
    emit(brand_id=brand.pk, topic="webhook.test", payload={"endpoint": "whe_2"}, now=NOW)
    OutboxEvent.objects.exclude(topic="webhook.test").delete()
    Mail.objects.all().delete()
    queue_mail(to="a@mail.example", subject="Hello", text="", brand_id=None, now=NOW)
    waiting = ("rail_events", "outbox", "mail_queue")

    soon = {ask(code, NOW + timedelta(minutes=1)) for code in waiting}
    late = {ask(code, NOW + timedelta(minutes=7))[0] for code in waiting}

    assert {level for level, _ in soon} == {Level.WELL}
    assert "1 waits, for 1 minute" in soon.pop()[1]
    assert late == {Level.ACT}
    assert ask("store_events") == (Level.WELL, "Nothing waits. ")


def test_mail_that_could_not_be_sent_is_worth_a_look():
    mail = queue_mail(to="a@mail.example", subject="Hello", text="", brand_id=None, now=NOW)
    Mail.objects.filter(pk=mail.pk).update(status="failed")

    assert ask("mail_queue")[0] == Level.LOOK


def test_a_mail_server_is_called_and_nothing_is_sent():
    with socket.create_server(("127.0.0.1", 0)) as nobody_listens:
        port = nobody_listens.getsockname()[1]
    with override_settings(EMAIL_BACKEND=KEEP_ONLY):
        kept = ask("mail_server")
    with override_settings(EMAIL_BACKEND=KEEP_ONLY, LOCAL=False):
        strangers_cannot_come_in = ask("mail_server")
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
    ):
        refused = ask("mail_server")

    assert [kept[0], strangers_cannot_come_in[0], refused[0]] == [
        Level.LOOK,
        Level.ACT,
        Level.ACT,
    ]
    assert "ConnectionRefusedError" in refused[1]
    assert not Mail.objects.exists()


def test_a_payout_that_does_not_leave_and_a_silent_stripe_are_found():
    books = make_books()
    add_bank(books)
    books.release("100.00")
    brand = books.brand
    payout = pay_by_file(books)
    Brand.objects.filter(pk=brand.pk).update(sandbox_of=None, clock_offset_s=0)
    Payout.objects.filter(pk=payout.pk).update(rail="stripe", status=PayoutStatus.APPROVED)
    waits = ask("payouts", payout.approved_at + timedelta(hours=2))
    fresh = ask("payouts", payout.approved_at + timedelta(minutes=2))
    RailSettings.objects.filter(brand=brand, rail="stripe").update(is_enabled=True, is_live=True)
    unheard_before = ask("stripe")
    Payout.objects.filter(pk=payout.pk).update(status=PayoutStatus.PAID, paid_at=NOW)
    unheard = ask("stripe")

    assert (waits[0], fresh[0]) == (Level.ACT, Level.WELL)
    assert (unheard_before[0], unheard[0]) == (Level.WELL, Level.LOOK)


def test_books_that_differ_or_were_not_proved_are_red():
    brand = make_brand(now=NOW)
    unproved = ask("books")
    check_books()
    kept = BooksCheck.objects.get(brand=brand)
    proved = ask("books", kept.checked_at)
    old = ask("books", kept.checked_at + timedelta(days=2))
    BooksCheck.objects.filter(brand=brand).update(differences=2)
    differ = ask("books", kept.checked_at)

    assert kept.differences == 0
    assert [unproved[0], proved[0], old[0], differ[0]] == [
        Level.LOOK,
        Level.WELL,
        Level.ACT,
        Level.ACT,
    ]


def test_a_lost_key_and_a_moved_last_key_are_told_apart(keys, settings):
    first = settings.FIELD_ENCRYPTION_KEYS
    none_yet = ask("keys")
    leave_canary(using="default", now=NOW)
    leave_canary(using="default", now=NOW)
    right = ask("keys")
    settings.FIELD_ENCRYPTION_KEYS = [OTHER_KEY]
    crypto._fernet.cache_clear()
    lost = ask("keys")
    settings.FIELD_ENCRYPTION_KEYS = [*first, OTHER_KEY]
    crypto._fernet.cache_clear()
    moved = ask("keys")

    assert KeyCanary.objects.count() == 1
    assert [none_yet[0], right[0], lost[0], moved[0]] == [
        Level.LOOK,
        Level.WELL,
        Level.ACT,
        Level.ACT,
    ]
    assert lost[1] != moved[1]


def test_preparing_a_database_leaves_the_text_that_shows_a_lost_key():
    migrate()

    assert ask("keys")[0] == Level.WELL


def test_a_backup_is_remembered_and_grows_old():
    none = ask("backup")
    with pytest.raises(SystemExit):  # other checks are red here
        call_command("doctor", "--backup-made", stdout=StringIO())
    made = JobRun.objects.get(name="backup").started_at

    assert none[0] == Level.LOOK
    assert ask("backup", made + timedelta(hours=1))[0] == Level.WELL
    assert ask("backup", made + timedelta(days=2))[0] == Level.ACT


def test_what_does_not_belong_on_the_internet_is_named(settings):
    local = ask("settings")
    settings.LOCAL = False
    level, said = ask("settings")  # the tests' own settings relax cookies and TLS

    assert local[0] == Level.LOOK
    assert level == Level.ACT
    assert "security.W012" in said and "security.W016" in said


def test_a_certificate_that_nobody_vouches_for_is_red_and_a_silent_address_worth_a_look(settings):
    plain = ask("certificate")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    settings.SITE_URL = f"https://127.0.0.1:{port}"
    away = ask("certificate")

    assert (plain[0], away[0]) == (Level.LOOK, Level.LOOK)
    assert "cannot be reached" in away[1]


def test_files_that_were_not_collected_are_red(settings, tmp_path):
    settings.LOCAL = False
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}
    }
    missing = ask("static")
    call_command("collectstatic", interactive=False, verbosity=0)

    assert (missing[0], ask("static")[0]) == (Level.ACT, Level.WELL)


def test_a_database_that_is_away_is_red_and_every_other_check_still_speaks():
    def refuse(*_: Any) -> None:
        raise OperationalError("connection to server at 10.0.0.7 failed")

    with connection.execute_wrapper(refuse):
        outcomes = examine(now=NOW)

    found = {outcome.check.code: outcome for outcome in outcomes}
    assert len(found) == len(CHECKS)
    assert found["database"].level == Level.ACT
    assert "10.0.0.7" not in found["database"].finding.said
    assert found["redis"].level == Level.WELL


def test_the_command_prints_words_or_json_and_its_exit_code_tells():
    words, machine = StringIO(), StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("doctor", stdout=words)
    with pytest.raises(SystemExit):
        call_command("doctor", "--json", stdout=machine)

    said = json.loads(machine.getvalue())
    call_command("doctor", "--only", "database", stdout=(one := StringIO()))
    assert one.getvalue().splitlines()[1:] == ["All is well."]
    assert ended.value.code == 1
    assert "RED   Worker: No worker has ever done anything." in words.getvalue()
    assert "Things that need you: " in words.getvalue()
    assert said["ok"] is False
    assert [one["code"] for one in said["checks"]] == [check.code for check in CHECKS]


def test_every_check_leads_to_a_chapter_and_speaks_every_language():
    chapters = anchors(ROOT / "docs" / "operators.md")

    assert {check.chapter for check in CHECKS} - chapters == set()
    with translation.override("fa"):
        outcomes = examine(now=NOW)
    assert all(not outcome.finding.said.isascii() for outcome in outcomes)
