"""A migration that only adds ends where Django's own way ends."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from core.migrating import Addition

ADDED = [
    migrations.CreateModel("Shelf", [("id", models.AutoField(primary_key=True))]),
    migrations.CreateModel(
        "Book",
        [
            ("id", models.AutoField(primary_key=True)),
            ("shelf", models.ForeignKey("core.Shelf", models.PROTECT, related_name="books")),
        ],
        options={"indexes": [models.Index(fields=["shelf", "-id"], name="book_by_shelf")]},
    ),
    migrations.AddField("brand", "motto", models.CharField(max_length=9, default="none")),
    migrations.AddConstraint(
        "brand",
        models.CheckConstraint(condition=~models.Q(motto=""), name="core_brand_has_a_motto"),
    ),
    migrations.RunSQL("CREATE VIEW core_shelves AS TABLE core_shelf", "DROP VIEW core_shelves"),
]
TABLES = ["core_shelf", "core_book", "core_brand"]
CATALOGUE = (
    "SELECT table_name, column_name, data_type, is_nullable"
    " FROM information_schema.columns WHERE table_name = ANY(%s) ORDER BY 1, ordinal_position",
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE conrelid::regclass::text = ANY(%s) ORDER BY 1",
    "SELECT indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1",
    "SELECT DISTINCT view_name FROM information_schema.view_table_usage WHERE table_name = ANY(%s)",
)


class Plain(migrations.Migration):
    operations = ADDED


class Added(Addition):
    operations = ADDED


class Taking(Addition):
    operations = [migrations.RemoveField("brand", "name")]


class ToItsOwn(Addition):
    operations = [*ADDED, migrations.AddField("Shelf", "width", models.IntegerField(default=1))]


def apply(kind: type[migrations.Migration]) -> tuple[ProjectState, list[tuple[object, ...]]]:
    """Migrate, say what is in the catalogue then, and migrate back."""
    state = MigrationLoader(connection).project_state()
    migration = kind("9999_more", "core")
    with connection.schema_editor() as editor:
        after = migration.apply(state.clone(), editor)
    found = list[tuple[object, ...]]()
    with connection.cursor() as cursor:
        for question in CATALOGUE:
            cursor.execute(question, [TABLES])
            found += cursor.fetchall()
    with connection.schema_editor() as editor:
        migration.unapply(state.clone(), editor)
    return after, found


@pytest.mark.django_db(transaction=True)
def test_tables_columns_and_constraints_end_as_in_djangos_own_way():
    plain, expected = apply(Plain)
    added, found = apply(Added)

    assert found == expected
    assert ("core_shelves",) in found
    assert ("core_brand", "motto", "character varying", "NO") in found
    assert not MigrationAutodetector(plain, added)._detect_changes()
    assert set(added.apps.all_models["core"]) == set(plain.apps.all_models["core"])


@pytest.mark.parametrize(
    ("kind", "said"), [(Taking, "<RemoveField 'brand', 'name'>"), (ToItsOwn, "<AddField 'Shelf'")]
)
def test_what_takes_away_or_adds_to_a_table_it_made_is_no_addition(kind, said):
    with pytest.raises(TypeError, match=r"core\.0002_more: .* is no addition") as refused:
        kind("0002_more", "core")
    assert said in str(refused.value)


@pytest.mark.django_db
def test_its_sql_is_listed_operation_by_operation():
    state = MigrationLoader(connection).project_state()
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        Added("9999_more", "core").apply(state, editor, collect_sql=True)

    listed = "\n".join(editor.collected_sql)
    for operation in ADDED:
        assert f"-- {operation.describe()}" in listed
