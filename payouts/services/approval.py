"""Approve a plan: under locks it must still be what was seen, then payouts exist."""

import json
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from affiliates.models import Affiliation
from core import audit, fence
from core.factors import FactorProof
from core.jobs import enqueue
from core.locks import lock_row
from core.models import Brand, BrandStatus, User
from ledger.models import Account, AccountKind, EntryKind, Posting
from ledger.services import Cause, Draft, Leg, post_entries
from payouts.access import lacks_second_factor
from payouts.domain.plan import Plan, PlanChange, PlanLine, compare_plans, read_line
from payouts.models import (
    Payout,
    PayoutItem,
    PayoutMethod,
    PayoutPlan,
    PlanStatus,
)
from payouts.services.files import make_export_files
from payouts.services.moves import announce
from payouts.services.planning import Limits, compute_plan
from payouts.services.second import is_approved_by_two, takes_two
from tracking.models import Commission
from tracking.services.posting import CAUSE_TYPE
from tracking.services.release import lock_commissions, mark_covered

NOT_FROM_COMMISSIONS = (
    EntryKind.APPROVE_PAYOUT,
    EntryKind.PAYOUT_FAILED,
    EntryKind.PAYOUT_RETURNED,
)


class PlanChanged(Exception):
    """What the person saw is no longer what would be paid; nothing was approved."""

    def __init__(self, change: PlanChange, plan: Plan) -> None:
        super().__init__("the plan changed since it was shown")
        self.change, self.plan = change, plan


class NotADraft(Exception):
    """The plan was approved or discarded already."""


class BrandSuspended(Exception):
    """The operator of the installation has suspended the brand."""


class SecondFactorMissing(Exception):
    """Whoever approves real money must have a second factor."""


class NothingToPay(Exception):
    """The plan has no lines."""


def approve_plan(
    *,
    plan_id: int,
    seen_hash: str,
    limits: Limits,
    actor_id: int,
    now: datetime,
    proof: FactorProof | None = None,
) -> list[Payout]:
    """Turn a draft into payouts and move their money to in_payout, all or nothing.

    From the brand's limit on, the first person's yes is kept and makes no payout yet; see
    `payouts.services.second` for what it takes and raises, and for the proof.

    The brand's payable accounts of the currency are locked before the plan is worked out again,
    so two approvals at once make one run.

    :raises core.fence.Fenced: this database was restored, and what was sent since is not taken in.
    :raises NotADraft: it is not open.
    :raises BrandSuspended: the operator has suspended the brand.
    :raises SecondFactorMissing: the money is real, and whoever approves has one secret only.
    :raises PlanChanged: the hash seen, stored and of now are not one; nothing was written.
    :raises NothingToPay: there are no lines.
    """
    fence.check_open()
    with transaction.atomic():
        brand_id = PayoutPlan.objects.values_list("brand_id", flat=True).get(pk=plan_id)
        brand = lock_row(Brand, brand_id)  # first, as whoever makes another plan does
        row = PayoutPlan.objects.select_for_update(of=("self",)).get(pk=plan_id)
        if row.status != PlanStatus.DRAFT:
            raise NotADraft(row.public_id)
        if brand.status != BrandStatus.ACTIVE:
            raise BrandSuspended(brand.public_id)
        actor = User.objects.get(pk=actor_id)
        if lacks_second_factor(brand, actor):
            raise SecondFactorMissing(row.public_id)
        _lock_payables(row)
        plan = compute_plan(brand=brand, currency=row.currency, limits=limits, now=now)
        if not seen_hash == row.content_hash == plan.plan_hash:
            raise PlanChanged(_change(row, plan), plan)
        if not plan.lines:
            raise NothingToPay(row.public_id)
        total_minor = plan.totals_minor[row.currency]
        if takes_two(
            brand=brand, currency=row.currency, total_minor=total_minor, now=now
        ) and not is_approved_by_two(row=row, actor=actor, proof=proof, now=now):
            return []
        payouts = [_make_payout(row, line, now) for line in plan.lines]
        _close_plan(row, actor_id, now)
        make_export_files(plan=row, payouts=payouts, now=now)
        enqueue("payouts.drive_open")
    return payouts


def list_uncovered(payout: Payout) -> QuerySet[Posting]:
    """Return the postings of released money that no open or paid payout covers yet."""
    covered = PayoutItem.objects.filter(is_covering=True, brand_id=payout.brand_id)
    return (
        Posting.objects.filter(
            account__brand_id=payout.brand_id,
            account__kind=AccountKind.PAYABLE,
            account__party_id=payout.affiliation_id,
            account__currency=payout.currency,
        )
        .exclude(entry__kind__in=NOT_FROM_COMMISSIONS)
        .exclude(pk__in=covered.values("posting_id"))
        .select_related("entry")
        .order_by("pk")
    )


def cover(payout: Payout, postings: Iterable[Posting], now: datetime) -> None:
    """Note which postings a payout pays, and mark their commissions."""
    causes = {p.entry.cause_id for p in postings if p.entry.cause_type == CAUSE_TYPE}
    rows = Commission.objects.filter(brand_id=payout.brand_id, public_id__in=causes)
    ids = dict(rows.values_list("public_id", "pk"))
    PayoutItem.objects.bulk_create(
        PayoutItem(
            brand_id=payout.brand_id,
            payout=payout,
            posting=posting,
            commission_id=ids.get(posting.entry.cause_id),
            amount_minor=posting.amount_minor,
        )
        for posting in postings
    )
    mark_covered(commission_ids=ids.values(), now=now)


def post_approval(payout: Payout, now: datetime) -> None:
    """Move the commission to in_payout, and there add VAT and take what is withheld."""
    party = UUID(str(payout.affiliation_id))
    moves = (
        (EntryKind.APPROVE_PAYOUT, "approve", AccountKind.PAYABLE, payout.amount_minor),
        (EntryKind.VAT, "vat", AccountKind.VAT, payout.vat_minor),
        (EntryKind.WITHHOLD, "withhold", AccountKind.TAX_WITHHELD, -payout.withheld_minor),
    )
    drafts = [
        Draft(
            kind=kind,
            key=f"payout:{payout.public_id}:{name}",
            currency=payout.currency,
            legs=(
                Leg(source, -minor, party if source == AccountKind.PAYABLE else None),
                Leg(AccountKind.IN_PAYOUT, minor, party),
            ),
            cause=Cause("payout", payout.public_id),
        )
        for kind, name, source, minor in moves
        if minor
    ]
    post_entries(brand_id=payout.brand_id, drafts=drafts, now=now)


def _lock_payables(row: PayoutPlan) -> None:
    """Lock what may be covered, then the accounts: the order in which settling takes them."""
    lock_commissions(
        Commission.objects.filter(
            brand_id=row.brand_id,
            currency=row.currency,
            released_at__isnull=False,
            covered_at__isnull=True,
        )
    )
    accounts = Account.objects.select_for_update(of=("self",), no_key=True).filter(
        brand_id=row.brand_id, kind=AccountKind.PAYABLE, currency=row.currency
    )
    list(accounts.order_by("pk").values_list("pk"))


def _change(row: PayoutPlan, plan: Plan) -> PlanChange:
    seen = [read_line(line, currency=row.currency) for line in row.content["lines"]]
    return compare_plans(seen=seen, current=plan.lines)


def _make_payout(row: PayoutPlan, line: PlanLine, now: datetime) -> Payout:
    method = PayoutMethod.objects.get(affiliation_id=line.affiliation_id)
    payout = Payout.objects.create(
        brand_id=row.brand_id,
        plan=row,
        affiliation=Affiliation.objects.get(pk=line.affiliation_id),
        method=method,
        rail=line.rail,
        currency=row.currency,
        amount_minor=line.amount_minor,
        vat_minor=line.vat_minor,
        withheld_minor=line.withheld_minor,
        tax=line.tax.to_json() if line.tax else None,
        destination=method.external_account or method.details or json.dumps({}),
        destination_hint=method.hint,
        approved_at=now,
    )
    cover(payout, list_uncovered(payout), now)
    post_approval(payout, now)
    announce(payout, "payout.approved", now)
    return payout


def _close_plan(row: PayoutPlan, actor_id: int, now: datetime) -> None:
    row.status, row.approved_at, row.approved_by_id = PlanStatus.APPROVED, now, actor_id
    row.save(update_fields=["status", "approved_at", "approved_by"])
    audit.record(
        brand_id=row.brand_id,
        actor_id=actor_id,
        action="payout_plan.approved",
        target=row,
        after={"total_minor": row.total_minor, "hash": row.content_hash},
        now=now,
    )
