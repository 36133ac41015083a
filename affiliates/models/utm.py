"""UTM values a brand wants its creators' links to carry."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from affiliates.domain.utm import MAX_UTM
from brands.models import Program
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand


class UtmTemplate(models.Model):
    """UTM values by name, with placeholders (domain/utm.py). The default one is for new links."""

    public_id = PublicIdField(prefix="utm")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="utm_templates")
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=MAX_UTM, blank=True)
    medium = models.CharField(max_length=MAX_UTM, blank=True)
    campaign = models.CharField(max_length=MAX_UTM, blank=True)
    term = models.CharField(max_length=MAX_UTM, blank=True)
    content = models.CharField(max_length=MAX_UTM, blank=True)
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint("program", Lower("name"), name="affiliates_utm_name_unique"),
            models.UniqueConstraint(fields=["brand", "id"], name="affiliates_utm_brand_id"),
            models.UniqueConstraint(
                fields=["program"], condition=Q(is_default=True), name="affiliates_utm_one_default"
            ),
            SameBrand("program", name="affiliates_utm_program_same_brand"),
        ]

    def __str__(self) -> str:
        return self.name
