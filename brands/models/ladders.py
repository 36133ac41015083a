"""Which groups of a program are tiers, and what takes a creator from one to the next."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from brands.models._checks import choice_check
from brands.models.programs import Group, Program
from core.constraints import SameBrand
from core.models import Brand, User


class TierMeasure(models.TextChoices):
    ORDERS = "orders", _("Orders credited")
    REVENUE = "revenue", _("Revenue, net of refunds")
    COMMISSION = "commission", pgettext_lazy("measure", "Commission")


class TierPeriod(models.TextChoices):
    LAST_MONTH = "last_month", _("Last calendar month")
    LAST_90_DAYS = "last_90_days", _("Last 90 days")
    THIS_QUARTER = "this_quarter", _("This quarter")
    ALL_TIME = "all_time", _("Since joining")


class TierReach(models.TextChoices):
    LATER = "later", _("Orders placed from then on")
    PENDING = "pending", _("Also orders of the period whose commission is not released")
    ALL = "all", _("Also orders of the period, released ones too")


class Ladder(models.Model):
    """A version of a program's tiers; never changed once published, in force from a time on.

    One without tiers switches the moves off. `is_falling`: who no longer reaches his tier moves
    down, `grace_days` after that was seen.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="ladders")
    version = models.PositiveIntegerField()
    measure = models.CharField(max_length=10, choices=TierMeasure)
    period = models.CharField(max_length=12, choices=TierPeriod)
    is_falling = models.BooleanField(default=False)
    grace_days = models.PositiveSmallIntegerField(default=0)
    effective_from = models.DateTimeField()
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["program", "version"], name="brands_ladder_version"),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_ladder_brand_id"),
            choice_check("measure", TierMeasure, "brands_ladder_measure_known"),
            choice_check("period", TierPeriod, "brands_ladder_period_known"),
            models.CheckConstraint(
                condition=Q(is_falling=False) | ~Q(period=TierPeriod.ALL_TIME),
                name="brands_ladder_all_time_never_falls",
            ),
            models.CheckConstraint(
                condition=Q(grace_days__lte=365), name="brands_ladder_grace_to_365"
            ),
            SameBrand("program", name="brands_ladder_program_same_brand"),
        ]

    @property
    def currency(self) -> str:
        """Return the currency of its thresholds; "" where they count orders."""
        return "" if self.measure == TierMeasure.ORDERS else self.program.currency


class Tier(models.Model):
    """A group on the ladder: from `threshold` on, in minor units where the measure is money."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, related_name="tiers")
    group = models.ForeignKey(Group, on_delete=models.PROTECT)
    position = models.PositiveSmallIntegerField()
    threshold = models.BigIntegerField()
    reach = models.CharField(max_length=8, choices=TierReach, default=TierReach.LATER)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ladder", "position"], name="brands_tier_position"),
            models.UniqueConstraint(fields=["ladder", "group"], name="brands_tier_group_once"),
            models.UniqueConstraint(fields=["ladder", "threshold"], name="brands_tier_threshold"),
            choice_check("reach", TierReach, "brands_tier_reach_known"),
            models.CheckConstraint(
                condition=Q(threshold__gte=0, threshold__lte=10**15),
                name="brands_tier_threshold_sane",
            ),
            SameBrand("ladder", name="brands_tier_ladder_same_brand"),
            SameBrand("group", name="brands_tier_group_same_brand"),
        ]
