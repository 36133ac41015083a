"""Who said yes to a run that takes two people."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import SameBrand
from core.models import Brand, User
from payouts.models.plans import PayoutPlan


class ApprovalFell(models.TextChoices):
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CHANGED = "changed", _("The run changed")
    LEFT = "left", _("No longer allowed to approve")


class RunApproval(models.Model):
    """One person's yes to a run above the brand's limit, with the hash of what he saw.

    What fell stays to be read and counts no more; nobody stands twice at one run.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    plan = models.ForeignKey(PayoutPlan, on_delete=models.PROTECT, related_name="approvals")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    fell_at = models.DateTimeField(null=True)
    fell_code = models.CharField(max_length=9, choices=ApprovalFell, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "person"],
                condition=Q(fell_at__isnull=True),
                name="payouts_runapproval_once_a_person",
            ),
            models.CheckConstraint(
                condition=Q(fell_at__isnull=True, fell_code="")
                | Q(fell_at__isnull=False, fell_code__in=ApprovalFell.values),
                name="payouts_runapproval_fell_why_and_when",
            ),
            SameBrand("plan", name="payouts_runapproval_plan_same_brand"),
        ]
