"""Bonuses that are earned by what sales come to: every Nth sale, or a figure in a period."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from brands.models import Group, Program, TierMeasure, choice_check
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand, User
from core.money import Money


class BonusKind(models.TextChoices):
    NTH = "nth", _("Every Nth sale")
    REACH = "reach", _("A figure reached in a period")


class BonusPeriod(models.TextChoices):
    WEEK = "week", pgettext_lazy("bonus", "Each week")
    MONTH = "month", pgettext_lazy("bonus", "Each month")
    QUARTER = "quarter", pgettext_lazy("bonus", "Each quarter")
    YEAR = "year", pgettext_lazy("bonus", "Each year")
    WHOLE = "whole", pgettext_lazy("bonus", "From the first day to the last")


class BonusPlan(models.Model):
    """What creators of a program, or of one group, earn beside their commissions.

    From `since` to `until` (None: until it is ended), days of the brand's calendar. `target`: of
    every how many sales, or the figure to reach, in minor units where the measure is money.
    Nothing of it changes once it is made but its name and its last day.
    """

    public_id = PublicIdField(prefix="bon")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="bonus_plans")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=8, choices=BonusKind)
    measure = models.CharField(max_length=16, choices=TierMeasure)
    period = models.CharField(max_length=8, choices=BonusPeriod)
    target = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = CurrencyField()
    since = models.DateField()
    until = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_bonusplan_brand_id"),
            choice_check("kind", BonusKind, "tracking_bonusplan_kind_known"),
            choice_check("measure", TierMeasure, "tracking_bonusplan_measure_known"),
            choice_check("period", BonusPeriod, "tracking_bonusplan_period_known"),
            models.CheckConstraint(
                condition=Q(target__gte=1, target__lte=10**15), name="tracking_bonusplan_target"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gte=1, amount_minor__lte=10**15),
                name="tracking_bonusplan_amount",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="tracking_bonusplan_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(kind=BonusKind.REACH)
                | Q(measure=TierMeasure.ORDERS, period=BonusPeriod.WHOLE),
                name="tracking_bonusplan_nth_counts_sales",
            ),
            SameBrand("program", name="tracking_bonusplan_program_same_brand"),
            SameBrand("group", name="tracking_bonusplan_group_same_brand"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def is_money(self) -> bool:
        return self.measure != TierMeasure.ORDERS
