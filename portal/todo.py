"""What waits for somebody of a brand: each thing with its number and where to do it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Sum

from affiliates.selectors import list_waiting_applications
from affiliates.selectors_alike import list_open_pairs
from brands.selectors import list_missing_minimums, list_setup_steps
from core.models import Brand
from core.money import Money
from ledger.models import Account, AccountKind
from ledger.selectors import list_brand_totals
from payouts.models import PayoutPlan, PlanStatus
from payouts.selectors import list_failed, list_found, list_next_runs
from payouts.selectors_runs import list_approvals
from tracking.context import count_open_reviews
from tracking.models import ClaimStatus, WorkStatus
from tracking.selectors_brand import list_unprocessed
from tracking.selectors_checks import list_open_stores
from tracking.selectors_claims import list_waiting
from tracking.selectors_deliverables import list_works
from tracking.selectors_health import list_open_alarms
from tracking.selectors_leaks import find_leaky
from tracking.selectors_linkchecks import count_broken_used
from tracking.selectors_storecodes import count_drifted

REFUSED_DAYS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a brand owes its creators in one currency; `to_recover` is what they owe back."""

    currency: str
    pending: Money
    released: Money
    on_hold: Money
    in_payout: Money
    to_recover: Money


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do: what kind, how many, and the facts its sentence needs.

    `at`: the public id of what it is about, where the name is no address.
    """

    code: str
    count: int = 0
    days: int = 0
    name: str = ""
    at: str = ""
    amount: Money | None = None
    on: date | None = None


def list_owed(brand: Brand) -> list[Owed]:
    """Return what is owed by currency, from the ledger: two queries."""
    below = _sum_below_zero(brand)
    return [
        Owed(
            currency=currency,
            pending=_money(kinds, AccountKind.PENDING, currency),
            released=Money(kinds.get(AccountKind.PAYABLE, 0) + below.get(currency, 0), currency),
            on_hold=_money(kinds, AccountKind.ON_HOLD, currency),
            in_payout=_money(kinds, AccountKind.IN_PAYOUT, currency),
            to_recover=Money(below.get(currency, 0), currency),
        )
        for currency, kinds in sorted(list_brand_totals(brand_id=brand.pk).items())
    ]


def list_tasks(*, brand: Brand, owed: list[Owed], now: datetime) -> list[Task]:
    """Return what waits, the most pressing first."""
    return [
        *_applications(brand, now),
        *_alike(brand),
        *_reviews(brand),
        *_claims(brand, now),
        *_works(brand),
        *_leaks(brand, now),
        *_payouts(brand, owed, now),
        *_minimums(brand, owed),
        *_deliveries(brand, now),
        *_alarms(brand),
        *_findings(brand),
        *_codes(brand),
        *_pages(brand, now),
    ]


def find_setup(brand: Brand) -> list[Any]:
    """Return the steps until a program runs; none once one is live."""
    steps = list_setup_steps(brand)
    is_live = any(step.code == "live" and step.state == "done" for step in steps)
    return [] if is_live else steps


def _applications(brand: Brand, now: datetime) -> Iterator[Task]:
    waiting = list_waiting_applications(brand)
    oldest = waiting.values_list("submitted_at", flat=True).first()
    if oldest is not None:
        yield Task("applications", count=waiting.order_by().count(), days=(now - oldest).days)


def _alike(brand: Brand) -> Iterator[Task]:
    people = list_open_pairs(brand)
    if people:
        yield Task("alike", count=len(people), name=people[0].public_id)


def _reviews(brand: Brand) -> Iterator[Task]:
    count = count_open_reviews(brand)
    if count:
        yield Task("reviews", count=count)


def _claims(brand: Brand, now: datetime) -> Iterator[Task]:
    waiting = list_waiting(brand).filter(status=ClaimStatus.OPEN)
    next_due = waiting.values_list("due_on", flat=True).first()
    if next_due is not None:
        today = now.astimezone(ZoneInfo(brand.time_zone)).date()
        late = (today - next_due).days
        yield Task("claims", count=waiting.order_by().count(), days=max(late, 0), on=next_due)


def _works(brand: Brand) -> Iterator[Task]:
    count = list_works(brand).filter(status=WorkStatus.SUBMITTED).order_by().count()
    if count:
        yield Task("works", count=count)


def _payouts(brand: Brand, owed: list[Owed], now: datetime) -> Iterator[Task]:
    for payout in list_found(brand):
        amount = Money(payout.sent_minor, payout.currency)
        yield Task("payout_found", name=payout.public_id, amount=amount)
    failed = list_failed(brand).order_by().count()
    if failed:
        yield Task("payouts_failed", count=failed)
    drafts = PayoutPlan.objects.filter(brand=brand, status=PlanStatus.DRAFT).order_by("pk")
    for plan in drafts:
        amount = Money(plan.total_minor, plan.currency)
        code = "run_second" if list_approvals(plan) else "run_drafted"
        yield Task(code, name=plan.public_id, amount=amount)
    waiting = [one for one in owed if one.released]
    planned = {plan.currency for plan in drafts}
    runs = list_next_runs(brand=brand, currencies=[one.currency for one in waiting], now=now)
    today = now.astimezone(ZoneInfo(brand.time_zone)).date()
    for one in waiting:
        day = runs[one.currency]
        code = "run_due" if day <= today else "run_next"
        if one.currency not in planned:
            yield Task(code, amount=one.released, on=day)


def _minimums(brand: Brand, owed: list[Owed]) -> Iterator[Task]:
    used = [one.currency for one in owed if one.released or one.pending]
    for currency in list_missing_minimums(brand, used) if used else []:
        yield Task("minimum_missing", name=currency)


def _deliveries(brand: Brand, now: datetime) -> Iterator[Task]:
    for store, count in list_unprocessed(brand, refused_since=now - REFUSED_DAYS).items():
        yield Task("deliveries", count=count, name=store)


def _alarms(brand: Brand) -> Iterator[Task]:
    count = list_open_alarms(brand).order_by().count()
    if count:
        yield Task("alarms", count=count)


def _findings(brand: Brand) -> Iterator[Task]:
    for store, count in list_open_stores(brand):
        yield Task("findings", count=count, name=store.name, at=store.public_id)


def _leaks(brand: Brand, now: datetime) -> Iterator[Task]:
    count = sum(find_leaky(brand, now=now).values())
    if count:
        yield Task("leaks", count=count)


def _codes(brand: Brand) -> Iterator[Task]:
    for store, count in count_drifted(brand):
        yield Task("codes", count=count, name=store.name, at=store.public_id)


def _pages(brand: Brand, now: datetime) -> Iterator[Task]:
    count = count_broken_used(brand, now=now)
    if count:
        yield Task("pages", count=count)


def _sum_below_zero(brand: Brand) -> dict[str, int]:
    """Return what creators owe back, by currency: the sum of balances below zero, as positive."""
    rows = (
        Account.objects.filter(brand=brand, kind=AccountKind.PAYABLE)
        .annotate(total=Sum("postings__amount_minor"))
        .filter(total__lt=0)
        .values_list("currency", "total")
    )
    found: dict[str, int] = {}
    for currency, total in rows:
        found[currency] = found.get(currency, 0) - total
    return found


def _money(kinds: dict[AccountKind, int], kind: AccountKind, currency: str) -> Money:
    return Money(kinds.get(kind, 0), currency)
