"""Replay the orders of a period under a draft of rules; nothing but the answer is written."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from brands.domain.bases import BasePolicy
from brands.domain.rules import (
    KnownProduct,
    LineMatch,
    PriceContext,
    Rule,
    ask_for_collections,
)
from brands.domain.whatif import Replayed, Tally, Terms, replay
from brands.models import RuleSet, WhatIf
from brands.selectors import list_rules_of_all
from core.snapshots import read_snapshot
from tracking.domain import merge
from tracking.domain.merge import OrderState
from tracking.models import Attribution, Commission, Decision, Order, OrderKind
from tracking.services.deciding import to_price_order
from tracking.services.products import ProductList, pick_products, read_list

TURN = timedelta(minutes=6)  # above the time limit of the task: who is silent so long is dead
MAX_TRIES = 3
MAX_ORDERS = 200_000  # what a worker replays within its time limit, with room to spare
BATCH = 500
TOO_MANY = "whatif.too_many"
FAILED = "whatif.failed"


def list_due(*, real_now: datetime) -> list[int]:
    """Return what waits for a worker, whatever message was lost."""
    rows = WhatIf.objects.filter(next_at__lte=real_now).order_by("next_at")
    return list(rows.values_list("pk", flat=True))


def claim(*, what_if_id: int, real_now: datetime) -> WhatIf | None:
    """Take a turn; None where somebody else has it, it is over, or three turns came to nothing."""
    rows = WhatIf.objects.filter(pk=what_if_id)
    waiting = rows.filter(next_at__lte=real_now)
    spent = waiting.filter(tries__gte=MAX_TRIES)
    if spent.update(next_at=None, finished_at=real_now, stop_code=FAILED):
        return None
    if not waiting.update(next_at=real_now + TURN, tries=F("tries") + 1):
        return None
    return rows.select_related("brand", "program").get()


def work_out(*, what_if: WhatIf, now: datetime, most: int = MAX_ORDERS) -> bool:
    """Replay the orders of a claimed turn and keep the answer.

    Returns False when the turn went to another worker, whose answer is kept.
    """
    draft = Terms(
        [Rule.from_json(rule) for rule in what_if.rules], BasePolicy.from_json(what_if.base)
    )
    with read_snapshot():
        decisions = list_decisions(what_if)
        is_too_many = decisions[: most + 1].count() > most
        tally = Tally() if is_too_many else tally_orders(decisions, draft)
    answer: dict[str, Any] = {"stop_code": TOO_MANY} if is_too_many else {"result": tally.to_json()}
    mine = WhatIf.objects.filter(pk=what_if.pk, next_at=what_if.next_at)
    return mine.update(next_at=None, finished_at=now, **answer) == 1


def list_decisions(what_if: WhatIf) -> QuerySet[Decision]:
    """Return how the credited orders of the period were decided.

    Tests and rejected commissions are left out: no rule changes what they pay.
    """
    credit = Attribution.objects.filter(
        order=OuterRef("order"), enrollment=OuterRef("enrollment"), is_current=True
    )
    commission = Commission.objects.filter(
        order=OuterRef("order"), enrollment=OuterRef("enrollment"), rejected_at__isnull=True
    )
    return (
        Decision.objects.filter(
            Exists(credit),
            brand=what_if.brand_id,
            enrollment__program=what_if.program_id,
            is_current=True,
            order__is_test=False,
            order__placed_at__gte=what_if.since,
            order__placed_at__lt=what_if.until,
        )
        .annotate(commission_id=Subquery(commission.values("public_id")[:1]))
        .filter(commission_id__isnull=False)
        .select_related("order")
        .order_by("pk")
    )


def tally_orders(decisions: QuerySet[Decision], draft: Terms) -> Tally:
    """Replay each decided order under a draft, in batches, and add up."""
    tally, known = Tally(), _Known()
    for decision in decisions.iterator(chunk_size=BATCH):
        tally.add(_replay(decision, draft, known))
    return tally


@dataclass(slots=True)
class _Known:
    """What many orders share, read once: the versions of the rules, and what was counted."""

    rules: dict[int, tuple[Rule, ...]] = field(default_factory=dict)
    bases: dict[str, BasePolicy] = field(default_factory=dict)
    lists: dict[int, ProductList] = field(default_factory=dict)

    def terms_of(self, decision: Decision) -> Terms:
        version = decision.rule_set_id
        if version not in self.rules:
            self.rules |= list_rules_of_all([RuleSet(pk=version)])
        key = str(decision.base)
        if key not in self.bases:
            self.bases[key] = BasePolicy.from_json(decision.base)
        return Terms(self.rules[version], self.bases[key])

    def products_of(
        self, order: Order, state: OrderState, draft: Terms, context: PriceContext
    ) -> tuple[KnownProduct, ...]:
        """Return what is known of the order's products: as recorded, else as the list says now."""
        if state.snapshot is None or not ask_for_collections(draft.rules):
            return context.products
        store = order.connection_id
        if store not in self.lists:
            self.lists[store] = read_list(store)
        met = {(one.product_ref, one.sku) for one in context.products}
        asked = {(line.product_ref, line.sku) for line in state.snapshot.lines} - met
        return (*context.products, *pick_products(self.lists[store], asked))


def _replay(decision: Decision, draft: Terms, known: _Known) -> Replayed:
    state, was = merge.from_json(decision.order.facts), known.terms_of(decision)
    context = PriceContext.from_json(decision.context)
    listed = known.products_of(decision.order, state, draft, context)
    order = to_price_order(state, base=was.base, products=context.products)
    before, after = replay(
        order=order,
        context=context,
        was=was,
        matches=[LineMatch.from_json(match) for match in decision.matches],
        draft=draft,
        draft_order=to_price_order(state, base=draft.base, products=listed),
    )
    return Replayed(
        order=decision.order.public_id,
        commission=decision.commission_id,  # type: ignore[attr-defined]  # annotated
        enrollment=decision.enrollment_id,
        before=before,
        after=after,
        is_lead=decision.order.kind == OrderKind.LEAD,
    )
