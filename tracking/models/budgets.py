"""What was said about a program's budget: each threshold once."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models import Program
from core.constraints import SameBrand
from core.models import Brand


class BudgetThreshold(models.IntegerChoices):
    NEARLY = 80, _("Nearly used")
    USED = 100, _("Used up")


class BudgetWarning(models.Model):
    """A program's commissions passed a part of its budget; another budget is warned of anew."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="budget_warnings")
    budget_minor = models.BigIntegerField()
    percent = models.PositiveSmallIntegerField(choices=BudgetThreshold)
    spent_minor = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["program", "budget_minor", "percent"], name="tracking_budget_warned_once"
            ),
            models.CheckConstraint(
                condition=Q(percent__in=BudgetThreshold.values),
                name="tracking_budget_threshold_known",
            ),
            SameBrand("program", name="tracking_budget_program_same_brand"),
        ]

    @property
    def percent_bps(self) -> int:
        return self.percent * 100
