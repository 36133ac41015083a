"""Times in which a member of a brand's team sees what one of its creators sees."""

from django.db import models
from django.db.models import F, Q

from affiliates.models.people import Affiliation
from core.constraints import SameBrand
from core.fields import PublicIdField
from core.models import Brand, User


class Viewing(models.Model):
    """A member looks as a creator, read-only, until `ends_at` or until he leaves."""

    public_id = PublicIdField(prefix="vwg")
    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    affiliation = models.ForeignKey(Affiliation, on_delete=models.PROTECT, related_name="viewings")
    user = models.ForeignKey(User, on_delete=models.PROTECT)
    reason = models.CharField(max_length=300)
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("started_at")), name="affiliates_viewing_ends"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="affiliates_viewing_has_reason"),
            SameBrand("affiliation", name="affiliates_viewing_affiliation_same_brand"),
        ]
        indexes = [
            models.Index(fields=["affiliation", "-id"], name="affiliates_viewing_by_creator")
        ]

    def __str__(self) -> str:
        return self.public_id
