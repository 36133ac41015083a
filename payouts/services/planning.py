"""Make the list of who would be paid what. It is stored with its hash and moves nothing."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from affiliates.models import Affiliation
from affiliates.selectors import find_terms_due
from brands.models import PayoutPolicy, RailSettings
from core import audit
from core.jobs import enqueue
from core.models import Brand
from ledger.models import AccountKind
from ledger.selectors import list_party_balances
from payouts.domain.limits import RailLimits
from payouts.domain.plan import (
    Gate,
    MethodFacts,
    Payee,
    Plan,
    PlanPolicy,
    build_plan,
    write_line,
)
from payouts.models import OPEN_STATUSES, Payout, PayoutMethod, PayoutPlan, PlanStatus
from payouts.selectors import find_period_start, list_own_minimums
from payouts.selectors_runs import sum_recovered
from payouts.selectors_tax import TaxStanding, list_tax_standings
from payouts.services.second import drop_approvals, find_first

Limits = Mapping[str, RailLimits]  # by rail


def make_plan(
    *, brand_id: int, currency: str, limits: Limits, actor_id: int | None, now: datetime
) -> PayoutPlan:
    """Store a fresh draft of the run of this period, in place of an earlier draft.

    An approval of the earlier draft falls, unless nothing changed: then that draft stays.
    """
    brand = Brand.objects.get(pk=brand_id)
    plan = compute_plan(brand=brand, currency=currency, limits=limits, now=now)
    with transaction.atomic():
        Brand.objects.select_for_update(of=("self",), no_key=True).get(pk=brand_id)
        approved_once = _put_aside(brand, currency, plan, now)
        if approved_once is not None:
            return approved_once
        row = PayoutPlan.objects.create(
            brand_id=brand_id,
            currency=currency,
            period=period_of(brand, now),
            content=content_of(plan, sum_recovered(brand_id=brand_id, currency=currency)),
            content_hash=plan.plan_hash,
            total_minor=plan.totals_minor.get(currency, 0),
            planned_at=now,
            planned_by_id=actor_id,
        )
        audit.record(
            brand_id=brand_id,
            actor_id=actor_id,
            action="payout_plan.made",
            target=row,
            after={"total_minor": row.total_minor, "hash": row.content_hash},
            now=now,
        )
        _ask_rails(plan)
    return row


def compute_plan(*, brand: Brand, currency: str, limits: Limits, now: datetime) -> Plan:
    """Work out the plan from balances and gates as they are; writes nothing."""
    policy, _ = PayoutPolicy.objects.get_or_create(brand=brand)
    payees = list_payees(brand=brand, currency=currency, limits=limits, now=now)
    return build_plan(payees=payees, policy=PlanPolicy(policy.minimums), now=now)


def list_payees(*, brand: Brand, currency: str, limits: Limits, now: datetime) -> list[Payee]:
    """Return everyone of the brand with a balance in the currency, with what stands in the way."""
    affiliations = {
        a.pk: a for a in Affiliation.objects.filter(brand=brand).select_related("affiliate__user")
    }
    balances = list_party_balances(brand_id=brand.pk, party_ids=affiliations)
    methods = {m.affiliation_id: m for m in PayoutMethod.objects.filter(brand=brand)}
    open_ones = set(
        Payout.objects.filter(brand=brand, currency=currency, status__in=OPEN_STATUSES).values_list(
            "affiliation_id", flat=True
        )
    )
    enabled = _list_enabled(brand.pk)
    due = find_terms_due(affiliations.values(), now=now)
    payees = [
        _payee(
            affiliations[party],
            kinds.get(AccountKind.PAYABLE, 0),
            currency,
            methods.get(party),
            limits,
            enabled,
            has_open_payout=party in open_ones,
        )
        for (party, of_currency), kinds in balances.items()
        if of_currency == currency and kinds.get(AccountKind.PAYABLE, 0) != 0
    ]
    own = list_own_minimums(affiliations)
    taxes = list_tax_standings(brand=brand, parties=affiliations, now=now)
    return [
        replace(
            _with_tax(payee, taxes[payee.affiliation_id]),
            terms_due=due.get(payee.affiliation_id),
            creator_minimum_minor=own.get(payee.affiliation_id, {}).get(currency),
        )
        for payee in payees
    ]


def get_payee(*, affiliation: Affiliation, currency: str, limits: Limits, now: datetime) -> Payee:
    """Return one creator in one currency, also with nothing payable, as list_payees would."""
    balances = list_party_balances(brand_id=affiliation.brand_id, party_ids=[affiliation.pk])
    kinds = balances.get((affiliation.pk, currency), {})
    method = PayoutMethod.objects.filter(affiliation=affiliation).first()
    payee = _payee(
        affiliation,
        kinds.get(AccountKind.PAYABLE, 0),
        currency,
        method,
        limits,
        _list_enabled(affiliation.brand_id) if method else {},
        has_open_payout=Payout.objects.filter(
            affiliation=affiliation, currency=currency, status__in=OPEN_STATUSES
        ).exists(),
    )
    own = list_own_minimums([affiliation.pk]).get(affiliation.pk, {})
    taxes = list_tax_standings(brand=affiliation.brand, parties=[affiliation.pk], now=now)
    return replace(
        _with_tax(payee, taxes[affiliation.pk]),
        terms_due=find_terms_due([affiliation], now=now).get(affiliation.pk),
        creator_minimum_minor=own.get(currency),
    )


def destination_of(method: PayoutMethod) -> str:
    """Return what an approval signs: the rail's account, or the fingerprint of bank details."""
    if method.external_account:
        return method.external_account
    return "sha256:" + hashlib.sha256((method.details or "").encode()).hexdigest()


def country_of(method: PayoutMethod) -> str:
    """Return the country (ISO 3166-1 alpha-2) a creator's account is in, where he was asked."""
    return str(json.loads(method.details or "{}").get("country", "")).upper()


def period_of(brand: Brand, now: datetime) -> str:
    """Return the month of the run, by the brand's own calendar."""
    return now.astimezone(ZoneInfo(brand.time_zone)).strftime("%Y-%m")


def content_of(plan: Plan, recovered: Mapping[str, int]) -> dict[str, Any]:
    """Return the plan as it is stored and shown."""
    return {
        "lines": [
            write_line(line, recovered_minor=recovered.get(str(line.affiliation_id), 0))
            for line in plan.lines
        ],
        "left_out": [
            {
                "affiliation": str(one.affiliation_id),
                "name": one.name,
                "payable_minor": one.payable_minor,
                "gates": [{"code": g.code, "params": dict(g.params)} for g in one.gates],
            }
            for one in plan.left_out
        ],
    }


def _put_aside(brand: Brand, currency: str, plan: Plan, now: datetime) -> PayoutPlan | None:
    """Discard earlier drafts; return the one that stays, since a first person approved the same."""
    drafts = PayoutPlan.objects.select_for_update(of=("self",)).filter(
        brand=brand, currency=currency, status=PlanStatus.DRAFT
    )
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    begun = find_period_start(brand=brand, day=today)
    for draft in drafts.order_by("pk"):
        is_same = draft.content_hash == plan.plan_hash and draft.planned_at >= begun
        if is_same and find_first(draft):
            return draft
        drop_approvals(plan=draft, now=now)
        draft.status = PlanStatus.DISCARDED
        draft.save(update_fields=["status"])
    return None


def _ask_rails(plan: Plan) -> None:
    """Have each account at a rail looked at anew: news of a change may have got lost.

    What was found by the time somebody approves stops him, for the plan is another one then.
    """
    paid = [line.affiliation_id for line in plan.lines]
    methods = PayoutMethod.objects.filter(affiliation__in=paid).exclude(external_account="")
    for method_id in methods.order_by("pk").values_list("pk", flat=True):
        enqueue("payouts.refresh_method", method_id=method_id)


def _list_enabled(brand_id: int) -> dict[str, str]:
    """Return the rails a brand pays by, each with the country of the brand's account there."""
    rows = RailSettings.objects.filter(brand_id=brand_id, is_enabled=True)
    return dict(rows.values_list("rail", "country"))


def _with_tax(payee: Payee, standing: TaxStanding) -> Payee:
    return replace(payee, tax=standing.terms, other_gates=(*payee.other_gates, *standing.gates))


def _payee(
    affiliation: Affiliation,
    payable_minor: int,
    currency: str,
    method: PayoutMethod | None,
    limits: Limits,
    enabled: Mapping[str, str],
    *,
    has_open_payout: bool,
) -> Payee:
    facts, off = None, list[Gate]()
    if method is not None:
        facts = MethodFacts(
            rail=method.rail,
            destination=destination_of(method),
            limits=limits[method.rail],
            is_ready=method.is_ready,
            needs=tuple(method.needs),
            countries=(enabled.get(method.rail, ""), country_of(method)),
        )
        off = [] if method.rail in enabled else [Gate("gate.rail_off", {"rail": method.rail})]
    return Payee(
        affiliation_id=UUID(str(affiliation.pk)),
        name=affiliation.affiliate.display_name,
        payable_minor=payable_minor,
        currency=currency,
        method=facts,
        suspended_at=affiliation.suspended_at,
        suspended_reason=affiliation.suspended_reason,
        has_open_payout=has_open_payout,
        frozen_until=method.frozen_until if method else None,
        method_changed_at=method.changed_at if method else None,
        address_changed_at=affiliation.affiliate.user.email_changed_at,
        other_gates=tuple(off),
    )
