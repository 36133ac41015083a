"""The second person: from the brand's limit on a run takes two people's yes to the same list.

Both show their second factor for this run, at this moment. The first yes is kept with the hash of
what was seen; another person's yes to the same hash pays.
"""

from datetime import datetime, timedelta

from django.db import transaction

from brands.domain.approval_limits import find_limit
from brands.models import PayoutPolicy
from core import audit
from core.factors import FactorProof
from core.models import Brand, User
from payouts.access import is_play, may_approve
from payouts.emails_runs import mail_approval_fell, mail_second_approval
from payouts.models import ApprovalFell, PayoutPlan, PlanStatus, RunApproval

PROOF_LASTS = timedelta(minutes=2)  # from the factor to the approval it was shown for


class MayNotApprove(Exception):
    """The person is not of the team, or the role does not include payouts."""


class FactorNotShown(Exception):
    """The second factor was not shown for this run at this moment."""


class NeedsAnother(Exception):
    """This person approved already: the other yes is another person's."""


class NothingToWithdraw(Exception):
    """The person has no approval of this run that waits for a second one."""


def takes_two(*, brand: Brand, currency: str, total_minor: int, now: datetime) -> bool:
    """Say whether a run of this total takes a second person."""
    limit = find_limit_of(brand=brand, currency=currency, now=now)
    return limit is not None and total_minor >= limit


def find_limit_of(*, brand: Brand, currency: str, now: datetime) -> int | None:
    """Return from which total a run of the brand takes two people; None where one is enough."""
    policy = PayoutPolicy.objects.get(brand=brand)
    return find_limit(
        limits=policy.approval_limits, past=policy.past_limits, currency=currency, now=now
    )


def is_approved_by_two(
    *, row: PayoutPlan, actor: User, proof: FactorProof | None, now: datetime
) -> bool:
    """Count a person's yes to a locked draft that takes two; False where it is the first.

    :raises MayNotApprove: not of the team, or the role does not include payouts.
    :raises FactorNotShown: the proof is missing, somebody else's, for another run, or old.
    :raises NeedsAnother: he said yes already.
    """
    brand = row.brand
    if not may_approve(brand, actor):
        raise MayNotApprove(row.public_id)
    if not is_play(brand):
        _check_proof(row, actor, proof, now)
    standing = list(row.approvals.filter(fell_at__isnull=True).select_related("person"))
    for one in standing:
        if one.content_hash != row.content_hash:
            _let_fall(one, ApprovalFell.CHANGED, now)
        elif not may_approve(brand, one.person):
            _let_fall(one, ApprovalFell.LEFT, now)
    firsts = [one for one in standing if one.fell_at is None]
    if any(one.person_id == actor.pk for one in firsts):
        raise NeedsAnother(row.public_id)
    approval = RunApproval.objects.create(
        brand=brand, plan=row, person=actor, content_hash=row.content_hash, at=now
    )
    if not firsts:
        _record(approval, "payout_plan.approved_first", now)
        mail_second_approval(plan=row, first=approval, now=now)
    return bool(firsts)


@transaction.atomic
def withdraw_approval(*, plan_id: int, actor_id: int, now: datetime) -> RunApproval:
    """Take back one's own first approval, while nobody has given the second.

    :raises NothingToWithdraw: there is none of his, or the run is no longer open.
    """
    row = PayoutPlan.objects.select_for_update(of=("self",)).get(pk=plan_id)
    approval = row.approvals.filter(person_id=actor_id, fell_at__isnull=True).first()
    if approval is None or row.status != PlanStatus.DRAFT:
        raise NothingToWithdraw(row.public_id)
    _let_fall(approval, ApprovalFell.WITHDRAWN, now)
    return approval


def find_first(plan: PayoutPlan) -> RunApproval | None:
    """Return the approval that waits for a second person's."""
    if plan.status != PlanStatus.DRAFT:
        return None
    return plan.approvals.filter(fell_at__isnull=True).select_related("person").first()


def drop_approvals(*, plan: PayoutPlan, now: datetime) -> None:
    """Let the approvals of a draft fall that another list takes the place of, and say so."""
    for approval in plan.approvals.filter(fell_at__isnull=True).select_related("person"):
        _let_fall(approval, ApprovalFell.CHANGED, now)


def _check_proof(row: PayoutPlan, actor: User, proof: FactorProof | None, now: datetime) -> None:
    is_his = proof is not None and (proof.user_id, proof.about) == (actor.pk, row.public_id)
    if not is_his or proof is None or not proof.at <= now < proof.at + PROOF_LASTS:
        raise FactorNotShown(row.public_id)


def _let_fall(approval: RunApproval, code: ApprovalFell, now: datetime) -> None:
    approval.fell_at, approval.fell_code = now, code
    approval.save(update_fields=["fell_at", "fell_code"])
    _record(approval, f"payout_plan.approval_{code}", now)
    if code == ApprovalFell.CHANGED:
        mail_approval_fell(approval=approval, now=now)


def _record(approval: RunApproval, action: str, now: datetime) -> None:
    audit.record(
        brand_id=approval.brand_id,
        actor_id=approval.person_id,
        action=action,
        target=approval.plan,
        after={"total_minor": approval.plan.total_minor, "hash": approval.content_hash},
        now=now,
    )
