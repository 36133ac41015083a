"""What a program's team checks before it approves somebody."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from brands.models.programs import Program
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand


class VettingPoint(models.Model):
    """A point of the checklist. A tick keeps its words, so these may change."""

    public_id = PublicIdField(prefix="vpt")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="vetting_points")
    words = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "program",
                Lower("words"),
                condition=Q(retired_at=None),
                name="brands_vettingpoint_once",
            ),
            models.UniqueConstraint(fields=["brand", "id"], name="brands_vettingpoint_brand_id"),
            SameBrand("program", name="brands_vettingpoint_program_same_brand"),
        ]

    def __str__(self) -> str:
        return self.words
