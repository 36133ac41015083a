"""Who changed what about a creator or an order, in words: one line for each audited change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import formats
from core.models import AuditEvent

ACTIONS: Mapping[str, str | Promise] = {
    "application.submitted": gettext_lazy("Applied"),
    "application.approved": gettext_lazy("Application approved"),
    "application.rejected": gettext_lazy("Application refused"),
    "affiliation.suspended": gettext_lazy("Suspended"),
    "affiliation.reinstated": gettext_lazy("Reinstated"),
    "enrollment.moved": gettext_lazy("Moved to another group"),
    "terms.accepted": gettext_lazy("Terms accepted"),
    "link.created": gettext_lazy("Link created"),
    "link.slug_changed": gettext_lazy("Link renamed"),
    "link.destination_changed": gettext_lazy("Link leads elsewhere"),
    "link.tags_changed": gettext_lazy("Link notes changed"),
    "link.archived": gettext_lazy("Link archived"),
    "link.restored": gettext_lazy("Link restored"),
    "code.created": gettext_lazy("Code created"),
    "code.disabled": gettext_lazy("Code ended"),
    "order.credited": gettext_lazy("Credited by hand"),
    "commission.held": gettext_lazy("Review opened"),
    "commission.cleared": gettext_lazy("Review ended"),
    "commission.rejected": gettext_lazy("Commission rejected"),
    "commission.reopened": gettext_lazy("Commission reopened"),
    "commission.adjusted": gettext_lazy("Commission adjusted"),
}
SHOWN_FACTS = ("group", "text", "slug", "destination_url", "version")


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One change. `who` is empty where the program itself acted."""

    at: datetime
    label: str
    detail: str
    who: str
    reason: str


def list_history(events: Iterable[AuditEvent]) -> list[HistoryLine]:
    """Return audited changes as lines, in the order given; an action without a word is named."""
    return [
        HistoryLine(
            at=event.at,
            label=str(ACTIONS.get(event.action, event.action)),
            detail=_detail(event),
            who=str(event.actor) if event.actor else "",
            reason=event.reason,
        )
        for event in events
    ]


def _detail(event: AuditEvent) -> str:
    """Return the one fact that changed, with what it was before where that is known."""
    name = next((name for name in SHOWN_FACTS if event.after.get(name)), "")
    if not name:
        return ""
    after, before = str(event.after[name]), event.before.get(name)
    if not before:
        return formats.isolate(after)
    return _("%(before)s, then %(after)s") % {
        "before": formats.isolate(str(before)),
        "after": formats.isolate(after),
    }
