"""Migrations that only add: Django works out the models anew for each of their operations."""

from typing import Any

from django.db import migrations
from django.db.migrations.state import ProjectState

ADDING = (
    migrations.CreateModel,
    migrations.AddField,
    migrations.AddIndex,
    migrations.AddConstraint,
    migrations.RunSQL,
)


class Addition(migrations.Migration):
    """What it adds is worked out once, then added to the database in its order.

    The end is the same, because no operation takes anything away, for half of the work.

    A table is made with all it has: nothing can be added to one that is made here.

    :raises TypeError: an operation does more than to add, or adds to a table made here.
    """

    def __init__(self, name: str, app_label: str) -> None:
        super().__init__(name, app_label)
        made = set[str]()
        for operation in self.operations:
            to = str(getattr(operation, "model_name", "")).lower()
            if to in made or not isinstance(operation, ADDING):
                raise TypeError(f"{app_label}.{name}: {operation!r} is no addition")
            if isinstance(operation, migrations.CreateModel):
                made.add(operation.name_lower)

    def apply(
        self,
        project_state: ProjectState,
        schema_editor: Any,
        collect_sql: bool = False,  # noqa: FBT001, FBT002
    ) -> ProjectState:
        """Add all of it; where the SQL is only listed, each apart as Django does."""
        if collect_sql:
            return super().apply(project_state, schema_editor, collect_sql)
        before = project_state.clone()
        vars(project_state).pop("apps", None)  # worked out when the first operation asks
        for operation in self.operations:
            operation.state_forwards(self.app_label, project_state)
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, before, project_state)
        return project_state
