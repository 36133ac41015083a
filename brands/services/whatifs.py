"""Try a draft of rules on past orders: asked for here, worked out where the orders are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from brands.domain.bases import BasePolicy
from brands.domain.whatif import Terms, hash_draft
from brands.models import Program, WhatIf
from brands.services.rules import RuleDraft, check_drafts, to_rules
from core import audit, jobs
from core.locks import lock_row

WORK = "tracking.work_on_what_if"
KEPT = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """The draft to be tried, and on the orders of which time: from `since`, before `until`."""

    drafts: Sequence[RuleDraft]
    base: BasePolicy
    since: datetime
    until: datetime


@transaction.atomic
def ask_what_if(
    *, program_id: int, trial: Trial, actor_id: int, now: datetime, real_now: datetime
) -> WhatIf:
    """Keep a draft to be tried on past orders; the program's oldest answers make room.

    :raises brands.services.rules.RuleInvalid: a draft cannot be a rule.
    """
    program = lock_row(Program, program_id)
    check_drafts(program, trial.drafts)
    draft = Terms(to_rules(trial.drafts), trial.base)
    row = WhatIf.objects.create(
        brand_id=program.brand_id,
        program=program,
        rules=[rule.to_json() for rule in draft.rules],
        base=draft.base.to_json(),
        draft_hash=hash_draft(draft),
        since=trial.since,
        until=trial.until,
        asked_at=now,
        asked_by_id=actor_id,
        next_at=real_now,
    )
    rows = WhatIf.objects.filter(program=program).order_by("-pk")
    WhatIf.objects.filter(pk__in=list(rows.values_list("pk", flat=True)[KEPT:])).delete()
    audit.record(
        brand_id=program.brand_id,
        actor_id=actor_id,
        action="rules.tried",
        target=program,
        now=now,
        after=_days(trial, program.brand.time_zone),
    )
    jobs.enqueue(WORK, what_if_id=row.pk)
    return row


def _days(trial: Trial, time_zone: str) -> dict[str, str]:
    zone = ZoneInfo(time_zone)
    return {
        "since": trial.since.astimezone(zone).date().isoformat(),
        "until": trial.until.astimezone(zone).date().isoformat(),
    }
