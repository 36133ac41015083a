"""Database constraints of our own."""

from typing import Any

from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint


class SameBrand(BaseConstraint):
    """Hold that a referenced row belongs to the same brand as the row that refers to it.

    Writes FOREIGN KEY (brand_id, <field>_id) REFERENCES <table> (brand_id, id); the target
    needs UNIQUE (brand_id, id). A NULL reference is not checked (MATCH SIMPLE).
    """

    def __init__(self, field: str, *, name: str) -> None:
        super().__init__(name=name)
        self.field = field

    def constraint_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        return self.create_sql(model, schema_editor)

    def create_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        """Queue the key for the end of the migration, when both sides surely exist."""
        assert model is not None and schema_editor is not None  # noqa: S101
        quote = schema_editor.quote_name
        field: Any = model._meta.get_field(self.field)
        schema_editor.deferred_sql.append(
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (brand_id, {quote(field.column)}) "
            f"REFERENCES {quote(field.related_model._meta.db_table)} (brand_id, id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )
        return ""

    def remove_sql(
        self, model: type[models.Model] | None, schema_editor: BaseDatabaseSchemaEditor | None
    ) -> str:
        assert model is not None and schema_editor is not None  # noqa: S101
        quote = schema_editor.quote_name
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} "
            f"DROP CONSTRAINT IF EXISTS {quote(self.name)}"
        )

    def validate(self, model: Any, instance: Any, *_args: Any, **_kwargs: Any) -> None:
        """Leave the check to the database: a form cannot see what another transaction does."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        return path, (self.field,), kwargs

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SameBrand):
            return NotImplemented
        return (self.name, self.field) == (other.name, other.field)

    def __hash__(self) -> int:
        return hash((self.name, self.field))
