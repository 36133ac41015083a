"""The first program of a brand, with what it needs to be paid."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from brands.models import PayoutPolicy, Program
from brands.services.brands import usual_minimum
from brands.services.payouts import set_payout_policy
from brands.services.programs import create_program


@transaction.atomic
def start_program(
    *,
    brand_id: int,
    name: str,
    currency: str,
    landing_url: str,
    domains: Sequence[str],
    actor_id: int,
    now: datetime,
) -> Program:
    """Make a draft program; its currency gets the usual minimum payout where it has none.

    Raises what create_program raises.
    """
    program = create_program(
        brand_id=brand_id,
        name=name,
        currency=currency,
        landing_url=landing_url,
        domains=domains,
        actor_id=actor_id,
        now=now,
    )
    policy = PayoutPolicy.objects.get(brand_id=brand_id)
    if currency not in policy.minimums:
        set_payout_policy(
            brand_id=brand_id,
            schedule=policy.schedule,
            minimums={**policy.minimums, currency: usual_minimum(currency)},
            approval_limits=policy.approval_limits,
            recovery_days=policy.recovery_days,
            actor_id=actor_id,
            now=now,
        )
    return program
