"""Runs: the stored list a person approves, and the files made of it."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from brands.models import RailKind, choice_check
from core.constraints import SameBrand
from core.fields import CurrencyField, PublicIdField
from core.models import Brand, User


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    DISCARDED = "discarded", _("Discarded")


class PayoutPlan(models.Model):
    """A stored list of who would be paid what, with its hash; it moves nothing by itself."""

    public_id = PublicIdField(prefix="run")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    currency = CurrencyField()
    period = models.CharField(max_length=10)
    status = models.CharField(max_length=10, choices=PlanStatus, default=PlanStatus.DRAFT)
    content = models.JSONField()
    content_hash = models.CharField(max_length=64)
    total_minor = models.BigIntegerField()
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["brand", "currency", "period"],
                condition=Q(status="draft"),
                name="payouts_plan_one_draft",
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="payouts_plan_brand_id"),
            choice_check("status", PlanStatus, "payouts_plan_status_known"),
            models.CheckConstraint(
                condition=(Q(status="approved") & Q(approved_at__isnull=False))
                | (Q(status__in=["draft", "discarded"]) & Q(approved_at__isnull=True)),
                name="payouts_plan_approval_dated",
            ),
        ]

    @property
    def month(self) -> date:
        """The first day of the run's month."""
        return date.fromisoformat(f"{self.period}-01")


class ExportFile(models.Model):
    """A payout file as it was made: the same bytes for every download, never made again.

    A run has one for each rail that pays by file, or several where the rail limits their rows.
    Taking an export back needs two people: one asks and says why, another agrees.
    """

    public_id = PublicIdField(prefix="fil")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    plan = models.ForeignKey(PayoutPlan, on_delete=models.PROTECT, related_name="files")
    rail = models.CharField(max_length=12, choices=RailKind, default=RailKind.CSV)
    part = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=80)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    total_minor = models.BigIntegerField()
    rows = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    cancel_reason = models.CharField(max_length=300, blank=True)
    cancel_asked_at = models.DateTimeField(null=True)
    cancel_asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "rail", "part"], name="payouts_file_once"),
            models.UniqueConstraint(fields=["brand", "id"], name="payouts_file_brand_id"),
            choice_check("rail", RailKind, "payouts_file_rail_known"),
            models.CheckConstraint(
                condition=Q(cancelled_by__isnull=True)
                | (Q(cancel_asked_by__isnull=False) & ~Q(cancelled_by=F("cancel_asked_by"))),
                name="payouts_file_cancelled_by_a_second",
            ),
            SameBrand("plan", name="payouts_file_plan_same_brand"),
        ]
