"""What the pages of several apps are made of, loaded in few queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse

from affiliates.access import Visitor, find_affiliate
from affiliates.keys import make_join_key
from affiliates.models import (
    Affiliation,
    AffiliationStatus,
    Application,
    ApplicationStatus,
    Enrollment,
)
from affiliates.selectors import find_enrollment
from brands.domain.schedule import next_run_day
from brands.models import PayoutPolicy, Program
from payouts.models import Payout
from payouts.selectors import find_covering_payout, find_next_run
from payouts.selectors_recovery import Recovery, find_write_off, list_recoveries
from tracking.domain import merge
from tracking.domain.merge import EMPTY, OrderState
from tracking.models import Attribution, Commission, CommissionChange, Decision, ReviewHold
from tracking.selectors import find_current_attribution
from tracking.services.posting import CAUSE_TYPE


@dataclass(frozen=True, slots=True)
class StoryRows:
    """What a commission's story is made of; it comes with brand, program, order, affiliation.

    `base`: the JSON of the brands.domain BasePolicy it was priced by; `version`: that of the rules,
    None where none priced it. `run_date`: the day of the
    payout run it is expected in, None where none is. `recoveries`: what of it is taken from later
    commissions; `written_off`: in minor units, and when last.
    """

    commission: Commission
    order: OrderState
    attribution: Attribution | None
    changes: Sequence[CommissionChange]
    holds: Sequence[ReviewHold]
    base: Mapping[str, Any] = field(default_factory=dict)
    version: int | None = None
    payout: Payout | None = None
    run_date: date | None = None
    recoveries: Sequence[Recovery] = ()
    written_off: tuple[int, datetime] | None = None


def load_story(*, commission: Commission, now: datetime) -> StoryRows:
    """Load all that portal.story needs to tell of one commission."""
    order, payout = commission.order, find_covering_payout(commission.pk)
    cause = (CAUSE_TYPE, commission.public_id)
    left = list_recoveries(brand=commission.brand, affiliation_ids=[commission.affiliation_id])
    base, version = _find_pricing(commission)
    return StoryRows(
        commission=commission,
        order=merge.from_json(order.facts) if order and order.facts else EMPTY,
        attribution=find_current_attribution(order.pk) if order else None,
        changes=list(commission.changes.order_by("seq")),
        holds=list(commission.holds.order_by("opened_at", "pk")),
        base=base,
        version=version,
        payout=payout,
        run_date=None if payout else _find_run(commission, now),
        recoveries=[one for one in left if (one.cause_type, one.cause_id) == cause],
        written_off=find_write_off(brand=commission.brand, cause_type=cause[0], cause_id=cause[1]),
    )


def _find_pricing(commission: Commission) -> tuple[dict[str, Any], int | None]:
    """Return by what base and which version of the rules a commission was priced."""
    if commission.award is not None:
        rule_set = commission.award.rule_set
        return {}, rule_set.version if rule_set else None
    if commission.order is None:
        return {}, None
    order_id, place_id = commission.order.pk, commission.enrollment_id
    rows = Decision.objects.filter(order_id=order_id, enrollment_id=place_id)
    found = rows.order_by("-pk").values_list("base", "rule_set__version").first()
    return found or ({}, None)


def _find_run(commission: Commission, now: datetime) -> date | None:
    """Return the run after the release; none where nothing will be paid as things stand."""
    is_still = commission.rejected_at is not None or commission.amount_minor == 0
    if is_still or commission.affiliation.suspended_at is not None:
        return None
    brand = commission.brand
    run = find_next_run(brand=brand, currency=commission.currency, now=now)
    if commission.released_at is not None:
        return run
    due_at = commission.release_at or commission.latest_at
    if due_at is None:
        return None
    policy = PayoutPolicy.objects.filter(brand=brand).first() or PayoutPolicy()
    released_on = due_at.astimezone(ZoneInfo(brand.time_zone)).date()
    return next_run_day(policy.schedule, max(run, released_on))


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands in a program: a place in it, his last application, or nothing."""

    enrollment: Enrollment | None = None
    application: Application | None = None
    is_suspended: bool = False

    @property
    def is_waiting(self) -> bool:
        one = self.application
        return one is not None and one.status == ApplicationStatus.SUBMITTED

    @property
    def may_apply(self) -> bool:
        return self.enrollment is None and not self.is_waiting and not self.is_suspended


NOWHERE = Standing()


def find_standing(user: Visitor, program: Program) -> Standing:
    """Return where a person stands in a program."""
    affiliate = find_affiliate(user)
    if affiliate is None:
        return NOWHERE
    place = Affiliation.objects.filter(affiliate=affiliate, brand_id=program.brand_id).first()
    applications = Application.objects.filter(affiliate=affiliate, program=program)
    return Standing(
        enrollment=find_enrollment(affiliate, program),
        application=applications.select_related("affiliate__user").order_by("-pk").first(),
        is_suspended=place is not None and place.status == AffiliationStatus.SUSPENDED,
    )


def join_link(program: Program) -> str:
    """Return the address at which creators join; a sandbox's carries the key that opens it."""
    path = reverse("portal:join", args=[program.brand.slug, program.slug])
    key = f"?key={make_join_key(program)}" if program.brand.is_sandbox else ""
    return f"{settings.SITE_URL}{path}{key}"
