"""What a test commits is gone after it, whatever it was."""

import threading

import pytest
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from core.models import AuditEvent, Brand
from tests import database
from tests.makers import make_brand

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def copies(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what was copied anew."""
    made, copy = list[str](), database.copy_database

    def note(*, source: str, target: str) -> None:
        made.append(target)
        copy(source=source, target=target)

    monkeypatch.setattr(database, "copy_database", note)
    return made


def has_guard() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_trigger WHERE tgrelid = 'core_auditevent'::regclass"
            " AND NOT tgisinternal AND tgenabled = 'O'"
        )
        return cursor.rowcount > 0


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_is_gone_for_the_next(turn: int):
    people = get_user_model().objects
    assert people.count() == 0

    people.create(email="owner@example.com")
    seen: list[int] = []

    def count_elsewhere() -> None:
        seen.append(people.count())
        connection.close()

    thread = threading.Thread(target=count_elsewhere)
    thread.start()
    thread.join()
    assert seen == [1]


def test_rows_go_even_of_tables_that_only_grow_and_ids_begin_anew(copies):
    first = make_brand().pk
    assert AuditEvent.objects.exists()

    database.restore_database()

    assert not Brand.objects.exists() and not AuditEvent.objects.exists()
    assert make_brand().pk == first
    assert copies == []
    assert has_guard()


@pytest.mark.parametrize(
    "change",
    [
        "DROP TRIGGER {guard} ON core_auditevent",
        "ALTER TABLE core_auditevent DISABLE TRIGGER USER",
        "ALTER TABLE core_brand ADD COLUMN more integer",
        "CREATE INDEX more ON core_brand (name)",
        "GRANT SELECT ON core_brand TO PUBLIC",
        "UPDATE django_content_type SET model = 'other' WHERE model = 'brand'",
        "DELETE FROM django_content_type WHERE model = 'brand'",
    ],
)
def test_whatever_else_was_changed_is_as_it_was(copies, change):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'core_auditevent'::regclass"
            " AND NOT tgisinternal"
        )
        guard = cursor.fetchone()[0]
        cursor.execute("SET session_replication_role = replica")  # past what refers to it
        cursor.execute(change.format(guard=guard))

    database.restore_database()

    assert copies == [connection.settings_dict["NAME"]]
    assert has_guard()
    assert ContentType.objects.filter(app_label="core", model="brand").exists()
