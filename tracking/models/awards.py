"""What a creator earns without an order: visits, views, bonuses and fees."""

from datetime import date, datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from affiliates.models import Enrollment
from brands.models import Program, RuleSet, choice_check
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand, User
from tracking.models.bonusplans import BonusPlan

MOMENT = timedelta(microseconds=1)
"""What a day earned is awarded at its end, and is of that day: it counts so long before."""


class AwardKind(models.TextChoices):
    CLICK = "click", _("Visits")
    IMPRESSION = "impression", _("Views")
    BONUS = "bonus", _("Bonus")
    FEE = "fee", _("Fee")


class Award(models.Model):
    """What something other than an order earns an enrollment; its commission is settled to it.

    `key` makes it once for ever. `at` is what the hold counts from. `facts`: what was counted, a
    day by its ISO date under "day". `pricing`: the JSON of brands.domain's Pricing, whose total
    the commission should be before adjustments. `bonus_plan`: the bonus that made it. `title`:
    what a person calls it.
    """

    public_id = PublicIdField(prefix="awd")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    enrollment = models.ForeignKey(Enrollment, on_delete=models.PROTECT, related_name="awards")
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="awards")
    kind = models.CharField(max_length=10, choices=AwardKind)
    key = models.CharField(max_length=120)
    currency = CurrencyField()
    at = models.DateTimeField()
    title = models.CharField(max_length=120, blank=True)
    facts = models.JSONField(default=dict)
    pricing = models.JSONField(default=dict)
    rule_set = models.ForeignKey(RuleSet, null=True, on_delete=models.PROTECT)
    bonus_plan = models.ForeignKey(
        BonusPlan, null=True, on_delete=models.PROTECT, related_name="awards"
    )
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "key"], name="tracking_award_once"),
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_award_brand_id"),
            models.CheckConstraint(condition=~Q(key=""), name="tracking_award_has_key"),
            choice_check("kind", AwardKind, "tracking_award_kind_known"),
            SameBrand("enrollment", name="tracking_award_enrollment_same_brand"),
            SameBrand("program", name="tracking_award_program_same_brand"),
            SameBrand("rule_set", name="tracking_award_rules_same_brand"),
            SameBrand("bonus_plan", name="tracking_award_plan_same_brand"),
        ]
        indexes = [models.Index(fields=["brand", "at"], name="tracking_award_by_time")]

    @property
    def counts_at(self) -> datetime:
        """Return when it was earned: what is awarded as a day ends is of that day."""
        return self.at - MOMENT

    @property
    def days_counted(self) -> tuple[date | None, date | None]:
        """Return the first and last day of what was counted for a bonus."""
        since, until = (self.facts.get(name) for name in ("since", "until"))
        return (
            date.fromisoformat(since) if since else None,
            date.fromisoformat(until) if until else None,
        )
