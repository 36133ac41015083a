"""When, from how much and by which rails a brand pays."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brands.domain.schedule import Rhythm, Schedule
from brands.models._checks import choice_check
from core.fields import EncryptedTextField
from core.models import Brand


class PayoutRhythm(models.TextChoices):
    MONTHLY = Rhythm.MONTHLY.value, _("Once a month")
    TWICE = Rhythm.TWICE.value, _("Twice a month")
    WEEKLY = Rhythm.WEEKLY.value, _("Every week")


class PayoutPolicy(models.Model):
    """When and from how much a brand pays; amounts in minor units by currency.

    `past_limits`: approval limits that were stricter and hold for a while yet, each with its end.
    """

    brand = models.OneToOneField(Brand, on_delete=models.PROTECT, related_name="payout_policy")
    rhythm = models.CharField(max_length=8, choices=PayoutRhythm, default=PayoutRhythm.MONTHLY)
    day_of_month = models.PositiveSmallIntegerField(default=5)
    second_day = models.PositiveSmallIntegerField(default=20)
    weekday = models.PositiveSmallIntegerField(default=4)
    minimums = models.JSONField(default=dict)
    approval_limits = models.JSONField(default=dict)
    past_limits = models.JSONField(default=list)
    recovery_days = models.PositiveSmallIntegerField(default=90)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(day_of_month__gte=1, day_of_month__lte=28),
                name="brands_payoutpolicy_day_1_to_28",
            ),
            models.CheckConstraint(
                condition=Q(second_day__gte=1, second_day__lte=31, weekday__lte=6),
                name="brands_payoutpolicy_days_known",
            ),
            models.CheckConstraint(
                condition=~Q(rhythm="twice")
                | Q(second_day__gte=F("day_of_month") + 7, second_day__lte=F("day_of_month") + 23),
                name="brands_payoutpolicy_days_apart",
            ),
            choice_check("rhythm", PayoutRhythm, "brands_payoutpolicy_rhythm_known"),
        ]

    @property
    def schedule(self) -> Schedule:
        return Schedule(Rhythm(self.rhythm), self.day_of_month, self.second_day, self.weekday)


class RailKind(models.TextChoices):
    CSV = "csv", _("Bank transfer by CSV file")
    STRIPE = "stripe", _("Stripe")
    SEPA = "sepa", _("SEPA transfer file")
    WISE = "wise", _("Wise batch file")
    PAYPAL = "paypal", "PayPal"
    PAYPAL_CSV = "paypal_csv", _("PayPal mass payment file")
    MANUAL = "manual", _("Paid by hand")


class RailSettings(models.Model):
    """A way of paying a brand has switched on, with its keys.

    `details`: JSON of what the rail needs beside keys, such as the account a SEPA file pays from.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="rails")
    rail = models.CharField(max_length=12, choices=RailKind)
    is_enabled = models.BooleanField(default=True)
    is_live = models.BooleanField(default=False)
    secret_key = EncryptedTextField(null=True)
    webhook_secret = EncryptedTextField(null=True)
    details = EncryptedTextField(null=True)
    country = models.CharField(max_length=2, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "rail"], name="brands_railsettings_once"),
            choice_check("rail", RailKind, "brands_railsettings_rail_known"),
        ]
