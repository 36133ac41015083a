"""Changes that are announced and wait for their day."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brands.models._checks import choice_check
from brands.models.programs import Group, Program
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class ChangeSubject(models.TextChoices):
    PROGRAM = "program", _("Program")
    GROUP = "group", _("Group")
    PAYOUTS = "payouts", _("Payouts")


class PendingChange(models.Model):
    """Settings that take effect on a day of which creators had notice.

    `changes` holds new values by column: of the program, of the group, or of the payout policy of
    the brand.
    """

    public_id = PublicIdField(prefix="chg")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    subject = models.CharField(max_length=8, choices=ChangeSubject)
    program = models.ForeignKey(
        Program, null=True, on_delete=models.PROTECT, related_name="pending_changes"
    )
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT)
    changes = models.JSONField()
    applies_at = models.DateTimeField()
    announced_at = models.DateTimeField()
    announced_by = models.ForeignKey(User, on_delete=models.PROTECT)
    applied_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="brands_change_brand_id"),
            choice_check("subject", ChangeSubject, "brands_change_subject_known"),
            models.CheckConstraint(
                condition=Q(subject="program", program__isnull=False, group__isnull=True)
                | Q(subject="group", program__isnull=False, group__isnull=False)
                | Q(subject="payouts", program__isnull=True, group__isnull=True),
                name="brands_change_has_its_subject",
            ),
            models.CheckConstraint(
                condition=Q(applied_at__isnull=True) | Q(cancelled_at__isnull=True),
                name="brands_change_ends_once",
            ),
            SameBrand("program", name="brands_change_program_same_brand"),
            SameBrand("group", name="brands_change_group_same_brand"),
        ]
        indexes = [
            models.Index(
                fields=["applies_at"],
                condition=Q(applied_at__isnull=True, cancelled_at__isnull=True),
                name="brands_change_open",
            )
        ]
