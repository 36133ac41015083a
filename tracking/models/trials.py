"""Test orders: a sale that travels the whole chain in a brand's sandbox, hop by hop."""

from django.db import models

from brands.models import Program
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class TrialRun(models.Model):
    """One test order for a program; it takes place in the sandbox twin, so no book is touched.

    `hops` holds codes with their time and parameters; the last one may have failed. `copy_id` is
    the public id of the program in the twin, `fingerprint` that of the rules and terms it was made
    from: it is used again while they are the same.
    """

    public_id = PublicIdField(prefix="tst")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="trial_runs")
    copy_id = models.CharField(max_length=30, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)
    hops = models.JSONField(default=list)
    is_passed = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, on_delete=models.PROTECT)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "id"], name="tracking_trial_brand_id"),
            SameBrand("program", name="tracking_trial_program_same_brand"),
        ]
        indexes = [models.Index(fields=["brand", "-id"], name="tracking_trial_newest")]
