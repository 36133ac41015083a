"""What links and codes brought, for the lists of affiliates."""

from collections.abc import Sequence

from affiliates.domain.figures import Figures
from affiliates.models import Code, Link
from tracking.selectors import (
    ClickCount,
    Earned,
    count_clicks,
    sum_earned_by_code,
    sum_earned_by_link,
)


def figures_of_links(links: Sequence[Link]) -> dict[int, Figures]:
    """Return clicks, orders and earnings of links, by primary key."""
    clicks = count_clicks([link.pk for link in links])
    earned = sum_earned_by_link({link.enrollment_id for link in links})
    return {
        link.pk: _figures(clicks.get(link.pk), earned.get((link.enrollment_id, link.public_id)))
        for link in links
    }


def figures_of_codes(codes: Sequence[Code]) -> dict[int, Figures]:
    """Return orders and earnings of codes, by primary key."""
    earned = sum_earned_by_code({code.enrollment_id for code in codes})
    return {code.pk: _figures(None, earned.get((code.enrollment_id, code.text))) for code in codes}


def _figures(clicks: ClickCount | None, earned: Earned | None) -> Figures:
    counted, got = clicks or ClickCount(), earned or Earned()
    return Figures(
        clicks=counted.counted,
        unique=counted.unique,
        not_counted=counted.not_counted,
        orders=got.orders,
        earned=tuple(got.amounts),
    )
