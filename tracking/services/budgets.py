"""Say when a program's budget is nearly used and when it is used up, each once."""

from datetime import datetime

from django.db import transaction

from brands.models import Program, ProgramStatus
from core import audit, outbox
from core.locks import lock_row
from tracking.emails_budgets import mail_budget
from tracking.models import BudgetThreshold, BudgetWarning
from tracking.selectors_budgets import read_budget


def list_watched() -> list[Program]:
    """Return the programs whose budget may be used up."""
    rows = Program.objects.filter(budget_minor__isnull=False, brand__archived_at__isnull=True)
    return list(rows.exclude(status=ProgramStatus.CLOSED).select_related("brand").order_by("pk"))


@transaction.atomic
def watch_budget(*, program_id: int, now: datetime) -> list[BudgetWarning]:
    """Store each threshold of the budget that is passed and was not said; mail the highest."""
    program = lock_row(Program, program_id)
    if program.budget_minor is None:
        return []
    use = read_budget(program)
    warned = BudgetWarning.objects.filter(program=program, budget_minor=program.budget_minor)
    said = set(warned.values_list("percent", flat=True))
    new = [
        BudgetWarning.objects.create(
            brand_id=program.brand_id,
            program=program,
            budget_minor=program.budget_minor,
            percent=threshold,
            spent_minor=use.spent.amount_minor,
            at=now,
        )
        for threshold in BudgetThreshold
        if use.threshold is not None and threshold <= use.threshold and threshold not in said
    ]
    for warning in new:
        _tell(warning, now)
    if new:
        mail_budget(use=use, percent=new[-1].percent, now=now)
    return new


def _tell(warning: BudgetWarning, now: datetime) -> None:
    facts = {
        "percent": warning.percent,
        "budget_minor": warning.budget_minor,
        "spent_minor": warning.spent_minor,
    }
    audit.record(
        brand_id=warning.brand_id,
        actor_id=None,
        action="budget.passed",
        target=warning.program,
        now=now,
        after=facts,
    )
    payload = {
        **facts,
        "program": warning.program.public_id,
        "currency": warning.program.currency,
    }
    outbox.emit(brand_id=warning.brand_id, topic="budget.passed", payload=payload, now=now)
