"""What a brand and a creator write to each other about a commission on review."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from brands.models import choice_check
from core.constraints import SameBrand
from core.models import Brand, User
from tracking.models.commissions import Commission


class Side(models.TextChoices):
    BRAND = "brand", _("Brand")
    CREATOR = "creator", _("Creator")


class ReviewMessage(models.Model):
    """One message; it is never changed, and emptied only with its creator's account."""

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT)
    commission = models.ForeignKey(Commission, on_delete=models.PROTECT, related_name="messages")
    side = models.CharField(max_length=8, choices=Side)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            choice_check("side", Side, "tracking_reviewmessage_side_known"),
            SameBrand("commission", name="tracking_reviewmessage_commission_same_brand"),
        ]
