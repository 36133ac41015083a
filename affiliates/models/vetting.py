"""What a brand's team notes about a person; he never sees it."""

from django.db import models

from affiliates.models.people import Affiliate
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
