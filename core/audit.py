"""Record who changed what, in the transaction of the change."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import QuerySet

from core.models import AuditEvent

_api_key: ContextVar[str] = ContextVar("audit_api_key", default="")


@contextmanager
def by_key(name: str) -> Iterator[None]:
    """Record beside each change inside that it came through the API, by which key."""
    token = _api_key.set(name)
    try:
        yield
    finally:
        _api_key.reset(token)


def pick_changed(
    before: dict[str, Any], after: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return two states of one thing, each with only what differs. Both have the same names."""
    names = [name for name in after if before[name] != after[name]]
    return {name: before[name] for name in names}, {name: after[name] for name in names}


def list_about(target: models.Model) -> QuerySet[AuditEvent]:
    """Return what was recorded of one thing, newest first."""
    return AuditEvent.objects.filter(**_name(target)).order_by("-pk")


def record(  # noqa: PLR0913  # an audit row is these facts
    *,
    brand_id: int | None,
    actor_id: int | None,
    action: str,
    target: models.Model,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Store one audit row; `actor_id` None means the program itself acted."""
    key = _api_key.get()
    return AuditEvent.objects.create(
        brand_id=brand_id,
        actor_id=actor_id,
        action=action,
        **_name(target),
        before=before or {},
        after={**(after or {}), "api_key": key} if key else after or {},
        reason=reason[:500],
        at=now,
    )


def _name(target: models.Model) -> dict[str, str]:
    return {
        "target_type": target._meta.label_lower,
        "target_id": str(getattr(target, "public_id", target.pk)),
    }
