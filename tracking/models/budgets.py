"""What creators take of a program's caps, and what was said about its budget."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.models import Program
from core.constraints import SameBrand
from core.fields import CurrencyField
from core.models import Brand


class EarnedTotal(models.Model):
    """What the commissions of a creator in a program come to in a currency.

    Kept as each of them changes, for the caps that hold for all time: adding up a million of them
    at every order would hold up the orders.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="earned_totals")
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT)
    currency = CurrencyField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enrollment", "currency"], name="tracking_earned_once_a_currency"
            ),
            SameBrand("program", name="tracking_earned_program_same_brand"),
            SameBrand("enrollment", name="tracking_earned_enrollment_same_brand"),
        ]


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
