"""Awards as their makers grant them."""

from datetime import datetime
from typing import Any

from affiliates.models import Enrollment
from brands.domain.awards import sum_line
from brands.models import Program
from tests.makers import NOW, get_owner
from tracking.models import AwardKind, BonusPlan, Commission
from tracking.services.awards import AwardDraft, grant_award
from tracking.services.bonusplans import PlanFacts, create_plan
from tracking.services.posting import Cause


def make_bonus_plan(program: Program, **facts: Any) -> BonusPlan:
    """Set a bonus of 50.00 for every third sale from the day of NOW on; `facts` replace any."""
    asked: dict[str, Any] = {
        "program_id": program.pk,
        "name": "Spring",
        "kind": "nth",
        "measure": "orders",
        "period": "whole",
        "target": 3,
        "amount_minor": 5_000,
        "currency": program.currency,
        "since": NOW.date(),
    }
    return create_plan(
        brand_id=program.brand_id,
        facts=PlanFacts(**asked | facts),
        actor_id=get_owner(program.brand).pk,
        now=NOW,
    )


def make_award(
    enrollment: Enrollment,
    amount_minor: int = 5000,
    *,
    key: str = "bonus:spring",
    currency: str = "EUR",
    at: datetime = NOW,
    **facts: Any,
) -> Commission:
    """Grant a bonus by hand; `facts` replace any field of the draft."""
    line = sum_line(line_id="1", title="Spring", amount=amount_minor, code="price.rule", params={})
    draft: dict[str, Any] = {
        "enrollment": enrollment,
        "kind": AwardKind.BONUS,
        "key": key,
        "currency": currency,
        "at": at,
        "line": line,
        "title": "Spring",
    }
    return grant_award(draft=AwardDraft(**{**draft, **facts}), cause=Cause(), now=at)
