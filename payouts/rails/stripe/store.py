"""The stand-in's state in PostgreSQL, so that web and worker processes see one machine."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from payouts.models import StandinObject
from payouts.rails.stripe.standin_store import Json


class DatabaseStore:
    """The Store of the stand-in over one table."""

    @contextmanager
    def locked(self, *, namespace: str) -> Iterator[None]:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [namespace])
            yield

    def get(self, *, namespace: str, kind: str, object_id: str) -> Json | None:
        row = StandinObject.objects.filter(
            namespace=namespace, kind=kind, object_id=object_id
        ).first()
        return row.data if row else None

    def put(
        self, *, namespace: str, kind: str, object_id: str, value: Json, group: str = ""
    ) -> None:
        StandinObject.objects.update_or_create(
            namespace=namespace,
            kind=kind,
            object_id=object_id,
            defaults={"data": value, "group": group},
        )

    def list(self, *, namespace: str, kind: str, group: str | None = None) -> list[Json]:
        rows = StandinObject.objects.filter(namespace=namespace, kind=kind).order_by("id")
        if group is not None:
            rows = rows.filter(group=group)
        return list(rows.values_list("data", flat=True))
