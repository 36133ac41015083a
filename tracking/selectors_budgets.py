"""What is used of the budgets of programs, by the same sum that limits commissions."""

from dataclasses import dataclass

from django.db.models import Q, Sum

from brands.models import Program
from core.models import Brand
from core.money import BPS, Money
from tracking.models import BudgetThreshold, BudgetWarning, Commission


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """A program's budget and what its commissions take of it, by whether they are released."""

    program: Program
    budget: Money
    pending: Money
    released: Money

    @property
    def spent(self) -> Money:
        return Money(self.pending.amount_minor + self.released.amount_minor, self.budget.currency)

    @property
    def left(self) -> Money:
        return Money(
            max(0, self.budget.amount_minor - self.spent.amount_minor), self.budget.currency
        )

    @property
    def used_bps(self) -> int:
        """Return the part that is used, rounded down: 100 % is said of nothing less."""
        return self.spent.amount_minor * BPS // self.budget.amount_minor

    @property
    def threshold(self) -> BudgetThreshold | None:
        """Return the highest threshold that is passed."""
        passed = [one for one in BudgetThreshold if self.used_bps * 100 >= one * BPS]
        return max(passed, default=None)


def list_budgets(brand: Brand) -> list[BudgetUse]:
    """Return the programs of a brand that have a budget, with what is used of it."""
    programs = Program.objects.filter(brand=brand, budget_minor__isnull=False)
    return [read_budget(program) for program in programs.order_by("name", "pk")]


def read_budget(program: Program) -> BudgetUse:
    """Return what is used of the budget of a program that has one."""
    assert program.budget_minor is not None  # noqa: S101
    rows = Commission.objects.filter(program=program, currency=program.currency)
    sums = rows.aggregate(
        pending=Sum("amount_minor", filter=Q(released_at__isnull=True)),
        released=Sum("amount_minor", filter=Q(released_at__isnull=False)),
    )
    return BudgetUse(
        program,
        Money(program.budget_minor, program.currency),
        Money(sums["pending"] or 0, program.currency),
        Money(sums["released"] or 0, program.currency),
    )


def list_warnings(program: Program) -> list[BudgetWarning]:
    """Return what was said about the budgets of a program, the newest first."""
    return list(BudgetWarning.objects.filter(program=program).order_by("-pk"))
