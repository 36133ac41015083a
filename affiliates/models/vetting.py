"""What a brand's team notes about a person; he never sees it."""

from django.db import models

from affiliates.models.joining import Application
from affiliates.models.people import Affiliate
from brands.models import VettingPoint
from core.constraints import SameBrand
from core.models import Brand, User


class Note(models.Model):
    """A note about a creator or an applicant: it stays with the person when he is taken in."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliate = models.ForeignKey(Affiliate, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(max_length=2000)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT)
    written_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["brand", "affiliate", "-id"], name="affiliates_note_of_person")
        ]


class Tick(models.Model):
    """A point of the checklist that a member found to hold, in the words it had then."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="ticks")
    point = models.ForeignKey(VettingPoint, on_delete=models.PROTECT, related_name="ticks")
    words = models.CharField(max_length=80)
    ticked_by = models.ForeignKey(User, on_delete=models.PROTECT)
    ticked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["application", "point"], name="affiliates_tick_once"),
            SameBrand("application", name="affiliates_tick_application_same_brand"),
            SameBrand("point", name="affiliates_tick_point_same_brand"),
        ]
