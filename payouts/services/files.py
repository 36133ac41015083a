"""The payout file of a run: made once with the approval, stored, and the same ever after."""

import json
from collections.abc import Sequence
from datetime import datetime

from payouts.domain.export import PayoutRow, build_payout_file
from payouts.models import ExportFile, Payout, PayoutPlan


def make_export_file(
    *, plan: PayoutPlan, payouts: Sequence[Payout], now: datetime
) -> ExportFile | None:
    """Store the file of the payouts a person sends; None when there is none."""
    if not payouts:
        return None
    built = build_payout_file(
        rows=[
            PayoutRow(
                payout_id=payout.public_id,
                creator_name=payout.affiliation.affiliate.display_name,
                destination=json.loads(payout.destination),
                amount_minor=payout.amount_minor,
                currency=payout.currency,
                reference=f"{plan.brand.name} {plan.period}",
            )
            for payout in payouts
        ]
    )
    return ExportFile.objects.create(
        brand_id=plan.brand_id,
        plan=plan,
        name=f"payouts-{plan.period}-{plan.public_id}.csv",
        content=built.content,
        sha256=built.sha256,
        total_minor=sum(payout.amount_minor for payout in payouts),
        rows=built.row_count,
        created_at=now,
    )
