"""Awards as their makers grant them."""

from datetime import datetime
from typing import Any

from affiliates.models import Enrollment
from brands.domain.awards import sum_line
from tests.makers import NOW
from tracking.models import AwardKind, Commission
from tracking.services.awards import AwardDraft, grant_award
from tracking.services.posting import Cause


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
